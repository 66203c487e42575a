// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/rotation/immediate.hpp>
#include <shearline/rotation/overlap.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "../support/printers.hpp"

using namespace shearline;
using namespace std::chrono_literals;

namespace {

constexpr timestamp noon = from_unix_ms(1'800'000'000'000);

}  // namespace

BOOST_AUTO_TEST_SUITE(a_rotation)

BOOST_AUTO_TEST_CASE(without_grace_revokes_the_old_key) {
    record old{};
    BOOST_REQUIRE(immediate::replace(old, noon));
    BOOST_TEST(old.state == key_state::revoked);
    BOOST_TEST(old.revoked_at == noon);
}

BOOST_AUTO_TEST_CASE(with_grace_retires_the_old_key_for_just_so_long) {
    record old{};
    BOOST_REQUIRE(overlap<90min>::replace(old, noon));
    BOOST_TEST(old.state == key_state::retiring);
    BOOST_TEST(old.retires_at == noon + 90min);
    BOOST_TEST(!old.revoked_at.has_value());
}

BOOST_AUTO_TEST_CASE(never_makes_a_dead_key_live) {
    record dead{};
    dead.state = key_state::revoked;
    BOOST_TEST(!immediate::replace(dead, noon));
    BOOST_TEST(!overlap<1h>::replace(dead, noon));
    BOOST_TEST(dead.state == key_state::revoked);
}

BOOST_AUTO_TEST_CASE(takes_its_grace_in_any_unit) {
    const auto end_of = [](auto rotation) {
        record old{};
        BOOST_REQUIRE(decltype(rotation)::replace(old, noon));
        return old.retires_at;
    };
    BOOST_TEST(end_of(overlap<3'600s>{}) == noon + 60min);
    BOOST_TEST(end_of(overlap<3'600'000ms>{}) == noon + 60min);
    BOOST_TEST(end_of(overlap<1h>{}) == noon + 60min);
    static_assert(std::is_same_v<overlap<1h>, overlap<60min>>);
}

BOOST_AUTO_TEST_SUITE_END()
