// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Cases for timing.hpp: comparisons and hashes of any kind, and the controls, which run first.
// Depends on testing/timing.hpp and concepts.hpp; never on one policy.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

#include <shearline/concepts.hpp>
#include <shearline/testing/detail/early_exit.hpp>
#include <shearline/testing/timing.hpp>

namespace shearline::inline v0_1::testing {

/// The two byte strings of a comparison.
template <std::size_t Bytes>
struct compared_bytes {
    std::array<std::byte, Bytes> a{};
    std::array<std::byte, Bytes> b{};
};

/// Equal strings, or for the second class random ones.
template <std::size_t Bytes>
[[nodiscard]] compared_bytes<Bytes> equal_or_random(bool second) {
    static std::mt19937_64 random{1};
    compared_bytes<Bytes> made;
    for (std::byte& byte : made.a) byte = static_cast<std::byte>(random());
    made.b = made.a;
    for (std::byte& byte : made.b) {
        const auto drawn = static_cast<std::byte>(random());
        if (second) byte = drawn;
    }
    return made;
}

/// Strings that differ in their first byte, or for the second class in their last byte.
template <std::size_t Bytes>
[[nodiscard]] compared_bytes<Bytes> first_or_last(bool second) {
    compared_bytes<Bytes> made = equal_or_random<Bytes>(false);
    made.b[second ? Bytes - 1 : 0] ^= std::byte{1};
    return made;
}

/// Controls that show whether this machine can measure reliably.
struct timing_controls {
    timing_result same;        ///< two equal classes: must not be a leak
    timing_result early_exit;  ///< a comparison that ends at the first difference: must be a leak

    [[nodiscard]] constexpr bool hold() const noexcept {
        return same.verdict != timing_verdict::leak && early_exit.verdict == timing_verdict::leak;
    }
};

/// Measures both controls, each for about `how_long`.
[[nodiscard]] inline timing_controls measure_timing_controls(std::chrono::milliseconds how_long) {
    const auto equal = [](const compared_bytes<32>& of) { return detail::early_exit_equal(of.a, of.b); };
    const auto same = [](bool) { return equal_or_random<32>(false); };
    return {measure_timing(how_long, same, equal), measure_timing(how_long, first_or_last<32>, equal)};
}

/// A result in words: `no evidence (t = 1.23, 2000000 measurements)`.
[[nodiscard]] inline std::string timing_words(const timing_result& seen, bool controls_hold = true) {
    std::array<char, 32> t{};
    std::snprintf(t.data(), t.size(), "%.2f", seen.t);
    std::string words{controls_hold ? to_string(seen.verdict) : "inconclusive: controls failed"};
    words.append(" (t = ").append(t.data()).append(", ").append(std::to_string(seen.measurements));
    return words.append(" measurements)");
}

/// The line of a function: `timing NAME: no evidence (t = 1.23, 2000000 measurements)`.
[[nodiscard]] inline std::string timing_line(std::string_view name, const timing_result& seen, bool controls_hold) {
    return std::string{"timing "}.append(name).append(": ").append(timing_words(seen, controls_hold));
}

/// Measures functions one after another, and prints a line for each. The controls run first: if one of them fails, no
/// later result is better than inconclusive. Not thread-safe.
///
/// Example:
///     shearline::testing::timing_suite suite{std::chrono::seconds{1}};
///     const auto same = [](const auto& a, const auto& b) { return ((a[0] ^ b[0]) | (a[1] ^ b[1])) == std::byte{0}; };
///     shearline::testing::add_comparison<2>(suite, "my comparison", same);
///     const int exit_status = suite.finish();
class timing_suite {
public:
    /// Measures the controls and each function for about `how_long`.
    explicit timing_suite(std::chrono::milliseconds how_long)
        : timing_suite{how_long, measure_timing_controls(how_long)} {}
    /// Uses controls that were measured before.
    timing_suite(std::chrono::milliseconds how_long, const timing_controls& controls)
        : m_how_long{how_long}, m_controls_hold{controls.hold()} {
        tell("control, a class against itself: " + timing_words(controls.same));
        tell("control, a comparison with an early exit: " + timing_words(controls.early_exit));
        if (!m_controls_hold) tell("timing: inconclusive: controls failed");
    }

    /// Measures one function; see `measure_timing`.
    template <typename Prepare, typename Run>
    void function(std::string_view name, Prepare prepare, Run run) {
        take(name, measure_timing(m_how_long, prepare, run));
    }
    /// Adds a result that was measured elsewhere.
    void take(std::string_view name, const timing_result& seen) {
        m_leak = m_leak || seen.verdict == timing_verdict::leak;
        tell(timing_line(name, seen, m_controls_hold));
    }

    /// The exit status: 77, which test runners report as "skipped", if a control failed; 1 if a function leaks; else 0.
    [[nodiscard]] int finish() const noexcept {
        if (!m_controls_hold) return 77;
        return m_leak ? 1 : 0;
    }

private:
    static void tell(const std::string& line) {
        std::puts(line.c_str());
        std::fflush(stdout);
    }

    std::chrono::milliseconds m_how_long;
    bool m_controls_hold;
    bool m_leak = false;
};

/// Measures `equal(a, b) -> bool` on arrays of `Bytes` bytes.
template <std::size_t Bytes, typename Equal>
void add_comparison(timing_suite& suite, std::string_view name, Equal equal) {
    const std::string whole = std::string{name} + " of " + std::to_string(Bytes) + " bytes, ";
    const auto compare = [equal](const compared_bytes<Bytes>& of) { return static_cast<bool>(equal(of.a, of.b)); };
    suite.function(whole + "equal against random", equal_or_random<Bytes>, compare);
    suite.function(whole + "first byte against last", first_or_last<Bytes>, compare);
}

namespace detail {

/// Messages of this many bytes under one key: a fixed one against random ones, and two that differ from it in one byte.
template <typename Hash, std::size_t Bytes>
void time_messages(timing_suite& suite, std::string_view name) {
    const std::string whole = std::string{name} + ", " + std::to_string(Bytes) + " bytes of message, ";
    const auto state = Hash::prepare(std::array<std::byte, 32>{});
    const auto hash = [&state](const std::array<std::byte, Bytes>& message) { return Hash::mac(state, message); };
    const auto fixed = equal_or_random<Bytes>(false).a;
    suite.function(
        whole + "fixed against random",
        [&](bool second) {
            const auto drawn = equal_or_random<Bytes>(false).a;
            return second ? drawn : fixed;
        },
        hash);
    suite.function(
        whole + "first byte against last",
        [&](bool second) {
            auto made = fixed;
            made[second ? Bytes - 1 : 0] ^= std::byte{1};
            return made;
        },
        hash);
}

}  // namespace detail

/// Measures a hash policy: messages of 32, 43 and 64 bytes, and a fixed key against random ones.
template <typename Hash>
void add_hash(timing_suite& suite, std::string_view name) {
    static_assert(hash_policy<Hash>, "add_hash<Hash>: Hash must have what hash_policy asks for");
    detail::time_messages<Hash, 32>(suite, name);
    detail::time_messages<Hash, 43>(suite, name);
    detail::time_messages<Hash, 64>(suite, name);
    const auto fixed = equal_or_random<32>(false).a;
    suite.function(
        std::string{name} + ", key fixed against random",
        [&](bool second) {
            const auto drawn = equal_or_random<32>(false).a;
            return Hash::prepare(second ? drawn : fixed);
        },
        [](const typename Hash::key_state& under) { return Hash::mac(under, std::array<std::byte, 43>{}); });
}

}  // namespace shearline::inline v0_1::testing
