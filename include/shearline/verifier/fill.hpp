// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Converts records to lines, and fills a table from a scan, by one thread or by several.
// Depends on store/scan.hpp and the lines; never on one store.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/store/change.hpp>
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

/// The status and the owner of one key. `invalid_argument` if the pepper's number does not fit into a line. (A
/// template, as `mirror_key` is, so that only who fills a mirror pays for its compilation.)
template <typename Terms>
[[nodiscard]] result<std::pair<line_status, line_owner>> line_words_of(const Terms& terms, key_state state,
                                                                       const std::optional<timestamp>& retires_at,
                                                                       std::uint32_t pepper) {
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
template <typename Profiles, typename Prover>
[[nodiscard]] result<std::pair<mirrored_credential, line_terms>> mirror_credential(Profiles& profiles,
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
template <typename Key>
[[nodiscard]] result<mirrored_key> mirror_key(const line_terms& terms, const Key& of, const hash_name& hash) {
    line_proof proof = line_proof_of(of.digest, hash);
    if (terms.unproved && proof.pepper > line_status::max_pepper) proof.pepper = no_pepper;  // it stops nobody else
    auto words = line_words_of(terms, of.state, of.retires_at, proof.pepper);
    if (!words) return std::move(words).error();
    return mirrored_key{of.handle, proof.digest, words->first, words->second};
}

/// Fills a table of the right size from a scan (see store/scan.hpp), with a sink for each thread. Calls
/// `progress(done, of)` with numbers of keys, at every 65,536 and at the end, in any of the threads, one at a time.
template <typename Prover, typename Progress>
class mirror_fill {
public:
    /// The sink of one thread. What it took waits in a batch, so that memory latencies overlap.
    class sink {
    public:
        explicit sink(mirror_fill& of) noexcept : m_of{&of} {}

        [[nodiscard]] result<void> begin(std::uint64_t /*credentials*/, std::uint64_t keys) {
            return m_of->begin(keys);
        }

        [[nodiscard]] result<void> take(const scanned_credential& of, std::span<const scanned_key> keys) {
            if (m_of->m_table == nullptr) return other_number();
            auto owner = mirror_credential(*m_of, m_of->m_rows, of, keys);
            if (!owner) return std::move(owner).error();
            m_has_unproved = m_has_unproved || owner->second.unproved;
            for (const scanned_key& key : keys) {
                if (key.format != m_of->m_format) continue;
                auto made = mirror_key(owner->second, key, m_of->m_hash);
                if (!made) return std::move(made).error();
                m_of->m_table->prefetch_insertion(m_of->m_table->home_of(key.handle), of.id);
                m_batch[m_waiting++] = {owner->first, *made};
                if (m_waiting < m_batch.size()) continue;
                if (auto done = insert(); !done) return done;
            }
            return {};
        }

    private:
        friend mirror_fill;

        [[nodiscard]] result<void> insert() { return m_of->insert({m_batch.data(), std::exchange(m_waiting, 0)}); }

        mirror_fill* m_of;
        std::array<std::pair<mirrored_credential, mirrored_key>, 64> m_batch{};
        std::size_t m_waiting = 0;
        bool m_has_unproved = false;
    };

    mirror_fill(profile_table& profiles, std::string_view format, const hash_name& hash, const Prover& rows,
                Progress& progress, std::size_t threads)
        : m_format{format},
          m_hash{hash},
          m_rows{rows},
          m_progress{progress},
          m_sinks(threads < 1              ? 1
                  : threads > most_threads ? most_threads
                                           : threads,
                  sink{*this}),
          m_profiles{profiles} {}
    mirror_fill(const mirror_fill&) = delete;
    mirror_fill& operator=(const mirror_fill&) = delete;

    /// Scans a store, by one thread or, if the store can be scanned in parts, by as many as were asked for.
    template <typename Store>
    [[nodiscard]] result<feed_head> read(Store&& store) {
        auto head = scan(store);
        if (!head) return head;
        for (sink& each : m_sinks)
            if (auto inserted = each.insert(); !inserted) return std::move(inserted).error();
        m_progress(m_done, m_keys);
        return head;
    }

    /// The table, once a store was read.
    [[nodiscard]] std::unique_ptr<line_table> done() noexcept { return std::move(m_table); }

    [[nodiscard]] bool has_unproved() const noexcept {
        bool found = false;
        for (const sink& each : m_sinks) found = found || each.m_has_unproved;
        return found;
    }

    /// The progress, as the end of an error text.
    [[nodiscard]] std::string how_far() const {
        std::uint64_t taken = m_done;
        for (const sink& each : m_sinks) taken += each.m_waiting;
        return " (the mirror had taken " + std::to_string(taken) + " of " + std::to_string(m_keys) + " keys)";
    }

    /// The number of a profile, for the sinks.
    [[nodiscard]] result<std::uint32_t> number_of(std::string_view tenant, std::string_view scopes) {
        const std::scoped_lock lock{m_mutex};
        return m_profiles.number_of(tenant, scopes);
    }

private:
    static constexpr std::size_t most_threads = 64;

    static error other_number() { return {errc::corrupt, "a scan gave another number of keys than it had announced"}; }

    template <typename Store>
    [[nodiscard]] result<feed_head> scan(Store& store) {
        if constexpr (parts_can_be_scanned<Store>)
            if (m_sinks.size() > 1) return store.scan_parts(m_format, std::span{m_sinks});
        return store.scan(m_format, m_sinks.front());
    }

    [[nodiscard]] result<void> begin(std::uint64_t keys) {
        auto table = line_table::make(line_table::lines_for(keys));
        if (!table) return std::move(table).error();
        m_table = *std::move(table);
        m_keys = keys;
        return {};
    }

    /// Of no more keys than were announced: the table has room for those.
    [[nodiscard]] result<void> insert(std::span<const std::pair<mirrored_credential, mirrored_key>> batch) {
        const std::scoped_lock lock{m_mutex};
        if (batch.size() > m_keys - m_done) return other_number();
        for (const auto& [owner, key] : batch)
            if (!key.status.is_dead()) m_table->insert(owner, key);
        constexpr std::uint64_t step = 65'536;
        const std::uint64_t before = std::exchange(m_done, m_done + batch.size());
        if (before / step != m_done / step) m_progress(m_done / step * step, m_keys);
        return {};
    }

    std::string_view m_format;
    hash_name m_hash;
    const Prover& m_rows;
    Progress& m_progress;
    std::vector<sink> m_sinks;
    std::mutex m_mutex;  // of what follows; the table is there before a sink takes anything
    profile_table& m_profiles;
    std::unique_ptr<line_table> m_table;
    std::uint64_t m_keys = 0;
    std::uint64_t m_done = 0;
};

}  // namespace shearline::inline v0_1::detail
