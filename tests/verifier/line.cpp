// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The words of a line.
#include <shearline/verifier/line.hpp>

#include <shearline/verifier/fill.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "../support/printers.hpp"
#include "lines.hpp"

using namespace shearline;
using namespace shearline::detail;
using namespace support;

BOOST_AUTO_TEST_SUITE(a_line)

BOOST_AUTO_TEST_CASE(keeps_its_words) {
    for (const line_status& one :
         {active, revoked, line_status{key_state::retiring, true, false, true, false, line_status::max_pepper},
          line_status{key_state::pending, false, true, false, true, 1}}) {
        const line_status back = line_status::from_word(one.to_word());
        BOOST_TEST(back.state == one.state);
        BOOST_TEST(back.suspended == one.suspended);
        BOOST_TEST(back.waits == one.waits);
        BOOST_TEST(back.superseded == one.superseded);
        BOOST_TEST(back.unproved == one.unproved);
        BOOST_TEST(!(one.unproved && line_status::is_plain(one.to_word())));
        BOOST_TEST(back.pepper == one.pepper);
    }
    const line_owner owner{7, 0xfedcba98U};
    BOOST_TEST(line_owner::from_word(owner.to_word()).ends == 7U);
    BOOST_TEST(line_owner::from_word(owner.to_word()).profile == 0xfedcba98U);
}

BOOST_AUTO_TEST_CASE(counts_seconds_from_2020_and_stays_within_its_bits) {
    BOOST_TEST(to_line_seconds(line_epoch) == 0U);
    BOOST_TEST(to_line_seconds(line_epoch - std::chrono::hours{1}) == 0U);
    BOOST_TEST(to_line_seconds(line_epoch + std::chrono::milliseconds{1'999}) == 1U);
    BOOST_TEST(to_line_seconds(timestamp::max()) == never - 1);
    BOOST_TEST(to_line_seconds(timestamp::min()) == 0U);
    BOOST_TEST(from_line_seconds(0) == line_epoch);
}

BOOST_AUTO_TEST_CASE(is_revoked_where_the_store_gives_a_state_that_is_none) {
    for (int number = 0; number < 256; ++number) {
        const auto state = static_cast<key_state>(number);
        const auto words = line_words_of(line_terms{}, state, std::nullopt, 1);
        BOOST_REQUIRE(words);
        const key_state kept = line_status::from_word(words->first.to_word()).state;
        BOOST_TEST((kept == (is_key_state(state) ? state : key_state::revoked)), number);
        BOOST_TEST(line_status::is_plain(words->first.to_word()) == (state == key_state::active), number);
    }
}

BOOST_AUTO_TEST_SUITE_END()
