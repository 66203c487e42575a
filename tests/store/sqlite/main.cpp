// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The main function of the tests; with `--child`, the other process that some of them need.
#define BOOST_TEST_MODULE store
#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>

#include <string_view>

#include "child.hpp"

int main(int argc, char** argv) {
    if (argc > 2 && std::string_view{argv[1]} == "--child") return support::run_child({argv + 2, argv + argc});
    return boost::unit_test::unit_test_main(init_unit_test, argc, argv);
}
