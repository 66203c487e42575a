// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Replication: a primary that is killed, a standby that does not answer, and an old primary that still runs.
#include <chrono>
#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../support/must.hpp"
#include "../support/relay.hpp"
#include "clients.hpp"
#include "watched_verifier.hpp"

namespace fleet {

namespace {

using namespace shearline;
using support::must;
using support::postgres_server;

std::string either(const postgres_server& one, const postgres_server& other) {
    return "host=127.0.0.1,127.0.0.1 port=" + std::to_string(one.port()) + "," + std::to_string(other.port()) +
           " dbname=postgres user=postgres target_session_attrs=read-write";
}

void expect_doubt(const result<effect>& answer, const std::string& of, books& known) {
    if (answer || answer.error().code() != errc::in_doubt)
        known.complain(of + " has the outcome " + (answer ? std::string{"done"} : answer.error().message()));
}

finding fail_over_once(std::uint64_t seed) {
    postgres_server primary;
    postgres_server standby = primary.make_standby("second");
    const place where = place_at(either(primary, standby), "failover");
    books known;
    std::mt19937_64 random{seed};
    const auto hand = must_open(where);
    const auto keys = issue_some(*hand, 8, known, random);
    watched_verifier fast{where, keys};
    testing::history_recorder mine;
    crowd busy{where, known, 4, seed};
    if (!goes_on(known, 60)) known.complain("no client worked before the primary was killed");
    for (std::size_t i = 0; i < 3; ++i) revoke(*hand, keys, i, mine, known, random);
    const std::uint64_t epoch = fast.store().epoch();
    const std::uint64_t granted = fast.granted();

    // Without its standby the primary may acknowledge nothing: it would go with the primary.
    standby.kill();
    std::this_thread::sleep_for(300ms);
    primary.kill();
    standby.restart();
    standby.promote();
    if (!goes_on(known, 60)) known.complain("the clients did not go on with the promoted standby");
    if (!comes_true([&] { return fast.grants(keys[7]); })) known.complain("a key is denied after the failover");
    if (!comes_true([&] { return fast.store().epoch() != epoch; }))
        known.complain("the verifier's store did not notice the failover");
    if (granted == 0) known.complain("nothing was granted before the failover");
    for (std::size_t i = 0; i < 3; ++i)
        if (fast.grants(keys[i])) known.complain("a key is granted that was revoked before the failover");
    for (std::size_t i = 3; i < 6; ++i) revoke(*hand, keys, i, mine, known, random);
    std::this_thread::sleep_for(bound + 200ms);
    for (std::size_t i = 3; i < 6; ++i)
        if (fast.grants(keys[i])) known.complain("a key is granted that was revoked after the failover");
    busy.stop();
    auto all = fast.history();
    all.add(mine.events());
    judge(all, known);
    place left = where;
    left.conninfo = standby.conninfo();
    return known.compare(left);
}

}  // namespace

finding failover(const plan& how) {
    finding all;
    for (unsigned round = 0; round < (how.is_long() ? 3U : 1U); ++round) {
        const finding one = fail_over_once(how.seed + round);
        all.acknowledged += one.acknowledged;
        all.lost += one.lost;
        all.undone += one.undone;
        all.wrong.insert(all.wrong.end(), one.wrong.begin(), one.wrong.end());
    }
    return all;
}

finding standby_cut(const plan& how) {
    postgres_server primary;
    postgres_server standby = primary.make_standby("second");
    place where = place_at(primary.conninfo(), "standby_cut");
    where.options.busy_timeout = 1s;
    where.options.answer_timeout = 300ms;
    books known;
    std::mt19937_64 random{how.seed};
    const auto at = must_open(where);
    where.options.answer_timeout = 20s;
    where.options.busy_timeout = 20s;
    const auto patient = must_open(where);
    std::vector<operation> asked;
    for (const kind what : all_kinds)
        asked.push_back(
            make_operation(what, what == kind::issue ? known_key{} : must_issue(*at, known, random), random));
    const operation cancelled = make_operation(kind::revoke, must_issue(*at, known, random), random);
    // A commit that waits for the standby keeps its turn. This ends the wait, as whoever asked for it does when it
    // gives up: it then counts on the primary alone.
    const auto end_waits = [&] {
        return std::stoul(
            primary.run_sql("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE "
                            "wait_event = 'SyncRep'"));
    };

    standby.pause();
    for (const operation& each : asked) {
        const std::string name{name_of(each.what)};
        expect_doubt(attempt(*at, each), name + " without a standby", known);
        // Now the primary has it, and others have their turn; to be acknowledged, it must be on the standby, too.
        if (end_waits() != 0) known.complain("a commit that was given up still waits for the standby");
        expect_doubt(attempt(*at, each), "a repeated " + name + " without a standby", known);
        if (end_waits() != 0) known.complain("a repeated commit that was given up still waits for the standby");
    }
    // Whoever gives up ends its own commit, and not what another one has asked for, who waits for its turn.
    const auto one_waits = [&](const std::string& as) {
        return comes_true([&] { return primary.run_sql("SELECT count(*) FROM pg_stat_activity WHERE " + as) == "1"; });
    };
    const operation given_up = make_operation(kind::issue, {}, random);
    auto giving_up = std::async(std::launch::async, [&] { return attempt(*at, given_up); });
    if (!one_waits("wait_event = 'SyncRep'")) known.complain("no commit waits for the standby");
    auto asking = std::async(std::launch::async, [&] { return attempt(*patient, cancelled); });
    if (!one_waits("wait_event_type = 'Lock'")) known.complain("nobody waits for its turn");
    expect_doubt(giving_up.get(), "a commit beside one that waits", known);
    while (asking.wait_for(20ms) != std::future_status::ready) end_waits();
    expect_doubt(asking.get(), "a commit whose wait for the standby was ended", known);
    standby.resume();

    asked.push_back(given_up);
    asked.push_back(cancelled);
    for (const operation& each : asked) {
        std::optional<effect> done;
        const auto end = steady::now() + 20s;
        while (!done && steady::now() < end) done = carry_out(*at, each, known, end);
        if (!done) known.complain("an outcome stays unknown after the standby came back");
    }
    primary.kill();
    standby.promote();
    place left = where;
    left.conninfo = standby.conninfo();
    return known.compare(left);
}

finding old_primary(const plan& how) {
    postgres_server primary;
    postgres_server standby = primary.make_standby("second");
    support::relay address{primary.port()};  // as of a service that moves with the primary
    place where = place_at("host=127.0.0.1 port=" + std::to_string(address.port()) + " dbname=postgres user=postgres",
                           "old_primary");
    where.options.busy_timeout = 1s;
    where.options.answer_timeout = 1s;
    books known;
    std::mt19937_64 random{how.seed};
    const auto reading = must_open(where);
    const auto writing = must_open(where);
    const known_key key = must_issue(*reading, known, random);
    if (!reading->verify(key.text) || !writing->verify(key.text)) known.complain("a key is denied before the fault");

    standby.promote();
    address.aim_at(standby.port());
    place fresh = where;
    fresh.conninfo = standby.conninfo();
    const auto judge_of_all = must_open(fresh);
    (void)carry_out(*judge_of_all, make_operation(kind::revoke, key, random), known, steady::now() + 20s);

    // What a writer asks of the old primary is not acknowledged: its standby has gone.
    const operation asked = make_operation(kind::issue, {}, random);
    expect_doubt(attempt(*writing, asked), "a change on the old primary", known);
    if (!carry_out(*writing, asked, known, steady::now() + 20s)) known.complain("the writer did not go on");
    if (writing->verify(key.text)) known.complain("the old primary was asked after a change had found the new one");

    // One connection is lost, and made anew: from then on none of the others is used.
    const std::uint64_t epoch = reading->store().epoch();
    primary.run_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    if (!comes_true([&] {
            reading->store().wait_for_change(20ms);
            return reading->store().epoch() != epoch;
        }))
        known.complain("the new primary was not found");
    for (int i = 0; i < 20; ++i)
        if (reading->verify(key.text)) {
            known.complain("the old primary was asked after another connection had found the new one");
            break;
        }
    (void)must_issue(*reading, known, random);
    return known.compare(fresh);
}

}  // namespace fleet
