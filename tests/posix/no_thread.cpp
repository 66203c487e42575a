// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A system that gives only so many threads. (Sanitizers replace its function, too: this file is not built with them.)
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstddef>
#include <thread>
#include <vector>

#include <shearline/posix/run_together.hpp>

using namespace shearline::detail;

namespace {

std::atomic<int> threads_left{1'000'000};

}  // namespace

/// The standard library calls this one instead of the system's.
extern "C" int pthread_create(pthread_t* made, const pthread_attr_t* how, void* (*body)(void*), void* argument) {
    if (threads_left.fetch_sub(1) <= 0) return EAGAIN;
    static const auto real = reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
    return real(made, how, body, argument);
}

BOOST_AUTO_TEST_SUITE(functions_that_run_together)

BOOST_AUTO_TEST_CASE(run_in_the_caller_where_the_system_gives_no_thread) {
    for (const int given : {0, 1, 2}) {
        threads_left = given;
        std::vector<std::thread::id> by(4);
        run_together(4, [&](std::size_t i) { by.at(i) = std::this_thread::get_id(); });
        threads_left = 1'000'000;
        std::size_t mine = 0;
        for (const std::thread::id& each : by) {
            BOOST_TEST((each != std::thread::id{}));
            mine += each == std::this_thread::get_id();
        }
        BOOST_TEST(mine == 4U - static_cast<std::size_t>(given));
    }
}

BOOST_AUTO_TEST_SUITE_END()
