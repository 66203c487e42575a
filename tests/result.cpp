// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Reading a value or an error that does not exist ends the process.
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <shearline/error.hpp>
#include <shearline/format/format_error.hpp>
#include <shearline/result.hpp>
#include <shearline/verdict.hpp>

#include "support/in_child.hpp"
#include "support/key_text_printers.hpp"

using namespace shearline;
using support::aborts;

BOOST_AUTO_TEST_SUITE(an_outcome)

BOOST_AUTO_TEST_CASE(gives_what_it_holds) {
    const result<int> good{7};
    BOOST_REQUIRE(static_cast<bool>(good));
    BOOST_TEST(*good == 7);
    const result<int> bad{error{errc::conflict, "taken"}};
    BOOST_REQUIRE(!bad);
    BOOST_TEST(bad.error().code() == errc::conflict);
    const result<void> done;
    BOOST_TEST(static_cast<bool>(done));
    const result<void> failed{error{errc::conflict, "taken"}};
    BOOST_REQUIRE(!failed);
    BOOST_TEST(failed.error().code() == errc::conflict);
}

BOOST_AUTO_TEST_CASE(that_is_a_temporary_gives_values_of_its_own) {
    const auto text = [] { return result<std::string>{std::string(100, 'a')}; };
    const auto failed = [] { return result<std::string>{error{errc::conflict, std::string(100, 'b')}}; };
    const auto& kept = *text();  // would dangle if `*` gave a reference
    static_assert(std::is_same_v<decltype(*text()), std::string>);
    static_assert(std::is_same_v<decltype(failed().error()), error>);
    static_assert(std::is_same_v<decltype(failed().error().context()), std::string>);
    const auto& context = failed().error().context();
    BOOST_TEST(kept == std::string(100, 'a'));
    BOOST_TEST(context == std::string(100, 'b'));
    static_assert(std::is_same_v<decltype(verdict{reason::revoked}.grant()), grant>);
    static_assert(std::is_same_v<decltype(verdict{reason::revoked}.denial()), denial>);
}

BOOST_AUTO_TEST_CASE(moves_its_value_out_once_it_is_given_away) {
    result<std::unique_ptr<int>> holder{std::make_unique<int>(7)};
    const std::unique_ptr<int> taken = *std::move(holder);
    BOOST_TEST(*taken == 7);
}

BOOST_AUTO_TEST_CASE(ends_the_process_where_the_other_is_asked_for) {
    BOOST_TEST(!aborts([] { (void)*result<int>{7}; }));
    BOOST_TEST(aborts([] { (void)*result<int>{error{errc::conflict, "taken"}}; }));
    BOOST_TEST(aborts([] { (void)result<int>{7}.error(); }));
    BOOST_TEST(!aborts([] { (void)result<void>{error{errc::conflict, "taken"}}.error(); }));
    BOOST_TEST(aborts([] { (void)result<void>{}.error(); }));
}

/// Counts its instances.
struct counted {
    static inline int alive = 0;
    explicit counted(int of) : number{of} { ++alive; }
    counted(const counted& other) : number{other.number} { ++alive; }
    counted(counted&& other) noexcept : number{std::exchange(other.number, 0)} { ++alive; }
    counted& operator=(const counted&) = default;
    counted& operator=(counted&& other) noexcept {
        number = std::exchange(other.number, 0);
        return *this;
    }
    ~counted() { --alive; }
    int number;
};

BOOST_AUTO_TEST_CASE(is_copied_moved_and_assigned_whole_and_ends_what_it_held) {
    const error taken{errc::conflict, std::string(100, 'x')};
    {
        result<counted> one{counted{7}};
        BOOST_TEST(counted::alive == 1);
        result<counted> copy = one;
        BOOST_TEST(counted::alive == 2);
        BOOST_TEST(copy->number == 7);
        BOOST_TEST(one->number == 7);
        result<counted> moved = std::move(copy);
        BOOST_TEST(moved->number == 7);
        moved = taken;  // a value becomes an error
        BOOST_TEST(moved.error().context() == taken.context());
        BOOST_TEST(counted::alive == 2);
        const result<counted> failed = moved;
        moved = one;  // an error becomes a value
        BOOST_TEST(moved->number == 7);
        BOOST_TEST(failed.error().code() == errc::conflict);
        result<counted>& itself = moved;
        moved = itself;
        moved = std::move(itself);
        BOOST_TEST(moved->number == 7);
        BOOST_TEST(counted::alive == 3);
    }
    result<std::string> text{std::string(100, 'a')};
    result<std::string>& itself = text;
    text = std::move(itself);
    BOOST_TEST(*text == std::string(100, 'a'));
    BOOST_TEST(counted::alive == 0);
    static_assert(!std::is_copy_constructible_v<result<std::unique_ptr<int>>>);
    static_assert(!std::is_copy_assignable_v<result<std::unique_ptr<int>>>);
    static_assert(std::is_nothrow_move_constructible_v<result<std::unique_ptr<int>>>);
    static_assert(std::is_trivially_copyable_v<result<int, format_error>>);
    static_assert(sizeof(result<std::string, std::string>) == sizeof(std::string) + sizeof(void*));
}

BOOST_AUTO_TEST_CASE(has_the_names_of_std_expected) {
    const auto half = [](int number) -> result<int> {
        if (number % 2 != 0) return error{errc::invalid_argument, "odd"};
        return number / 2;
    };
    BOOST_TEST(half(4).has_value());
    BOOST_TEST(!half(3).has_value());
    BOOST_TEST(half(4).value() == 2);
    BOOST_TEST(half(4).value_or(7) == 2);
    BOOST_TEST(half(3).value_or(7) == 7);
    BOOST_TEST(half(8).and_then(half).value() == 2);
    BOOST_TEST(half(6).and_then(half).error().context() == "odd");
    BOOST_TEST(half(3).and_then(half).error().context() == "odd");
    BOOST_TEST(half(4).transform([](int number) { return std::to_string(number); }).value() == "2");
    BOOST_TEST(half(3).transform([](int number) { return std::to_string(number); }).error().context() == "odd");
    const auto zero = [](const error&) -> result<int> { return 0; };
    BOOST_TEST(half(4).or_else(zero).value() == 2);
    BOOST_TEST(half(3).or_else(zero).value() == 0);
    const auto code = [](const error& why) { return why.code(); };
    static_assert(std::is_same_v<decltype(half(3).transform_error(code)), result<int, errc>>);
    BOOST_TEST(half(4).transform_error(code).value() == 2);
    BOOST_CHECK(half(3).transform_error(code).error() == errc::invalid_argument);
    BOOST_TEST(aborts([&] { (void)half(3).value(); }));

    // A result of nothing, too.
    const result<void> good;
    const result<void> bad{error{errc::conflict, "taken"}};
    int calls = 0;
    const auto count = [&] { ++calls; };
    BOOST_TEST(good.transform(count).has_value());
    BOOST_TEST(!bad.transform(count).has_value());
    BOOST_TEST(calls == 1);
    BOOST_TEST(good.and_then([&] { return half(4); }).value() == 2);
    BOOST_TEST(bad.or_else([](const error&) { return result<void>{}; }).has_value());
    BOOST_CHECK(bad.transform_error(code).error() == errc::conflict);
    BOOST_TEST(!aborts([&] { good.value(); }));
    BOOST_TEST(aborts([&] { bad.value(); }));

    // If a value can be constructed from an error.
    using either = result<std::string, std::string>;
    const either failed = unexpected<std::string>{"why"};
    BOOST_TEST(failed.error() == "why");
    // A result is no value of another: `result<bool>` would hold whether the other had one.
    static_assert(!std::is_constructible_v<result<bool>, result<int>>);
}

BOOST_AUTO_TEST_CASE(is_a_constant_where_both_types_are_trivial) {
    using number = result<int, format_error>;
    constexpr number good{7};
    static_assert(good.has_value() && *good == 7);
    constexpr number bad{format_error{format_errc::wrong_prefix, 1}};
    static_assert(bad.error().offset == 1 && bad.value_or(3) == 3);
    static_assert(good.transform([](int of) { return of + 1; }).value() == 8);
    constexpr number copy = good;
    BOOST_TEST(*copy == 7);
}

BOOST_AUTO_TEST_CASE(moves_along_a_chain_what_only_moves) {
    auto made = result<std::unique_ptr<int>>{std::make_unique<int>(7)}
                    .transform([](std::unique_ptr<int> held) { return held; })
                    .and_then([](std::unique_ptr<int> held) -> result<int> { return *held; });
    BOOST_TEST(made.value() == 7);
    result<std::unique_ptr<int>> failed{error{errc::conflict, "taken"}};
    BOOST_TEST(*std::move(failed).value_or(std::make_unique<int>(8)) == 8);
}

BOOST_AUTO_TEST_CASE(of_a_verification_is_no_grant_where_it_denies) {
    BOOST_TEST(!aborts([] { (void)verdict{reason::revoked}.denial(); }));
    BOOST_TEST(aborts([] { (void)verdict{reason::revoked}.grant(); }));
}

BOOST_AUTO_TEST_CASE(of_two_format_errors_differs_in_what_is_wrong_or_where) {
    const format_error one{format_errc::bad_character, 7};
    BOOST_TEST(one == (format_error{format_errc::bad_character, 7}));
    BOOST_TEST(one != (format_error{format_errc::bad_character, 8}));
    BOOST_TEST(one != (format_error{format_errc::out_of_range, 7}));
}

BOOST_AUTO_TEST_SUITE_END()
