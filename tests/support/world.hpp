// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// An authority of any bundle over any store, with its own keyring and a clock that does not move by itself.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/store/sqlite_store.hpp>

#include "must.hpp"
#include "printers.hpp"
#include "prove_again.hpp"
#include "temporary_folder.hpp"

namespace support {

using namespace std::chrono_literals;

/// 2025-01-15, which is in the past, so jumps of days and weeks from here are credible.
inline constexpr shearline::timestamp noon = shearline::from_unix_ms(1'736'942'400'000);

template <typename Store>
struct opened_store;

template <>
struct opened_store<shearline::memory_store> {
    explicit opened_store(const std::string&) {}
    shearline::memory_store store;
};

template <>
struct opened_store<shearline::sqlite_store> {
    explicit opened_store(const std::string& at) : path{at}, store{must(shearline::sqlite_store::open(at))} {}
    std::string path;
    shearline::sqlite_store store;
};

using instance_format = shearline::key_format<"instance">;
using shown_once = shearline::policies<instance_format>;
/// HMAC-SHA256 under another name, and so another hash.
struct renamed_hash : shearline::hmac_sha256 {
    static constexpr std::string_view name = "renamed-hash";
};
using renamed = shearline::policies<instance_format, renamed_hash>;
using kept = shearline::policies<shearline::recoverable, instance_format>;
using graceful = shearline::policies<instance_format, shearline::overlap<std::chrono::hours{24}>>;

template <typename Store>
struct world {
    template <typename Policies>
    using authority = shearline::authority<Policies, Store, shearline::manual_clock>;

    world() : ring{must(shearline::keyring::create(folder.file("keyring")))}, opened{folder.file("keys.db")} {}

    template <typename Policies>
    authority<Policies> open() {
        return must(authority<Policies>::open(opened.store, ring, clock));
    }

    temporary_folder folder;
    shearline::keyring ring;
    opened_store<Store> opened;
    shearline::manual_clock clock{noon};
    shearline::request_context admin{.actor = "admin", .source_address = "127.0.0.1", .reason = "a test"};
};

inline shearline::new_credential legacy_sync() {
    return {.tenant = "acme",
            .name = "legacy sync",
            .scopes = {"contacts:read", "contacts:write"},
            .metadata = {{"owner", "Zoë"}}};
}

/// Changes a stored key so that its digest names another hash, and records the change in the feed.
template <typename Store>
void rename_hash(Store& store, const shearline::keyring& ring, const shearline::issued_key& key) {
    must(store.transact([&](auto& tx) -> shearline::result<void> {
        auto stored = *must(tx.find("instance", key.handle));
        auto owner = *must(tx.find(key.credential));
        stored.digest.hash = shearline::hash_name{"renamed-hash"};
        ++owner.version;
        must(tx.update(stored));
        must(tx.update(owner));
        return tx.append(shearline::change{
            .kind = shearline::change_kind::rotated, .credential = owner.id, .version = owner.version, .at = noon});
    }));
    prove_again(store, ring, key.credential);
}

inline std::string_view text_of(const shearline::issued_key& key) { return key.text.reveal(shearline::unsafe_reveal); }

/// The text with a new, correct checksum in its last six characters.
inline std::string with_right_checksum(std::string key) {
    const std::size_t end = key.size() - 6;
    std::uint32_t checksum = shearline::crc32::of_vartime(std::string_view{key}.substr(0, end));
    for (std::size_t i = key.size(); i-- > end; checksum /= 62)
        key[i] = shearline::base62::encode(static_cast<std::uint8_t>(checksum % 62));
    return key;
}

/// The text with another character at one position.
inline std::string with_another_letter(std::string key, std::size_t at) {
    key[at] = key[at] == 'a' ? 'b' : 'a';
    return key;
}

inline shearline::reason why_denied(const shearline::verdict& verdict) {
    BOOST_REQUIRE(!verdict);
    return verdict.denial().reason();
}

}  // namespace support
