// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <shearline/posix/run_together.hpp>

using namespace shearline::detail;

BOOST_AUTO_TEST_SUITE(functions_that_run_together)

BOOST_AUTO_TEST_CASE(are_called_once_each_and_the_first_by_the_caller) {
    for (const std::size_t count : {0U, 1U, 2U, 7U}) {
        std::vector<std::thread::id> by(count);
        run_together(count, [&](std::size_t i) { by.at(i) = std::this_thread::get_id(); });
        BOOST_TEST((count == 0 || by[0] == std::this_thread::get_id()));
        for (std::size_t i = 1; i < count; ++i) {
            BOOST_TEST((by[i] != by[0]));
            BOOST_TEST((by[i] != std::thread::id{}));
        }
    }
}

BOOST_AUTO_TEST_CASE(run_at_the_same_time) {
    std::atomic<int> here{0};
    run_together(3, [&](std::size_t) {
        ++here;
        while (here < 3) std::this_thread::yield();
    });
    BOOST_TEST(here == 3);
}

BOOST_AUTO_TEST_CASE(throw_what_the_first_of_them_throws_once_all_have_ended) {
    std::atomic<int> ended{0};
    const auto body = [&](std::size_t i) {
        ++ended;
        if (i > 0) throw std::runtime_error{std::to_string(i)};
    };
    BOOST_CHECK_EXCEPTION(run_together(4, body), std::runtime_error,
                          [](const std::runtime_error& why) { return std::string{why.what()} == "1"; });
    BOOST_TEST(ended == 4);
    BOOST_CHECK_THROW(run_together(2, [](std::size_t) { throw std::runtime_error{"both"}; }), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
