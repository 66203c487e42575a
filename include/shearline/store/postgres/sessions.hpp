// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The sessions of a store: one writes, some read, and one listens for notifications.
// Depends on store/postgres/session.hpp and store/sql/pool.hpp; for postgres_store.hpp, not in the umbrella.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/store/postgres/connection.hpp>
#include <shearline/store/postgres/session.hpp>
#include <shearline/store/sql/pool.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// All sessions of one store. Thread-safe.
struct sessions {
    using pool = sql::connection_pool<connection>;

    sessions(place there, sql::process_mark here, std::size_t reading)
        : where{std::move(there)},
          opener{std::move(here)},
          connections{where},
          writer{opener, where.name, empty(1), where.busy},
          readers{opener, where.name, empty(reading), where.busy},
          bell{opener, where.name, empty(1), std::chrono::milliseconds{100}} {}

    static std::vector<std::unique_ptr<connection>> empty(std::size_t places) {
        return std::vector<std::unique_ptr<connection>>(places);
    }

    /// A connection from a pool; whether it was used before. None of an earlier epoch is used: its server may still
    /// answer, from a history that has ended.
    result<std::pair<pool::lease, bool>> borrow(pool& from) {
        auto on = from.borrow();
        if (!on) return std::move(on).error();
        return connected(*std::move(on));
    }
    /// A connection from a pool, if one is free now and the server lets it in.
    std::optional<pool::lease> borrow_free(pool& from) {
        auto on = from.borrow_free();
        if (!on) return std::nullopt;
        auto good = connected(*std::move(on));
        return good ? std::optional{std::move(good->first)} : std::nullopt;
    }

    /// Waits for a notification; false if there is no connection for it. What came before it was made may have been
    /// missed, so a new one counts as a notification.
    bool wait(std::chrono::milliseconds most) {
        for (;;) {
            auto on = borrow(bell);
            if (!on) return false;
            auto& [lease, is_used] = *on;
            if (!is_used) {
                if (!(*lease).say("LISTEN " + where.channel) || !(*lease).flush()) return false;
            } else if (const auto heard_one = (*lease).hears(most); !heard_one) {
                continue;  // it was cut
            } else if (!*heard_one) {
                return true;
            }
            heard.fetch_add(1, std::memory_order_acq_rel);
            return true;
        }
    }

    /// `unavailable` if a notification of this process does not come back: a pooler in transaction mode swallows
    /// it.
    result<void> listen_and_hear() {
        auto listening = borrow(bell);
        if (!listening) return std::move(listening).error();
        auto& listener = *listening->first;
        auto done = listener.say("LISTEN " + where.channel);
        if (done) done = listener.flush();
        auto telling = borrow(writer);
        if (!telling) return std::move(telling).error();
        if (done) done = (*telling->first).say("NOTIFY " + where.channel);
        if (done) done = (*telling->first).flush();
        if (!done) return done;
        auto came = listener.hears(std::chrono::milliseconds{2'000});
        if (!came) return std::move(came).error();
        if (*came) return {};
        return error{errc::unavailable,
                     where.name +
                         ": a notification did not come back: a pooler in transaction mode is between; connect to "
                         "the server itself, or let the pooler work in session mode"};
    }

    const place where;
    sql::process_mark opener;
    connector connections;
    std::atomic<std::uint64_t> heard{0};
    pool writer;
    pool readers;
    pool bell;

private:
    result<std::pair<pool::lease, bool>> connected(pool::lease on) {
        const bool is_used = !on.is_empty() && (*on).epoch() == connections.epoch();
        if (!is_used) {
            auto made = connections.connect();
            if (!made) return std::move(made).error();
            on.fill(*std::move(made));
        }
        return std::pair{std::move(on), is_used};
    }
};

}  // namespace shearline::inline v0_1::detail::postgres
