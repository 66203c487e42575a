// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The state shared by a verifier and its readers, the state of one reader, and how one verification is answered.
// Depends on verdict.hpp, format/ and rules/; for verifier.hpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/clock.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/posix/threads.hpp>
#include <shearline/rules/monotonic_time.hpp>
#include <shearline/rules/text_or.hpp>
#include <shearline/store/keyring_binding.hpp>
#include <shearline/store/row_prover.hpp>
#include <shearline/store/store_binding.hpp>
#include <shearline/verdict.hpp>
#include <shearline/verifier/mirror.hpp>
#include <shearline/verifier/proofs.hpp>
#include <shearline/verifier/use_counts.hpp>
#include <shearline/verifier_options.hpp>

namespace shearline::inline v0_1::detail {

/// One text to verify, and where the search for its handle begins or goes on.
struct verifier_question {
    std::string_view text;
    handle key;
    std::size_t at = 0;
};

/// The state of one reader, on its own cache lines.
struct alignas(64) verifier_slot {
    epochs::slot* place = nullptr;
    bool taken = false;
    std::array<std::atomic<std::uint64_t>, std::size(reason_table) + 1> counts{};  // [0]: grants
    use_counts uses{};

    void count(std::size_t which) noexcept {  // by one thread only: no atomic addition is needed
        counts[which].store(counts[which].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    reason refuse(reason why) noexcept {
        count(static_cast<std::size_t>(why));
        return why;
    }
};

/// Keeps its reader inside for its lifetime.
class inside {
public:
    explicit inside(epochs::slot& place) noexcept : m_place{place}, m_entered{place.enter()} {}
    inside(const inside&) = delete;
    inside& operator=(const inside&) = delete;
    ~inside() { m_place.leave(m_entered); }

private:
    epochs::slot& m_place;
    std::uint64_t m_entered;
};

/// Behind a pointer, so that a verifier can be moved while readers use this. Owned by the verifier and by each reader:
/// a reader that outlives its verifier finds this closed, and does not use the store.
template <typename Policies, typename Store, typename Consistency>
struct verifier_state {
    using format = typename Policies::format;
    using prover = row_prover<proof_hash<Policies>>;
    using tag = decltype(std::declval<const proofs<Policies>&>().tag_of({}));
    using mirrored_type = mirror<format, Store, prover, Consistency>;

    verifier_state(Store& borrowed, const verifier_options& wanted, std::unique_ptr<mirrored_type> filled,
                   proofs<Policies> proving)
        : store{std::addressof(borrowed)},
          options{wanted},
          mirrored{std::move(filled)},
          owned_proofs{std::make_unique<const proofs<Policies>>(std::move(proving))},
          proves{owned_proofs.get()},
          time{monotonic_time::of(store)} {}

    /// For a reader that is outside. The state may be closed by the time it enters.
    bool is_true(epochs::slot& place) noexcept {
        if (const inside here{place}; mirrored->is_true()) return true;
        return mirrored->make_true();
    }

    /// Once this has returned, no reader grants again, and no thread uses the store or the peppers, which are wiped.
    void close() noexcept {
        if (!mirrored->is_ours()) return;  // in a forked child nothing is true, and the parent's threads never leave
        mirrored->close();
        const std::scoped_lock lock{mutex};
        const epochs::moment since = wait_for_readers();
        if (!mirrored->readers().passed(since)) return;  // a reader may be inside unseen: the last one frees all
        retired_proofs.clear();
        owned_proofs.reset();
        time.reset();
    }

    /// Waits until every reader that is seen inside now has left, which takes a microsecond at most. Requires the lock.
    epochs::moment wait_for_readers() {
        const epochs::moment since = mirrored->readers().mark();
        for (const verifier_slot& one : all_slots)
            while (one.place != nullptr && one.place->is_inside() && !one.place->has_passed(since)) yield();
        return since;
    }

    /// The proofs in use: for readers that are inside, once the state has been found true.
    [[nodiscard]] const proofs<Policies>& proving() const noexcept { return *proves.load(std::memory_order_seq_cst); }

    /// The tag must be made before: then it is computed while the line is on its way from memory.
    [[gnu::always_inline]] verdict answer(verifier_slot& of, const line_table& table, const proofs<Policies>& by,
                                          verifier_question asked, const tag& tagged, timestamp now,
                                          required_scope scope) noexcept {
        line* const known = table.find(asked.key, asked.at);
        if (known == nullptr) [[unlikely]]
            return of.refuse(why_unknown(asked.text));
        const std::uint64_t word = known->status_word();
        const std::uint32_t pepper = line_status::pepper_of(word);
        if (!by.remembers(tagged, *known)) [[unlikely]]
            if (const auto why = by.refute(asked.text, tagged, *known, table.details_of(*known), pepper))
                return of.refuse(*why);
        const line_owner owner = known->owner();
        timestamp retiring_until = grant::not_retiring;
        if (!line_status::is_plain(word) || owner.ends != never) [[unlikely]] {
            const line_status status = line_status::from_word(word);
            if (const auto why = refusal(status, owner, table.details_of(*known), to_line_seconds(now)))
                return of.refuse(*why);
            if (status.state == key_state::retiring) retiring_until = from_line_seconds(owner.ends);
        }
        const mirrored_profile& profile = mirrored->profiles()[owner.profile];
        if (!scope.is_any() && !profile.covers(scope.text())) [[unlikely]]
            return of.refuse(reason::missing_scope);
        of.uses.note(table, *known, asked.key, now);
        of.count(0);
        return grant{known->credential(),
                     {std::shared_ptr<void>{}, profile.shown},
                     asked.key,
                     retiring_until,
                     by.is_outdated(pepper),
                     Consistency::staleness};
    }

    static constexpr std::size_t answered_at_once = 64;

    /// Answers at most so many texts together. The store may be slow: the reader is outside until it has answered.
    void answer_some(verifier_slot& of, std::span<const std::string_view> texts, timestamp now, required_scope scope,
                     std::span<verdict> answers) noexcept {
        // Filled below, as far as they are used.
        std::array<const char*, answered_at_once> after_prefix;
        std::array<std::uint64_t, answered_at_once> keys;
        std::array<std::size_t, answered_at_once> places;
        std::array<tag, answered_at_once> tags;
        std::array<verdict*, answered_at_once> answer_to;
        std::size_t count = 0;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (!may_be_key<format>(texts[i])) {
                answers[i] = of.refuse(reason::malformed);
                continue;
            }
            after_prefix[count] = texts[i].data() + format::prefix.size();
            keys[count] = find_handle<format>(texts[i]).value;
            answer_to[count++] = &answers[i];
        }
        const bool was_true = is_true(*of.place);
        const inside here{*of.place};
        if (!was_true || mirrored->is_closed()) {
            for (std::size_t i = 0; i < count; ++i) *answer_to[i] = of.refuse(reason::stale);
            return;
        }
        // Memory latencies overlap: each step asks for what a later one needs.
        const line_table& table = mirrored->table();
        for (std::size_t i = 0; i < count; ++i) {
            places[i] = table.home_of(handle{keys[i]});
            table.prefetch(places[i]);
        }
        const proofs<Policies>& by = proving();
        by.tags_of(after_prefix.data(), count, tags.data());
        for (std::size_t i = 0; i < count; ++i) places[i] = table.follow(handle{keys[i]}, places[i]);
        const timestamp at = time->at(now);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string_view text{after_prefix[i] - format::prefix.size(), format::chars};
            const verifier_question asked{text, handle{keys[i]}, places[i]};
            // In its place: an assignment would copy it, and wait for the parts that were just stored.
            std::destroy_at(answer_to[i]);
            ::new (static_cast<void*>(answer_to[i])) verdict(answer(of, table, by, asked, tags[i], at, scope));
        }
    }

    [[gnu::noinline]] static reason why_unknown(std::string_view text) noexcept {
        const auto parsed = parse<format>(text);
        return parsed ? reason::unknown_handle : reason_of(parsed.error());
    }

    /// Why a key in this status is refused at a second, or nothing if it is valid.
    [[gnu::noinline]] static std::optional<reason> refusal(line_status status, line_owner owner,
                                                           const line_details& details, line_seconds second) noexcept {
        if (status.unproved) return reason::unproved;
        return refusal_of(standing_of(status, owner, details, second));
    }

    /// The same as `standing_at` of a record, in whole seconds.
    static key_standing standing_of(line_status status, line_owner owner, const line_details& details,
                                    line_seconds second) noexcept {
        if (status.state == key_state::pending) return key_standing::pending;
        if (status.state != key_state::active && status.state != key_state::retiring) return key_standing::revoked;
        if (second >= owner.ends)
            return status.state == key_state::retiring ? key_standing::grace_over : key_standing::expired;
        if (status.waits && second < details.not_before.load(std::memory_order_acquire))
            return key_standing::not_yet_valid;
        if (status.suspended) return key_standing::suspended;
        return key_standing::active;
    }

    verifier_slot& join() {
        const std::scoped_lock lock{mutex};
        verifier_slot* idle = nullptr;
        for (verifier_slot& one : all_slots)
            if (!one.taken) idle = &one;
        verifier_slot& found = idle != nullptr ? *idle : all_slots.emplace_back();
        found.place = &mirrored->readers().join();
        found.taken = true;
        return found;
    }
    void leave(verifier_slot& of) noexcept {  // its counts stay, for the next flush
        const std::scoped_lock lock{mutex};
        mirrored->readers().quit(*of.place);
        of.taken = false;
    }

    /// Binds the store to a keyring, if it can be written; and what checks the proofs of its rows. `wrong_keyring` for
    /// another keyring than the store's, or an older copy.
    static result<prover> prover_for(Store& of, const keyring& ring) {
        std::optional<result<prover>> made;
        const auto make = [&](const store_identity& bound) -> result<void> {
            made = prover::make(ring, bound.id);
            return *made ? result<void>{} : made->error();
        };
        if constexpr (key_store<Store>) {
            if (auto bound = bind_store<Policies>(of, ring, make); !bound) return std::move(bound).error();
        } else {
            auto known = of.identity();
            if (!known) return std::move(known).error();
            if (!*known || (**known).proof.key == 0) return not_proved(ring);
            if (auto good = check_identity<proof_hash<Policies>>(**known, ring); !good) return std::move(good).error();
            if (auto done = make(**known); !done) return std::move(done).error();
        }
        return *std::move(made);
    }

    result<void> use(const keyring& ring) {
        auto made = proofs<Policies>::make(ring);
        if (!made) return std::move(made).error();
        auto fresh = std::make_unique<const proofs<Policies>>(*std::move(made));
        const std::scoped_lock lock{mutex};  // serialised: the keyring bound last is the one in use
        auto rows = prover_for(*store, ring);
        if (!rows) return std::move(rows).error();
        retired_proofs.reserve(retired_proofs.size() + 1);  // the last that may throw: nothing is unlinked yet
        mirrored->prove_by(*std::move(rows));
        proves.store(fresh.get(), std::memory_order_seq_cst);
        retired_proofs.emplace_back(std::exchange(owned_proofs, std::move(fresh)), mirrored->readers().mark());
        free_unused();
        return {};
    }
    void free_unused() noexcept {
        std::erase_if(retired_proofs, [this](auto& old) { return mirrored->readers().passed(old.second); });
    }

    result<std::size_t> flush_usage() {
        if (!mirrored->is_ours())
            return error{errc::unavailable, "a verifier cannot be used in a forked child: open one there"};
        const std::scoped_lock lock{mutex};
        const auto take = [this](handle key, std::uint32_t uses, line_seconds last) {
            counted& of = unwritten[key.value];
            of.uses += uses;
            if (of.last < last) of.last = last;
        };
        for (verifier_slot& one : all_slots) one.uses.freeze();
        const epochs::moment since = wait_for_readers();
        for (verifier_slot& one : all_slots)  // null: the slot was never used
            if (one.place != nullptr && one.place->has_passed(since)) one.uses.take_all(take);
        for (verifier_slot& one : all_slots) one.uses.thaw();
        mirrored->with_tables([&](table_pair& tables) { tables.take_counts(take); });
        if (unwritten.empty()) return std::size_t{0};
        std::vector<usage> told;
        told.reserve(unwritten.size());
        for (const auto& [key, of] : unwritten)
            told.push_back({std::string{format::name}, handle{key}, from_line_seconds(of.last), of.uses});
        if (auto written = store->record_usage(std::span<const usage>{told}); !written)
            return std::move(written).error();
        unwritten.clear();
        return told.size();
    }

    std::uint64_t count_of(std::optional<reason> why) {
        const std::scoped_lock lock{mutex};
        std::uint64_t sum = 0;
        for (const verifier_slot& one : all_slots)
            sum += one.counts[why ? static_cast<std::size_t>(*why) : 0].load(std::memory_order_relaxed);
        return sum;
    }

    Store* store;
    verifier_options options;
    std::unique_ptr<mirrored_type> mirrored;
    std::unique_ptr<const proofs<Policies>> owned_proofs;
    std::atomic<const proofs<Policies>*> proves;
    std::shared_ptr<monotonic_time> time;
    std::vector<std::pair<std::unique_ptr<const proofs<Policies>>, epochs::moment>> retired_proofs;
    std::mutex mutex;
    std::deque<verifier_slot> all_slots;  // a deque does not move its elements
    struct counted {
        std::uint64_t uses = 0;
        line_seconds last = 0;
    };
    std::unordered_map<std::uint64_t, counted> unwritten;  // by handle: not written to the store yet
};

}  // namespace shearline::inline v0_1::detail
