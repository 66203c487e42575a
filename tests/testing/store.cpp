// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The library's stores under the harness; and the harness itself: the faults it finds, and how short it makes their
// sequences.
#include <memory>
#include <string>

#include <shearline/store/memory_store.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/store_conformance.hpp>

#include "../support/sanitized.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;

struct memory_place {
    using store_type = memory_store;
    memory_store& store() { return *of; }
    std::unique_ptr<memory_store> of = std::make_unique<memory_store>();
};

struct sqlite_place {
    using store_type = sqlite_store;
    sqlite_place() { reopen(); }
    sqlite_store& store() { return *of; }
    void reopen() {
        of.reset();
        of = another();
    }
    [[nodiscard]] std::unique_ptr<sqlite_store> another() const { return open(address()); }
    [[nodiscard]] std::string address() const { return folder->file("keys.db"); }
    [[nodiscard]] static std::unique_ptr<sqlite_store> open(const std::string& address) {
        auto opened = sqlite_store::open(address);
        BOOST_REQUIRE(opened);
        return std::make_unique<sqlite_store>(*std::move(opened));
    }
    std::unique_ptr<temporary_folder> folder = std::make_unique<temporary_folder>();
    std::unique_ptr<sqlite_store> of{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stores)

BOOST_AUTO_TEST_CASE(in_memory_keep_the_contract) {
    const report seen = store_conformance([] { return memory_place{}; }, {.sequences = support::sanitized ? 3 : 25});
    hold(seen);
    BOOST_TEST(seen.controls() > 140U);
}

BOOST_AUTO_TEST_CASE(in_sqlite_keep_the_contract) {
    hold(store_conformance([] { return sqlite_place{}; }, {.sequences = support::sanitized ? 3 : 10}));
}

BOOST_AUTO_TEST_CASE(get_the_steps_that_bytes_stand_for) {
    BOOST_TEST(to_string(steps_of(std::string_view{"\0\7\4\1\3", 5})) == "issue(7), revoke(1)");
    BOOST_TEST(steps_of("").empty());
}

BOOST_AUTO_TEST_SUITE_END()
