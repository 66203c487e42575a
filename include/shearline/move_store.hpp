// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Moves the keys of a store to another one, such as from an SQLite file to PostgreSQL, and closes the first for good.
// Depends on store/sql/row_copy.hpp and authority/; never on one store.
#pragma once

#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <shearline/authority/feed_watch.hpp>
#include <shearline/authority/requests.hpp>
#include <shearline/clock.hpp>
#include <shearline/concepts.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/sql/row_copy.hpp>

namespace shearline::inline v0_1 {

/// What `move_store` did.
struct moved_store {
    std::uint64_t rows = 0;  ///< of all tables, that were copied
    bool was_moved = false;  ///< an earlier call had copied everything: nothing was left to do
};

namespace detail {

/// A store whose transactions work on the tables that all SQL stores have.
template <typename Store>
concept sql_store = key_store<Store> && requires(typename Store::transaction& tx) { sql::transaction_rows::of(tx); };

/// Appends the last change of a feed: from its commit on, the store is closed.
template <typename Transaction>
[[nodiscard]] result<void> append_closed(Transaction& tx, timestamp now) {
    change last{.kind = change_kind::closed, .credential = credential_id::from_random({}), .version = 1, .at = now};
    auto done = fill_object(last.tag);
    if (done) done = tx.append(last);
    return done;
}

/// Copies everything, and checks that all of it came; calls `progress(done, of)`.
template <typename From, typename To, typename Progress>
[[nodiscard]] result<std::uint64_t> copy_store(From& from, To& to, Progress& progress) {
    const auto counts = sql::count_rows(from);
    if (!counts) return counts.error();
    const std::uint64_t all = std::accumulate(counts->begin(), counts->end(), std::uint64_t{0});
    std::uint64_t copied = 0;
    progress(copied, all);
    auto done = sql::copy_rows(from, to, [&](std::uint64_t rows) { progress(copied += rows, all); });
    if (!done) return std::move(done).error();
    const auto arrived = sql::count_rows(to);
    if (!arrived) return arrived.error();
    if (*arrived != *counts)
        return error{errc::corrupt, to.path() + ": has other numbers of rows than were copied: nothing was kept"};
    return all;
}

}  // namespace detail

/// Moves credentials, keys, metadata, feed, audit, idempotency entries, hashes and the identity of a store to another
/// one, unchanged: the keyring stays the same, and what was proved stays proved. Rows that were edited are copied as
/// they are, and stay refused. The audit has an event "move" by `by` at the end. Both are stores in SQL databases; `to`
/// is new: nothing has opened it but its `open`.
///
/// While rows are copied, `from` verifies keys as before, and changes wait for their turn or are `unavailable`. Then
/// `from` is closed, durably, and only after that is `to` committed, whole. A closed store answers nothing, in any
/// process: authorities deny (`store_unavailable`), and their changes and readings are `illegal_state`; a verifier
/// denies (`stale`) from the next verification on, as after a revocation. So no process that still runs on `from`
/// grants a key that is revoked in `to`. A store cannot be opened again once it is closed.
///
/// After an error or a power cut, either `from` is open as before and `to` is new, or `from` is closed and the same
/// call finishes the move. Once that was done, it changes nothing (`was_moved`).
///
/// Calls `progress(done, of)` with numbers of rows; it must not take longer than a second. O(n), in bounded memory.
///
/// Errors: `not_found` if `from` is new; `conflict` if `to` is not, and nothing was changed then; `illegal_state` if
/// `to` was closed; those of the stores, also for a row that `to` cannot hold, which says in which table;
/// `invalid_argument` for a context that cannot be audited.
///
/// Example:
///     auto move = [](auto& file, auto& database) {
///         const auto show = [](std::uint64_t done, std::uint64_t of) { (void)(done * 100 / (of + 1)); };
///         return shearline::move_store(file, database, {.actor = "ada", .reason = "to the fleet"}, show);
///     };
template <typename From, typename To, typename Progress>
[[nodiscard]] result<moved_store> move_store(From& from, To& to, const request_context& by, Progress progress) {
    static_assert(detail::sql_store<From> && detail::sql_store<To>,
                  "move_store: both must be stores in SQL databases, such as sqlite_store or postgres_store");
    using detail::sql::transaction_rows;
    if (auto good = detail::check(by); !good) return std::move(good).error();
    const auto identity = from.identity();
    if (!identity) return identity.error();
    if (!*identity) return error{errc::not_found, "the store to move is new: it holds no keys"};
    const auto target = to.head();
    if (!target) return target.error();
    if (target->closed)
        return error{errc::illegal_state, "the target was closed itself: its keys were moved to another store"};

    moved_store done;
    bool is_closed = false;
    auto moved = to.transact([&](typename To::transaction& into) -> result<void> {
        auto& there = transaction_rows::of(into);
        const auto before = detail::sql::count_rows(there);
        if (!before) return before.error();
        const bool is_new = *before == detail::sql::row_counts{};
        const auto not_new = [] {
            return error{errc::conflict,
                         "the target is not new: it holds other keys, or was used since an earlier move to it; nothing "
                         "was changed"};
        };
        // While it is open, nothing was moved: the target may be a copy, or this very store.
        const auto head = from.head();
        if (!head) return head.error();
        if (!is_new && !head->closed) return not_new();
        return from.transact([&](typename From::transaction& out) -> result<void> {
            const auto now = system_clock{}.now();
            const auto end = out.head();
            if (!end) return end.error();
            is_closed = end->closed;
            if (!is_closed) {
                auto told = out.append(audit_event{.at = now,
                                                   .actor = by.actor,
                                                   .action = "move",
                                                   .tenant = {},
                                                   .credential = credential_id::from_random({}),
                                                   .handle = std::nullopt,
                                                   .source_address = by.source_address,
                                                   .reason = by.reason});
                if (!told) return told;
            }
            auto& here = transaction_rows::of(out);
            if (!is_new) {
                const auto same = detail::sql::have_same_rows(here, there);
                if (!same) return same.error();
                if (!*same) return not_new();
                done.was_moved = true;
                return {};
            }
            const auto copied = detail::copy_store(here, there, progress);
            if (!copied) return copied.error();
            done.rows = *copied;
            if (is_closed) return {};
            is_closed = true;  // if what follows fails, perhaps
            return detail::append_closed(out, now);
        });
    });
    if (moved) return done;
    if (!is_closed || moved.error().code() == errc::conflict) return std::move(moved).error();
    return error{
        moved.error().code(),
        moved.error().context() + ". The store to move may be closed already; nothing is lost: repeat the move"};
}

/// The same without progress.
template <typename From, typename To>
[[nodiscard]] result<moved_store> move_store(From& from, To& to, const request_context& by) {
    return move_store(from, to, by, [](std::uint64_t, std::uint64_t) {});
}

}  // namespace shearline::inline v0_1
