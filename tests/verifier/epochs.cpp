// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Replaced objects are kept while a reader may use them.
#include <shearline/verifier/epochs.hpp>

#include <boost/test/unit_test.hpp>

using namespace shearline;
using namespace shearline::detail;

BOOST_AUTO_TEST_SUITE(what_was_replaced)

BOOST_AUTO_TEST_CASE(is_kept_while_anybody_may_use_it) {
    epochs readers;
    epochs::slot& one = readers.join();
    epochs::slot& other = readers.join();
    const auto in_one = one.enter();
    const epochs::moment since = readers.mark();
    BOOST_TEST(!readers.passed(since));
    auto in_other = other.enter();  // later: it cannot have what was replaced before
    BOOST_TEST(!readers.passed(since));
    one.leave(in_one);
    BOOST_TEST(readers.passed(since));
    const epochs::moment again = readers.mark();
    BOOST_TEST(!readers.passed(again));
    other.leave(in_other);
    in_other = other.enter();
    BOOST_TEST(readers.passed(again));
    other.leave(in_other);
    BOOST_TEST(readers.passed(readers.mark()));
    readers.quit(one);
    BOOST_TEST(&readers.join() == &one);
}

BOOST_AUTO_TEST_SUITE_END()
