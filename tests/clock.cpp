// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/clock.hpp>

#include <chrono>
#include <ratio>

#include <boost/test/unit_test.hpp>

using namespace shearline;
using namespace std::chrono_literals;

namespace {

template <typename Duration>
std::int64_t ms_of(Duration since) {
    return to_unix_ms(to_timestamp(std::chrono::sys_time<Duration>{since}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_timestamp)

BOOST_AUTO_TEST_CASE(is_the_millisecond_that_a_moment_lies_in) {
    BOOST_TEST(ms_of(1'999'999ns) == 1);
    BOOST_TEST(ms_of(2'000'000ns) == 2);
    BOOST_TEST(ms_of(-1ns) == -1);  // before the epoch, too
    BOOST_TEST(ms_of(3s) == 3'000);
    BOOST_TEST(ms_of(std::chrono::days{1}) == 86'400'000);
    BOOST_TEST(ms_of(std::chrono::duration<double>{0.0015}) == 1);
    static_assert(to_timestamp(from_unix_ms(5)) == from_unix_ms(5));
}

BOOST_AUTO_TEST_CASE(is_a_given_time_from_now) {
    const timestamp before = system_clock{}.now();
    const timestamp there = from_now(24h);
    const timestamp after = system_clock{}.now();
    BOOST_TEST((before + 24h <= there && there <= after + 24h));
    BOOST_TEST((from_now(-1h) < after));
}

BOOST_AUTO_TEST_CASE(is_the_end_of_time_where_that_is_past_it) {
    BOOST_TEST((from_now(std::chrono::milliseconds::max()) == timestamp::max()));
    BOOST_TEST((from_now(std::chrono::milliseconds::min()) < timestamp{}));
}

BOOST_AUTO_TEST_SUITE_END()
