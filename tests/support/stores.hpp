// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Shared by the tests of stores: samples, comparisons, and each store in its place.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <shearline/rules/scopes.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/store/sqlite_store.hpp>

#include "must.hpp"
#include "printers.hpp"
#include "temporary_folder.hpp"

namespace support {

using namespace shearline;

inline constexpr std::string_view format_name = "instance";

inline credential_id id_of(std::uint32_t number) {
    credential_id::bytes_type bytes{};
    for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    return credential_id::from_random(bytes);
}

inline timestamp at_ms(std::int64_t ms) { return from_unix_ms(1'700'000'000'000 + ms); }

inline stored_digest digest_of(std::uint32_t number) {
    stored_digest digest{.pepper = 1 + number % 3, .mac = {}};
    if (number % 4 == 3) digest.hash = hash_name{"another-hash"};
    for (std::size_t i = 0; i < digest.mac.size(); ++i) digest.mac[i] = static_cast<std::byte>(number * 7 + i);
    return digest;
}

inline credential sample_credential(std::uint32_t number, const std::string& tenant = "acme") {
    return {.id = id_of(number),
            .tenant = tenant,
            .name = "integration " + std::to_string(number),
            .scopes = {"contacts:write", "contacts:read"},
            .metadata = {{"team", "sales"}, {"cost centre", std::to_string(number)}},
            .not_before = std::nullopt,
            .expires_at = at_ms(5'000'000),
            .suspended = false,
            .generation = 1,
            .version = 1,
            .created_at = at_ms(number),
            .revoked_at = std::nullopt,
            .metadata_digest = digest_of(number + 1).mac,
            .proof = {.key = 1 + number % 3, .mac = digest_of(number + 2).mac}};
}

inline record sample_record(std::uint32_t number, std::uint64_t handle_value, std::uint32_t generation = 1) {
    record key{.format = std::string{format_name},
               .handle = handle{handle_value},
               .credential = id_of(number),
               .generation = generation,
               .state = key_state::active,
               .digest = digest_of(number),
               .created_at = at_ms(number)};
    key.sealed = sealed_text{.sealing_key = 2, .nonce = {}, .box = std::vector<std::byte>(74, std::byte{0x5a})};
    key.sealed->nonce[3] = std::byte{9};
    return key;
}

inline change sample_change(std::uint32_t number, change_kind kind = change_kind::issued, std::uint64_t version = 1) {
    return {.sequence = 0,
            .tag = 0xf000'0000'0000'0000 + number,
            .kind = kind,
            .credential = id_of(number),
            .version = version,
            .at = at_ms(number)};
}

inline audit_event sample_event(std::uint32_t number, const std::string& tenant = "acme") {
    return {.sequence = 0,
            .at = at_ms(number),
            .actor = "olga",
            .action = "issue",
            .tenant = tenant,
            .credential = id_of(number),
            .handle = handle{number + 1ULL},
            .source_address = "192.0.2.7",
            .reason = "a new integration"};
}

/// One issue like an authority's: credential, record, change and audit event in one transaction. The handle is the
/// number plus one.
template <typename Store>
result<void> issue(Store& store, std::uint32_t number, const std::string& tenant = "acme") {
    return store.transact([&](typename Store::transaction& tx) -> result<void> {
        auto done = tx.insert(sample_credential(number, tenant));
        if (done) done = tx.insert(sample_record(number, number + 1ULL));
        if (done) done = tx.append(sample_change(number));
        if (done) done = tx.append(sample_event(number, tenant));
        return done;
    });
}

/// One revocation like an authority's.
template <typename Store>
result<void> revoke_key(Store& store, std::uint32_t number) {
    return store.transact([&](typename Store::transaction& tx) -> result<void> {
        auto owner = tx.find(id_of(number));
        auto key = tx.find(format_name, handle{number + 1ULL});
        if (!owner) return owner.error();
        if (!key) return key.error();
        if (!*owner || !*key) return error{errc::not_found, "not there"};
        ++(**owner).version;
        auto done = revoke(**key, at_ms(9'000));
        if (done) done = tx.update(**owner);
        if (done) done = tx.update(**key);
        if (done) done = tx.append(sample_change(number, change_kind::key_revoked, (**owner).version));
        if (done) done = tx.append(sample_event(number));
        return done;
    });
}

inline void check_same(const credential& a, const credential& b) {
    BOOST_TEST(a.id == b.id);
    BOOST_TEST(a.tenant == b.tenant);
    BOOST_TEST(a.name == b.name);
    BOOST_TEST(a.scopes == b.scopes, boost::test_tools::per_element());
    BOOST_TEST(a.metadata == b.metadata);
    BOOST_TEST(a.not_before == b.not_before);
    BOOST_TEST(a.expires_at == b.expires_at);
    BOOST_TEST(a.suspended == b.suspended);
    BOOST_TEST(a.generation == b.generation);
    BOOST_TEST(a.version == b.version);
    BOOST_TEST(a.created_at == b.created_at);
    BOOST_TEST(a.revoked_at == b.revoked_at);
    BOOST_TEST(a.metadata_digest == b.metadata_digest);
    BOOST_TEST(a.proof.key == b.proof.key);
    BOOST_TEST(a.proof.mac == b.proof.mac);
}

inline void check_same(const record& a, const record& b) {
    BOOST_TEST(a.format == b.format);
    BOOST_TEST(a.handle == b.handle);
    BOOST_TEST(a.credential == b.credential);
    BOOST_TEST(a.generation == b.generation);
    BOOST_TEST(a.state == b.state);
    BOOST_TEST(a.digest.pepper == b.digest.pepper);
    BOOST_TEST(a.digest.mac == b.digest.mac);
    BOOST_TEST(a.digest.hash == b.digest.hash);
    BOOST_TEST(a.created_at == b.created_at);
    BOOST_TEST(a.retires_at == b.retires_at);
    BOOST_TEST(a.revoked_at == b.revoked_at);
    BOOST_TEST(a.last_used_at == b.last_used_at);
    BOOST_TEST(a.uses == b.uses);
    BOOST_REQUIRE(a.sealed.has_value() == b.sealed.has_value());
    if (!a.sealed) return;
    BOOST_TEST(a.sealed->sealing_key == b.sealed->sealing_key);
    BOOST_TEST(a.sealed->nonce == b.sealed->nonce);
    BOOST_TEST(a.sealed->box == b.sealed->box);
}

/// The result of a scan: credentials without metadata, and keys without usage and sealed texts.
struct scanned {
    result<void> begin(std::uint64_t credentials, std::uint64_t keys_to_come) {
        ++begun;
        promised = {credentials, keys_to_come};
        return {};
    }
    result<void> take(const scanned_credential& one, std::span<const scanned_key> its_keys) {
        if (owners.size() == most_owners) return error{errc::not_recoverable, "enough credentials"};
        if (on_owner) on_owner();
        owners.push_back({.id = one.id,
                          .tenant = std::string{one.tenant},
                          .name = std::string{one.name},
                          .scopes = split_scopes(one.scopes),
                          .metadata = {},
                          .not_before = one.not_before,
                          .expires_at = one.expires_at,
                          .suspended = one.suspended,
                          .generation = one.generation,
                          .version = one.version,
                          .created_at = one.created_at,
                          .revoked_at = one.revoked_at,
                          .metadata_digest = one.metadata_digest,
                          .proof = one.proof});
        for (const scanned_key& key : its_keys)
            keys.push_back({.format = std::string{key.format},
                            .handle = key.handle,
                            .credential = one.id,
                            .generation = key.generation,
                            .state = key.state,
                            .digest = key.digest,
                            .created_at = key.created_at,
                            .retires_at = key.retires_at,
                            .revoked_at = key.revoked_at});
        return {};
    }

    std::size_t most_owners = SIZE_MAX;
    std::function<void()> on_owner{};
    int begun = 0;
    std::pair<std::uint64_t, std::uint64_t> promised{};
    std::vector<credential> owners{};
    std::vector<record> keys{};
};

/// Each store, empty, in its place.
struct memory_place {
    using store_type = memory_store;
    memory_store store;
};
struct sqlite_place {
    using store_type = sqlite_store;
    temporary_folder folder;
    std::string path = folder / "keys.db";
    sqlite_store store = must(sqlite_store::open(path));
};
#ifndef OTHER_PLACES
using places = std::tuple<memory_place, sqlite_place>;
#endif

/// Uses SQLite directly, like an administrator, another program or an attacker.
class raw_database {
public:
    explicit raw_database(const std::string& path) {
        if (sqlite3_open_v2(path.c_str(), &m_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) != SQLITE_OK)
            std::abort();
        sqlite3_busy_timeout(m_db, 5'000);
    }
    raw_database(const raw_database&) = delete;
    raw_database& operator=(const raw_database&) = delete;
    ~raw_database() { sqlite3_close(m_db); }

    void run(const std::string& sql) {
        char* message = nullptr;
        if (sqlite3_exec(m_db, sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return;
        const std::string words = message != nullptr ? message : "?";
        sqlite3_free(message);
        BOOST_FAIL(sql + ": " + words);
    }
    [[nodiscard]] std::string text(const std::string& sql) {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(m_db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
            BOOST_FAIL(sqlite3_errmsg(m_db));
        std::string value;
        if (sqlite3_step(statement) == SQLITE_ROW)
            if (const unsigned char* found = sqlite3_column_text(statement, 0); found != nullptr)
                value = reinterpret_cast<const char*>(found);
        sqlite3_finalize(statement);
        return value;
    }

private:
    sqlite3* m_db = nullptr;
};

}  // namespace support

#ifdef OTHER_PLACES  // the header of a program that runs the same cases over another store
#include OTHER_PLACES
#endif
