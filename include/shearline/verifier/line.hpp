// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One key in one cache line, which is all that most verifications read; and its details beside it.
// Depends on credential/, digest/ and format/handle.hpp; never on a table.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>

#include <shearline/chrono.hpp>
#include <shearline/clock.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/credential/state.hpp>
#include <shearline/digest/digest_bytes.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/format/handle.hpp>

namespace shearline::inline v0_1::detail {

/// A time in whole seconds from 2020-01-01T00:00:00Z, in 32 bits: until the year 2156.
using line_seconds = std::uint32_t;

inline constexpr std::chrono::sys_seconds line_epoch{std::chrono::seconds{1'577'836'800}};
/// No end.
inline constexpr line_seconds never = std::numeric_limits<line_seconds>::max();

/// A time rounded down to a second. Times before 2020 are 0; times past the range are the last second.
[[nodiscard]] constexpr line_seconds to_line_seconds(timestamp at) noexcept {
    constexpr std::uint64_t last = std::uint64_t{never - 1} * 1'000;
    // Unsigned, so that nothing overflows: a time before the first wraps to one past the last.
    constexpr timestamp first = line_epoch;
    const std::uint64_t since = static_cast<std::uint64_t>(at.time_since_epoch().count()) -
                                static_cast<std::uint64_t>(first.time_since_epoch().count());
    if (since > last) [[unlikely]]
        return at < line_epoch ? 0 : never - 1;
    return static_cast<line_seconds>(since / 1'000);
}

[[nodiscard]] constexpr timestamp from_line_seconds(line_seconds seconds) noexcept {
    return line_epoch + std::chrono::seconds{seconds};
}

/// The first 24 bytes of a digest, as words in memory order (RFC 2104 §5 allows an HMAC to be truncated to half its
/// length or more); the store keeps all 32.
using line_digest = std::array<std::uint64_t, 3>;

[[nodiscard]] constexpr line_digest to_line_digest(const digest_bytes& whole) noexcept {
    const auto words = std::bit_cast<std::array<std::uint64_t, 4>>(whole);
    return {words[0], words[1], words[2]};
}

/// Not a pepper: in the line of a key whose digest was made by another hash, which cannot be verified here.
inline constexpr std::uint32_t no_pepper = 0;

/// The part of a stored digest that a mirror holds.
struct line_proof {
    line_digest digest{};
    std::uint32_t pepper = no_pepper;
};

/// The proof of a stored digest, in a mirror of keys whose digests were made by `hash`.
[[nodiscard]] constexpr line_proof line_proof_of(const stored_digest& stored, const hash_name& hash) noexcept {
    return stored.hash == hash ? line_proof{to_line_digest(stored.mac), stored.pepper} : line_proof{};
}

/// The state of a key, which may change, in one word that is read and written as a whole.
struct line_status {
    static constexpr std::uint32_t max_pepper = (std::uint32_t{1} << 24U) - 1;

    key_state state = key_state::revoked;
    bool suspended = false;
    bool waits = false;        ///< its credential has a `not_before`, which is in the details
    bool superseded = false;   ///< a later line has the same handle and replaces this one
    bool unproved = false;     ///< the rows of its credential are not those that this library wrote
    std::uint32_t pepper = 0;  ///< its number, at most `max_pepper`

    [[nodiscard]] constexpr std::uint64_t to_word() const noexcept {
        return static_cast<std::uint64_t>(state) | (std::uint64_t{suspended} << 3U) | (std::uint64_t{waits} << 4U) |
               (std::uint64_t{superseded} << 5U) | (std::uint64_t{unproved} << 6U) | (std::uint64_t{pepper} << 8U);
    }
    [[nodiscard]] static constexpr line_status from_word(std::uint64_t word) noexcept {
        return {.state = static_cast<key_state>(word & 7U),
                .suspended = ((word >> 3U) & 1U) != 0,
                .waits = ((word >> 4U) & 1U) != 0,
                .superseded = is_superseded(word),
                .unproved = ((word >> 6U) & 1U) != 0,
                .pepper = pepper_of(word)};
    }

    // Each verification reads these alone, without the other parts of the word.
    [[nodiscard]] static constexpr bool is_superseded(std::uint64_t word) noexcept { return ((word >> 5U) & 1U) != 0; }
    [[nodiscard]] static constexpr std::uint32_t pepper_of(std::uint64_t word) noexcept {
        return static_cast<std::uint32_t>(word >> 8U) & max_pepper;
    }

    /// Whether a word is that of an active key with no flag set, which needs no further check.
    [[nodiscard]] static constexpr bool is_plain(std::uint64_t word) noexcept {
        return (word & 0b101'1111U) == static_cast<std::uint64_t>(key_state::active);
    }

    /// Whether the line can never grant again: a rebuild of the table leaves it out.
    [[nodiscard]] constexpr bool is_dead() const noexcept { return superseded || state == key_state::revoked; }
};

/// The end of a key and its profile, in the other word that may change.
struct line_owner {
    line_seconds ends = never;  ///< the first second in which the key is no longer valid
    std::uint32_t profile = 0;  ///< its number (see profiles.hpp)

    [[nodiscard]] constexpr std::uint64_t to_word() const noexcept {
        return std::uint64_t{ends} | (std::uint64_t{profile} << 32U);
    }
    [[nodiscard]] static constexpr line_owner from_word(std::uint64_t word) noexcept {
        return {static_cast<line_seconds>(word), static_cast<std::uint32_t>(word >> 32U)};
    }
};

/// Eight words in 64 bytes: all that is read of a key whose text is remembered, unless its credential has a beginning.
/// Handle and credential are written once, before the line is published; the others may change.
///
/// Every word is an atomic: readers load with acquire, the only writer stores with release, and there is no lock.
/// - `publish` stores the handle last, with release: a reader that finds the handle sees the credential, the status and
///   the owner stored before it, and the digest in the details.
/// - Status and owner are one word each, so neither is ever seen half-written. A reader that loads them during a change
///   may see one new and one old: that verification overlaps the change, and may go either way. A verification that
///   begins after the change was acknowledged sees both: the acknowledgement is a release store after them, which the
///   verification loads (acquire) first.
/// - The memo is two words that any reader may store at any time. A torn memo is a mixture of two tags, which matches
///   no text.
/// - Any reader may add to the uses at any time: see line_table.hpp.
class alignas(64) line {
public:
    using two_words = std::array<std::uint64_t, 2>;
    using memo_words = two_words;

    /// 0 if the line is free.
    [[nodiscard]] std::uint64_t handle() const noexcept { return m_handle.load(std::memory_order_acquire); }
    [[nodiscard]] credential_id credential() const noexcept {
        return std::bit_cast<credential_id>(two_words{m_credential[0].load(std::memory_order_acquire),
                                                      m_credential[1].load(std::memory_order_acquire)});
    }
    [[nodiscard]] std::uint64_t status_word() const noexcept { return m_status.load(std::memory_order_acquire); }
    [[nodiscard]] line_status status() const noexcept { return line_status::from_word(status_word()); }
    [[nodiscard]] line_owner owner() const noexcept {
        return line_owner::from_word(m_owner.load(std::memory_order_acquire));
    }
    [[nodiscard]] memo_words memo() const noexcept {
        return {m_memo[0].load(std::memory_order_acquire), m_memo[1].load(std::memory_order_acquire)};
    }

    /// Counted since the last flush.
    [[nodiscard]] std::atomic<std::uint64_t>& uses() noexcept { return m_uses; }

    /// Fills a free line. By the writer only.
    void publish(shearline::handle key, const credential_id& of, line_status status, line_owner owner) noexcept {
        const auto words = std::bit_cast<two_words>(of);
        m_credential[0].store(words[0], std::memory_order_release);
        m_credential[1].store(words[1], std::memory_order_release);
        set_owner(owner);
        set_status(status);
        m_handle.store(key.value, std::memory_order_release);
    }
    void set_status(line_status status) noexcept { m_status.store(status.to_word(), std::memory_order_release); }
    void set_owner(line_owner owner) noexcept { m_owner.store(owner.to_word(), std::memory_order_release); }
    /// By any thread.
    void set_memo(const memo_words& words) noexcept {
        m_memo[0].store(words[0], std::memory_order_release);
        m_memo[1].store(words[1], std::memory_order_release);
    }

private:
    std::atomic<std::uint64_t> m_handle{0};
    std::array<std::atomic<std::uint64_t>, 2> m_credential{};
    std::array<std::atomic<std::uint64_t>, 2> m_memo{};
    std::atomic<std::uint64_t> m_status{0};
    std::atomic<std::uint64_t> m_owner{0};
    std::atomic<std::uint64_t> m_uses{0};
};
static_assert(sizeof(line) == 64 && std::atomic<std::uint64_t>::is_always_lock_free);

/// A credential in a mirror.
struct mirrored_credential {
    credential_id id;
    line_seconds not_before = 0;  ///< the first second in which it is valid
    std::uint32_t version = 0;    ///< the low half; two versions that are compared differ by less than 2^31
};

/// A key in a mirror.
struct mirrored_key {
    shearline::handle handle;
    line_digest digest;
    line_status status;
    line_owner owner;
};

/// What a verification reads only if the line does not remember the text, or the credential has a beginning. The digest
/// is written before the line is published, and never changes.
struct alignas(32) line_details {
    line_digest digest{};
    std::atomic<line_seconds> not_before{0};  ///< of its credential
    bool was_read = false;  ///< for the writer only: the key was in the last reading of its credential
};
static_assert(sizeof(line_details) == 32);

/// What only the writer needs of a line.
struct line_link {
    std::uint32_t version = 0;  ///< of its credential
    std::uint32_t next = 0;     ///< the number of the credential's next line, plus 1; 0 after the last
};

}  // namespace shearline::inline v0_1::detail
