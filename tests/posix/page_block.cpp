// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/posix/page_block.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>

using shearline::detail::page_block;

BOOST_AUTO_TEST_SUITE(a_block_of_pages)

BOOST_AUTO_TEST_CASE(of_more_bytes_than_can_be_counted_is_refused) {
    BOOST_TEST(!page_block::make(UINT64_MAX));
    BOOST_TEST(!page_block::make(std::uint64_t{1} << 62U));
}

BOOST_AUTO_TEST_SUITE_END()
