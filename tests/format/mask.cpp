// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/mask.hpp>

#include <shearline/format/github_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/seam_format.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

#include "../support/allocations.hpp"
#include "../support/in_child.hpp"
#include "../support/keys.hpp"

namespace {

using namespace shearline;

using instance = key_format<"instance">;
using github = github_format<"ghp">;
using seam = seam_format<"mycompany">;

constexpr std::string_view golden = "instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV0rw22a";

static_assert(mask<instance>(golden).view() == "instance_0000000000g***");
static_assert(mask<instance>(handle{42}).view() == "instance_0000000000g***");

}  // namespace

BOOST_AUTO_TEST_SUITE(mask_)

BOOST_AUTO_TEST_CASE(shows_what_comes_before_the_secret) {
    BOOST_TEST(mask<seam>(key_text<seam>(handle{58}, counting_digits<seam>())).view() == "mycompany_11111121_***");
    BOOST_TEST(mask<seam>(handle{58}).view() == "mycompany_11111121_***");
    BOOST_TEST(mask<github>(key_text<github>(handle{}, counting_digits<github>())).view() == "ghp_***");
    BOOST_TEST(mask<github>(handle{}).view() == "ghp_***");
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_the_secret) {
    std::mt19937_64 random{6};
    for (int i = 0; i < 500; ++i) {
        const handle name{random() | 1};
        const masked_key one = mask<instance>(key_text<instance>(name, random_digits<instance>(random)));
        BOOST_REQUIRE(one.view() == mask<instance>(name).view());
        BOOST_REQUIRE(one.view() == "instance_" + std::string{name.to_text().view()} + "***");
    }
}

BOOST_AUTO_TEST_CASE(shows_at_most_the_prefix_of_a_text_that_is_no_key) {
    for (std::size_t i = 0; i < golden.size(); ++i) {
        std::string changed{golden};
        changed[i] = changed[i] == 'q' ? 'r' : 'q';
        const std::string_view expected = i < instance::prefix.size() ? "***" : "instance_***";
        BOOST_REQUIRE(mask<instance>(changed).view() == expected);
        BOOST_REQUIRE(mask<instance>(golden.substr(0, i)).view() ==
                      (i < instance::prefix.size() ? "***" : "instance_***"));
    }
    BOOST_TEST(mask<instance>("").view() == "***");
    BOOST_TEST(mask<instance>(std::string{golden} + "0").view() == "instance_***");
    BOOST_TEST(mask<instance>(" " + std::string{golden}).view() == "***");
    BOOST_TEST(mask<instance>("a password of something else").view() == "***");
    BOOST_TEST(mask<instance>("instance_" + std::string(1 << 20, 's')).view() == "instance_***");
}

BOOST_AUTO_TEST_CASE(holds_the_longest_key_that_a_format_may_have) {
    constexpr std::size_t secret = 22;
    using longest = basic_format<"longest", environment::test, base62, literal<"x_">,
                                 handle_field<max_key_chars - 2 - secret>, secret_field<secret>>;
    static_assert(longest::chars == max_key_chars);
    const std::string text = key_text<longest>(handle{1}, counting_digits<longest>());
    BOOST_TEST(mask<longest>(text).view() == text.substr(0, max_key_chars - secret) + "***");
    const auto shows = [](std::size_t chars) { return [=] { (void)masked_key{std::string(chars, 'x')}; }; };
    BOOST_TEST(!support::aborts(shows(max_key_chars)));
    BOOST_TEST(support::aborts(shows(max_key_chars + 1)));
}

BOOST_AUTO_TEST_CASE(never_allocates) {
    const std::string bad(1 << 20, 'x');
    const std::size_t before = support::allocations();
    const std::size_t shown = mask<instance>(golden).view().size() + mask<instance>(bad).view().size() +
                              mask<instance>(handle{42}).view().size();
    const std::size_t after = support::allocations();
    BOOST_TEST(shown == 23U + 3U + 23U);
    BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_SUITE_END()
