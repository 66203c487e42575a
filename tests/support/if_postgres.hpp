// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// For suites of tests that start PostgreSQL or PgBouncer: where it is not installed, they are skipped.
#pragma once

#include <boost/test/unit_test.hpp>

#include "postgres_server.hpp"

namespace support {

/// Example:
///     BOOST_AUTO_TEST_SUITE(outages, *support::if_postgres)
inline const boost::unit_test::precondition if_postgres{
    [](boost::unit_test::test_unit_id) { return boost::test_tools::assertion_result{has_postgres()}; }};

/// If both are installed.
inline const boost::unit_test::precondition if_pgbouncer{[](boost::unit_test::test_unit_id) {
    return boost::test_tools::assertion_result{has_postgres() && has_pgbouncer()};
}};

}  // namespace support
