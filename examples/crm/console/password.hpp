// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The owner's password: how it is kept, how few are checked at a time, and how guessing is slowed.
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

/// A moment of the clock that nobody sets back: what sessions and delays are measured by.
using moment = std::chrono::steady_clock::time_point;

/// The owner's password, of which only an argon2id string is kept, in a file that is private to us.
class owner_password {
public:
    static constexpr std::size_t min_bytes = 12;
    static constexpr std::size_t max_bytes = 1024;

    struct opened;

    /// Reads the file. On the first run there is none: it is made of `initial`, or where that is empty of a password of
    /// 20 random characters (99 bits), which is given back once and kept nowhere. Where there is a file, `initial` is
    /// not looked at: whoever can start the program with an option may not be the one who knows the password.
    ///
    /// Errors: those of `shearline::read_private_file`; `invalid_argument` for an `initial` that is too short or too
    /// long; `corrupt` where the file holds no argon2id string.
    static shearline::result<opened> open_or_create(const std::string& path, std::string_view initial = {});

    /// Whether `attempt` is the password. Takes 64 MiB and some 0.1 s: enter a `hash_gate` first. Thread-safe.
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

/// Lets few in at a time, so that guessing cannot use up the machine's memory. Thread-safe; never waits.
class hash_gate {
public:
    static constexpr std::size_t default_places = 2;

    /// At least 2 places: the last free one is kept for whoever has logged in before from the same browser, so that
    /// strangers who keep the others busy do not keep the owner out.
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

    /// A place, held until it is destroyed; nothing where none is free.
    [[nodiscard]] std::optional<place> enter(bool known);

private:
    std::mutex m_mutex;
    std::size_t m_free;
};

/// Slows guessing: each one who asks (a source address, or a browser that logged in before) has some attempts free, and
/// then waits twice as long after each failure. One who fails slows nobody else. Bounded: where the table is full, the
/// one who has been quiet longest is forgotten. Thread-safe; O(1).
class attempt_limiter {
public:
    static constexpr unsigned free_attempts = 5;
    static constexpr std::chrono::seconds first_delay{2};
    static constexpr std::chrono::seconds longest_delay{300};
    static constexpr std::chrono::hours forgotten_after{1};

    explicit attempt_limiter(std::size_t capacity = 4096) noexcept : m_capacity{capacity} {}

    /// Zero where `who` may try now, and then the attempt counts as failed until `succeeded` says otherwise: guesses
    /// that are sent all at once count, too. Else how long to wait, and nothing is counted.
    [[nodiscard]] std::chrono::seconds begin(const std::string& who, moment now);

    /// The attempt that began was nobody's guess: the password was right, or was not looked at.
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

/// Under whose name a source address is slowed: IPv4 as it is (also when mapped into IPv6), IPv6 by its /64, which one
/// household has whole.
[[nodiscard]] std::string slowed_as(std::string_view source_address);

}  // namespace crm
