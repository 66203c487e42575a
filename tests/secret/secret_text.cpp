// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/secret/secret_text.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../support/printers.hpp"

namespace {

using shearline::secret_text;
using shearline::unsafe_reveal;

// The global operator delete inspects one block, chosen by a test, just before it is freed.
const void* watched_block = nullptr;
std::string seen_at_release;

constexpr std::string_view words = "correct horse battery staple, and then some more of it";

void give_back(void* block) noexcept {
    if (block != nullptr && block == watched_block) {
        watched_block = nullptr;
        seen_at_release.assign(static_cast<const char*>(block), words.size());
    }
    std::free(block);
}

void* take(std::size_t bytes) {
    if (void* const block = std::malloc(bytes)) return block;
    std::abort();
}

static_assert(!std::is_copy_constructible_v<secret_text> && !std::is_copy_assignable_v<secret_text>);
static_assert(std::is_nothrow_move_constructible_v<secret_text> && std::is_nothrow_move_assignable_v<secret_text>);
static_assert(!std::is_convertible_v<secret_text, std::string_view> &&
              !std::is_convertible_v<secret_text, std::string>);
template <typename Left, typename Right>
concept comparable = requires(const Left& left, const Right& right) { left == right; };
static_assert(!comparable<secret_text, std::string_view> && !comparable<std::string_view, secret_text> &&
              !comparable<secret_text, secret_text> && comparable<std::string, std::string_view>);
template <typename T>
concept streamable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!streamable<secret_text> && streamable<std::string>);
template <typename T>
concept readable_without_a_name = requires(const T& value) { value.reveal({}); };
static_assert(!readable_without_a_name<secret_text>);

}  // namespace

void operator delete(void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t) noexcept { give_back(block); }
void operator delete[](void* block) noexcept { give_back(block); }
void operator delete[](void* block, std::size_t) noexcept { give_back(block); }
void* operator new(std::size_t bytes) { return take(bytes); }
void* operator new[](std::size_t bytes) { return take(bytes); }

BOOST_AUTO_TEST_SUITE(secret_text_)

BOOST_AUTO_TEST_CASE(holds_a_copy_of_the_text) {
    const auto text = secret_text::copy_of(words);
    BOOST_TEST(text.reveal(unsafe_reveal) == words);
    BOOST_TEST(text.size() == words.size());
    BOOST_TEST(!text.empty());
}

BOOST_AUTO_TEST_CASE(starts_as_zeros_that_can_be_written) {
    auto text = secret_text::with_chars(3);
    BOOST_TEST(text.reveal(unsafe_reveal) == std::string(3, '\0'));
    text.reveal_mutable(unsafe_reveal)[1] = 'x';
    BOOST_TEST(text.reveal(unsafe_reveal) == std::string({'\0', 'x', '\0'}));
}

BOOST_AUTO_TEST_CASE(may_be_empty) {
    BOOST_TEST(secret_text{}.empty());
    const auto text = secret_text::copy_of({});
    BOOST_TEST(text.reveal(unsafe_reveal).empty());
}

BOOST_AUTO_TEST_CASE(wipes_its_memory_before_giving_it_back) {
    {
        const auto text = secret_text::copy_of(words);
        watched_block = text.reveal(unsafe_reveal).data();
    }
    BOOST_TEST(watched_block == nullptr);
    BOOST_TEST(seen_at_release == std::string(words.size(), '\0'));
}

BOOST_AUTO_TEST_CASE(wipes_what_it_held_when_another_text_is_moved_into_it) {
    auto text = secret_text::copy_of(words);
    watched_block = text.reveal(unsafe_reveal).data();
    text = secret_text::copy_of("other");
    BOOST_TEST(seen_at_release == std::string(words.size(), '\0'));
    BOOST_TEST(text.reveal(unsafe_reveal) == "other");
}

BOOST_AUTO_TEST_CASE(wipes_when_told_to) {
    auto text = secret_text::copy_of(words);
    watched_block = text.reveal(unsafe_reveal).data();
    text.wipe();
    BOOST_TEST(seen_at_release == std::string(words.size(), '\0'));
    BOOST_TEST(text.empty());
    text.wipe();
}

BOOST_AUTO_TEST_CASE(the_watch_sees_what_a_string_leaves_behind) {  // the control of the three tests above
    {
        const std::string text{words};
        watched_block = text.data();
    }
    BOOST_TEST(seen_at_release == words);
}

BOOST_AUTO_TEST_CASE(moves_without_leaving_a_copy) {
    auto text = secret_text::copy_of(words);
    const void* const place = text.reveal(unsafe_reveal).data();  // a text would be compared as one
    const secret_text moved = std::move(text);
    BOOST_TEST(text.empty());  // NOLINT(*-use-after-move)
    BOOST_TEST(static_cast<const void*>(text.reveal(unsafe_reveal).data()) == nullptr);
    BOOST_TEST(static_cast<const void*>(moved.reveal(unsafe_reveal).data()) == place);
}

BOOST_AUTO_TEST_CASE(survives_a_move_to_itself) {
    auto text = secret_text::copy_of(words);
    auto& same = text;
    text = std::move(same);
    BOOST_TEST(text.reveal(unsafe_reveal) == words);
}

BOOST_AUTO_TEST_SUITE_END()
