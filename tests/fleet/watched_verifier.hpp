// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A bounded verifier whose answers are recorded, and judged.
// Depends on verifier.hpp and testing/revocation_history.hpp; never on a fault.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <shearline/testing/revocation_history.hpp>
#include <shearline/verifier.hpp>

#include "../support/must.hpp"
#include "clients.hpp"

namespace fleet {

constexpr std::chrono::milliseconds bound{500};
using verifier_type =
    shearline::verifier<bundle, shearline::postgres_store, shearline::bounded<std::chrono::milliseconds{500}>>;

inline std::vector<known_key> issue_some(site& at, std::size_t count, books& in, std::mt19937_64& random) {
    std::vector<known_key> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(must_issue(at, in, random));
    return made;
}

/// A verifier with the thread that follows, and one that verifies the keys at random and records what was answered.
class watched_verifier {
public:
    watched_verifier(const place& where, const std::vector<known_key>& keys)
        : m_keys{keys},
          m_store{support::must(shearline::postgres_store::open(where.conninfo, where.options))},
          m_verifier{
              support::must(verifier_type::open(m_store, where.ring, {.poll_every = std::chrono::milliseconds{50}}))} {
        m_following = std::jthread{[this](const std::stop_token& stop) { (void)m_verifier.run(stop); }};
        m_asking = std::jthread{[this](const std::stop_token& stop) { ask(stop); }};
    }

    [[nodiscard]] bool grants(const known_key& key) { return static_cast<bool>(m_verifier.verify(key.text)); }
    /// Ends the verifications; what they were is then known.
    shearline::testing::revocation_history history() {
        m_asking.request_stop();
        m_asking.join();
        shearline::testing::revocation_history all;
        all.add(m_seen.events());
        return all;
    }
    [[nodiscard]] const shearline::testing::history_recorder& seen() const { return m_seen; }
    [[nodiscard]] const shearline::postgres_store& store() const { return m_store; }
    [[nodiscard]] std::uint64_t granted() const { return m_verifier.count_of(std::nullopt); }

private:
    void ask(const std::stop_token& stop) {
        std::minstd_rand random{1};
        auto reader = m_verifier.new_reader();
        while (!stop.stop_requested()) {
            const std::size_t i = random() % m_keys.size();
            m_seen.verify(
                i, [&] { return static_cast<bool>(reader.verify(m_keys[i].text, shearline::coarse_clock{}.now())); });
            std::this_thread::sleep_for(std::chrono::microseconds{300});
        }
    }

    const std::vector<known_key>& m_keys;
    shearline::postgres_store m_store;
    verifier_type m_verifier;
    shearline::testing::history_recorder m_seen;
    std::jthread m_following;
    std::jthread m_asking;
};

inline void revoke(site& at, const std::vector<known_key>& keys, std::size_t i,
                   shearline::testing::history_recorder& mine, books& in, std::mt19937_64& random) {
    mine.narrow(i, [&] {
        return carry_out(at, make_operation(kind::revoke, keys[i], random), in, steady::now() + 20s).has_value();
    });
}

inline void judge(const shearline::testing::revocation_history& all, books& in) {
    const auto judged = all.judge(bound);
    for (const std::string& each : judged.failures()) in.complain(each);
}

}  // namespace fleet
