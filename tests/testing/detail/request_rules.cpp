// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Requests compared with the rules: every field value made of a few characters.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/detail/request_rules.hpp>
#include <shearline/testing/exhaustive.hpp>

#include "../../support/rules.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;
using namespace shearline::testing::detail;
using namespace support;

/// Relevant characters: a space, a tab, a control, a comma, padding, a sign and a letter of token68, and one outside
/// it.
constexpr std::string_view value_characters{" \t\n,=-b\x80", 8};

auto found_in(const sample_request& from, other_schemes others) {
    // The fields are views into `from`, which lives on.
    static thread_local std::vector<header_field> fields;
    fields = from.views();
    return find_credential<instance>(fields, from.target, others);
}

/// The first request for which `read` and the rules disagree.
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

using answer = result<std::string, credential_error>;

answer as_answer(const sample_request& from, other_schemes others) {
    const auto found = found_in(from, others);
    return found ? answer{std::string{*found}} : answer{found.error()};
}

/// Targets with up to two fields, each with every name and every value of these lists.
template <typename Read>
std::optional<std::string> first_difference_in_arrangements(Read read) {
    const request_rules rules{instance_rules};
    const std::string key = instance_rules.with_right_checksum("instance_0000000000" + std::string(39, '1'));
    const std::string targets[] = {"/",          "/?q=1",   "/?key=1",    "/?a=1&API-Key=2",     "/?tok%65n",
                                   "/#?token=x", "/" + key, "/?q=" + key, "/%69" + key.substr(1)};
    const std::string names[] = {"Authorization", "authorization", "Authorization ", "X-API-Key", "x_api_key",
                                 "X-Api-Key\t",   "Host"};
    const std::string values[] = {"",
                                  key,
                                  "Bearer " + key,
                                  "bearer   " + key,
                                  "Bearer",
                                  "Bearer " + key + " ",
                                  "Bearer " + key + "\n",
                                  key + "==",
                                  "=" + key,
                                  "Basic dTpw",
                                  "Basic " + key,
                                  "Digest a=\"" + key + "\"",
                                  std::string(512, 'a'),
                                  std::string(513, 'a'),
                                  "a\x80"};
    std::optional<std::string> found;
    const auto ask = [&](const sample_request& from) {
        for (const other_schemes others : {other_schemes::refuse, other_schemes::ignore})
            if (!found && !agrees(rules, from, others, read)) {
                found = from.target;
                for (const auto& each : from.fields) found->append("\n" + each.name + ": " + each.value);
            }
        return !found.has_value();
    };
    for (const std::string& target : targets) {
        if (!ask({target, {}})) return found;
        for (const std::string& name : names)
            for (const std::string& value : values) {
                if (!ask({target, {{name, value}}})) return found;
                if (target != targets[0]) continue;
                for (const std::string& second : names)
                    for (const std::string& other : values)
                        if (!ask({target, {{name, value}, {second, other}}})) return found;
            }
    }
    return found;
}

/// Readers with one mistake each, of kinds found in real programs.
auto wrong_readers() {
    using reader = std::function<answer(sample_request, other_schemes)>;
    const auto without_fields = [](auto drop) {
        return [drop](sample_request from, other_schemes others) {
            std::erase_if(from.fields, drop);
            return as_answer(from, others);
        };
    };
    const auto with_values = [](auto change) {
        return [change](sample_request from, other_schemes others) {
            for (auto& each : from.fields) change(each.value);
            return as_answer(from, others);
        };
    };
    const auto with_target = [](auto change) {
        return [change](sample_request from, other_schemes others) {
            change(from.target);
            return as_answer(from, others);
        };
    };
    return std::vector<std::pair<const char*, reader>>{
        {"takes the first of two credentials",
         [](sample_request from, other_schemes others) {
             answer read = as_answer(from, others);
             while (!read && read.error().code == credential_errc::repeated && !from.fields.empty()) {
                 from.fields.pop_back();
                 read = as_answer(from, others);
             }
             return read;
         }},
        {"takes the last of two credentials",
         [](sample_request from, other_schemes others) {
             answer read = as_answer(from, others);
             while (!read && read.error().code == credential_errc::repeated && !from.fields.empty()) {
                 from.fields.erase(from.fields.begin());
                 read = as_answer(from, others);
             }
             return read;
         }},
        {"overlooks a name that a proxy may take for another",
         without_fields([](const auto& each) { return each.name == "x_api_key"; })},
        {"trims the names of fields",
         [](sample_request from, other_schemes others) {
             for (auto& each : from.fields) each.name = each.name.substr(0, each.name.find_first_of(" \t"));
             return as_answer(from, others);
         }},
        {"knows names in one spelling", without_fields([](const auto& each) { return each.name == "authorization"; })},
        {"knows no other field than Authorization",
         without_fields([](const auto& each) { return each.name.starts_with("X-A"); })},
        {"does not look at the target", with_target([](std::string& target) { target = "/"; })},
        {"looks at the names of parameters, and not at keys in a path", with_target([](std::string& target) {
             if (target.find("instance_") != std::string::npos) target = "/";
         })},
        {"looks at targets as they are spelled", with_target([](std::string& target) {
             if (target.find('%') != std::string::npos) target = "/";
         })},
        {"takes a target for its query alone",
         with_target([](std::string& target) { target = target.substr(std::min(target.find('?'), target.size())); })},
        {"cuts a value that is too long",
         with_values([](std::string& value) { value.resize(std::min(value.size(), std::size_t{512})); })},
        {"takes 511 characters at most",
         [](const sample_request& from, other_schemes others) -> answer {
             answer read = as_answer(from, others);
             if (read && read->size() > 511) return credential_error{credential_errc::too_long, "X-API-Key"};
             return read;
         }},
        {"takes line ends",
         with_values([](std::string& value) { value.erase(std::min(value.find('\n'), value.size())); })},
        {"takes padding for none",
         with_values([](std::string& value) { value.erase(value.find_last_not_of('=') + 1); })},
        {"takes padding in front",
         with_values([](std::string& value) { value.erase(0, value.starts_with('=') ? 1 : 0); })},
        {"takes any scheme for Bearer", with_values([](std::string& value) {
             if (value.starts_with("Basic ")) value.replace(0, 5, "Bearer");
         })},
        {"ignores other schemes always",
         [](const sample_request& from, other_schemes) { return as_answer(from, other_schemes::ignore); }},
        {"ignores no other scheme",
         [](const sample_request& from, other_schemes) { return as_answer(from, other_schemes::refuse); }},
        {"ignores another scheme that holds a key",
         [](sample_request from, other_schemes others) {
             if (others == other_schemes::ignore)
                 std::erase_if(from.fields, [](const auto& each) { return each.value.starts_with("Digest "); });
             return as_answer(from, others);
         }},
        {"names one field for all faults",
         [](const sample_request& from, other_schemes others) -> answer {
             answer read = as_answer(from, others);
             return read ? read : answer{credential_error{read.error().code, "Authorization"}};
         }},
        {"gives a credential in lower case",
         [](const sample_request& from, other_schemes others) -> answer {
             answer read = as_answer(from, others);
             if (read)
                 for (char& c : *read) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
             return read;
         }},
    };
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

BOOST_AUTO_TEST_CASE(give_what_the_rules_find_in_every_arrangement_of_fields) {
    std::size_t tried = 0;
    std::size_t found = 0;
    const auto wrong = first_difference_in_arrangements([&](const sample_request& from, other_schemes others) {
        ++tried;
        const auto read = as_answer(from, others);
        found += read ? 1U : 0U;
        return read;
    });
    BOOST_TEST(!wrong.has_value(), wrong.value_or(""));
    BOOST_TEST(tried > 10'000U);
    BOOST_TEST(found > 100U);
}

BOOST_AUTO_TEST_CASE(read_by_looser_readers_are_found_out) {
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

    for (const auto& [name, read] : wrong_readers())
        BOOST_TEST(first_difference_in_arrangements(read).has_value(), name);
}

BOOST_AUTO_TEST_SUITE_END()
