// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Converts records to lines, and fills a table from a scan.
// Depends on store/scan.hpp and the lines; never on one store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/credential/record.hpp>
#include <shearline/store/scan.hpp>
#include <shearline/verifier/line_table.hpp>
#include <shearline/verifier/profiles.hpp>

namespace shearline::inline v0_1::detail {

/// What the lines of all keys of a credential have in common.
struct line_terms {
    bool revoked = false;
    bool suspended = false;
    bool waits = false;
    bool unproved = false;
    line_seconds ends = never;
    std::uint32_t profile = 0;
};

/// The end of a key, rounded down to a second: the key ends up to a second early, never late.
[[nodiscard]] constexpr line_seconds line_end_of(const std::optional<timestamp>& at) noexcept {
    return at ? to_line_seconds(*at) : never;
}

/// The begin of a key, rounded up to a second.
[[nodiscard]] constexpr line_seconds line_begin_of(const std::optional<timestamp>& at) noexcept {
    if (!at) return 0;
    const line_seconds second = to_line_seconds(*at);
    return from_line_seconds(second) < *at ? second + 1 : second;
}

/// The status and the owner of one key. `invalid_argument` if the pepper's number does not fit into a line.
[[nodiscard]] inline result<std::pair<line_status, line_owner>> line_words_of(
    const line_terms& terms, key_state state, const std::optional<timestamp>& retires_at, std::uint32_t pepper) {
    if (pepper > line_status::max_pepper)
        return error{errc::invalid_argument,
                     "the number of a pepper is above " + std::to_string(line_status::max_pepper)};
    // A retiring key without an end is past its grace.
    const line_seconds grace = state != key_state::retiring ? never : retires_at ? line_end_of(retires_at) : 0;
    return std::pair{line_status{.state = terms.revoked || !is_key_state(state) ? key_state::revoked : state,
                                 .suspended = terms.suspended,
                                 .waits = terms.waits,
                                 .unproved = terms.unproved,
                                 .pepper = pepper},
                     line_owner{grace < terms.ends ? grace : terms.ends, terms.profile}};
}

/// A credential for a mirror, and what its lines have in common; `rows` checks its proof.
template <typename Prover>
[[nodiscard]] result<std::pair<mirrored_credential, line_terms>> mirror_credential(profile_table& profiles,
                                                                                   const Prover& rows,
                                                                                   const scanned_credential& of,
                                                                                   std::span<const scanned_key> keys) {
    const bool proved = rows.is_proved(of, keys);  // if not, nothing of it is shown, or may fill the profiles
    auto profile = proved ? profiles.number_of(of.tenant, of.scopes) : profiles.number_of({}, {});
    if (!profile) return std::move(profile).error();
    return std::pair{mirrored_credential{of.id, line_begin_of(of.not_before), static_cast<std::uint32_t>(of.version)},
                     line_terms{of.revoked_at.has_value(), of.suspended, of.not_before.has_value(), !proved,
                                line_end_of(of.expires_at), *profile}};
}

/// A key for a mirror of keys whose digests were made by `hash`.
[[nodiscard]] inline result<mirrored_key> mirror_key(const line_terms& terms, const scanned_key& of,
                                                     const hash_name& hash) {
    line_proof proof = line_proof_of(of.digest, hash);
    if (terms.unproved && proof.pepper > line_status::max_pepper) proof.pepper = no_pepper;  // it stops nobody else
    auto words = line_words_of(terms, of.state, of.retires_at, proof.pepper);
    if (!words) return std::move(words).error();
    return mirrored_key{of.handle, proof.digest, words->first, words->second};
}

/// Fills a table of the right size from a scan (see store/scan.hpp). Calls `progress(done, of)` with numbers of keys,
/// at every 65,536 and at the end.
template <typename Prover, typename Progress>
class mirror_fill {
public:
    mirror_fill(profile_table& profiles, std::string_view format, const hash_name& hash, const Prover& rows,
                Progress& progress) noexcept
        : m_profiles{&profiles}, m_format{format}, m_hash{hash}, m_rows{&rows}, m_progress{&progress} {}

    [[nodiscard]] result<void> begin(std::uint64_t /*credentials*/, std::uint64_t keys) {
        m_keys = keys;
        auto table = line_table::make(line_table::lines_for(keys));
        if (!table) return std::move(table).error();
        m_table = *std::move(table);
        return {};
    }

    [[nodiscard]] result<void> take(const scanned_credential& of, std::span<const scanned_key> keys) {
        auto owner = mirror_credential(*m_profiles, *m_rows, of, keys);
        if (!owner) return std::move(owner).error();
        m_has_unproved = m_has_unproved || owner->second.unproved;
        for (const scanned_key& key : keys) {
            if (key.format != m_format) continue;
            if (m_done + m_waiting == m_keys)
                return error{errc::corrupt, "a scan gave another number of keys than it had announced"};
            auto made = mirror_key(owner->second, key, m_hash);
            if (!made) return std::move(made).error();
            m_table->prefetch_insertion(m_table->home_of(key.handle), of.id);
            m_batch[m_waiting++] = {owner->first, *made};
            if (m_waiting == m_batch.size()) insert();
        }
        return {};
    }

    /// The table, once the scan has succeeded.
    [[nodiscard]] std::unique_ptr<line_table> done() {
        insert();
        (*m_progress)(m_done, m_keys);
        return std::move(m_table);
    }

    [[nodiscard]] bool has_unproved() const noexcept { return m_has_unproved; }

    /// The progress, as the end of an error text.
    [[nodiscard]] std::string how_far() const {
        return " (the mirror had taken " + std::to_string(m_done + m_waiting) + " of " + std::to_string(m_keys) +
               " keys)";
    }

private:
    /// Inserts a batch, so that the memory latencies of its lines overlap. (The table has room for all keys.)
    void insert() {
        for (std::size_t i = 0; i < m_waiting; ++i) {
            const auto& [owner, key] = m_batch[i];
            if (!key.status.is_dead()) m_table->insert(owner, key);
        }
        m_done += m_waiting;
        m_waiting = 0;
        if (m_done % 65'536 == 0) (*m_progress)(m_done, m_keys);
    }

    profile_table* m_profiles;
    std::string_view m_format;
    hash_name m_hash;
    const Prover* m_rows;
    Progress* m_progress;
    std::unique_ptr<line_table> m_table;
    std::array<std::pair<mirrored_credential, mirrored_key>, 64> m_batch{};
    std::size_t m_waiting = 0;
    bool m_has_unproved = false;
    std::uint64_t m_keys = 0;
    std::uint64_t m_done = 0;
};

}  // namespace shearline::inline v0_1::detail
