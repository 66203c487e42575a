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

#include "../support/golden_keyring.hpp"
#include "../support/printers.hpp"
#include "../support/secrets.hpp"

namespace {

using namespace shearline;
using support::golden;
using support::golden_2;
using support::proof_lines;
using support::store_lines;
namespace file = shearline::detail::keyring_file;

constexpr const char* path = "the/ring";

std::string text_of(const file::contents& keys) {
    const auto text = file::print(keys);
    BOOST_REQUIRE(text);
    return std::string{text->reveal(unsafe_reveal)};
}

/// The golden text with one passage replaced by another.
std::string with(std::string_view passage, std::string_view by, std::string text = golden) {
    const std::size_t at = text.find(passage);
    BOOST_REQUIRE(at != std::string::npos);
    return text.replace(at, passage.size(), by);
}

/// The same of version 2.
std::string with_2(std::string_view passage, std::string_view by) { return with(passage, by, golden_2); }

/// Checks that a text is refused with the number of its wrong line, and that the error quotes no key.
void check_corrupt(const std::string& text, int line) {
    const auto read = file::parse(text, path);
    BOOST_TEST_CONTEXT("text:\n" << text) {
        BOOST_TEST(!read);
        if (read) return;
        BOOST_TEST(read.error().code() == errc::corrupt);
        const std::string place = std::string{path} + ": line " + std::to_string(line) + ": ";
        BOOST_TEST(read.error().context().substr(0, place.size()) == place);
        for (const char* quoted : {"QUFBQUFB", "QkJCQkJC", "REREREREREREREQ", "RUVFRUVF", "AAECAwQF", "PRIVATE"})
            BOOST_TEST(read.error().context().find(quoted) == std::string::npos);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(keyring_file)

BOOST_AUTO_TEST_CASE(reads_the_file_as_it_always_was_and_writes_it_so) {  // what lies on disks depends on this
    const auto read = file::parse(golden, path);
    BOOST_REQUIRE(read);
    BOOST_TEST(text_of(*read) == golden);
    BOOST_TEST(read->of(key_kind::pepper).size() == 3U);
    BOOST_TEST(read->of(key_kind::sealing).size() == 1U);
    BOOST_TEST(read->of(key_kind::proof).empty());
    BOOST_TEST(read->is_of_version_1());
    BOOST_TEST(read->may_prove_stores);  // it is from before there were proofs
    BOOST_TEST(read->stores.empty());
}

BOOST_AUTO_TEST_CASE(reads_version_2_with_proof_keys_and_stores_and_writes_it_so) {
    const auto read = file::parse(golden_2, path);
    BOOST_REQUIRE(read);
    BOOST_TEST(text_of(*read) == golden_2);
    BOOST_TEST(read->of(key_kind::pepper).size() == 3U);
    BOOST_TEST(read->of(key_kind::sealing).size() == 1U);
    BOOST_REQUIRE(read->of(key_kind::proof).size() == 3U);
    BOOST_TEST(!read->of(key_kind::proof)[0].key);
    BOOST_TEST(!read->is_of_version_1());
    BOOST_TEST(read->may_prove_stores);
    BOOST_REQUIRE(read->stores.size() == 2U);
    store_id first{};
    for (std::size_t i = 0; i < first.size(); ++i) first[i] = static_cast<std::byte>(i);
    BOOST_TEST(read->stores[0] == first);
    BOOST_TEST(read->has_proved(first));
    first[15] ^= std::byte{1};
    BOOST_TEST(!read->has_proved(first));
    store_id last{};
    last.fill(std::byte{0xff});
    BOOST_TEST(read->has_proved(last));
}

BOOST_AUTO_TEST_CASE(reads_version_2_without_a_word_about_stores) {
    for (const std::string& text :
         {with_2(store_lines, ""), with_2("stores unproved\n", ""), with_2("store AAECAwQFBgcICQoLDA0ODw\n", "")}) {
        const auto read = file::parse(text, path);
        BOOST_REQUIRE(read);
        BOOST_TEST(text_of(*read) == text);
        BOOST_TEST(read->may_prove_stores == (text.find("unproved") != std::string::npos));
    }
}

BOOST_AUTO_TEST_CASE(writes_no_store_into_version_1_which_could_not_be_read_again) {
    auto keys = file::parse(golden, path);
    BOOST_REQUIRE(keys);
    keys->stores.emplace_back();
    const auto text = file::print(*keys);
    BOOST_REQUIRE(!text);
    BOOST_TEST(text.error().code() == errc::invalid_argument);
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
    for (const auto& [text, line] : wrong) check_corrupt(text, line);
}

BOOST_AUTO_TEST_CASE(says_which_line_of_version_2_is_wrong) {
    const std::string key_d = "REREREREREREREREREREREREREREREREREREREREREQ";
    const std::string store_line = "store AAECAwQFBgcICQoLDA0ODw\n";
    const std::string sealing_line = golden.substr(golden.find("sealing"));
    const std::vector<std::pair<std::string, int>> wrong{
        // a proof key in a file of version 1, and none in one of version 2
        {golden + proof_lines, 6},
        {with("sealing 1", "proof 1"), 5},
        {with("keyring 1", "keyring 2"), 6},
        {with_2(proof_lines, ""), 9},
        {with("keyring 1", "keyring 2") + "proof 1 dropped AAAAAAAAAAA\n", 7},
        {golden_2.substr(0, golden_2.find("proof 3")), 8},
        // nor stores in version 1
        {golden + "stores unproved\n", 6},
        {golden + store_line, 6},
        // kinds in another order
        {with_2(sealing_line, proof_lines + sealing_line).substr(0, golden_2.size()), 8},
        {with_2(sealing_line + proof_lines, proof_lines + sealing_line), 8},
        {with_2("pepper 1 dropped AAAAAAAAAAA\n", "proof 1 dropped AAAAAAAAAAA\npepper 1 dropped AAAAAAAAAAA\n"), 3},
        {with_2(store_lines, "sealing 2 dropped AAAAAAAAAAA\n"), 9},
        {with_2(store_lines, "pepper 4 dropped AAAAAAAAAAA\n"), 9},
        // proof keys
        {with_2("proof 1 dropped AAAAAAAAAAA\n", ""), 6},
        {with_2("proof 1", "proof 2"), 6},
        {with_2("proof 2 retired", "proof 2 current"), 8},
        {with_2("proof 3 current", "proof 3 retired"), 12},
        {with_2("proof 2 retired UWbww5UNk9M", "proof 2 retired fmduZ6J3pik"), 7},
        {with_2("proof 2 retired UWbww5UNk9M", "proof 2 dropped UWbww5UNk9M"), 7},
        {with_2(key_d, key_d.substr(1)), 7},
        {with_2("proof 2", "proofs 2"), 7},
        {with_2("proof 2", "Proof 2"), 7},
        {with_2(store_lines, store_lines + proof_lines), 12},
        // a line about stores before a key
        {with_2(proof_lines + store_lines, store_line + proof_lines), 7},
        {with_2(proof_lines + store_lines, "stores unproved\n" + proof_lines), 7},
        {with_2("pepper 1 dropped AAAAAAAAAAA\n", "stores unproved\npepper 1 dropped AAAAAAAAAAA\n"), 3},
        {with_2(store_lines, "proof 4 current AAAAAAAAAAA " + key_d + "\n"), 9},
        // what it says of stores
        {with_2("stores unproved\n", "stores unproved\nstores unproved\n"), 10},
        {with_2(store_lines, store_line + "stores unproved\n"), 10},
        {golden_2 + "stores unproved\n", 12},
        {golden_2 + store_line, 12},
        {with_2(store_line, store_line + store_line), 11},
        {with_2("stores unproved", "stores unproved "), 9},
        {with_2("stores unproved", "stores proved"), 9},
        {with_2("stores unproved", "stores"), 9},
        {with_2("stores unproved", "unproved"), 9},
        {with_2(store_line, "store\n"), 10},
        {with_2(store_line, "store \n"), 10},
        {with_2(store_line, "stores AAECAwQFBgcICQoLDA0ODw\n"), 10},
        {with_2(store_line, "store  AAECAwQFBgcICQoLDA0ODw\n"), 10},
        {with_2(store_line, "store AAECAwQFBgcICQoLDA0ODw \n"), 10},
        {with_2(store_line, "store AAECAwQFBgcICQoLDA0ODw==\n"), 10},
        {with_2(store_line, "store AAECAwQFBgcICQoLDA0ODx\n"), 10},  // bits past the end
        {with_2(store_line, "store AAECAwQFBgcICQoLDA0OD\n"), 10},
        {with_2(store_line, "store AAECAwQFBgcICQoLDA0ODwA\n"), 10},
        {with_2(store_line, "store AAECAwQFBgcICQoLDA0O-w\n"), 10},
        {golden_2.substr(0, golden_2.size() - 1), 11},
    };
    for (const auto& [text, line] : wrong) check_corrupt(text, line);
}

BOOST_AUTO_TEST_CASE(tells_another_version_from_a_corrupt_file) {
    for (const std::string_view version : {"3", "10", "4294967295"}) {
        const auto read = file::parse(with("keyring 1", "keyring " + std::string{version}), path);
        BOOST_REQUIRE(!read);
        BOOST_TEST(read.error().code() == errc::wrong_version);
        BOOST_TEST(read.error().context().starts_with(path));
    }
}

BOOST_AUTO_TEST_CASE(finds_every_change_of_one_character) {
    for (const std::string& whole : {golden, golden_2}) {
        const std::string text = text_of(*file::parse(whole, path));
        std::vector<bool> unknown(text.size());  // check values of dropped keys, and ids of stores
        for (const std::string_view word : {"dropped ", "store "}) {
            const std::size_t chars = word == "store " ? 22 : 11;
            for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
                for (std::size_t i = 0; i < chars; ++i) unknown[at + word.size() + i] = true;
        }
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (unknown[i]) continue;
            for (const char other : {'A', 'B', '1', '2', ' ', '\n', 'x', '\xc3'}) {
                std::string changed = text;
                changed[i] = other;
                if (changed != text) BOOST_TEST(!file::parse(changed, path), "at " << i << " '" << other << "'");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(finds_every_truncation) {
    for (std::size_t chars = 0; chars < golden.size(); ++chars)
        BOOST_TEST(!file::parse(std::string_view{golden}.substr(0, chars), path), chars << " characters");
    const std::size_t keys = golden_2.find("stores");
    for (std::size_t chars = 0; chars < golden_2.size(); ++chars) {
        if (chars >= keys && golden_2[chars - 1] == '\n') continue;  // it is whole, and says less of stores
        BOOST_TEST(!file::parse(std::string_view{golden_2}.substr(0, chars), path), chars << " characters");
    }
}

BOOST_AUTO_TEST_CASE(refuses_to_write_what_would_be_too_long_to_read) {
    auto keys = file::parse(golden, path);
    BOOST_REQUIRE(keys);
    file::entry tombstone = keys->of(key_kind::pepper).front();
    const auto fill_up = [&](std::size_t tombstones) {
        file::contents many = *keys;
        auto& peppers = many.of(key_kind::pepper);
        peppers.insert(peppers.begin(), tombstones, tombstone);
        return many;
    };
    BOOST_TEST(static_cast<bool>(file::print(fill_up(1000))));
    const auto too_long = file::print(fill_up(20'000));
    BOOST_REQUIRE(!too_long);
    BOOST_TEST(too_long.error().code() == errc::invalid_argument);
    auto of_stores = file::parse(golden_2, path);
    BOOST_REQUIRE(of_stores);
    of_stores->stores.resize(9'000);
    BOOST_TEST(static_cast<bool>(file::print(*of_stores)));
    of_stores->stores.resize(9'100);
    BOOST_TEST(!file::print(*of_stores));
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
