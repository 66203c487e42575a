// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests statistically whether a function's time depends on its input: Welch's t-test over two classes of inputs
// (O. Reparaz, J. Balasch, I. Verbauwhede, "dude, is my code constant time?", DATE 2017).
// Depends on std; never on what is measured.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/requirements.hpp>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace shearline::inline v0_1::testing {

/// The outcome of a timing test. `leak` is evidence of a dependency; `no_evidence` does not prove constant time: use
/// constant_time.hpp for that.
enum class timing_verdict : std::uint8_t {
    no_evidence,   ///< |t| below 4.5
    inconclusive,  ///< from 4.5 to 10, too few measurements, or a control that failed
    leak,          ///< |t| above 10
};

[[nodiscard]] constexpr std::string_view to_string(timing_verdict verdict) noexcept {
    switch (verdict) {
        case timing_verdict::no_evidence: return "no evidence";
        case timing_verdict::inconclusive: return "inconclusive";
        case timing_verdict::leak: return "leak";
    }
    return "unknown";
}

/// Running mean and variance (B. P. Welford, 1962).
class running_moments {
public:
    void add(double x) noexcept {
        ++m_count;
        const double off = x - m_mean;
        m_mean += off / static_cast<double>(m_count);
        m_squares += off * (x - m_mean);
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return m_count; }
    [[nodiscard]] double mean() const noexcept { return m_mean; }
    /// The sample variance; 0 for fewer than two numbers.
    [[nodiscard]] double variance() const noexcept {
        return m_count < 2 ? 0 : m_squares / static_cast<double>(m_count - 1);
    }

private:
    std::uint64_t m_count = 0;
    double m_mean = 0;
    double m_squares = 0;
};

/// Welch's t statistic of two samples: the difference of their means in standard errors. Infinite if the means differ
/// and neither sample varies, as with a coarse clock; 0 if either has fewer than two numbers.
[[nodiscard]] inline double welch_t(const running_moments& a, const running_moments& b) noexcept {
    if (a.count() < 2 || b.count() < 2 || a.mean() == b.mean()) return 0;
    const double error = a.variance() / static_cast<double>(a.count()) + b.variance() / static_cast<double>(b.count());
    return (a.mean() - b.mean()) / std::sqrt(error);
}

/// With fewer measurements than this, the verdict is never `no_evidence`.
inline constexpr std::uint64_t least_measurements = 10'000;

/// The verdict for the greatest |t| of this many measurements.
[[nodiscard]] constexpr timing_verdict timing_verdict_of(double t, std::uint64_t measurements) noexcept {
    const double size = t < 0 ? -t : t;
    if (size > 10) return timing_verdict::leak;
    return size < 4.5 && measurements >= least_measurements ? timing_verdict::no_evidence
                                                            : timing_verdict::inconclusive;
}

/// The result of measuring a function.
struct timing_result {
    double t = 0;  ///< the t of greatest size over all crops, with its sign
    std::uint64_t measurements = 0;
    timing_verdict verdict = timing_verdict::inconclusive;
};

/// The longest time that each crop admits: percentiles of the first times, and no limit. For an empty list, no limits.
[[nodiscard]] inline std::array<double, 5> timing_crops(std::vector<double> first) {
    constexpr std::array<double, 5> percentiles{0.5, 0.75, 0.9, 0.98, 1};
    std::array<double, 5> most{};
    std::sort(first.begin(), first.end());
    for (std::size_t i = 0; i < most.size(); ++i) {
        const auto at = static_cast<std::size_t>(percentiles[i] * static_cast<double>(first.size()));
        most[i] = at < first.size() ? first[at] : HUGE_VAL;
    }
    return most;
}

/// Collects times of two classes. Interrupts and other programs make some times long, in both classes alike, so times
/// are compared uncropped and cropped at several percentiles of the first ones. Not thread-safe.
class timing_test {
public:
    /// Adds a time, in any unit, to the first or the second class.
    void add(bool second, double time) {
        if (m_first.size() < first_ones) {
            m_first.push_back({second, time});
            if (m_first.size() == first_ones) choose_crops();
            return;
        }
        take(second, time);
    }

    [[nodiscard]] timing_result outcome() const {
        timing_result found;
        for (const auto& crop : m_crops) {
            if (std::min(crop.of[0].count(), crop.of[1].count()) < least_of_a_class) continue;
            if (const double t = welch_t(crop.of[0], crop.of[1]); std::abs(t) > std::abs(found.t)) found.t = t;
        }
        found.measurements = m_crops.empty() ? 0 : m_crops.back().of[0].count() + m_crops.back().of[1].count();
        found.verdict = timing_verdict_of(found.t, found.measurements);
        return found;
    }

private:
    static constexpr std::size_t first_ones = 2'000;
    static constexpr std::uint64_t least_of_a_class = 100;  // with fewer, t is large by chance

    struct cropped {
        double most = 0;
        std::array<running_moments, 2> of{};
    };
    struct timed {
        bool second;
        double time;
    };

    void choose_crops() {
        std::vector<double> times;
        for (const timed& one : m_first) times.push_back(one.time);
        for (const double most : timing_crops(std::move(times))) m_crops.push_back({most, {}});
        for (const timed& one : m_first) take(one.second, one.time);
    }
    void take(bool second, double time) {
        for (cropped& crop : m_crops)
            if (time <= crop.most) crop.of[second ? 1U : 0U].add(time);
    }

    std::vector<timed> m_first;
    std::vector<cropped> m_crops;
};

namespace detail {

/// The processor's clock, read after everything before it has completed and before anything after it begins.
[[nodiscard]] inline std::uint64_t cycles() noexcept {
#if defined(__x86_64__)
    unsigned core = 0;
    ::_mm_lfence();
    const std::uint64_t at = ::__rdtscp(&core);
    ::_mm_lfence();
    return at;
#elif defined(__aarch64__)
    std::uint64_t at = 0;
    asm volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(at) : : "memory");
    return at;
#else
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

}  // namespace detail

/// Measures a function for about `how_long`. `prepare(second) -> input` makes an input of one class or the other; many
/// are made, in random order, before any is timed. `run(input)` is timed. Inputs are adjacent in memory, so that
/// neither class is more often in the cache.
///
/// Example:
///     const auto seen = shearline::testing::measure_timing(
///         std::chrono::milliseconds{100}, [](bool second) { return std::string(32, second ? 'b' : 'a'); },
///         [](const std::string& text) { return text == std::string(32, 'a'); });
///     const bool leaks = seen.verdict == shearline::testing::timing_verdict::leak;
template <typename Prepare, typename Run>
[[nodiscard]] timing_result measure_timing(std::chrono::milliseconds how_long, Prepare prepare, Run run) {
    using input = decltype(prepare(true));
    constexpr std::size_t at_once = 1'000;
    std::mt19937_64 random{2026};
    timing_test test;
    const auto end = std::chrono::steady_clock::now() + how_long;
    std::array<bool, at_once> classes{};
    std::vector<input> inputs;
    std::array<std::int64_t, at_once> times{};
    do {
        inputs.clear();
        for (std::size_t i = 0; i < at_once; ++i) inputs.push_back(prepare(classes[i] = random() % 2 != 0));
        for (std::size_t i = 0; i < at_once; ++i) {
            const input* at = &inputs[i];
            const std::uint64_t before = detail::cycles();
            asm volatile("" : "+r"(at) : : "memory");  // hides the input from the compiler until the clock runs
            auto answer = run(*at);
            asm volatile("" : "+m"(answer) : : "memory");
            times[i] = static_cast<std::int64_t>(detail::cycles() - before);
        }
        // The first ones of a batch run with cold caches.
        for (std::size_t i = 20; i < at_once; ++i)
            if (times[i] >= 0)
                test.add(classes[i], static_cast<double>(times[i]));  // negative: another core's clock is behind
    } while (std::chrono::steady_clock::now() < end);
    return test.outcome();
}

}  // namespace shearline::inline v0_1::testing
