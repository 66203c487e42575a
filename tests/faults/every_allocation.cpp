// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every allocation fails once, one after the other. Each time, the data that readers use stays valid, nothing is lost,
// and repeating the call succeeds.
#define BOOST_TEST_MODULE allocations
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>

#include "../support/world.hpp"

namespace {

/// Which allocation is to fail, counted from now; 0: none.
int allocations_left = 0;
/// An object that records whether it was freed.
const void* watched = nullptr;
bool was_freed = false;

void* allocate(std::size_t size, std::size_t alignment) {
    if (allocations_left != 0 && --allocations_left == 0) throw std::bad_alloc{};
    void* const memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}
void release(void* memory) noexcept {
    was_freed = was_freed || (memory != nullptr && memory == watched);
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t to) { return allocate(size, static_cast<std::size_t>(to)); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace {

using namespace shearline;
using namespace shearline::detail;
using namespace support;

void watch(const void* object) {
    watched = object;
    was_freed = false;
}

/// Runs `act()` with its n-th allocation failing; returns whether there was one.
template <typename Act>
bool fails_at(int n, Act act) {
    allocations_left = n;
    bool failed = false;
    try {
        act();
    } catch (const std::bad_alloc&) {
        failed = true;
    }
    allocations_left = 0;
    return failed;
}

/// Runs `test(n)`, which returns whether its n-th allocation failed, for increasing n until none is left to fail.
template <typename Test>
void with_every_allocation_failing(Test test) {
    int n = 1;
    for (bool failed = true; failed; ++n) BOOST_TEST_CONTEXT("allocation " << n) {
            failed = test(n);
        }
    BOOST_TEST(n > 2);  // the control: there was one at least
}

using shown_verifier = verifier<shown_once, memory_store>;

credential_id id_of(std::uint64_t number) {
    credential_id::bytes_type bytes{};
    for (std::size_t i = 0; i < sizeof(number); ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return credential_id::from_random(bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(with_every_allocation_failing_once)

BOOST_AUTO_TEST_CASE(a_table_stays_while_readers_use_it) {
    constexpr line_status active{.state = key_state::active, .pepper = 1};
    with_every_allocation_failing([&](int n) {
        epochs readers;
        table_pair tables;
        tables.start_with(must(line_table::make(line_table::least_lines)));
        epochs::slot& place = readers.join();
        const std::uint64_t entered = place.enter();
        const line_table& seen = tables.current();
        watch(&seen);
        std::uint64_t key = 1;
        const auto replace = [&] {
            for (; &tables.current() == &seen; ++key) {
                const mirrored_key one{handle{key}, {key}, active, {never, 1}};
                must(tables.put({.id = id_of(key)}, {&one, 1}, readers));
            }
        };
        const bool failed = fails_at(n, replace);
        replace();
        BOOST_TEST(!was_freed);
        seen.add_uses(0, 1, 1);  // this reader still counts there
        place.leave(entered);
        const bool failed_again = fails_at(n, [&] { tables.rebuild_some(0, readers); });
        tables.rebuild_some(0, readers);
        BOOST_TEST(was_freed);
        std::uint32_t uses = 0;
        tables.take_counts([&](handle, std::uint32_t more, line_seconds) { uses += more; });
        BOOST_TEST(uses == 1U);
        for (std::uint64_t known = 1; known < key; ++known)
            BOOST_REQUIRE(tables.current().find(handle{known}) != nullptr);
        return failed || failed_again;
    });
}

BOOST_AUTO_TEST_CASE(proofs_stay_while_readers_use_them) {
    world<memory_store> w;
    (void)w.open<shown_once>();  // gives the store its identity
    const store_id id = must(w.opened.store.identity())->id;
    with_every_allocation_failing([&](int n) {
        using state_type = detail::verifier_state<shown_once, memory_store, strict>;
        state_type state{w.opened.store,
                         {},
                         must(state_type::mirrored_type::open(
                             w.opened.store, {.lease = 10s}, digester<hmac_sha256>::hash,
                             must(state_type::prover::make(w.ring, id)), [](std::uint64_t, std::uint64_t) {})),
                         must(proofs<shown_once>::make(w.ring))};
        epochs::slot& place = state.mirrored->readers().join();
        const std::uint64_t entered = place.enter();
        watch(state.proves.load());
        const bool failed = fails_at(n, [&] { must(state.use(w.ring)); });
        BOOST_TEST(!was_freed);
        BOOST_TEST((state.proves.load() == watched) == failed);  // with the new ones, or as it was
        must(state.use(w.ring));
        BOOST_TEST(!was_freed);
        place.leave(entered);
        state.free_unused();
        BOOST_TEST(was_freed);
        return failed;
    });
}

BOOST_AUTO_TEST_CASE(a_verifier_is_opened_by_the_next_call) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    with_every_allocation_failing([&](int n) {
        const bool failed = fails_at(n, [&] { (void)must(shown_verifier::open(w.opened.store, w.ring)); });
        BOOST_TEST(bool{must(shown_verifier::open(w.opened.store, w.ring)).new_reader().verify(text_of(key), noon)});
        return failed;
    });
}

BOOST_AUTO_TEST_CASE(a_change_is_followed_by_the_next_call) {
    with_every_allocation_failing([&](int n) {
        world<memory_store> w;
        auto keys = w.open<shown_once>();
        const issued_key first = must(keys.issue(legacy_sync(), w.admin));
        auto fast = must(shown_verifier::open(w.opened.store, w.ring));
        auto reader = fast.new_reader();
        const issued_key second = must(keys.issue(legacy_sync(), w.admin));
        must(keys.revoke(first.credential, w.admin));
        const bool failed = fails_at(n, [&] { must(fast.poll()); });
        BOOST_TEST(why_denied(reader.verify(text_of(first), noon)) == reason::revoked);
        BOOST_TEST(bool{reader.verify(text_of(second), noon, "contacts:read")});
        return failed;
    });
}

BOOST_AUTO_TEST_CASE(a_keyring_is_taken_up_by_the_next_call) {
    with_every_allocation_failing([&](int n) {
        world<memory_store> w;
        auto keys = w.open<shown_once>();
        const issued_key key = must(keys.issue(legacy_sync(), w.admin));
        const keyring next = must(w.ring.with_new_pepper());
        auto fast = must(shown_verifier::open(w.opened.store, w.ring));
        auto reader = fast.new_reader();
        BOOST_TEST(bool{reader.verify(text_of(key), noon)});
        const bool failed = fails_at(n, [&] { must(fast.use(next)); });
        const verdict answer = reader.verify(text_of(key), noon);
        BOOST_REQUIRE(answer);
        BOOST_TEST(answer.grant().rehash_due() != failed);
        must(fast.use(next));
        BOOST_TEST(reader.verify(text_of(key), noon).grant().rehash_due());
        return failed;
    });
}

BOOST_AUTO_TEST_CASE(a_reader_is_made_by_the_next_call) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    with_every_allocation_failing([&](int n) {
        auto fast = must(shown_verifier::open(w.opened.store, w.ring));
        const bool failed = fails_at(n, [&] { (void)fast.new_reader(); });
        BOOST_TEST(must(fast.flush_usage()) == 0U);
        BOOST_TEST(bool{fast.new_reader().verify(text_of(key), noon)});
        BOOST_TEST(must(fast.flush_usage()) == 1U);
        return failed;
    });
}

BOOST_AUTO_TEST_CASE(no_use_is_lost) {
    with_every_allocation_failing([&](int n) {
        world<memory_store> w;
        auto keys = w.open<shown_once>();
        const issued_key key = must(keys.issue(legacy_sync(), w.admin));
        const issued_key other = must(keys.issue(legacy_sync(), w.admin));
        auto fast = must(shown_verifier::open(w.opened.store, w.ring));
        auto reader = fast.new_reader();
        for (const issued_key* each : {&key, &other, &key}) BOOST_TEST(bool{reader.verify(text_of(*each), noon)});
        const bool failed = fails_at(n, [&] { must(fast.flush_usage()); });
        BOOST_TEST(bool{reader.verify(text_of(key), noon)});
        must(fast.flush_usage());
        BOOST_TEST(must(keys.find(key.handle)).keys.at(0).uses == 3U);
        BOOST_TEST(must(keys.find(other.handle)).keys.at(0).uses == 1U);
        return failed;
    });
}

BOOST_AUTO_TEST_SUITE_END()
