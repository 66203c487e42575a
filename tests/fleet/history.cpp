// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Eight processes that verify strictly, and take keys away, over one PostgreSQL: every verdict is checked. As a
// control, a cache in front of them must be found wrong, and right by the staleness that it states.
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include <shearline/testing/revocation_history.hpp>

#include "../support/must.hpp"
#include "clients.hpp"
#include "process.hpp"

namespace fleet {

namespace {

using namespace shearline;
using support::must;
using testing::history_event;
using testing::history_recorder;
using testing::revocation_history;

constexpr std::size_t processes = 8;
constexpr std::size_t keys_of_each = 4'000;
constexpr std::chrono::milliseconds kept_for{50};

struct shown_key {
    std::array<char, 120> text;
    std::size_t size;
    credential_id of;
    handle key;
};
static_assert(std::is_trivially_copyable_v<shown_key>);

/// The keys that the processes show to each other, in memory that they share.
struct board {
    struct column {
        std::atomic<std::size_t> count;  // those before it can be read
        std::array<shown_key, keys_of_each> keys;
    };
    std::array<column, processes> columns;
};

class shared_board {
public:
    shared_board() {
        void* const made = ::mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (made == MAP_FAILED) throw std::runtime_error{"no shared memory"};
        m_board = static_cast<board*>(made);  // zeros are an empty board
    }
    shared_board(const shared_board&) = delete;
    shared_board& operator=(const shared_board&) = delete;
    ~shared_board() { ::munmap(m_board, sizeof(board)); }
    board& operator*() const noexcept { return *m_board; }

private:
    board* m_board;
};

void show(board::column& mine, const issued_key& key) {
    const std::size_t at = mine.count.load();
    const std::string_view text = key.text.reveal(unsafe_reveal);
    shown_key& shown = mine.keys[at];
    std::memcpy(shown.text.data(), text.data(), text.size());
    shown.size = text.size();
    shown.of = key.credential;
    shown.key = key.handle;
    mine.count.store(at + 1);
}

/// One process: it makes, verifies and takes away, also the keys of the others.
void take_part(const place& where, board& all, std::size_t self, bool caches, std::uint64_t seed,
               const parent_end& parent) {
    const auto mine = must_open(where);
    history_recorder seen;
    std::mt19937_64 random{seed};
    std::map<std::string, std::pair<steady::time_point, bool>, std::less<>> verdicts;
    const auto grants = [&](std::string_view text) {
        if (!caches) return static_cast<bool>(mine->verify(text));
        const auto now = steady::now();
        auto& [until, granted] = verdicts[std::string{text}];
        if (now >= until) {
            granted = static_cast<bool>(mine->verify(text));
            until = now + kept_for;
        }
        return granted;
    };
    const request_context by{.actor = "fleet"};
    board::column& own = all.columns[self];
    std::vector<std::size_t> newest_keys;  // of this process, each the newest of its credential: a rotation ends it
    const auto take_over = [&](const issued_key& key) {
        newest_keys.push_back(own.count.load());
        show(own, key);
    };
    const auto issue = [&] {
        if (own.count.load() < keys_of_each) take_over(must(mine->keys().issue({.tenant = "acme", .name = "n"}, by)));
    };
    const auto rotate = [&](std::size_t which) {
        const std::size_t number = newest_keys[which];
        newest_keys.erase(newest_keys.begin() + static_cast<std::ptrdiff_t>(which));
        std::optional<issued_key> fresh;
        seen.narrow(self * keys_of_each + number, [&] {
            auto made = mine->keys().rotate(own.keys[number].of, by);
            if (made) fresh = *std::move(made);
            return fresh.has_value();
        });
        if (fresh) take_over(*fresh);
    };
    issue();
    parent.say("ready");
    parent.wait();
    while (!parent.was_told()) {
        const std::size_t whose = random() % processes;
        const std::size_t count = all.columns[whose].count.load();
        const std::size_t newest = random() % std::min<std::size_t>(count, caches ? 3 : 12);
        const std::size_t number = count - 1 - newest;
        const shown_key& key = all.columns[whose].keys[number];
        const std::uint64_t name = whose * keys_of_each + number;
        const std::string_view text{key.text.data(), key.size};
        switch (random() % 12) {
            case 0: seen.narrow(name, [&] { return static_cast<bool>(mine->keys().revoke(key.key, by)); }); break;
            case 1:
                if (own.count.load() == keys_of_each || newest_keys.empty()) break;
                rotate(newest_keys.size() - 1 - random() % std::min<std::size_t>(newest_keys.size(), 4));
                break;
            case 2:
            case 3: issue(); break;
            default:
                // What a cache does wrong shows only where a key is asked for again while it is kept.
                for (int again = caches ? 8 : 1; again > 0; --again) {
                    seen.verify(name, [&] { return grants(text); });
                    if (again > 1) std::this_thread::sleep_for(kept_for / 10);
                }
        }
    }
    const auto& events = seen.events();
    parent.send({reinterpret_cast<const char*>(events.data()), events.size() * sizeof(history_event)});
}

struct round {
    revocation_history all{};
    judgement found{};
};

round play(const place& where, std::chrono::milliseconds length, bool caches, std::uint64_t seed) {
    const shared_board shared;
    std::vector<process> them;
    for (std::size_t i = 0; i < processes; ++i)
        them.emplace_back(
            [&, i](const parent_end& parent) { take_part(where, *shared, i, caches, seed * processes + i, parent); });
    for (process& each : them)
        if (each.line() != "ready") throw std::runtime_error{"a process of the history did not begin"};
    for (const process& each : them) each.tell();
    std::this_thread::sleep_for(length);
    for (const process& each : them) each.tell();
    round made;
    std::map<std::uint64_t, std::int64_t> first_attempt;
    std::vector<history_event> events;
    for (process& each : them) {
        const std::string bytes = each.rest();
        std::vector<history_event> some(bytes.size() / sizeof(history_event));
        std::memcpy(some.data(), bytes.data(), some.size() * sizeof(history_event));
        if (each.end() != 0 || bytes.size() % sizeof(history_event) != 0)
            throw std::runtime_error{"a process of the history ended early"};
        made.all.add(some);
        events.insert(events.end(), some.begin(), some.end());
    }
    for (const history_event& event : events)
        if (event.narrows) {
            const auto [at, is_new] = first_attempt.emplace(event.key, event.began_ns);
            if (!is_new) at->second = std::min(at->second, event.began_ns);
        }
    std::uint64_t granted = 0;
    for (const history_event& event : events) {
        if (event.narrows) {
            made.found.revocations += event.yes ? 1U : 0U;
            if (!event.yes) continue;
        } else {
            ++made.found.verifies;
            granted += event.yes ? 1U : 0U;
            const auto end = first_attempt.find(event.key);
            if (!event.yes && (end == first_attempt.end() || event.ended_ns < end->second)) {
                ++made.found.wrong;
                if (made.found.words.size() < 20)
                    made.found.words.emplace_back("a key that nobody had taken away was denied");
            }
        }
    }
    if (granted == 0 || made.found.revocations == 0) {
        ++made.found.wrong;
        made.found.words.emplace_back("the history has no grant, or no revocation");
    }
    return made;
}

}  // namespace

judgement history(const plan& how, const support::postgres_server& server) {
    const auto length = std::chrono::milliseconds{how.is_long() ? 1'000 * how.seconds / 8 : 3'000};
    const round strict_ones = play(place_at(server.conninfo(), "history"), length, false, how.seed);
    judgement found = strict_ones.found;
    const auto judged = strict_ones.all.judge();
    found.wrong += judged.failed();
    for (const std::string& each : judged.failures()) found.words.push_back(each);

    bool is_caught = false;
    for (std::uint64_t seed = how.seed; !is_caught && seed < how.seed + 5; ++seed) {
        const round cached =
            play(place_at(server.conninfo(), "history_cached_" + std::to_string(seed)), 1'500ms, true, seed);
        is_caught = cached.all.judge().failed() > 0;
        if (const auto by_its_word = cached.all.judge(kept_for); !by_its_word) {
            ++found.wrong;
            found.words.push_back("the cache of 50 ms by its own word: " + by_its_word.message());
        }
    }
    if (!is_caught) {
        ++found.wrong;
        found.words.emplace_back("the control was NOT CAUGHT: a cache of 50 ms");
    }
    return found;
}

}  // namespace fleet
