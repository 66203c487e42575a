// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Authorities in several processes that change the same credentials: no update is lost, each acknowledged change is one
// change of the feed and one event of the audit, and a reader who follows the feed meanwhile misses none.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../support/must.hpp"
#include "clients.hpp"
#include "process.hpp"

namespace fleet {

namespace {

using namespace shearline;
using support::must;

constexpr std::size_t writers = 6;
constexpr std::size_t shared_credentials = 24;

/// What is changed together by all, by its number.
enum class act : int { issue, revoke, rotate, amend };

/// One process of those that write: until it has made so many changes. It says each acknowledged one as
/// "ack KIND SHARED REASON".
void write_changes(const place& where, const std::vector<credential_id>& shared, std::size_t self, std::size_t wanted,
                   const parent_end& parent) {
    const auto mine = must_open(where);
    std::mt19937_64 random{self};
    std::vector<handle> own;
    parent.say("ready");
    parent.wait();
    std::uint64_t conflicts = 0;
    for (std::size_t done = 0; done < wanted;) {
        const auto draw = random() % 10;
        const act what = draw < 2   ? act::issue
                         : draw < 4 ? (own.empty() ? act::issue : act::revoke)
                         : draw < 7 ? act::rotate
                                    : act::amend;
        const std::size_t at = random() % shared.size();
        const std::string reason = std::to_string(self) + "-" + std::to_string(done);
        const request_context by{.actor = "fleet", .reason = reason};
        result<void> made{};
        if (what == act::issue) {
            auto issued = mine->keys().issue({.tenant = "acme", .name = "own"}, by);
            if (issued) own.push_back(issued->handle);
            if (!issued) made = issued.error();
        } else if (what == act::revoke) {
            made = mine->keys().revoke(own.back(), by);
            if (made) own.pop_back();
        } else if (what == act::rotate) {
            if (auto fresh = mine->keys().rotate(shared[at], by); !fresh) made = fresh.error();
        } else {
            auto found = must(mine->keys().find(shared[at]));
            std::string& count = found.about.metadata.at(0).second;
            count = std::to_string(std::stoul(count) + 1);
            made = mine->keys().amend(found.about, by);
        }
        if (!made && made.error().code() == errc::conflict && what == act::amend) {
            ++conflicts;
            continue;
        }
        if (!made && made.error().code() == errc::unavailable) continue;  // nothing was written
        must(std::move(made));
        parent.say("ack " + std::to_string(static_cast<int>(what)) + " " + std::to_string(at) + " " + reason);
        ++done;
    }
    parent.say("conflicts " + std::to_string(conflicts));
}

using step = std::pair<std::uint64_t, std::uint64_t>;  // a change's sequence and tag

/// The process that follows the feed until it is told to stop, and there is no more.
void follow(const place& where, const parent_end& parent) {
    const auto store = must(postgres_store::open(where.conninfo, where.options));
    std::vector<step> seen;
    parent.say("ready");
    for (bool is_over = false;;) {
        is_over = parent.was_told();
        const auto some = must(store.changes_after(seen.empty() ? 0 : seen.back().first, 500));
        for (const change& one : some) seen.emplace_back(one.sequence, one.tag);
        if (is_over && some.empty()) break;
    }
    parent.send({reinterpret_cast<const char*>(seen.data()), seen.size() * sizeof(step)});
}

std::vector<change> all_changes(const postgres_store& store) {
    std::vector<change> all;
    for (bool more = true; more;) {
        const auto some = must(store.changes_after(all.empty() ? 0 : all.back().sequence, 1'000));
        all.insert(all.end(), some.begin(), some.end());
        more = !some.empty();
    }
    return all;
}

std::multiset<std::string> all_reasons(const postgres_store& store) {
    std::multiset<std::string> all;
    for (page_request which{.limit = 1'000};;) {
        const auto page = must(store.audit(which, ""));
        for (const audit_event& event : page.items) all.insert(event.reason);
        if (page.next.empty()) return all;
        which.cursor = page.next;
    }
}

}  // namespace

judgement concurrent_authorities(const plan& how, const support::postgres_server& server) {
    const place where = place_at(server.conninfo(), "authorities");
    const std::size_t wanted = how.is_long() ? 20'400 / writers : 1'500 / writers;
    std::vector<credential_id> shared;
    std::multiset<std::string> acknowledged;
    {
        const auto first = must_open(where);
        for (std::size_t i = 0; i < shared_credentials; ++i) {
            const std::string reason = "shared-" + std::to_string(i);
            acknowledged.insert(reason);
            const request_context by{.actor = "fleet", .reason = reason};
            const new_credential asked{.tenant = "acme", .name = "shared", .metadata = {{"count", "0"}}};
            shared.push_back(must(first->keys().issue(asked, by)).credential);
        }
    }
    process reader{[&](const parent_end& parent) { follow(where, parent); }};
    std::vector<process> them;
    for (std::size_t i = 0; i < writers; ++i)
        them.emplace_back([&, i](const parent_end& parent) { write_changes(where, shared, i, wanted, parent); });
    for (process& each : them)
        if (each.line() != "ready") throw std::runtime_error{"an authority did not begin"};
    if (reader.line() != "ready") throw std::runtime_error{"the reader did not begin"};
    for (const process& each : them) each.tell();

    judgement found;
    const auto expect = [&](bool holds, const std::string& claim) {
        if (holds) return;
        ++found.wrong;
        if (found.words.size() < 20) found.words.push_back(claim);
    };
    std::array<std::uint64_t, shared_credentials> rotations{};
    std::array<std::uint64_t, shared_credentials> amendments{};
    std::uint64_t conflicts = 0;
    for (process& each : them) {
        std::istringstream said{each.rest()};
        for (std::string word; said >> word;) {
            if (word == "conflicts") {
                std::uint64_t some = 0;
                said >> some;
                conflicts += some;
                continue;
            }
            int what = 0;
            std::size_t at = 0;
            std::string reason;
            said >> what >> at >> reason;
            acknowledged.insert(reason);
            if (what == static_cast<int>(act::rotate)) ++rotations.at(at);
            if (what == static_cast<int>(act::amend)) ++amendments.at(at);
            if (what == static_cast<int>(act::revoke)) ++found.revocations;
        }
        expect(each.end() == 0, "an authority ended early");
    }
    reader.tell();
    const std::string bytes = reader.rest();
    std::vector<step> followed(bytes.size() / sizeof(step));
    std::memcpy(static_cast<void*>(followed.data()), bytes.data(), followed.size() * sizeof(step));
    expect(reader.end() == 0, "the reader ended early");

    const auto last = must_open(where);
    const std::vector<change> changes = all_changes(last->store());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        expect(changes[i].sequence == i + 1, "the feed has a gap before " + std::to_string(changes[i].sequence));
        expect(i < followed.size() && followed[i] == step{changes[i].sequence, changes[i].tag},
               "the reader has missed change " + std::to_string(changes[i].sequence));
    }
    expect(followed.size() == changes.size(), "the reader has seen a change that there is not");
    expect(changes.size() == acknowledged.size(), std::to_string(acknowledged.size()) + " acknowledged, and " +
                                                      std::to_string(changes.size()) + " in the feed");
    expect(all_reasons(last->store()) == acknowledged, "the audit is not of what was acknowledged");
    expect(testing::ledger::halves_in(last->store()) == 0, "a change is there in part");
    for (std::size_t i = 0; i < shared.size(); ++i) {
        const auto view = must(last->keys().find(shared[i]));
        expect(view.proved, "a row is not proved");
        expect(view.about.generation == 1 + rotations[i], "a rotation was lost");
        expect(view.about.version == 1 + rotations[i] + amendments[i], "a version was lost");
        expect(std::stoul(view.about.metadata.at(0).second) == amendments[i], "an amendment was lost");
    }
    expect(conflicts > 0, "no two authorities have met: this has proved nothing");
    return found;
}

}  // namespace fleet
