// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Killed and stopped clients, a killed server, and a network that is cut or silent.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../support/must.hpp"
#include "../support/relay.hpp"
#include "clients.hpp"
#include "process.hpp"

namespace fleet {

namespace {

using namespace shearline;
using support::cut_point;
using support::must;
using support::relay;

std::string through(const relay& between) {
    return "host=127.0.0.1 port=" + std::to_string(between.port()) + " dbname=postgres user=postgres";
}

/// A key for each kind of change to be made of.
known_key key_for(site& at, kind what, books& in, std::mt19937_64& random) {
    if (what == kind::issue) return {};
    return must_issue(at, in, random);
}

/// How often the audit has an action of an operation.
std::size_t times_done(site& at, const operation& what) {
    const auto page = must(at.keys().audit({.limit = 50}));  // nobody else writes here
    return static_cast<std::size_t>(std::count_if(page.items.begin(), page.items.end(), [&](const audit_event& event) {
        return event.reason == what.token && event.action != "reveal";
    }));
}

/// A process that makes one change through the relay once it is told to, and says "done" or the name of the error.
process client_of(const place& where, const operation& what) {
    return process{[&](const parent_end& parent) {
        const auto mine = must_open(where);
        parent.say("ready");
        parent.wait();
        const auto made = attempt(*mine, what);
        parent.say(made ? "done" : std::string{to_string(made.error().code())});
    }};
}

}  // namespace

finding kill_authority(const plan& how, const support::postgres_server& server) {
    const place direct = place_at(server.conninfo(), "kill_authority");
    relay between{server.port()};
    place cut = direct;
    cut.conninfo = through(between);
    books known;
    const auto survivor = must_open(direct);
    std::mt19937_64 random{how.seed};
    int killed = 0;
    for (const kind what : all_kinds)
        for (const bool passes : {false, true})
            for (int message = 1;; ++message) {
                const operation asked = make_operation(what, key_for(*survivor, what, known, random), random);
                process client = client_of(cut, asked);
                if (client.line() != "ready") throw std::runtime_error{"a client did not begin"};
                between.at_client_message(message, [pid = client.pid(), passes] {
                    ::kill(pid, SIGKILL);
                    return passes;
                });
                client.tell();
                const std::string said = client.rest();
                const bool was_killed = client.end() == 1'000 + SIGKILL;
                between.forget_messages();
                if (was_killed) ++killed;
                if (!was_killed && said != "done\n") known.complain("a client that nobody killed has said " + said);
                // Whoever finds that the client is gone asks again.
                (void)carry_out(*survivor, asked, known, steady::now() + 20s);
                if (times_done(*survivor, asked) != 1)
                    known.complain(std::string{name_of(what)} + ", killed at message " + std::to_string(message) +
                                   ", was done " + std::to_string(times_done(*survivor, asked)) + " times");
                if (!was_killed) break;
            }
    finding found = known.compare(direct);
    found.expect(killed >= 12,
                 "too few clients were killed for the fault to prove anything: " + std::to_string(killed));
    return found;
}

finding stop_writer(const plan& how, const support::postgres_server& server) {
    const place direct = place_at(server.conninfo(), "stop_writer");
    relay between{server.port()};
    place stopped = direct;
    stopped.conninfo = through(between);
    books known;
    const auto others = must_open(direct);
    std::mt19937_64 random{how.seed};
    for (const kind what : all_kinds) {
        if (what != kind::issue && !how.is_long()) continue;
        const operation asked = make_operation(what, key_for(*others, what, known, random), random);
        process client = client_of(stopped, asked);
        if (client.line() != "ready") throw std::runtime_error{"a client did not begin"};
        // With the first message it has its turn, and with a later one it would commit.
        between.at_client_message(2, [pid = client.pid()] {
            ::kill(pid, SIGSTOP);
            return true;
        });
        const auto began = steady::now();
        client.tell();
        if (!comes_true([&] {
                return server.run_sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'") ==
                       "1";
            }))
            known.complain("no client was stopped in a transaction");
        std::optional<effect> went_on;
        while (!went_on && steady::now() - began < 20s)
            went_on = carry_out(*others, make_operation(kind::issue, {}, random), known, steady::now() + 20s);
        const auto took = steady::now() - began;
        if (!went_on || took > 8s) known.complain("the others did not go on while one was stopped");
        if (took < 2'500ms) known.complain("nobody has waited for the one that was stopped");
        client.signal(SIGCONT);
        const std::string said = client.rest();
        if (said != "unavailable\n") known.complain("the one that was stopped has said " + said);
        if (client.end() != 0) known.complain("the one that was stopped did not end");
        if (times_done(*others, asked) != 0) known.complain("what the stopped one asked for was done");
    }
    return known.compare(direct);
}

finding cut_commit(const plan& how, const support::postgres_server& server) {
    using namespace std::string_view_literals;
    const place direct = place_at(server.conninfo(), "cut_commit");
    relay between{server.port()};
    place cut = direct;
    cut.conninfo = through(between);
    books known;
    const auto judge = must_open(direct);
    const auto client = must_open(cut);
    std::mt19937_64 random{how.seed};
    for (unsigned round = 0; round < how.times(1); ++round)
        for (const kind what : all_kinds)
            for (const cut_point where : {cut_point::before_it, cut_point::half, cut_point::after_it}) {
                const std::string name{name_of(what)};
                const operation asked = make_operation(what, key_for(*client, what, known, random), random);
                between.cut_when_client_sends("\0COMMIT\0"sv, where);
                const auto answer = attempt(*client, asked);
                if (between.waits_for_client()) known.complain(name + ": nothing was cut");
                const bool passed = where == cut_point::after_it;
                if (answer) {
                    known.complain(name + " was acknowledged although its commit had no answer");
                } else if (answer.error().code() != errc::in_doubt &&
                           (passed || answer.error().code() != errc::unavailable)) {
                    known.complain(name + ": " + answer.error().message());
                }
                if (passed && !comes_true([&] { return times_done(*judge, asked) == 1; }))
                    known.complain(name + ": what was passed on was not done");
                if (!passed && times_done(*judge, asked) != 0) known.complain(name + " was done without its commit");
                (void)carry_out(*client, asked, known, steady::now() + 20s);
                if (times_done(*judge, asked) != 1) known.complain(name + " was done twice, or not at all");
            }
    return known.compare(direct);
}

finding hold_network(const plan& how, const support::postgres_server& server) {
    using namespace std::string_view_literals;
    const place direct = place_at(server.conninfo(), "hold_network");
    relay between{server.port()};
    place held = direct;
    held.conninfo = through(between);
    held.options.answer_timeout = 500ms;
    held.options.busy_timeout = 500ms;
    constexpr auto in_time = 5s;
    books known;
    const auto client = must_open(held);
    std::mt19937_64 random{how.seed};
    const known_key key = key_for(*client, kind::rotate, known, random);
    {
        // Whoever waits for the answer to a commit gives it up in time, too.
        between.cut_when_client_sends("\0COMMIT\0"sv, cut_point::held);
        const operation asked = make_operation(kind::issue, {}, random);
        const auto began = steady::now();
        const auto answer = attempt(*client, asked);
        if (answer || answer.error().code() != errc::in_doubt) known.complain("a held commit was not in doubt");
        if (steady::now() - began > in_time) known.complain("a commit did not end in time");
        between.release();
        if (!carry_out(*client, asked, known, steady::now() + 20s)) known.complain("a held commit was not repeated");
    }
    crowd busy{held, known, 3, how.seed};
    if (!goes_on(known, 10)) known.complain("no client worked before the fault");
    for (unsigned round = 0; round < how.times(1); ++round) {
        const std::uint64_t unanswered = known.refused() + known.in_doubt();
        between.hold();
        for (int again = 0; again < 2; ++again) {
            const auto began = steady::now();
            const verdict answer = client->verify(key.text);
            if (answer || answer.denial().reason() != reason::store_unavailable)
                known.complain("a strict verification was answered without the store");
            if (steady::now() - began > in_time) known.complain("a verification did not end in time");
        }
        if (!comes_true([&] { return known.refused() + known.in_doubt() >= unanswered + 3; }, in_time))
            known.complain("calls did not end while nothing was answered");
        between.release();
        if (!goes_on(known, 10, 10s)) known.complain("the clients did not go on");
        if (!comes_true([&] { return static_cast<bool>(client->verify(key.text)); }, 5s))
            known.complain("a key is denied after the network came back");
    }
    busy.stop();
    if (known.longest_call() > in_time)
        known.complain("a call took " + std::to_string(known.longest_call().count()) + " ms");
    return known.compare(direct);
}

finding kill_server(const plan& how, support::postgres_server& server) {
    const place direct = place_at(server.conninfo(), "kill_server");
    books known;
    crowd busy{direct, known, 4, how.seed};
    std::mt19937_64 random{how.seed};
    for (unsigned round = 0; round < how.times(3); ++round) {
        if (!goes_on(known, 20 + random() % 100)) known.complain("no client worked before the server was killed");
        server.kill();
        server.restart();
    }
    if (!goes_on(known, 20)) known.complain("the clients did not go on");
    busy.stop();
    return known.compare(direct);
}

}  // namespace fleet
