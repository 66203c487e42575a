// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <log.hpp>

#include <string>

#include <boost/test/unit_test.hpp>

#include <shearline/format/render.hpp>

namespace {

/// A well-formed key, as text, with a secret of one digit.
std::string key_of(std::uint8_t digit) {
    using format = crm::crm_keys::format;
    std::array<std::uint8_t, format::secret_chars> digits{};
    digits.fill(digit);
    std::array<char, format::chars> text{};
    shearline::render<format>(shearline::handle{7}, digits, text);
    return {text.data(), text.size()};
}

const std::string secret(32, 'A');

}  // namespace

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(shows_of_a_key_its_prefix_and_handle) {
    const std::string key = key_of(10);
    BOOST_REQUIRE(key.find(secret) != std::string::npos);  // else nothing below means anything
    BOOST_TEST(crm::without_keys("a " + key + ", " + key + "!") ==
               "a instance_00000000007***, instance_00000000007***!");
}

BOOST_AUTO_TEST_CASE(shows_nothing_of_what_only_begins_like_a_key) {
    const std::string key = key_of(10);
    for (const std::string& text : {key + "x", key.substr(0, 50), "instance_test_" + key.substr(9), key + ("_" + key),
                                    key + key, "instance_instance_" + key.substr(9), "instance__" + key.substr(9)}) {
        const std::string shown = crm::without_keys("<" + text + ">");
        BOOST_TEST(shown.find("AA") == std::string::npos, shown);
        BOOST_TEST(shown.starts_with("<instance_"));
        BOOST_TEST(shown.ends_with(">"));
    }
}

BOOST_AUTO_TEST_CASE(leaves_other_text_as_it_is) {
    for (const char* text : {"", "nothing here", "/crm/api/v2/contacts", "instance", "Instance_AAA"})
        BOOST_TEST(crm::without_keys(text) == text);
}

BOOST_AUTO_TEST_CASE(shows_no_path_in_which_a_key_could_hide) {
    const std::string key = key_of(10);
    BOOST_TEST(crm::path_for_log("/crm/api/v2/contacts") == "/crm/api/v2/contacts");
    BOOST_TEST(crm::path_for_log("/%69" + key.substr(1)) == "(unusual)");
    BOOST_TEST(crm::path_for_log("/a\"\n") == "(unusual)");
    BOOST_TEST(crm::path_for_log("/" + key) == "/instance_00000000007***");
    const std::string late = crm::path_for_log("/" + std::string(180, 'x') + "/" + key);  // cut inside the key
    BOOST_TEST(late.find("AA") == std::string::npos);
    BOOST_TEST(crm::path_for_log("/" + std::string(5'000, 'x')).size() == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
