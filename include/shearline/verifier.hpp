// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The data plane: verifies keys from an in-memory copy of the store.
// Depends on policies.hpp and rules/; never on one store, and never on an authority.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <shearline/chrono.hpp>
#include <shearline/clock.hpp>
#include <shearline/concepts.hpp>
#include <shearline/consistency.hpp>
#include <shearline/format/find_handle.hpp>
#include <shearline/format/secret_floor.hpp>
#include <shearline/keyring.hpp>
#include <shearline/keyring/digester.hpp>
#include <shearline/policies.hpp>
#include <shearline/posix/threads.hpp>
#include <shearline/rules/scope.hpp>
#include <shearline/rules/time_mistakes.hpp>
#include <shearline/store/store_binding.hpp>
#include <shearline/store/store_mistakes.hpp>
#include <shearline/verdict.hpp>
#include <shearline/verifier/poll_pause.hpp>
#include <shearline/verifier/seats.hpp>
#include <shearline/verifier/state.hpp>

namespace shearline::inline v0_1 {

/// The size of a verifier's copy.
struct verifier_size {
    std::uint64_t keys = 0;        ///< that are not revoked
    std::uint64_t lines = 0;       ///< of the hash table, 64 bytes each
    std::uint64_t used_lines = 0;  ///< including those of revoked keys
    std::uint64_t profiles = 0;    ///< distinct pairs of tenant and scopes seen since it was opened

    /// Memory of the lines and of what belongs to each: 32 bytes of details, which are read where a line does not
    /// remember the text, and 12 that only changes touch. Profiles are not included.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return lines * (64 + 32 + 12); }
};

/// Verifies the keys of one format of one store, from a copy in memory that follows the store's feed.
///
/// With `strict` consistency (default for a store on this machine), every verification that begins after a revocation
/// returned, here or in another process of this machine, sees it: a verification first compares the store's change
/// count, and if that has moved, applies the feed before it answers, or denies (`stale`) if the store does not answer.
/// With `bounded<D>` (default for a `remote_feed`, with 10 s), a verification never asks the store: it sees every
/// change that is older than D, and denies (`stale`) once a thread that calls `run` or `poll` has not heard from the
/// store for D. Grants are never cached.
///
/// The store is borrowed and must outlive the verifier; the keyring is copied. A reader may outlive the verifier, as a
/// `thread_local` one does: once the verifier's destructor has returned, it denies (`stale`) and does not touch the
/// store. Tenant and scopes of a grant lie in memory shared by the verifier and its readers: they can be read while the
/// verifier or the reader that gave the grant exists.
///
/// It starts no thread: let one thread call `run`, or call `poll` and `flush_usage` now and then. A bounded verifier
/// needs it: without polls, it denies everything after D. Movable (one that was moved from may only be destroyed or
/// assigned to); otherwise thread-safe, except that a reader is used by one thread at a time. In a child made by `fork`
/// it denies (`stale`), and `poll` and `flush_usage` are `unavailable`: open another.
template <typename Policies, typename Store, typename Consistency>
class verifier {
    static_assert(sizeof(detail::bundle_mistakes<Policies>) > 0 && sizeof(detail::feed_mistakes<Store>) > 0 &&
                  sizeof(detail::consistency_mistakes<Consistency, Store>) > 0);
    static_assert(key_feed<Store>, "verifier<Policies, Store>: Store must model key_feed, as every key_store does");
    static_assert(Policies::format::has_handle,
                  "verifier: a key of this format carries no handle to look it up by: give the format a handle_field");
    static_assert(unguessable_format<typename Policies::format>,
                  "verifier: a secret under 128 bits can be guessed: give secret_field 22 base62 characters or more");

    using shared = detail::verifier_state<Policies, Store, typename detail::consistency_choice<Consistency>::type>;
    using slot = detail::verifier_slot;

public:
    using format = typename Policies::format;  ///< of the keys
    /// `strict` or `bounded<…>`, also where it was left to the store.
    using consistency = typename detail::consistency_choice<Consistency>::type;

    /// Verifies for one thread. A verification does not allocate, lock, wait or call the system, unless it is strict
    /// and the store has changed or the lease has run out.
    class reader {
    public:
        reader(reader&& other) noexcept : m_of{std::move(other.m_of)}, m_slot{std::exchange(other.m_slot, nullptr)} {}
        reader& operator=(reader&&) = delete;
        ~reader() {
            if (m_slot != nullptr) m_of->leave(*m_slot);
        }

        /// Whether a text is a valid key that holds `scope` at `now`; no key holds an empty scope. Time does not go
        /// back: the time used is the later of `now` and the latest time given to any authority or verifier of this
        /// store object in this process. A `now` more than a day ahead of that and of the system's clock counts for
        /// this call alone. Validity ends at whole seconds: a key ends up to a second early, never late.
        ///
        /// Constant-time in digests, memos and peppers; whether a handle is known, and whether its memo is warm, can be
        /// observed. O(1). Inlined, so that its cost does not depend on the caller's other code.
        ///
        /// Example:
        ///     auto tenant_of = [](auto& reader, std::string_view text) {  // a reader of this thread: see `new_reader`
        ///         const shearline::timestamp now = shearline::coarse_clock{}.now();
        ///         const shearline::verdict answer = reader.verify(text, now, "contacts:write");
        ///         return answer ? answer.grant().tenant() : std::string{};  // answer.denial() says why
        ///     };
        [[nodiscard, gnu::always_inline]] verdict verify(std::string_view text, timestamp now,
                                                         required_scope scope = any_scope) noexcept {
            shared& of = *m_of;
            slot& mine = *m_slot;
            if (!may_be_key<format>(text)) return mine.refuse(reason::malformed);
            {
                const detail::inside here{*mine.place};
                const handle key = find_handle<format>(text);
                of.mirrored->table().prefetch(key);  // a hint only: the table that counts is loaded below
                if (of.mirrored->is_true()) [[likely]] {
                    const detail::line_table& table = of.mirrored->table();
                    const timestamp at = of.time->at(now);
                    const auto& proving = of.proving();
                    return of.answer(mine, table, proving, {text, key, table.home_of(key)}, proving.tag_of(text), at,
                                     scope);
                }
            }
            return verify_once_true(text, now, scope);
        }
        /// Never compiles: says how a timestamp is made of `now`.
        template <detail::no_timestamp Time>
        verdict verify(std::string_view, const Time&, required_scope = any_scope) noexcept {
            static_assert(sizeof(detail::time_mistakes<Time>) > 0);
            return reason::malformed;
        }

        /// The same for many texts, `answers[i]` for `texts[i]`: texts, lines and checks are processed in batches of
        /// 64, so that memory latencies overlap. Returns how many were answered, the smaller of the two sizes; other
        /// answers stay as they were.
        ///
        /// Example:
        ///     auto verify_batch = [](auto& reader, std::span<const std::string_view> texts) {
        ///         std::array<shearline::verdict, 64> answers;
        ///         reader.verify_many(texts, shearline::coarse_clock{}.now(), shearline::any_scope, answers);
        ///         return answers;  // those past texts.size() are as they were made: denials
        ///     };
        std::size_t verify_many(std::span<const std::string_view> texts, timestamp now, required_scope scope,
                                std::span<verdict> answers) noexcept {
            const std::size_t all = texts.size() < answers.size() ? texts.size() : answers.size();
            for (std::size_t first = 0; first < all; first += at_once) {
                const std::size_t count = all - first < at_once ? all - first : at_once;
                m_of->answer_some(*m_slot, texts.subspan(first, count), now, scope, answers.subspan(first, count));
            }
            return all;
        }

    private:
        friend verifier;
        static constexpr std::size_t at_once = shared::answered_at_once;

        explicit reader(std::shared_ptr<shared> of) : m_of{std::move(of)}, m_slot{&m_of->join()} {}

        /// The store may be slow: the reader stays outside until it has answered.
        [[gnu::noinline]] verdict verify_once_true(std::string_view text, timestamp now,
                                                   required_scope scope) noexcept {
            verdict answer;
            m_of->answer_some(*m_slot, {&text, 1}, now, scope, {&answer, 1});
            return answer;
        }

        std::shared_ptr<shared> m_of;
        slot* m_slot;
    };

    /// Fills a verifier: O(keys). Calls `progress(done, of)` with numbers of keys, at every 65,536 and at the end; with
    /// several `fill_threads`, in any of them, one call at a time.
    ///
    /// Errors: those of the store, with how many keys were loaded; `wrong_keyring`; `wrong_hash`; `unavailable` if
    /// memory runs out, and if a remote store failed over meanwhile.
    ///
    /// Example:
    ///     #include <thread>
    ///     auto serve = []<typename Policies, typename Store>(Store& store, const shearline::keyring& ring) {
    ///         auto keys = shearline::verifier<Policies, Store>::open(store, ring, {.lease = std::chrono::seconds{2}});
    ///         if (!keys) return false;  // keys.error() says why
    ///         std::jthread following{[&](std::stop_token stop) { (void)keys->run(stop); }};
    ///         auto reader = keys->new_reader();
    ///         return static_cast<bool>(reader.verify("acme_...", shearline::coarse_clock{}.now()));
    ///     };
    template <typename Progress>
    [[nodiscard]] static result<verifier> open(Store& store, const keyring& ring, const verifier_options& options,
                                               Progress&& progress) {
        auto rows = shared::prover_for(store, ring);
        if (!rows) return std::move(rows).error();
        auto proving = detail::proofs<Policies>::make(ring);
        if (!proving) return std::move(proving).error();
        constexpr hash_name hash = detail::digester<typename Policies::hash>::hash;
        auto mirrored = shared::mirrored_type::open(store, options, hash, *std::move(rows), progress);
        if (!mirrored) return std::move(mirrored).error();
        return verifier{std::make_shared<shared>(store, options, *std::move(mirrored), *std::move(proving))};
    }
    [[nodiscard]] static result<verifier> open(Store& store, const keyring& ring,
                                               const verifier_options& options = {}) {
        return open(store, ring, options, [](std::uint64_t, std::uint64_t) {});
    }
    /// Never compiles: says what to give in the place of a temporary store, or of a `result`.
    template <typename Given, typename Ring, typename... Progress>
        requires detail::opens_nothing<Given, Ring>
    static result<verifier> open(Given&&, const Ring&, const verifier_options& = {}, const Progress&...) {
        static_assert(sizeof(detail::open_mistakes<Given, Ring>) > 0);
    }

    /// Whether a text is a valid key that holds `scope` now, as `reader::verify` decides it. May be called from any
    /// thread: it borrows one of 16 to 64 readers (twice the number of processors) for the call, and takes the time
    /// from `coarse_clock`. Does not lock or allocate; if more threads verify at once than there are readers, it yields
    /// until one is free. A reader of the thread's own (`new_reader`) saves some nanoseconds. O(1).
    /// Example:
    ///     auto tenant_of = [](auto& keys, std::string_view text) {
    ///         const shearline::verdict answer = keys.verify(text, shearline::scope<"contacts:write">);
    ///         return answer ? answer.grant().tenant() : std::string{};  // answer.denial() says why
    ///     };
    [[nodiscard]] verdict verify(std::string_view text, required_scope scope = any_scope) noexcept {
        return verify(text, coarse_clock{}.now(), scope);
    }
    /// The same at a given time.
    [[nodiscard]] verdict verify(std::string_view text, timestamp now, required_scope scope = any_scope) noexcept {
        const auto wait = [this] {  // in a child by fork nobody may be there to finish
            detail::yield();
            return m_shared->mirrored->is_ours();
        };
        return m_seats.with([&](reader& mine) { return mine.verify(text, now, scope); }, wait,
                            [] { return verdict{reason::stale}; });
    }
    /// Never compiles: says how a timestamp is made of `now`.
    template <detail::no_timestamp Time>
        requires(!std::convertible_to<const Time&, required_scope>)
    verdict verify(std::string_view, const Time&, required_scope = any_scope) noexcept {
        static_assert(sizeof(detail::time_mistakes<Time>) > 0);
        return reason::malformed;
    }
    /// Never compiles: a verification counts uses, and so is not const.
    template <typename Never = void>
    verdict verify(std::string_view, required_scope = any_scope) const noexcept {
        static_assert(!std::is_void_v<Never>, "verify: a const verifier cannot verify: take it by verifier&");
        return reason::malformed;
    }

    /// A reader for one thread; keep it for the thread's lifetime. Takes a lock and may allocate. O(readers).
    /// Example:
    ///     auto reader_of_this_thread = [](auto& keys) -> auto& {
    ///         thread_local auto reader = keys.new_reader();  // one verifier in the process; readers may outlive it
    ///         return reader;
    ///     };
    [[nodiscard]] reader new_reader() { return reader{m_shared.get_deleter().state}; }

    /// Applies the changes in the feed and returns their number. May block on the store. Errors: those of the store;
    /// `rolled_back` if an older copy of the store was restored; `unavailable` if memory runs out. Then verifications
    /// are denied (`stale`) if the store has changed, or once the lease has run out.
    [[nodiscard]] result<std::size_t> poll() {
        auto applied = m_shared->mirrored->poll();
        const std::scoped_lock lock{m_shared->mutex};
        m_shared->free_unused();
        return applied;
    }

    /// Writes the counted uses to the store in one batch; returns the number of keys written. Call it before the
    /// program ends; after an error the counts are kept for the next call. Times are whole seconds.
    [[nodiscard]] result<std::size_t> flush_usage() { return m_shared->flush_usage(); }

    /// Polls and flushes, in the periods of the options, until `stop` is requested; then flushes once more and returns
    /// the outcome of that flush. Blocks. Calls `told(const error&)` for each call that failed; it is repeated in the
    /// next period. Log these: they say why verifications are denied.
    ///
    /// `stop` is a std::stop_token or any other `stop_signal`; it is asked at least every 100 ms. A `remote_feed` is
    /// also polled as soon as it says that it may have changed, unless the last poll failed.
    ///
    /// Example:
    ///     #include <stop_token>
    ///     auto follow = [](auto& keys, std::stop_token stop, auto& log) {
    ///         return keys.run(stop, [&log](const shearline::error& why) { log.warn(why.message()); });
    ///     };
    template <typename Stop, typename Told>
    [[nodiscard]] result<std::size_t> run(const Stop& stop, Told told) {
        static_assert(stop_signal<Stop>,
                      "verifier::run: stop is a std::stop_token, or has bool stop_requested() const");
        detail::poll_pause<Store> pause{*m_shared->store, m_shared->options.poll_every};
        bool has_failed = false;
        for (auto flushed = std::chrono::steady_clock::now();;) {
            pause.wait(stop, has_failed);
            if (stop.stop_requested()) return flush_usage();
            pause.note();
            const auto polled = poll();
            has_failed = !polled;
            if (has_failed) told(polled.error());
            if (std::chrono::steady_clock::now() - flushed < m_shared->options.flush_every) continue;
            if (const auto written = flush_usage(); !written) told(written.error());
            flushed = std::chrono::steady_clock::now();
        }
    }

    /// The same, ignoring errors.
    template <typename Stop>
    [[nodiscard]] result<std::size_t> run(const Stop& stop) {
        return run(stop, [](const error&) {});
    }

    /// Replaces the keyring, for all verifications that begin after this returned: a dropped pepper proves nothing, and
    /// no text is remembered. Binds the store to it first, as `open` does. Errors: `wrong_keyring`, those of the store,
    /// and `unavailable` if guarded memory runs out; nothing is changed then.
    [[nodiscard]] result<void> use(const keyring& ring) { return m_shared->use(ring); }

    /// How many verifications were denied for this reason; `std::nullopt`: how many were granted. O(readers).
    [[nodiscard]] std::uint64_t count_of(std::optional<reason> why) const { return m_shared->count_of(why); }

    /// The size of the copy. Takes a lock.
    [[nodiscard]] verifier_size size() const {
        return m_shared->mirrored->with_tables([&](const detail::table_pair& tables) {
            const detail::line_table& table = tables.current();
            return verifier_size{table.used() - table.dead(), table.size(), table.used(),
                                 m_shared->mirrored->profiles().size()};
        });
    }

    /// The average number of lines touched by a successful look-up, over all keys. O(lines).
    [[nodiscard]] double probes_per_hit() const {
        return m_shared->mirrored->with_tables(
            [](const detail::table_pair& tables) { return tables.current().probes_per_hit(); });
    }

private:
    /// The verifier's reference to the state shared with its readers: closed when the verifier ends, freed with the
    /// last reference.
    struct closing {
        std::shared_ptr<shared> state;
        void operator()(shared* ended) const noexcept { ended->close(); }
    };

    explicit verifier(std::shared_ptr<shared> made)
        : m_shared{made.get(), closing{made}}, m_seats{[&] { return reader{made}; }} {}

    std::unique_ptr<shared, closing> m_shared;
    detail::seats<reader> m_seats;
};

}  // namespace shearline::inline v0_1
