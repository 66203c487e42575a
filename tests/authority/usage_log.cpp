// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/authority/usage_log.hpp>
#include <shearline/format/key_format.hpp>

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "../support/printers.hpp"

using namespace shearline;

namespace {

constexpr timestamp noon = from_unix_ms(1'736'942'400'000);

}  // namespace

BOOST_AUTO_TEST_SUITE(a_usage_log)

BOOST_AUTO_TEST_CASE(adds_up_and_keeps_the_latest_use_whatever_comes_last) {
    detail::usage_log<key_format<"instance">> log;
    log.note(handle{7}, noon);
    log.note(handle{7}, noon + std::chrono::seconds{2}, 3);
    log.note(handle{7}, noon + std::chrono::seconds{1});
    log.note(handle{8}, noon);
    auto drained = log.drain();
    BOOST_REQUIRE(drained.size() == 2U);
    const usage& seven = drained[0].handle == handle{7} ? drained[0] : drained[1];
    BOOST_TEST(seven.uses == 5U);
    BOOST_TEST(seven.last_used_at == noon + std::chrono::seconds{2});
    BOOST_TEST(seven.format == "instance");
    BOOST_TEST(log.drain().empty());
}

BOOST_AUTO_TEST_CASE(loses_no_use_of_threads_at_once) {
    detail::usage_log<key_format<"instance">> log;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 3; ++thread)
            threads.emplace_back([&log] {
                for (int use = 0; use < 10'000; ++use) log.note(handle{7}, noon);
            });
    }
    BOOST_TEST(log.drain().at(0).uses == 30'000U);
}

BOOST_AUTO_TEST_SUITE_END()
