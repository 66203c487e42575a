// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Lower bounds for the time of a verification: one tag, one digest, one read of a line.
#pragma once

#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

#include <shearline/digest/memo.hpp>

#include "measure.hpp"

namespace bench {

inline void raw_siphash(benchmark::State& state) {
    const presented texts = presented::hot(10'000);
    const siphash_memo::key key = siphash_memo::make_key();
    measure(state, as_they_are, [&](std::size_t i) {
        benchmark::DoNotOptimize(siphash_memo::of(key, texts[i]));
        return true;
    });
}

template <typename Engine>
void raw_hmac(benchmark::State& state) {
    const presented texts = presented::hot(10'000);
    const std::array<std::byte, 32> pepper{};
    const auto prepared = must(guarded<typename Engine::key_state>::make([&] { return Engine::prepare(pepper); }));
    measure(state, as_they_are, [&](std::size_t i) {
        const auto authenticated = std::as_bytes(std::span{texts[i]}).first<instance::checksum_part.offset>();
        benchmark::DoNotOptimize(Engine::mac(prepared.reveal(unsafe_reveal), authenticated));
        return true;
    });
}

/// One read of 64 bytes that depends on the previous one, in a table as large as ours: two lines per key, in huge
/// pages.
struct line_field {
    explicit line_field(std::uint64_t size) : lines{2 * size} {
        constexpr std::size_t huge_page_bytes = std::size_t{2} << 20U;
        const std::size_t bytes = (lines * 64 + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes;
        words.reset(static_cast<std::uint64_t*>(std::aligned_alloc(huge_page_bytes, bytes)));
        if (words == nullptr) std::abort();
        (void)::madvise(words.get(), bytes, MADV_HUGEPAGE);
        for (std::uint64_t i = 0; i < lines; ++i) at(i) = scatter(i);
    }
    std::uint64_t& at(std::uint64_t i) const { return words[i * 8]; }

    struct c_free {
        void operator()(std::uint64_t* first) const noexcept { std::free(first); }
    };
    std::uint64_t lines;
    std::unique_ptr<std::uint64_t[], c_free> words;
};
inline void raw_line_read(benchmark::State& state, std::uint64_t size) {
    const auto& field = only<line_field>(size);
    static std::uint64_t next = 1;
    static std::uint64_t reads = 0;  // without it, the reads would soon repeat a cycle
    measure(state, as_they_are, [&](std::size_t) {
        next = field.at(scaled(scatter(next + ++reads), field.lines));
        benchmark::DoNotOptimize(next);
        return true;
    });
}

}  // namespace bench
