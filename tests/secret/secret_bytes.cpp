// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/secret/secret_bytes.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <ostream>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "../support/printers.hpp"

namespace {

using shearline::secret_bytes;
using shearline::unsafe_reveal;
using bytes = std::array<std::byte, 32>;

template <typename Left, typename Right>
concept comparable = requires(const Left& left, const Right& right) { left == right; };
template <typename T>
concept streamable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!std::is_copy_constructible_v<secret_bytes<32>> && !std::is_copy_assignable_v<secret_bytes<32>>);
static_assert(!comparable<secret_bytes<32>, secret_bytes<32>> && !comparable<secret_bytes<32>, bytes> &&
              comparable<bytes, bytes>);
static_assert(!streamable<secret_bytes<32>>);

bytes sample() {
    bytes made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<std::byte>(i * 7 + 1);
    return made;
}

bool all_zero(std::span<const std::byte> seen) {
    return std::all_of(seen.begin(), seen.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

bool same(std::span<const std::byte> a, std::span<const std::byte> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// Bytes like ours, but with the compiler's destructor, which does not wipe.
struct plain_bytes {
    bytes content;
};

/// Creates an object in a buffer, destroys it, and returns the content of the buffer.
template <typename T, typename Make>
bytes left_after_destruction(Make make) {
    static_assert(sizeof(T) == sizeof(bytes));
    alignas(T) std::array<std::byte, sizeof(T)> place{};
    T* const object = ::new (place.data()) T{make()};
    asm volatile("" : : "r"(place.data()) : "memory");  // whoever reads the buffer may see the object
    object->~T();
    asm volatile("" : : "r"(place.data()) : "memory");
    return place;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_bytes_)

BOOST_AUTO_TEST_CASE(starts_as_zeros_that_can_be_written) {
    secret_bytes<4> secret;
    BOOST_TEST(all_zero(secret.reveal(unsafe_reveal)));
    secret.reveal_mutable(unsafe_reveal)[3] = std::byte{9};
    BOOST_TEST(secret.reveal(unsafe_reveal)[3] == std::byte{9});
    BOOST_TEST(secret_bytes<4>::size() == 4U);
}

BOOST_AUTO_TEST_CASE(leaves_zeros_in_the_memory_that_it_lay_in) {
    BOOST_TEST(all_zero(left_after_destruction<secret_bytes<32>>([] { return secret_bytes<32>::copy_of(sample()); })));
    // The control: without a wiping destructor the buffer keeps the bytes.
    BOOST_TEST(same(left_after_destruction<plain_bytes>([] { return plain_bytes{sample()}; }), sample()));
}

BOOST_AUTO_TEST_CASE(is_zero_once_moved_from) {
    auto secret = secret_bytes<32>::copy_of(sample());
    const secret_bytes<32> moved = std::move(secret);
    BOOST_TEST(all_zero(secret.reveal(unsafe_reveal)));  // NOLINT(*-use-after-move)
    BOOST_TEST(same(moved.reveal(unsafe_reveal), sample()));
}

BOOST_AUTO_TEST_CASE(is_zero_once_assigned_from) {
    auto secret = secret_bytes<32>::copy_of(sample());
    secret_bytes<32> other;
    other = std::move(secret);
    BOOST_TEST(all_zero(secret.reveal(unsafe_reveal)));  // NOLINT(*-use-after-move)
    BOOST_TEST(same(other.reveal(unsafe_reveal), sample()));
}

BOOST_AUTO_TEST_CASE(survives_a_move_to_itself) {
    auto secret = secret_bytes<32>::copy_of(sample());
    auto& same_one = secret;
    secret = std::move(same_one);
    BOOST_TEST(same(secret.reveal(unsafe_reveal), sample()));
}

BOOST_AUTO_TEST_CASE(wipes_when_told_to) {
    auto secret = secret_bytes<32>::copy_of(sample());
    secret.wipe();
    BOOST_TEST(all_zero(secret.reveal(unsafe_reveal)));
}

BOOST_AUTO_TEST_SUITE_END()
