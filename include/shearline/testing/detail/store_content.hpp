// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Random values that a store must keep, the same for the same seed.
// Depends on credential/ and store/change.hpp; never on a store.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::testing::detail {

/// The content of a transaction. A handle is used twice only in different formats.
class store_content {
public:
    /// Continues from this seed.
    void begin(std::uint64_t seed) {
        m_random.seed(seed);
        ++m_made;
    }

    /// Advances a counter, so that another key of the same step has another handle.
    void count_on() noexcept { ++m_made; }

    [[nodiscard]] const std::vector<std::string>& formats() const noexcept { return m_formats; }
    [[nodiscard]] const std::vector<std::string>& tenants() const noexcept { return m_tenants; }

    [[nodiscard]] std::size_t below(std::size_t size) { return static_cast<std::size_t>(m_random() % size); }
    [[nodiscard]] bool one_in(std::size_t size) { return below(size) == 0; }
    template <typename T>
    [[nodiscard]] const T& any_of(const std::vector<T>& all) {
        return all[below(all.size())];
    }
    [[nodiscard]] timestamp any_time() {
        return from_unix_ms(1'736'942'400'000 + static_cast<std::int64_t>(below(1'000'000'000)));
    }
    [[nodiscard]] std::optional<timestamp> perhaps_a_time() {
        return one_in(2) ? std::optional{any_time()} : std::nullopt;
    }
    template <std::size_t Bytes>
    [[nodiscard]] std::array<std::byte, Bytes> any_bytes() {
        std::array<std::byte, Bytes> bytes{};
        for (std::byte& one : bytes) one = static_cast<std::byte>(m_random());
        return bytes;
    }
    [[nodiscard]] std::string any_text() {
        using namespace std::string_view_literals;
        constexpr std::array<std::string_view, 8> texts{"legacy sync", "",        "Ünïcode & 鍵", "'; DROP TABLE--\"",
                                                        "a\0b"sv,      "%_\\ \n", "v ",           " a=b"};
        return std::string{texts[below(texts.size())]};
    }
    /// The fields of a credential that may change.
    void describe(credential& one) {
        static const auto& scopes = *new std::vector<std::vector<std::string>>{
            {},           {"contacts:read"},     {"contacts:write", "contacts:read"}, {"z:*", "a:b", "*:read"}, {"*:*"},
            {"a,b:read"}, {"twice:x", "twice:x"}};
        one.tenant = m_tenants[below(m_tenants.size())];
        one.name = "name " + any_text();
        one.scopes = any_of(scopes);
        one.metadata.clear();
        for (std::size_t i = below(4); i > 0; --i)
            one.metadata.emplace_back((one_in(4) ? "l=" : "label ") + std::to_string(below(9)), any_text());
        one.not_before = perhaps_a_time();
        one.expires_at = perhaps_a_time();
        one.suspended = one_in(3);
        one.revoked_at = one_in(4) ? std::optional{any_time()} : std::nullopt;
        one.metadata_digest = any_bytes<32>();
        one.proof = any_proof();
    }
    /// A store keeps a proof as it is given, and does not check it.
    [[nodiscard]] row_proof any_proof() { return {static_cast<std::uint32_t>(1 + below(proof_keys)), any_bytes<32>()}; }
    [[nodiscard]] store_identity any_identity() {
        return {any_bytes<16>(), "version " + std::to_string(below(99)) + "\n" + any_text() + "\n", any_proof()};
    }

    [[nodiscard]] credential new_one() {
        credential_id::bytes_type bytes{};
        for (auto& one : bytes) one = static_cast<std::uint8_t>(m_random());
        credential one{.id = credential_id::from_random(bytes),
                       .tenant = {},
                       .name = {},
                       .scopes = {},
                       .metadata = {},
                       .not_before = {},
                       .expires_at = {},
                       .created_at = any_time()};
        describe(one);
        return one;
    }

    void describe(record& key) {
        constexpr std::array states{key_state::pending, key_state::active, key_state::retiring, key_state::revoked};
        key.state = states[below(states.size())];
        key.digest = {.pepper = static_cast<std::uint32_t>(1 + below(3)), .mac = any_bytes<32>()};
        if (one_in(3)) key.digest.hash = hash_name{one_in(2) ? another_hash : longest_hash};
        key.retires_at = perhaps_a_time();
        key.revoked_at = perhaps_a_time();
        key.sealed = std::nullopt;
        if (one_in(2)) {
            key.sealed = sealed_text{static_cast<std::uint32_t>(1 + below(9)), any_bytes<24>(), {}};
            for (std::size_t i = 1 + below(90); i > 0; --i)
                key.sealed->box.push_back(static_cast<std::byte>(m_random()));
        }
    }

    [[nodiscard]] record new_key(const credential& owner, std::uint32_t generation) {
        record key{.format = m_formats[below(m_formats.size())],
                   .handle = handle{one_in(4) ? ~m_made : m_made * 16 + below(16) + 1},
                   .credential = owner.id,
                   .generation = generation,
                   .digest = {},
                   .created_at = any_time()};
        describe(key);
        if (one_in(4)) {
            key.uses = 1 + below(9);
            key.last_used_at = any_time();
        }
        if (m_last && m_last->format != key.format && one_in(2)) key.handle = m_last->handle;
        m_last = key;
        return key;
    }

    [[nodiscard]] change any_change(const credential& owner) {
        return {.sequence = m_random(),  // replaced by the store
                .tag = m_random(),
                .kind = static_cast<change_kind>(1 + below(8)),
                .credential = owner.id,
                .version = owner.version,
                .at = any_time()};
    }

    [[nodiscard]] audit_event any_event(const credential& owner) {
        return {.sequence = m_random(),
                .at = any_time(),
                .actor = "actor " + any_text(),
                .action = "action " + any_text(),
                .tenant = owner.tenant,
                .credential = owner.id,
                .handle = one_in(2) ? std::optional{handle{1 + below(99)}} : std::nullopt,
                .source_address = any_text(),
                .reason = any_text()};
    }

    [[nodiscard]] idempotency_entry any_entry(const credential& owner) {
        m_now += std::chrono::milliseconds{100};
        return {.token = any_bytes<32>(),
                .arguments = any_bytes<32>(),
                .credential = owner.id,
                .handle = one_in(2) ? std::optional{handle{1 + below(99)}} : std::nullopt,
                .created_at = m_now,
                .expires_at = m_now + std::chrono::milliseconds{1 + below(300)},
                .proof = any_proof()};
    }

    static constexpr std::uint32_t proof_keys = 9;  ///< numbers: so few that some are used, and some are not
    static constexpr std::string_view another_hash = "another-hash";
    static constexpr std::string_view longest_hash = "another-hash-with-a-name-of-32-c";  // begins like the first

private:
    std::mt19937_64 m_random;
    std::vector<std::string> m_formats{"instance", "a-format-with-a-name-as-long-as-1",
                                       "a-format-with-a-name-as-long-as-2"};
    std::vector<std::string> m_tenants{"acme", "ACME", "acme2", "acm_", "acme ", "umbrella", "Zoë's \"shop\""};
    std::optional<record> m_last;
    timestamp m_now = from_unix_ms(1'736'942'400'000);
    std::uint64_t m_made = 0;
};

}  // namespace shearline::inline v0_1::testing::detail
