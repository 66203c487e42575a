// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The main function of all Boost.Test programs that do not have their own.
#define BOOST_TEST_MODULE shearline
#include <boost/test/unit_test.hpp>
