// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Clients of a store: what they ask, what was acknowledged to them, and whether the store still has it.
// Depends on store/postgres_store.hpp and testing/ledger.hpp; never on a server of a test.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <shearline/authority.hpp>
#include <shearline/store/postgres_store.hpp>
#include <shearline/testing/ledger.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "fleet.hpp"

namespace fleet {

using namespace std::chrono_literals;
using bundle = shearline::testing::durable_bundle;
using authority_type = shearline::authority<bundle, shearline::postgres_store>;
using steady = std::chrono::steady_clock;

/// Where a store is, and the keyring of its keys.
struct place {
    std::string conninfo;
    shearline::postgres_options options;
    shearline::keyring ring;
};

/// A place with a keyring of its own.
[[nodiscard]] place place_at(const std::string& conninfo, const std::string& schema);

/// A store and its authority.
class site {
public:
    [[nodiscard]] static shearline::result<std::unique_ptr<site>> open(const place& where);

    [[nodiscard]] shearline::postgres_store& store() noexcept { return m_store; }
    [[nodiscard]] authority_type& keys() noexcept { return *m_keys; }
    [[nodiscard]] shearline::verdict verify(std::string_view text) const noexcept;

private:
    explicit site(shearline::postgres_store opened) : m_store{std::move(opened)} {}

    shearline::postgres_store m_store;
    std::optional<authority_type> m_keys;
};

/// The site, or a std::runtime_error.
[[nodiscard]] std::unique_ptr<site> must_open(const place& where);

struct known_key {
    shearline::credential_id of{};
    shearline::handle key{};
    std::string text{};
};

enum class kind : std::uint8_t { issue, rotate, revoke };
constexpr kind all_kinds[] = {kind::issue, kind::rotate, kind::revoke};
[[nodiscard]] std::string_view name_of(kind what) noexcept;

/// One change that is asked for. It can be asked for again: its token is its own.
struct operation {
    kind what = kind::issue;
    known_key on{};  ///< of a rotation or a revocation
    std::string token{};
    bool is_large = false;  ///< of an issue: with as much metadata as there may be
};
[[nodiscard]] operation make_operation(kind what, const known_key& on, std::mt19937_64& random);

/// What an acknowledged change has made, and has ended.
struct effect {
    std::optional<known_key> made{};
    std::optional<shearline::handle> ended{};
};
[[nodiscard]] shearline::result<effect> attempt(site& at, const operation& what);

/// What was acknowledged, by all clients. Thread-safe.
class books {
public:
    void note(const effect& done);
    void complain(std::string words);
    /// Counts an answer other than an acknowledgement.
    void note_refusal() noexcept { m_refused.fetch_add(1); }
    void note_doubt() noexcept { m_in_doubt.fetch_add(1); }
    void note_time(std::chrono::milliseconds took) noexcept;

    [[nodiscard]] std::string complaints() const;
    [[nodiscard]] std::uint64_t acknowledged() const;
    [[nodiscard]] std::uint64_t refused() const noexcept { return m_refused.load(); }
    [[nodiscard]] std::uint64_t in_doubt() const noexcept { return m_in_doubt.load(); }

    /// The longest that one call took, acknowledged or not.
    [[nodiscard]] std::chrono::milliseconds longest_call() const noexcept {
        return std::chrono::milliseconds{m_longest_ms.load()};
    }

    /// What of it the store does not have, and what else it has.
    [[nodiscard]] finding compare(const place& where) const;

private:
    mutable std::mutex m_lock;
    shearline::testing::ledger m_ledger;
    std::set<std::uint64_t> m_given;  // handles of keys that somebody was given
    std::uint64_t m_acknowledged = 0;
    std::vector<std::string> m_wrong;
    std::atomic<std::uint64_t> m_refused{0};
    std::atomic<std::uint64_t> m_in_doubt{0};
    std::atomic<std::int64_t> m_longest_ms{0};
};

/// Asks until the outcome is known, and enters it into the books. `unavailable` says that nothing was written, so the
/// change is then given up, unless an earlier attempt is in doubt: that one is repeated until it is not. Returns what
/// it has done, if anything.
std::optional<effect> carry_out(site& at, const operation& what, books& in, steady::time_point until);

/// A new key, entered into the books; tries for 20 s, and throws then.
[[nodiscard]] known_key must_issue(site& at, books& in, std::mt19937_64& random);

/// Threads that issue, rotate and revoke at a place, each through a store of its own, until they are stopped.
class crowd {
public:
    crowd(const place& where, books& in, std::size_t threads, std::uint64_t seed);
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;
    ~crowd() { stop(); }

    /// Every change that is in doubt is asked for until its outcome is known.
    void stop();

private:
    void work(std::uint64_t seed);

    const place& m_where;
    books& m_books;
    std::atomic<bool> m_over{false};
    std::vector<std::thread> m_threads;
};

/// Waits until it is true; false after that time.
template <typename Condition>
bool comes_true(Condition condition, std::chrono::milliseconds most = 20s) {
    const auto until = steady::now() + most;
    while (!condition()) {
        if (steady::now() > until) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

/// Waits until the books have so many more acknowledged changes.
inline bool goes_on(const books& in, std::uint64_t more, std::chrono::milliseconds most = 20s) {
    const std::uint64_t wanted = in.acknowledged() + more;
    return comes_true([&] { return in.acknowledged() >= wanted; }, most);
}

}  // namespace fleet
