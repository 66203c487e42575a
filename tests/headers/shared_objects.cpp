// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Two shared objects, of which one hides its symbols, use one store, one verifier and each other's results.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../support/must.hpp"
#include "../support/temporary_folder.hpp"
#include "shared_object.hpp"

namespace hidden = shared_objects::hidden;
namespace visible = shared_objects::visible;
using namespace shearline;
using namespace support;
using namespace std::chrono_literals;

namespace {

struct world {
    temporary_folder folder;
    keyring ring = must(keyring::create(folder / "keyring"));
    memory_store store;
    timestamp now = system_clock{}.now();
    manual_clock early{now};
    manual_clock late{now + 2h};
};

new_credential sync_with_scope() { return {.tenant = "acme", .name = "sync", .scopes = {"contacts:write"}}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(shared_objects_with_different_visibility)

BOOST_AUTO_TEST_CASE(have_symbols_of_their_own_where_they_hide_them) {  // or the others would show nothing
    BOOST_TEST(hidden::own_table() != visible::own_table());
}

BOOST_AUTO_TEST_CASE(pass_results_errors_and_keys_to_one_another) {
    world w;
    auto of_hidden = must(hidden::open(w.store, w.ring, w.early));
    auto of_visible = must(visible::open(w.store, w.ring, w.early));
    const issued_key key = must(hidden::issue(of_hidden, sync_with_scope()));
    BOOST_TEST(bool{visible::verify(of_visible, visible::shown(key))});
    BOOST_TEST(bool{hidden::verify(of_visible, visible::shown(key))});

    new_credential nameless = sync_with_scope();
    nameless.name.clear();
    result<issued_key> refused = hidden::issue(of_visible, nameless);
    BOOST_TEST((refused.error().code() == errc::invalid_argument));
    BOOST_TEST(refused.error().message() == visible::issue(of_hidden, nameless).error().message());
    refused = visible::issue(of_hidden, sync_with_scope());
    BOOST_TEST(refused.has_value());
}

BOOST_AUTO_TEST_CASE(share_the_time_of_a_store) {
    world w;
    const auto of_hidden = must(hidden::open(w.store, w.ring, w.late));
    auto of_visible = must(visible::open(w.store, w.ring, w.early));
    new_credential asked = sync_with_scope();
    asked.expires_at = w.now + 1h;
    const issued_key key = must(visible::issue(of_visible, asked));
    BOOST_TEST(bool{visible::verify(of_visible, visible::shown(key))});
    BOOST_TEST(!hidden::verify(of_hidden, visible::shown(key)));
    BOOST_TEST(!visible::verify(of_visible, visible::shown(key)));
}

BOOST_AUTO_TEST_CASE(count_uses_of_one_verifier_whose_tables_both_make) {
    world w;
    auto control = must(visible::open(w.store, w.ring, w.early));
    std::vector<issued_key> keys;
    for (std::size_t i = 0; i < 1'000; ++i) keys.push_back(must(visible::issue(control, sync_with_scope())));
    auto fast = must(hidden::open(w.store, w.ring));
    auto reader = fast.new_reader();
    const auto lines = fast.size().lines;
    for (const issued_key& key : keys) BOOST_REQUIRE(hidden::verify(reader, visible::shown(key), w.now));
    // One table more, and of another object: were each object to count its tables, these two would have one number.
    while (fast.size().lines == lines) {
        (void)must(visible::issue(control, sync_with_scope()));
        (void)must(visible::poll(fast));
    }
    for (const issued_key& key : keys) BOOST_REQUIRE(hidden::verify(reader, visible::shown(key), w.now));
    BOOST_TEST(must(fast.flush_usage()) == keys.size());
    std::size_t wrong = 0;
    for (const issued_key& key : keys) wrong += must(control.find(key.credential)).keys.at(0).uses == 2 ? 0U : 1U;
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
