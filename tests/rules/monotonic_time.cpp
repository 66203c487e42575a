// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/rules/monotonic_time.hpp>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "../support/printers.hpp"

using namespace shearline;
using namespace std::chrono_literals;
using detail::monotonic_time;

namespace {

constexpr timestamp past = from_unix_ms(1'736'942'400'000);  // 2025-01-15
constexpr timestamp far = from_unix_ms(9'000'000'000'000);   // 2255

}  // namespace

BOOST_AUTO_TEST_SUITE(monotonic_time_of_a_store)

BOOST_AUTO_TEST_CASE(does_not_go_back) {
    monotonic_time time;
    BOOST_TEST(time.at(past) == past);
    BOOST_TEST(time.at(past - 1ms) == past);
    BOOST_TEST(time.at(timestamp{}) == past);
    BOOST_TEST(time.at(timestamp::min()) == past);
    BOOST_TEST(time.at(past + 1ms) == past + 1ms);
    BOOST_TEST(time.at(past) == past + 1ms);
}

BOOST_AUTO_TEST_CASE(follows_a_jump_that_ends_before_the_systems_clock) {
    monotonic_time time;
    (void)time.at(past);
    BOOST_TEST(time.at(past + 24h * 100) == past + 24h * 100);
    BOOST_TEST(time.at(past) == past + 24h * 100);
}

BOOST_AUTO_TEST_CASE(uses_a_time_that_is_not_credible_for_one_call_alone) {
    monotonic_time fresh;
    BOOST_TEST(fresh.at(far) == far);
    BOOST_TEST(fresh.at(past) == past);
    for (const timestamp wild : {far, timestamp::max(), system_clock{}.now() + 25h}) {
        BOOST_TEST(fresh.at(wild) == wild);
        BOOST_TEST(fresh.at(past) == past);
    }
}

BOOST_AUTO_TEST_CASE(takes_steps_of_up_to_a_day_without_asking_the_systems_clock) {
    monotonic_time time;
    const timestamp start = system_clock{}.now() + 23h;  // the first: at most a day ahead of the system's clock
    BOOST_TEST(time.at(start) == start);
    BOOST_TEST(time.at(past) == start);
    BOOST_TEST(time.at(start + 24h + 1ms) == start + 24h + 1ms);
    BOOST_TEST(time.at(past) == start);
    BOOST_TEST(time.at(start + 24h) == start + 24h);
    BOOST_TEST(time.at(past) == start + 24h);
}

BOOST_AUTO_TEST_CASE(is_one_for_all_who_use_the_store_and_none_of_an_earlier_one) {
    const int store = 0;
    const int other = 0;
    auto one = monotonic_time::of(&store);
    auto two = monotonic_time::of(&store);
    BOOST_TEST(one == two);
    BOOST_TEST(monotonic_time::of(&other) != one);
    (void)one->at(past + 1h);
    one.reset();
    BOOST_TEST(monotonic_time::of(&store)->at(past) == past + 1h);  // somebody still has it
    two.reset();
    BOOST_TEST(monotonic_time::of(&store)->at(past) == past);  // a new store at the old address
}

BOOST_AUTO_TEST_CASE(holds_what_any_thread_was_told_before) {
    monotonic_time time;
    std::atomic<std::int64_t> clock{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&] {
            timestamp last{};
            for (int i = 0; i < 20'000; ++i) {
                const timestamp told = past + std::chrono::milliseconds{++clock};
                const timestamp now = time.at(told);
                if (now < told || now < last) ++wrong;
                last = now;
            }
        });
    for (std::thread& each : threads) each.join();
    BOOST_TEST(wrong == 0);
    BOOST_TEST(time.at(past) == past + std::chrono::milliseconds{clock});
}

BOOST_AUTO_TEST_SUITE_END()
