// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// SipHash by AVX-512VL under MemorySanitizer, which reports a branch or an address that depends on bytes that nobody
// has set: here key and texts. (valgrind has no AVX-512.)
//
//     avx512            exit status 0: nothing depends on them; 77: this processor has no AVX-512VL
//     avx512 branch     the control: reported
//     avx512 address    the control: reported
#include <sanitizer/msan_interface.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>

#include <shearline/digest/siphash_lanes.hpp>

using namespace shearline::detail;

int main(int count, char** arguments) {
    if (__builtin_cpu_supports("avx512f") == 0 || __builtin_cpu_supports("avx512vl") == 0) return 77;
    const std::string_view control = count > 1 ? arguments[1] : "";
    siphash_key key{};
    std::array<std::array<char, 53>, 9> texts{};
    std::array<const char*, 9> starts{};
    std::array<siphash_tag, 9> expected{};
    std::array<siphash_tag, 9> tags{};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        texts[i].fill(static_cast<char>('a' + i));
        starts[i] = texts[i].data();
        key.bytes[i] = static_cast<unsigned char>(i);
    }
    siphash_anywhere<compiled_for>(key, starts.data(), texts[0].size(), texts.size(), expected.data());
    __msan_allocated_memory(&key, sizeof(key));
    __msan_allocated_memory(&texts, sizeof(texts));
    if (control == "branch" && texts[3][7] == 'd') std::puts("a branch");
    if (control == "address") std::putchar("0123456789abcdef"[key.bytes[3] % 16U]);

    siphash_avx512vl<compiled_for>(key, starts.data(), texts[0].size(), texts.size(), tags.data());
    if (__msan_test_shadow(&tags, sizeof(tags)) != 0) {
        std::puts("the tags do not depend on the texts: nothing was watched");
        return 1;
    }
    __msan_unpoison(&tags, sizeof(tags));
    if (tags != expected) {
        std::puts("other tags than elsewhere");
        return 1;
    }
    return 0;
}
