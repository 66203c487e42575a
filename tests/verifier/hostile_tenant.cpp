// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One tenant issues, rotates and revokes as fast as it can, while the key of another is verified: the 99th percentile
// of those verifications is at most twice the percentile while the first tenant is idle. (bounded_work.cpp bounds the
// cost of a verification that finds a change, by counting.)
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "../support/many_rows.hpp"
#include "../support/must.hpp"
#include "../support/prove_again.hpp"

namespace {

using namespace shearline;
using support::must;
using bundle = policies<key_format<"instance">>;
using clock_type = std::chrono::steady_clock;
using keys_type = authority<bundle, sqlite_store>;
using verifier_type = verifier<bundle, sqlite_store>;

// Other work on the machine disturbs some rounds, but not all.
constexpr int rounds = 8;
constexpr int phases = 5;
constexpr std::chrono::milliseconds phase{60};
constexpr double most = 2.0;

/// The work of the hostile tenant while it is allowed to run.
class hostile {
public:
    hostile(keys_type& keys, credential_id rotated)
        : m_thread{[this, &keys, rotated] {
              const request_context by{.actor = "hostile"};
              while (!m_ends) {
                  if (!m_acts) {
                      std::this_thread::sleep_for(std::chrono::milliseconds{1});
                      continue;
                  }
                  const auto made = must(keys.issue({.tenant = "hostile", .name = "x"}, by));
                  (void)must(keys.rotate(rotated, by));
                  must(keys.revoke(made.credential, by));
                  changes += 3;
              }
          }} {}
    hostile(const hostile&) = delete;
    hostile& operator=(const hostile&) = delete;
    ~hostile() {
        m_ends = true;
        m_thread.join();
    }
    void act(bool now) { m_acts = now; }
    std::atomic<std::uint64_t> changes{0};

private:
    std::atomic<bool> m_ends{false};
    std::atomic<bool> m_acts{false};
    std::thread m_thread;
};

/// The 99th percentile of a phase, in nanoseconds.
double percentile_of_a_phase(verifier_type::reader& reader, std::string_view text, std::vector<std::int64_t>& took) {
    took.clear();
    const auto end = clock_type::now() + phase;
    for (auto before = clock_type::now(); before < end;) {
        const bool granted{reader.verify(text, system_clock{}.now())};
        const auto after = clock_type::now();
        if (!granted) {
            std::fprintf(stderr, "a good key was denied\n");
            std::exit(1);
        }
        took.push_back((after - before).count());
        before = after;
    }
    const auto at = took.begin() + static_cast<std::ptrdiff_t>(took.size() * 99 / 100);
    std::nth_element(took.begin(), at, took.end());
    return static_cast<double>(*at);
}

double median(std::vector<double> of) {
    std::sort(of.begin(), of.end());
    return of[of.size() / 2];
}

}  // namespace

int main() {
    const testing::temporary_folder folder;
    const auto ring = must(keyring::create(folder.file("keyring")));
    auto store = must(sqlite_store::open(folder.file("keys.db")));
    auto keys = must(keys_type::open(store, ring));
    const request_context by{.actor = "test"};
    const issued_key good = must(keys.issue({.tenant = "good", .name = "good"}, by));
    const issued_key rotated = must(keys.issue({.tenant = "hostile", .name = "old"}, by));
    support::age_credential(folder.file("keys.db"), rotated.credential, 100'001);
    support::prove_again(store, ring, rotated.credential);
    auto fast = must(verifier_type::open(store, ring));
    auto reader = fast.new_reader();
    const std::string_view text = good.text.reveal(unsafe_reveal);
    std::vector<std::int64_t> took;
    took.reserve(4'000'000);
    hostile other{keys, rotated.credential};
    double best = 1e9;
    for (int round = 0; round < rounds && best > most; ++round) {
        std::vector<double> quiet;
        std::vector<double> disturbed;
        for (int i = 0; i < phases; ++i) {
            other.act(false);
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            quiet.push_back(percentile_of_a_phase(reader, text, took));
            other.act(true);
            disturbed.push_back(percentile_of_a_phase(reader, text, took));
        }
        const double ratio = median(disturbed) / median(quiet);
        std::printf("p99 %.0f ns beside %.0f ns: %.2f times; %llu changes\n", median(disturbed), median(quiet), ratio,
                    static_cast<unsigned long long>(other.changes));
        best = std::min(best, ratio);
    }
    if (other.changes == 0) std::printf("error: the hostile tenant did nothing\n");
    return best <= most && other.changes > 0 ? 0 : 1;
}
