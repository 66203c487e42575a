// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How keys are presented and timed: blocks of texts are made outside the measured time; each block is timed as a whole.
#pragma once

#include <benchmark/benchmark.h>
#include <pthread.h>
#include <sched.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "population.hpp"

namespace bench {

#ifdef __clang__
inline constexpr const char* compiler_name = "clang++ " __clang_version__;
#else
inline constexpr const char* compiler_name = "g++ " __VERSION__;
#endif

/// Not `SkipWithError`: if only some repetitions have an error, Google Benchmark 1.7 reads uninitialised data.
[[noreturn]] inline void give_up(const char* why) {
    std::fprintf(stderr, "%s\n", why);
    std::exit(1);
}

inline constexpr std::size_t block_keys = 4'096;
inline constexpr std::size_t hot_keys = 64;

inline void pin_to(unsigned processor) {
    ::cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor % std::thread::hardware_concurrency(), &set);
    ::pthread_setaffinity_np(::pthread_self(), sizeof(set), &set);
}

/// The texts that are presented, from a buffer that stays in the cache, like a request that a server has just received:
/// one for each place of a block, or fewer, used in turn.
class presented {
public:
    template <typename Make>
    explicit presented(std::size_t different, Make make) {
        for (std::size_t i = 0; i < different; ++i) m_texts.push_back(make(i));
        for (const key_text& text : m_texts) m_views.push_back(view_of(text));
    }
    /// Fewer, in turn: one from each part of a range of keys.
    static presented hot(std::uint64_t size) {
        return presented{hot_keys, [size](std::size_t i) { return text_of(i * (size / hot_keys)); }};
    }
    /// One for each place of a block, to be filled by `draw`.
    static presented block() {
        return presented{block_keys, [](std::size_t) { return key_text{}; }};
    }
    /// Draws other keys each time.
    void draw(std::uint64_t size) {
        for (key_text& text : m_texts) text = text_of(random_below(m_random, size));
    }
    std::string_view operator[](std::size_t i) const { return m_views[i & (m_views.size() - 1)]; }
    [[nodiscard]] std::span<const std::string_view> views() const { return m_views; }

private:
    static inline std::uint64_t m_random =
        1;  // not reset between repetitions, which would otherwise draw the same keys
    std::vector<key_text> m_texts;
    std::vector<std::string_view> m_views;
};

/// Times blocks of keys: calls `refill()` outside the measured time, and `answer(i)` inside it for each key of the
/// block; `answer` returns whether the result was correct.
template <typename Refill, typename Block>
void measure_blocks(benchmark::State& state, Refill refill, Block block) {
    pin_to(0);
    double seconds = 0;
    for (auto _ : state) {
        refill();
        const auto begun = std::chrono::steady_clock::now();
        const bool good = block();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        if (!good) give_up("a wrong answer");
        state.SetIterationTime(took.count() / block_keys);
        seconds += took.count() / block_keys;
    }
    state.counters["keys_per_second"] = static_cast<double>(state.iterations()) / seconds;
}
template <typename Refill, typename Answer>
void measure(benchmark::State& state, Refill refill, Answer answer) {
    measure_blocks(state, refill, [&] {
        bool good = true;
        for (std::size_t i = 0; i < block_keys; ++i) good &= answer(i);
        return good;
    });
}
inline constexpr auto as_they_are = [] {};

/// Only one subject at a time: the tables of all sizes would not fit into memory at once.
inline std::function<void()>& cleaner() {
    static std::function<void()> last;
    return last;
}
template <typename T>
T& only(std::uint64_t size) {
    static std::uint64_t held = 0;
    static std::unique_ptr<T> one;
    if (one && held == size) return *one;
    if (cleaner()) cleaner()();
    one = std::make_unique<T>(size);
    held = size;
    cleaner() = [] { one.reset(); };
    return *one;
}

/// A benchmark's unit is one key; it has five repetitions of a number of blocks.
template <typename Body, typename... Arguments>
void add(const std::string& name, std::int64_t blocks, Body body, Arguments... arguments) {
    benchmark::RegisterBenchmark(name.c_str(), body, arguments...)
        ->UseManualTime()
        ->Unit(benchmark::kNanosecond)
        ->Iterations(blocks)
        ->Repetitions(5);
}

}  // namespace bench
