// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The owner's password: how it is stored, how many checks run at a time, and how guessing is slowed.
// Depends on shearline/secret/ and libsodium; never on a request or a page.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/secret_text.hpp>

namespace crm {

/// A time of the clock that never goes back, which measures sessions and delays.
using moment = std::chrono::steady_clock::time_point;

/// The owner's password. Only its argon2id string is stored, in a private file.
class owner_password {
public:
    static constexpr std::size_t min_bytes = 12;
    static constexpr std::size_t max_bytes = 1024;

    struct opened;

    /// Reads the file. If it does not exist (the first run), creates it from `initial`, or if that is empty, from a
    /// password of 20 random characters (99 bits), which is returned once and not stored. If the file exists, `initial`
    /// is ignored: whoever can start the program with an option may not be the person who knows the password.
    ///
    /// Errors: those of `shearline::read_private_file`; `invalid_argument` for an `initial` that is too short or too
    /// long; `corrupt` if the file does not contain an argon2id string.
    static shearline::result<opened> open_or_create(const std::string& path, std::string_view initial = {});

    /// Whether `attempt` is the password. Takes 64 MiB and about 0.1 s: enter a `hash_gate` first. Thread-safe.
    [[nodiscard]] bool matches(std::string_view attempt) const;

private:
    explicit owner_password(std::string hash) noexcept : m_hash{std::move(hash)} {}

    std::string m_hash;
};

struct owner_password::opened {
    owner_password password;
    bool created = false;
    std::optional<shearline::secret_text> generated;  ///< to be shown once
};

/// Limits how many passwords are checked at a time, so that guessing cannot exhaust memory. Thread-safe; never waits.
class hash_gate {
public:
    static constexpr std::size_t default_places = 2;

    /// At least 2 places: the last free one is reserved for browsers that have logged in before, so that strangers who
    /// occupy the others do not lock the owner out.
    explicit hash_gate(std::size_t places = default_places) noexcept : m_free{places} {}

    class [[nodiscard]] place {
    public:
        explicit place(hash_gate& of) noexcept : m_of{&of} {}
        place(place&& other) noexcept : m_of{std::exchange(other.m_of, nullptr)} {}
        place& operator=(place&&) = delete;
        ~place();

    private:
        hash_gate* m_of;
    };

    /// A place, held until it is destroyed; empty if none is free.
    [[nodiscard]] std::optional<place> enter(bool known);

private:
    std::mutex m_mutex;
    std::size_t m_free;
};

/// Slows guessing: each client (a source address, or a browser that has logged in before) has some free attempts, and
/// then waits twice as long after each failure. The failures of one client do not slow others. Bounded: if the table is
/// full, the client that has been idle longest is forgotten. Thread-safe; O(1).
class attempt_limiter {
public:
    static constexpr unsigned free_attempts = 5;
    static constexpr std::chrono::seconds first_delay{2};
    static constexpr std::chrono::seconds longest_delay{300};
    static constexpr std::chrono::hours forgotten_after{1};

    explicit attempt_limiter(std::size_t capacity = 4096) noexcept : m_capacity{capacity} {}

    /// Zero if `who` may try now. The attempt then counts as failed until `succeeded` is called, so that guesses sent
    /// all at once count, too. Otherwise how long to wait; nothing is counted.
    [[nodiscard]] std::chrono::seconds begin(const std::string& who, moment now);

    /// The attempt does not count as a guess: the password was right, or was not checked.
    void succeeded(const std::string& who);
    void withdrawn(const std::string& who);

private:
    struct entry {
        std::string who;
        unsigned failures = 0;
        moment last{};
        moment not_before{};
    };

    std::mutex m_mutex;
    std::size_t m_capacity;
    std::list<entry> m_entries;  // the most recent first
    std::unordered_map<std::string_view, std::list<entry>::iterator> m_by_who;
};

/// The name under which a source address is slowed: IPv4 unchanged (also if mapped into IPv6), IPv6 by its /64, which
/// usually belongs to one household.
[[nodiscard]] std::string slowed_as(std::string_view source_address);

}  // namespace crm
