// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// SipHash in lanes agrees with libsodium's, whatever the length and the number of texts.
#include <shearline/digest/siphash_lanes.hpp>

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../support/sanitized.hpp"

using namespace shearline::detail;

namespace {

struct named {
    const char* name;
    siphash_of_many tags_of;
};

/// Those that this processor can run.
std::vector<named> kernels() {
    std::vector<named> found{{"anywhere", &siphash_anywhere<compiled_for>}};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") != 0) found.push_back({"AVX2", &siphash_avx2<compiled_for>});
    if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0)
        found.push_back({"AVX-512VL", &siphash_avx512vl<compiled_for>});
#endif
    return found;
}

siphash_tag by_sodium(const siphash_key& with, const std::string& text) {
    siphash_tag tag{};
    static_assert(sizeof(tag) == crypto_shorthash_siphashx24_BYTES);
    crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(&tag),
                                reinterpret_cast<const unsigned char*>(text.data()), text.size(), with.bytes.data());
    return tag;
}

constexpr std::size_t longest = 128;
constexpr std::size_t most = 17;  // two rounds of two vectors of four lanes, and one text

}  // namespace

BOOST_AUTO_TEST_SUITE(siphash_in_several_lanes)

BOOST_AUTO_TEST_CASE(is_that_of_libsodium_for_every_length_and_number_of_texts) {
    // 10 million texts with each kernel, over all lengths and numbers of texts. (Sanitizers take fifty times as long.)
    const std::size_t rounds =
        10'000'000 / ((longest + 1) * (most * (most + 1) / 2)) / (support::sanitized ? 100 : 1) + 1;
    for (const auto& [name, tags_of] : kernels()) {
        std::size_t compared = 0;
        std::size_t wrong = 0;
        for (std::size_t round = 0; round < rounds; ++round) {
            siphash_key key{};
            randombytes_buf(key.bytes.data(), key.bytes.size());
            for (std::size_t size = 0; size <= longest; ++size) {
                std::vector<std::string> texts(most, std::string(size, '\0'));
                std::vector<const char*> starts;
                std::vector<siphash_tag> expected;
                for (std::string& text : texts) {
                    randombytes_buf(text.data(), size);
                    starts.push_back(text.data());
                    expected.push_back(by_sodium(key, text));
                }
                for (std::size_t count = 1; count <= most; ++count) {
                    std::vector<siphash_tag> tags(count);
                    tags_of(key, starts.data(), size, count, tags.data());
                    for (std::size_t i = 0; i < count; ++i) wrong += tags[i] == expected[i] ? 0U : 1U;
                    compared += count;
                }
            }
        }
        BOOST_TEST(wrong == 0U, name << ": " << wrong << " of " << compared);
        if (!support::sanitized) BOOST_TEST(compared >= 10'000'000U);
    }
}

BOOST_AUTO_TEST_CASE(reads_nothing_outside_its_texts) {
    // Each text alone between two pages that cannot be read: at the end of the first one, and at its beginning.
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* const mapped = mmap(nullptr, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_REQUIRE(mapped != MAP_FAILED);
    char* const begin = static_cast<char*>(mapped) + page;
    BOOST_REQUIRE(mprotect(begin, page, PROT_READ | PROT_WRITE) == 0);
    randombytes_buf(begin, page);
    const siphash_key key{};
    for (const auto& [name, tags_of] : kernels())
        for (std::size_t size = 0; size <= 40; ++size)
            for (const char* const text :
                 {static_cast<const char*>(begin), static_cast<const char*>(begin + page - size)}) {
                const std::vector<const char*> starts(most, text);
                std::vector<siphash_tag> tags(most);
                tags_of(key, starts.data(), size, most, tags.data());
                for (const siphash_tag& tag : tags) BOOST_TEST((tag == by_sodium(key, {text, size})), name);
            }
    munmap(mapped, 3 * page);
}

BOOST_AUTO_TEST_CASE(writes_no_tag_but_those_of_its_texts) {
    const std::string text = "some text";
    const std::vector<const char*> starts(most, text.data());
    for (const auto& [name, tags_of] : kernels()) {
        for (std::size_t count = 0; count <= most; ++count) {
            std::vector<siphash_tag> tags(most + 1, siphash_tag{1, 2});
            tags_of({}, starts.data(), text.size(), count, tags.data());
            for (std::size_t i = count; i < tags.size(); ++i) BOOST_TEST((tags[i] == siphash_tag{1, 2}), name);
        }
    }
}

BOOST_AUTO_TEST_CASE(is_chosen_by_what_a_processor_has) {
    BOOST_TEST((siphash_for<compiled_for>(false, false) == &siphash_anywhere<compiled_for>));
#if defined(__x86_64__)
    BOOST_TEST((siphash_for<compiled_for>(true, false) == &siphash_avx2<compiled_for>));
    BOOST_TEST((siphash_for<compiled_for>(true, true) == &siphash_avx512vl<compiled_for>));
#endif
}

BOOST_AUTO_TEST_CASE(is_chosen_for_this_processor) {
    BOOST_TEST((choose_siphash<compiled_for>() == kernels().back().tags_of));
}

BOOST_AUTO_TEST_SUITE_END()
