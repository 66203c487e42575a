// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Verifications in threads and in processes while keys are revoked, rotated and suspended; every verdict is checked. As
// a control, a cache in front of a verifier, which keeps verdicts for a while, must fail, and pass with the staleness
// that it declares.
//
//     revocation OPERATIONS [SEED]
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/revocation_history.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "../support/must.hpp"

namespace {

using namespace shearline;
using support::must;
using namespace shearline::testing;
using bundle = policies<key_format<"instance">>;

constexpr std::size_t keys_of_a_round = 64;
constexpr std::size_t threads_of_a_round = 3;

struct known_key {
    credential_id credential;
    std::string text;
};

template <typename Authority>
std::vector<known_key> issue_some(Authority& keys) {
    std::vector<known_key> made;
    for (std::size_t i = 0; i < keys_of_a_round; ++i) {
        const issued_key key = must(keys.issue({.tenant = "acme", .name = "n"}, {.actor = "trial"}));
        made.push_back({key.credential, std::string{key.text.reveal(unsafe_reveal)}});
    }
    return made;
}

/// Takes every key away, one after the other, each in one of three ways.
template <typename Authority>
void narrow_all(Authority& keys, const std::vector<known_key>& known, history_recorder& mine, std::uint64_t seed) {
    std::minstd_rand random{static_cast<unsigned>(seed)};
    const request_context by{.actor = "trial"};
    for (std::size_t i = 0; i < known.size(); ++i) {
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 300});
        mine.narrow(i, [&] {
            switch (random() % 3) {
                case 0: return static_cast<bool>(keys.revoke(known[i].credential, by));
                case 1: return static_cast<bool>(keys.rotate(known[i].credential, by));
                default: return static_cast<bool>(keys.suspend(known[i].credential, by));
            }
        });
    }
}

/// The history of one round with threads. `ask(reader, text)` verifies.
template <typename Ask>
revocation_history round_of_threads(std::uint64_t seed, Ask ask) {
    const temporary_folder folder;
    const keyring ring = must(keyring::create(folder.file("keyring")));
    memory_store memory;
    using store_type = scheduled_store<memory_store>;
    store_type store{memory};
    auto keys = must(authority<bundle, store_type>::open(store, ring));
    const std::vector<known_key> known = issue_some(keys);
    auto fast = must(verifier<bundle, store_type>::open(store, ring));
    std::atomic<bool> over{false};
    std::vector<history_recorder> recorders(threads_of_a_round + 1);
    std::latch ready{threads_of_a_round};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < threads_of_a_round; ++t)
        threads.emplace_back([&, t] {
            auto reader = fast.new_reader();
            for (std::size_t i = 0; i < known.size(); ++i)
                recorders[t].verify(i, [&] { return ask(reader, known[i].text); });
            ready.count_down();
            std::minstd_rand random{static_cast<unsigned>(seed + t + 1)};
            for (int left = 200; left > 0; left -= over.load(std::memory_order_acquire) ? 1 : 0) {
                const std::size_t i = random() % known.size();
                schedule_point();
                recorders[t].verify(i, [&] { return ask(reader, known[i].text); });
            }
        });
    ready.wait();
    narrow_all(keys, known, recorders.back(), seed);
    over.store(true, std::memory_order_release);
    for (std::thread& each : threads) each.join();
    revocation_history all;
    for (const history_recorder& each : recorders) all.add(each.events());
    return all;
}

/// What a verifying process passes to the process that checks.
void hand_on(int to, const std::vector<history_event>& events) {
    const char* at = reinterpret_cast<const char*>(events.data());
    for (std::size_t left = events.size() * sizeof(history_event); left > 0;) {
        const ::ssize_t sent = ::write(to, at, left);
        if (sent <= 0) ::_exit(1);
        at += sent;
        left -= static_cast<std::size_t>(sent);
    }
}

/// One round with processes: two that verify, each with its own verifier, and this one, which revokes.
revocation_history round_of_processes(std::uint64_t seed) {
    const temporary_folder folder;
    const keyring ring = must(keyring::create(folder.file("keyring")));
    std::vector<known_key> known;
    {
        auto store = must(sqlite_store::open(folder.file("keys.db")));
        auto keys = must(authority<bundle, sqlite_store>::open(store, ring));
        known = issue_some(keys);
    }
    struct reading_process {
        ::pid_t pid;
        int events, ready, over;
    };
    std::vector<reading_process> readers;
    for (std::uint64_t p = 0; p < 2; ++p) {
        int events[2];
        int ready[2];
        int over[2];
        if (::pipe(events) != 0 || ::pipe(ready) != 0 || ::pipe(over) != 0) std::abort();
        const ::pid_t child = ::fork();
        if (child == 0) {
            ::close(over[1]);
            for (const reading_process& other : readers) ::close(other.over);
            auto store = must(sqlite_store::open(folder.file("keys.db")));
            auto fast = must(verifier<bundle, sqlite_store>::open(store, ring));
            auto reader = fast.new_reader();
            history_recorder mine;
            std::minstd_rand random{static_cast<unsigned>(seed + p + 1)};
            if (::write(ready[1], "r", 1) != 1) ::_exit(1);
            bool ended = false;
            for (int left = 200; left > 0; left -= ended ? 1 : 0) {
                const std::size_t i = random() % known.size();
                ::pollfd other_end{over[0], POLLIN, 0};  // it is closed when all keys are gone
                if (!ended && i == 0) ended = ::poll(&other_end, 1, 0) != 0;
                schedule_point();
                mine.verify(i, [&] { return static_cast<bool>(reader.verify(known[i].text, system_clock{}.now())); });
            }
            hand_on(events[1], mine.events());
            ::_exit(0);
        }
        ::close(events[1]);
        ::close(ready[1]);
        ::close(over[0]);
        readers.push_back({child, events[0], ready[0], over[1]});
    }
    char c = 0;
    for (const reading_process& each : readers)
        if (::read(each.ready, &c, 1) != 1) std::abort();
    history_recorder mine;
    {
        auto store = must(sqlite_store::open(folder.file("keys.db")));
        auto keys = must(authority<bundle, sqlite_store>::open(store, ring));
        narrow_all(keys, known, mine, seed);
    }
    for (const reading_process& each : readers) ::close(each.over);
    revocation_history all;
    all.add(mine.events());
    for (const reading_process& each : readers) {
        std::string bytes;
        std::array<char, 65'536> some{};
        for (::ssize_t got = 0; (got = ::read(each.events, some.data(), some.size())) > 0;)
            bytes.append(some.data(), static_cast<std::size_t>(got));
        int status = 1;
        ::waitpid(each.pid, &status, 0);
        if (status != 0 || bytes.size() % sizeof(history_event) != 0) std::abort();
        std::vector<history_event> events(bytes.size() / sizeof(history_event));
        std::memcpy(events.data(), bytes.data(), bytes.size());
        all.add(events);
        ::close(each.events);
        ::close(each.ready);
    }
    return all;
}

const auto honest = [](auto& reader, const std::string& text) {
    return static_cast<bool>(reader.verify(text, system_clock{}.now()));
};

constexpr std::chrono::milliseconds kept_for{50};

/// The control: a cache, as often placed in front of a slow verification.
const auto cached = [](auto& reader, const std::string& text) {
    using clock = std::chrono::steady_clock;
    thread_local std::map<std::string, std::pair<clock::time_point, bool>> verdicts;
    const auto now = clock::now();
    auto& [until, granted] = verdicts[text];
    if (now >= until) {
        granted = static_cast<bool>(reader.verify(text, system_clock{}.now()));
        until = now + kept_for;
    }
    return granted;
};

bool tell(const char* what, std::uint64_t operations, const report& seen, bool must_be_good) {
    const bool good = static_cast<bool>(seen);
    std::printf("%s: %llu operations, %llu wrong%s\n", what, static_cast<unsigned long long>(operations),
                static_cast<unsigned long long>(seen.failed()), good && !must_be_good ? ": NOT CAUGHT" : "");
    if (must_be_good && !good) std::printf("%s\n", seen.message().c_str());
    std::fflush(stdout);
    return good == must_be_good;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3) {
        std::fputs("usage: revocation OPERATIONS [SEED]\n", stderr);
        return 2;
    }
    const std::uint64_t wanted = std::strtoull(argv[1], nullptr, 10);
    std::uint64_t seed = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 1;

    // On a busy machine a thread may not ask twice within what is kept, so the control gets more than one round.
    std::uint64_t in_control = 0;
    report by_itself;
    report by_its_word;
    for (int rounds = 0; by_itself.failed() == 0 && rounds < 20; ++rounds) {
        const revocation_history one = round_of_threads(seed + static_cast<std::uint64_t>(rounds), cached);
        by_itself.add(one.judge());
        by_its_word.add(one.judge(kept_for));
        in_control += one.size();
    }
    bool good = tell("control: a cache of 50 ms", in_control, by_itself, false);
    good = tell("the same by the 50 ms that it states", in_control, by_its_word, true) && good;

    std::uint64_t in_threads = 0;
    std::uint64_t in_processes = 0;
    report threads;
    report processes;
    for (; in_threads + in_processes < wanted; ++seed) {
        const revocation_history one = round_of_threads(seed, honest);
        threads.add(one.judge());
        in_threads += one.size();
        const revocation_history other = round_of_processes(seed);
        processes.add(other.judge());
        in_processes += other.size();
    }
    good = tell("threads", in_threads, threads, true) && good;
    good = tell("processes", in_processes, processes, true) && good;
    std::printf("revocation: %llu operations, %llu wrong\n", static_cast<unsigned long long>(in_threads + in_processes),
                static_cast<unsigned long long>(threads.failed() + processes.failed()));
    return good ? 0 : 1;
}
