// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Requests under the rules: every value of a field that can be made of a few characters.
#include <optional>
#include <string>
#include <string_view>

#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/detail/request_rules.hpp>
#include <shearline/testing/exhaustive.hpp>

#include "../../support/rules.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;
using namespace shearline::testing::detail;
using namespace support;

/// What matters in a value: a blank, a tab, a control, a list, padding, a sign and a letter of token68, and one beyond.
constexpr std::string_view value_characters{" \t\n,=-b\x80", 8};

auto found_in(const sample_request& from, other_schemes others) {
    // The fields are views into `from`, which lives on.
    static thread_local std::vector<header_field> fields;
    fields = from.views();
    return find_credential<instance>(fields, from.target, others);
}

/// The first request for which `read` says something else than the rules.
template <typename Read>
std::optional<std::string> first_difference(const std::string& name, const std::string& before, std::size_t longest,
                                            Read read, std::uint64_t& tried) {
    const request_rules rules{instance_rules};
    std::optional<std::string> found;
    every_text(value_characters, longest, [&](const std::string& value) {
        const sample_request from{"/contacts", {{name, before + value}}};
        for (const other_schemes others : {other_schemes::refuse, other_schemes::ignore})
            if (!agrees(rules, from, others, read)) found = name + ": " + before + value;
        ++tried;
        return !found;
    });
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requests)

BOOST_AUTO_TEST_CASE(give_what_the_rules_find_in_every_value_of_a_field) {
    for (const char* name : {"Authorization", "X-API-Key"}) {
        for (const char* before : {"", "Bearer", "bearer ", "Basic ", "a", "a b"}) {
            std::uint64_t tried = 0;
            const auto wrong = first_difference(name, before, 5, found_in, tried);
            BOOST_TEST(!wrong.has_value(), wrong.value_or(""));
            BOOST_TEST(tried == texts_up_to(value_characters.size(), 5));
        }
    }
}

BOOST_AUTO_TEST_CASE(read_by_looser_readers_are_found_out) {
    using answer = result<std::string, credential_error>;
    const auto as_answer = [](const sample_request& from, other_schemes others) -> answer {
        const auto found = found_in(from, others);
        return found ? answer{std::string{*found}} : answer{found.error()};
    };
    std::uint64_t tried = 0;
    const auto takes_line_ends = [&](sample_request from, other_schemes others) {
        std::string& value = from.fields[0].value;
        while (value.ends_with('\n')) value.pop_back();
        return as_answer(from, others);
    };
    BOOST_TEST(first_difference("X-API-Key", "", 3, takes_line_ends, tried).has_value());
    const auto takes_the_first_of_a_list = [&](sample_request from, other_schemes others) {
        std::string& value = from.fields[0].value;
        value.erase(std::min(value.find(','), value.size()));
        return as_answer(from, others);
    };
    BOOST_TEST(first_difference("Authorization", "", 3, takes_the_first_of_a_list, tried).has_value());
    const auto takes_a_scheme_anywhere = [&](sample_request from, other_schemes others) {
        from.fields[0].name = "Authorization";
        return as_answer(from, others);
    };
    BOOST_TEST(first_difference("X-API-Key", "Bearer ", 3, takes_a_scheme_anywhere, tried).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
