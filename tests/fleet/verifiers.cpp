// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Bounded verifiers of a store that falls silent, or whose notifications are lost: no grant is older than the bound.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "../support/relay.hpp"
#include "clients.hpp"
#include "watched_verifier.hpp"

namespace fleet {

namespace {

using namespace shearline;
using testing::history_recorder;
using testing::revocation_history;

std::int64_t nanoseconds_of(steady::time_point at) { return std::chrono::nanoseconds{at.time_since_epoch()}.count(); }

}  // namespace

finding silent_store(const plan& how, const support::postgres_server& server) {
    const place direct = place_at(server.conninfo(), "silent_store");
    support::relay between{server.port()};
    place silent = direct;
    silent.conninfo = "host=127.0.0.1 port=" + std::to_string(between.port()) + " dbname=postgres user=postgres";
    silent.options.answer_timeout = 1s;
    books known;
    std::mt19937_64 random{how.seed};
    const auto hand = must_open(direct);
    for (unsigned round = 0; round < how.times(1); ++round) {
        const auto keys = issue_some(*hand, 8, known, random);
        watched_verifier fast{silent, keys};
        history_recorder mine;
        std::this_thread::sleep_for(300ms);
        if (!fast.grants(keys[7])) known.complain("a key is denied before the fault");
        between.hold();
        const std::int64_t last_answer = nanoseconds_of(steady::now());
        for (std::size_t i = 0; i < 4; ++i) revoke(*hand, keys, i, mine, known, random);
        std::this_thread::sleep_for(bound + 700ms);
        const auto back = steady::now();
        between.release();
        if (!comes_true([&] { return fast.grants(keys[7]); }, 10s))
            known.complain("a key is denied after the store came back");
        if (fast.grants(keys[0])) known.complain("a key is granted that was revoked while the store was silent");
        revocation_history all = fast.history();
        all.add(mine.events());
        judge(all, known);
        std::uint64_t late = 0;
        std::uint64_t asked_late = 0;
        for (const auto& event : fast.seen().events()) {
            if (event.began_ns <= last_answer + std::chrono::nanoseconds{bound}.count()) continue;
            if (event.began_ns >= nanoseconds_of(back)) continue;
            ++asked_late;
            late += event.yes ? 1U : 0U;
        }
        if (late > 0) known.complain(std::to_string(late) + " grants later than the bound after the last answer");
        if (asked_late < 10) known.complain("nothing was verified while the store was silent");
    }
    return known.compare(direct);
}

finding lost_bell(const plan& how, const support::postgres_server& server) {
    const place direct = place_at(server.conninfo(), "lost_bell");
    books known;
    std::mt19937_64 random{how.seed};
    const auto hand = must_open(direct);
    const std::size_t count = how.times(60);
    const auto keys = issue_some(*hand, count, known, random);
    watched_verifier fast{direct, keys};
    std::atomic<std::uint64_t> ended{0};
    std::jthread thief{[&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            // Whoever listens says so last before it waits; the verifier's other connections say other things.
            ended +=
                std::stoul(server.run_sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                                          "query LIKE 'LISTEN \"shearline_lost_bell\"%'"));
            std::this_thread::sleep_for(10ms);
        }
    }};
    history_recorder mine;
    const std::uint64_t before = fast.granted();
    for (std::size_t i = 0; i + 1 < count; ++i) {
        revoke(*hand, keys, i, mine, known, random);
        std::this_thread::sleep_for(std::chrono::milliseconds{random() % 60});
    }
    std::this_thread::sleep_for(bound + 100ms);
    for (std::size_t i = 0; i + 1 < count; ++i)
        if (fast.grants(keys[i])) known.complain("a key is granted that was revoked longer ago than the bound");
    if (!fast.grants(keys.back())) known.complain("a key is denied that nobody has revoked");
    thief.request_stop();
    thief.join();
    revocation_history all = fast.history();
    all.add(mine.events());
    judge(all, known);
    if (ended < 5) known.complain("only " + std::to_string(ended) + " connections that listen were ended");
    if (fast.granted() < before + 100) known.complain("hardly anything was granted: the bound was not tried");
    return known.compare(direct);
}

}  // namespace fleet
