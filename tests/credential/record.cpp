// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/credential/record.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <vector>

#include "../support/printers.hpp"

using namespace shearline;
using namespace std::chrono_literals;

namespace {

constexpr timestamp noon = from_unix_ms(1'800'000'000'000);
constexpr key_state states[] = {key_state::pending, key_state::active, key_state::retiring, key_state::revoked};

record key_in(key_state state) {
    record key{};
    key.state = state;
    key.sealed = sealed_text{.sealing_key = 1, .nonce = {}, .box = std::vector<std::byte>(20)};
    return key;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_state_of_a_key)

BOOST_AUTO_TEST_CASE(moves_as_this_table_says_and_in_no_other_way) {
    // from the row to the column: pending, active, retiring, revoked
    constexpr bool allowed[4][4] = {{false, true, false, true},
                                    {false, false, true, true},
                                    {false, false, false, true},
                                    {false, false, false, false}};
    for (std::size_t from = 0; from < 4; ++from)
        for (std::size_t to = 0; to < 4; ++to)
            BOOST_TEST(may_move(states[from], states[to]) == allowed[from][to], to_string(states[from])
                                                                                    << " to " << to_string(states[to]));
}

BOOST_AUTO_TEST_CASE(never_moves_back) {
    for (const key_state from : states)
        for (const key_state to : states)
            if (may_move(from, to)) BOOST_TEST(from < to);
}

BOOST_AUTO_TEST_CASE(is_unchanged_by_an_illegal_move) {
    for (const key_state state : states) {
        record key = key_in(state);
        const auto retired = retire(key, noon);
        BOOST_TEST(bool{retired} == (state == key_state::active));
        if (!retired) {
            BOOST_TEST(retired.error().code() == errc::illegal_state);
            BOOST_TEST(key.state == state);
            BOOST_TEST(!key.retires_at.has_value());
        }
    }
    record dead = key_in(key_state::active);
    BOOST_REQUIRE(revoke(dead, noon));
    BOOST_TEST(!revoke(dead, noon + 1h));
    BOOST_TEST(dead.revoked_at == noon);
}

BOOST_AUTO_TEST_CASE(takes_the_sealed_text_with_it_when_it_is_revoked) {
    record key = key_in(key_state::active);
    BOOST_REQUIRE(retire(key, noon));
    BOOST_TEST(key.sealed.has_value());
    BOOST_REQUIRE(revoke(key, noon));
    BOOST_TEST(!key.sealed.has_value());
}

BOOST_AUTO_TEST_CASE(is_read_from_its_four_numbers_only) {
    for (std::int64_t stored = -1; stored <= 300; ++stored)
        BOOST_TEST(bool{key_state_from(stored)} == (stored >= 1 && stored <= 4));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_standing_of_a_key)

BOOST_AUTO_TEST_CASE(begins_and_ends_at_the_exact_moment) {
    credential owner{};
    owner.not_before = noon;
    owner.expires_at = noon + 1h;
    const record key = key_in(key_state::active);
    BOOST_TEST(standing_at(owner, key, noon - 1ms) == key_standing::not_yet_valid);
    BOOST_TEST(standing_at(owner, key, noon) == key_standing::active);
    BOOST_TEST(standing_at(owner, key, noon + 1h - 1ms) == key_standing::active);
    BOOST_TEST(standing_at(owner, key, noon + 1h) == key_standing::expired);
}

BOOST_AUTO_TEST_CASE(counts_the_grace_to_the_millisecond) {
    record key = key_in(key_state::active);
    BOOST_REQUIRE(retire(key, noon + 24h));
    BOOST_TEST(standing_at({}, key, noon + 24h - 1ms) == key_standing::retiring);
    BOOST_TEST(standing_at({}, key, noon + 24h) == key_standing::grace_over);
    key.retires_at.reset();  // a row that lost its time is not good for ever
    BOOST_TEST(standing_at({}, key, noon) == key_standing::grace_over);
}

BOOST_AUTO_TEST_CASE(is_revoked_in_a_state_that_is_none) {
    for (int number = 0; number < 256; ++number) {
        const auto state = static_cast<key_state>(number);
        BOOST_TEST(is_key_state(state) == (number >= 1 && number <= 4));
        if (!is_key_state(state)) BOOST_TEST((standing_at({}, key_in(state), noon) == key_standing::revoked), number);
    }
}

BOOST_AUTO_TEST_CASE(is_live_unless_it_can_never_be_good_again) {
    for (const key_standing dead : {key_standing::revoked, key_standing::grace_over, key_standing::expired})
        BOOST_TEST(!is_live(dead));
    for (const key_standing live : {key_standing::pending, key_standing::not_yet_valid, key_standing::suspended,
                                    key_standing::retiring, key_standing::active})
        BOOST_TEST(is_live(live));
}

BOOST_AUTO_TEST_CASE(puts_what_is_final_before_what_may_pass) {
    credential owner{};
    owner.suspended = true;
    owner.expires_at = noon;
    BOOST_TEST(standing_at(owner, key_in(key_state::revoked), noon) == key_standing::revoked);
    BOOST_TEST(standing_at(owner, key_in(key_state::active), noon) == key_standing::expired);
    BOOST_TEST(standing_at(owner, key_in(key_state::active), noon - 1ms) == key_standing::suspended);
    BOOST_TEST(standing_at(owner, key_in(key_state::pending), noon - 1ms) == key_standing::pending);
    owner.revoked_at = noon;
    BOOST_TEST(standing_at(owner, key_in(key_state::active), noon - 1ms) == key_standing::revoked);
}

BOOST_AUTO_TEST_SUITE_END()
