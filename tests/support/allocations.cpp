// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

namespace {
std::atomic<std::size_t> count_of_news{0};
}

std::size_t support::allocations() noexcept { return count_of_news.load(); }

void* operator new(std::size_t bytes) {
    ++count_of_news;
    if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
    throw std::bad_alloc{};
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

BOOST_AUTO_TEST_CASE(the_counter_sees_an_allocation) {
    const std::size_t before = support::allocations();
    const std::string longer_than_any_inline_buffer(1000, 'x');
    BOOST_TEST(support::allocations() > before);
    BOOST_TEST(longer_than_any_inline_buffer.size() == 1000U);
}
