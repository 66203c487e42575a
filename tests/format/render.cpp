// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/format/render.hpp>

#include <shearline/format/github_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/seam_format.hpp>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include "../support/allocations.hpp"
#include "../support/in_child.hpp"
#include "../support/keys.hpp"

namespace {

using namespace shearline;

using instance = key_format<"instance">;
using seam = seam_format<"mycompany">;
using formats =
    boost::mpl::list<instance, test_key_format<"instance">, key_format<"x", 22, base58>, github_format<"ghp">, seam>;

constexpr auto compiled = rendered<instance>(handle{42}, counting_digits<instance>());
static_assert((*parse<instance>({compiled.data(), compiled.size()})).handle == handle{42});

}  // namespace

BOOST_AUTO_TEST_SUITE(render_)

BOOST_AUTO_TEST_CASE(writes_what_another_program_writes) {
    secret_digits<instance> all_greatest{};
    all_greatest.fill(61);
    BOOST_TEST(key_text<instance>(handle{42}, counting_digits<instance>()) ==
               "instance_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV0rw22a");
    BOOST_TEST(key_text<instance>(handle{UINT64_MAX}, all_greatest) ==
               "instance_LygHa16AHYFzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz33h6e4");
    BOOST_TEST(key_text<instance>(handle{1}, secret_digits<instance>{}) ==
               "instance_000000000010000000000000000000000000000000020EgMT");
    using test = test_key_format<"instance">;
    BOOST_TEST(key_text<test>(handle{42}, counting_digits<test>()) ==
               "instance_test_0000000000g0123456789ABCDEFGHIJKLMNOPQRSTUV3RDRVn");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_it_writes_parses_to_what_it_was_given, Format, formats) {
    std::mt19937_64 random{5};
    for (int i = 0; i < 2000; ++i) {
        const handle name{Format::has_handle ? random() % Format::greatest_handle + 1 : 0};
        const auto digits = random_digits<Format>(random);
        const std::string text = key_text<Format>(name, digits);
        const auto key = parse<Format>(text);
        BOOST_REQUIRE(static_cast<bool>(key));
        BOOST_REQUIRE(key->handle == name);
        const std::string_view secret = Format::secret_part.of(text);
        for (std::size_t d = 0; d < digits.size(); ++d) {
            BOOST_REQUIRE(secret[d] == Format::alphabet::chars[digits[d]]);
        }
    }
}

BOOST_AUTO_TEST_CASE(aborts_on_a_handle_that_the_format_cannot_spell) {
    const auto render_instance = [](std::uint64_t value) {
        return [value] { rendered<instance>(handle{value}, counting_digits<instance>()); };
    };
    const auto render_seam = [](std::uint64_t value) {
        return [value] { rendered<seam>(handle{value}, counting_digits<seam>()); };
    };
    using support::aborts;
    BOOST_TEST(aborts(render_instance(0)));
    BOOST_TEST(!aborts(render_instance(1)));
    BOOST_TEST(!aborts(render_instance(UINT64_MAX)));
    BOOST_TEST(aborts(render_seam(0)));
    BOOST_TEST(!aborts(render_seam(seam::greatest_handle)));
    BOOST_TEST(aborts(render_seam(seam::greatest_handle + 1)));
}

BOOST_AUTO_TEST_CASE(never_allocates) {
    const auto digits = counting_digits<instance>();
    const std::size_t before = support::allocations();
    const auto text = rendered<instance>(handle{42}, digits);
    const std::size_t after = support::allocations();
    BOOST_TEST(text.back() == 'a');
    BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_SUITE_END()
