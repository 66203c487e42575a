// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/keyring/file.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/keyring.hpp>

#include "../support/printers.hpp"
#include "../support/secrets.hpp"

namespace {

using namespace shearline;
namespace file = shearline::detail::keyring_file;

/// Computed by another program (Python's hmac and base64) from the description of the format: the keys are 32 times
/// 'A', 'B' and 'C'.
const std::string golden =
    "shearline keyring 1\n"
    "pepper 1 dropped AAAAAAAAAAA\n"
    "pepper 2 retired q18wiBqB1t0 QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE\n"
    "pepper 3 current pQAp37Q91ks QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI\n"
    "sealing 1 current XW6qBDav2jQ Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M\n";

constexpr const char* path = "the/ring";

std::string text_of(const file::contents& keys) {
    const auto text = file::print(keys);
    BOOST_REQUIRE(text);
    return std::string{text->reveal(unsafe_reveal)};
}

/// The golden text with one passage replaced by another.
std::string with(std::string_view passage, std::string_view by) {
    std::string text = golden;
    const std::size_t at = text.find(passage);
    BOOST_REQUIRE(at != std::string::npos);
    return text.replace(at, passage.size(), by);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(keyring_file)

BOOST_AUTO_TEST_CASE(reads_the_file_as_it_always_was_and_writes_it_so) {  // what lies on disks depends on this
    const auto read = file::parse(golden, path);
    BOOST_REQUIRE(read);
    BOOST_TEST(text_of(*read) == golden);
    BOOST_TEST(read->peppers.size() == 3U);
    BOOST_TEST(read->sealing_keys.size() == 1U);
}

BOOST_AUTO_TEST_CASE(says_which_line_is_wrong_and_never_quotes_it) {
    const std::string key_a = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";
    const std::string key_b = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI";
    const std::string line_2 = golden.substr(20, 29);
    BOOST_REQUIRE(line_2.ends_with("AAA\n"));
    const std::vector<std::pair<std::string, int>> wrong{
        {"", 1},
        {"\n", 1},
        {"-----BEGIN PRIVATE KEY-----\n", 1},
        {with("keyring 1\n", "keyring 1"), 1},
        {with("keyring 1\n", "keyring 1\r\n"), 1},
        {with("keyring 1", "keyring "), 1},
        {with("keyring 1", "keyring 01"), 1},
        {with("keyring 1", "keyring 1.1"), 1},
        {with("shearline", "Shearline"), 1},
        {"shearline keyring 1\n", 2},
        {golden.substr(0, golden.find("sealing")), 5},
        {golden.substr(0, golden.find("pepper 3")), 4},
        {golden.substr(0, golden.size() - 1), 5},
        {golden + "\n", 6},
        {golden + "pepper 4 current AAAAAAAAAAA " + key_a + "\n", 6},
        {golden + "sealing 2 current AAAAAAAAAAA " + key_a + "\n", 6},
        {golden + golden, 6},
        {with(line_2, ""), 2},
        {with(line_2, line_2 + line_2), 3},
        {with("pepper 1", "pepper 01"), 2},
        {with("pepper 1", "pepper 0"), 2},
        {with("pepper 1", "pepper  1"), 2},
        {with("pepper 1", " pepper 1"), 2},
        {with("pepper 1", "Pepper 1"), 2},
        {with("pepper 1", "unknown 1"), 2},
        {with("pepper 2", "pepper 4294967298"), 3},
        {with("dropped", "gone"), 2},
        {with("dropped", ""), 2},
        {with("dropped AAAAAAAAAAA", "dropped"), 2},
        {with("dropped AAAAAAAAAAA", "dropped AAAAAAAAAAB"), 2},
        {with("dropped AAAAAAAAAAA", "dropped AAAAAAAAAAA="), 2},
        {with("dropped AAAAAAAAAAA", "dropped AAAAAAAAAAA " + key_a), 2},
        {with("dropped AAAAAAAAAAA", "retired AAAAAAAAAAA"), 2},
        {with("dropped AAAAAAAAAAA", "retired AAAAAAAAAAA " + key_a), 2},
        {with("retired", "current"), 4},
        {with("3 current", "3 retired"), 6},
        {with(key_a, key_b), 3},
        {with(key_a, key_a + "="), 3},
        {with(key_a, key_a + " "), 3},
        {with(key_a, key_a.substr(1)), 3},
        {with(key_a, "RUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"), 3},
        {with(key_a, "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUF"), 3},
        {with("sealing 1", std::string("sealing 1\0", 10)), 5},
    };
    for (const auto& [text, line] : wrong) {
        const auto read = file::parse(text, path);
        BOOST_TEST_CONTEXT("text:\n" << text) {
            BOOST_REQUIRE(!read);
            BOOST_TEST(read.error().code() == errc::corrupt);
            const std::string place = std::string{path} + ": line " + std::to_string(line) + ": ";
            BOOST_TEST(read.error().context().substr(0, place.size()) == place);
            for (const std::string& secret : {key_a.substr(0, 8), key_b.substr(0, 8), std::string{"PRIVATE"}}) {
                BOOST_TEST(read.error().context().find(secret) == std::string::npos);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(tells_another_version_from_a_corrupt_file) {
    for (const std::string_view version : {"2", "10", "4294967295"}) {
        const auto read = file::parse(with("keyring 1", "keyring " + std::string{version}), path);
        BOOST_REQUIRE(!read);
        BOOST_TEST(read.error().code() == errc::wrong_version);
        BOOST_TEST(read.error().context().starts_with(path));
    }
}

BOOST_AUTO_TEST_CASE(finds_every_change_of_one_character) {
    const std::string wide = text_of(*file::parse(golden, path));
    for (std::size_t i = 0; i < wide.size(); ++i) {
        if (i >= wide.find("AAAAAAAAAAA") && i < wide.find("AAAAAAAAAAA") + 11) continue;  // a tombstone has no key
        for (const char other : {'A', 'B', '1', '2', ' ', '\n', 'x', '\xc3'}) {
            std::string changed = wide;
            changed[i] = other;
            if (changed != wide) BOOST_TEST(!file::parse(changed, path), "at " << i << " '" << other << "'");
        }
    }
}

BOOST_AUTO_TEST_CASE(finds_every_truncation) {
    for (std::size_t chars = 0; chars < golden.size(); ++chars) {
        BOOST_TEST(!file::parse(std::string_view{golden}.substr(0, chars), path), chars << " characters");
    }
}

BOOST_AUTO_TEST_CASE(refuses_to_write_what_would_be_too_long_to_read) {
    auto keys = file::parse(golden, path);
    BOOST_REQUIRE(keys);
    file::entry tombstone = keys->peppers.front();
    const auto fill_up = [&](std::size_t tombstones) {
        file::contents many = *keys;
        many.peppers.insert(many.peppers.begin(), tombstones, tombstone);
        return many;
    };
    BOOST_TEST(static_cast<bool>(file::print(fill_up(1000))));
    const auto too_long = file::print(fill_up(20'000));
    BOOST_REQUIRE(!too_long);
    BOOST_TEST(too_long.error().code() == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_file_of_any_size_is_refused_before_it_is_read) {
    const support::open_folder folder;
    const std::string huge = folder.file("huge");
    support::write_all(huge, "shearline keyring 1\n" + std::string(file::max_bytes, '\n'));
    const auto read = keyring::open(huge);
    BOOST_REQUIRE(!read);
    BOOST_TEST(read.error().code() == errc::corrupt);
}

BOOST_AUTO_TEST_SUITE_END()
