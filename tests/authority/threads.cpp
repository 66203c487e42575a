// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One authority, used by many threads at once.
#include <atomic>
#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "../support/world.hpp"

using namespace shearline;
using namespace support;

using stores = boost::mp11::mp_list<memory_store, sqlite_store>;

BOOST_AUTO_TEST_SUITE(many_threads, *boost::unit_test::label("threaded"))

BOOST_AUTO_TEST_CASE_TEMPLATE(never_grant_a_key_after_its_rotation_returned, Store, stores) {
    world<Store> w;
    auto keys = w.template open<shown_once>();
    const issued_key first = must(keys.issue(legacy_sync(), w.admin));
    std::atomic<std::size_t> newest{0};
    constexpr std::size_t rotations = 40;
    std::vector<std::string> texts(rotations + 1);
    texts[0] = text_of(first);
    std::atomic<bool> wrong{false};
    std::atomic<std::uint64_t> grants{0};
    std::vector<std::thread> readers;
    for (int reader = 0; reader < 2; ++reader)
        readers.emplace_back([&] {
            for (std::size_t seen = 0; seen < rotations;) {
                seen = newest.load(std::memory_order_acquire);
                if (seen > 0 && keys.verify(texts[seen - 1])) wrong = true;
                if (keys.verify(texts[seen])) ++grants;
            }
        });
    for (std::size_t i = 1; i <= rotations; ++i) {
        texts[i] = text_of(must(keys.rotate(first.credential, w.admin)));
        newest.store(i, std::memory_order_release);
    }
    for (std::thread& reader : readers) reader.join();
    BOOST_TEST(!wrong.load());
    BOOST_TEST(grants.load() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
