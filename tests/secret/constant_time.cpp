// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Run under valgrind's memcheck, which reports each branch and each address that depends on undefined bytes. Secrets
// are marked undefined, so a report is a place where time may tell something about one. Without valgrind nothing would
// be seen: the program then exits with 77, "skipped". One argument names the case; `control_…` are cases in which
// memcheck must report something, or else it watches nothing.
#include <sodium.h>
#include <valgrind/memcheck.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/digest/spelling.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/render.hpp>
#include <shearline/generate.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/secret/entropy.hpp>

namespace {

using format = shearline::key_format<"instance">;
using bytes = std::array<std::byte, 32>;

template <typename T>
void make_secret(T& object) {
    static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(&object, sizeof object));
}

/// What a function answers is public once it is answered: a denial is seen by whoever asked.
template <typename T>
T declassify(T value) {
    static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value));
    return value;
}

bytes random_secret() {
    bytes made;
    if (!shearline::system_entropy{}.fill(made)) std::abort();
    make_secret(made);
    return made;
}

/// Entropy of which the bits in `secret_mask` are secret, and the others are 0. With 0x1f each byte is known to be a
/// digit: whether a byte is refused is public by intent, and this is the case in which that says nothing.
struct secret_entropy {
    std::byte secret_mask;

    shearline::result<void> fill(std::span<std::byte> out) noexcept {
        if (auto filled = shearline::system_entropy{}.fill(out); !filled) return filled;
        if (out.size() == sizeof(std::uint64_t)) return {};  // a handle, which is public
        for (std::byte& byte : out) {
            make_secret(byte);
            byte &= secret_mask;
        }
        return {};
    }
};

int render_a_fresh_secret() {
    std::array<std::uint8_t, format::secret_chars> digits;
    for (std::uint8_t& digit : digits) {
        digit = static_cast<std::uint8_t>(::randombytes_uniform(62));
    }
    make_secret(digits);
    std::array<char, format::chars> text;
    shearline::render<format>(shearline::handle{1}, digits, text);
    const std::uint32_t checksum = shearline::crc32::of({text.data(), text.size()});
    return declassify(text)[0] == 'i' && declassify(checksum) != 0 ? 0 : 2;
}

template <unsigned SecretMask>
int generate_a_key() {
    secret_entropy entropy{std::byte{SecretMask}};
    const auto fresh = shearline::generate<format>(entropy);
    return fresh && fresh->text.size() == format::chars ? 0 : 2;
}

template <typename Hash>
int mac_under_a_secret_key() {
    const bytes key = random_secret();
    const auto state = Hash::prepare(key);
    std::array<std::byte, 300> message{};
    make_secret(message);
    unsigned seen = 0;
    for (std::size_t length : {std::size_t{0}, std::size_t{52}, std::size_t{64}, message.size()}) {
        seen |= std::to_integer<unsigned>(declassify(Hash::mac(state, std::span{message}.first(length)))[0]);
    }
    return seen != 0 ? 0 : 2;
}

template <std::size_t Bytes>
bool finds_equal_and_different() {
    std::array<std::byte, Bytes> a{};
    auto b = a;
    auto c = a;
    c[0] = std::byte{1};
    make_secret(a);
    make_secret(b);
    return declassify(shearline::constant_time_equal<Bytes>(a, b)) &&
           !declassify(shearline::constant_time_equal<Bytes>(a, c));
}

int compare_secrets() {
    return finds_equal_and_different<8>() && finds_equal_and_different<16>() && finds_equal_and_different<32>() &&
                   finds_equal_and_different<64>()
               ? 0
               : 2;
}

int spell_and_read_a_stored_digest() {
    const bytes digest = random_secret();
    std::array<char, shearline::base64_chars(32) + 1> text;
    shearline::to_base64<32>(digest, text);
    if (declassify(text)[43] != '\0') return 2;
    // That a text is base64 at all is public: 'p' to 'w' differ in three bits, and any of those is.
    for (char& c : text) c = static_cast<char>('p' | (c & 7));
    text[42] = 'w';  // its last bits are zero
    bytes read;
    return shearline::from_base64<32>({text.data(), 43}, read) && declassify(read)[31] != std::byte{0} ? 0 : 2;
}

[[gnu::noinline]] bool naive_equal(const std::byte* a, const std::byte* b, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        if (a[i] != b[i]) return false;
    }
    return true;
}

int control_early_exit() {
    const bytes a = random_secret();
    const bytes b = a;
    return declassify(naive_equal(a.data(), b.data(), a.size())) ? 0 : 2;
}

int control_table_look_up() {
    static volatile char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
    bytes digits = random_secret();
    const char c = alphabet[std::to_integer<std::size_t>(digits[0]) & 63U];
    return declassify(c) != '\0' ? 0 : 2;
}

struct test_case {
    std::string_view name;
    int (*run)();
};

constexpr test_case cases[] = {
    {"render", render_a_fresh_secret},
    {"generate", generate_a_key<0x1f>},
    {"hmac", mac_under_a_secret_key<shearline::hmac_sha256>},
    {"hmac_openssl", mac_under_a_secret_key<shearline::openssl_hmac_sha256>},
    {"compare", compare_secrets},
    {"stored_digest", spell_and_read_a_stored_digest},
    {"control_refused_bytes", generate_a_key<0xff>},
    {"control_early_exit", control_early_exit},
    {"control_table_look_up", control_table_look_up},
};

}  // namespace

int main(int argc, char** argv) {
    if (RUNNING_ON_VALGRIND == 0) {
        std::puts("skipped: not under valgrind, so that nothing would be seen");
        return 77;
    }
    if (!shearline::sodium_ready()) return 2;
    for (const test_case& one : cases) {
        if (argc == 2 && one.name == argv[1]) return one.run();
    }
    std::fputs("usage: constant_time <case>\n", stderr);
    return 2;
}
