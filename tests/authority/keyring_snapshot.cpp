// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// An authority holds a snapshot of the keyring, and changes to another one while threads use it.
#include <array>
#include <atomic>
#include <boost/mp11/list.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../support/world.hpp"

using namespace shearline;
using namespace support;

namespace {

using stores = boost::mp11::mp_list<memory_store, sqlite_store>;

template <typename Authority, typename World>
bool reveals(Authority& keys, World& w, const issued_key& key) {
    const secret_text shown = must(keys.reveal(key.credential, w.admin));
    return shown.reveal(unsafe_reveal) == text_of(key);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_snapshot_of_the_keyring)

BOOST_AUTO_TEST_CASE_TEMPLATE(outlives_the_keyring_that_it_was_taken_of, Store, stores) {
    world<Store> w;
    std::optional<keyring> gone{w.ring};
    auto keys = must(world<Store>::template authority<kept>::open(w.opened.store, *gone, w.clock));
    gone.reset();
    w.ring = must(w.ring.with_new_sealing_key());  // what the authority has does not change with this
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    BOOST_TEST(must(keys.find(key.credential)).keys[0].sealed->sealing_key == 1U);
    BOOST_TEST(reveals(keys, w, key));

    auto of_a_temporary = must(world<Store>::template authority<kept>::open(
        w.opened.store, must(keyring::open(w.folder.file("keyring"))), w.clock));
    BOOST_TEST(reveals(of_a_temporary, w, key));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_way_to_another_one_at_once, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key old = must(keys.issue(legacy_sync(), w.admin));
    const keyring second = must(must(w.ring.with_new_pepper()).with_new_sealing_key());
    must(keys.use(second));
    BOOST_TEST(keys.verify(text_of(old)).grant().rehash_due());
    BOOST_TEST(reveals(keys, w, old));
    const issued_key fresh = must(keys.issue(legacy_sync(), w.admin));
    BOOST_TEST(!keys.verify(text_of(fresh)).grant().rehash_due());
    const record stored = must(keys.find(fresh.credential)).keys[0];
    BOOST_TEST(stored.digest.pepper == 2U);
    BOOST_TEST(stored.sealed->sealing_key == 2U);

    must(keys.use(must(must(second.without_pepper(1)).without_sealing_key(1))));
    BOOST_TEST(why_denied(keys.verify(text_of(old))) == reason::pepper_dropped);
    BOOST_TEST(bool{keys.verify(text_of(fresh))});
    BOOST_TEST(code_of(keys.reveal(old.credential, w.admin)) == errc::not_recoverable);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(that_dropped_a_sealing_key_has_lost_a_text_and_nothing_else, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    request_context by = w.admin;
    by.idempotency_token = "a-token-of-22-or-more-characters";
    const issued_key key = must(keys.issue(legacy_sync(), by));
    BOOST_TEST(!must(keys.issue(legacy_sync(), by)).text_lost);
    const keyring second = must(w.ring.with_new_sealing_key());
    must(keys.use(must(second.without_sealing_key(1))));

    BOOST_TEST(code_of(keys.reveal(key.credential, w.admin)) == errc::not_recoverable);
    const issued_key again = must(keys.issue(legacy_sync(), by));
    BOOST_TEST(again.credential == key.credential);
    BOOST_TEST(again.text_lost);
    BOOST_TEST(bool{keys.verify(text_of(key))});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(that_dropped_a_pepper_does_not_call_a_text_damaged, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    const keyring second = must(w.ring.with_new_pepper());
    must(keys.use(must(second.without_pepper(1))));
    BOOST_TEST(code_of(keys.reveal(key.credential, w.admin)) == errc::not_recoverable);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_bound_to_the_store_or_refused_and_then_nothing_changes, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    auto fast = must(verifier<kept, Store>::open(w.opened.store, w.ring));
    auto reader = fast.new_reader();
    const keyring second = must(w.ring.with_new_pepper());
    must(keys.use(second));
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    must(fast.use(second));
    const keyring other = must(keyring::create(w.folder.file("other")));
    for (const keyring& wrong : {other, w.ring}) {  // another one, and an older copy
        BOOST_TEST(code_of(keys.use(wrong)) == errc::wrong_keyring);
        BOOST_TEST(code_of(fast.use(wrong)) == errc::wrong_keyring);
        BOOST_TEST(bool{keys.verify(text_of(key))});
        BOOST_TEST(bool{reader.verify(text_of(key), noon)});
        BOOST_TEST(must(keys.find(must(keys.issue(legacy_sync(), w.admin)).credential)).keys[0].digest.pepper == 2U);
    }
    // A keyring that a verifier binds is known to an authority, and vice versa.
    const keyring third = must(second.with_new_pepper());
    must(fast.use(third));
    BOOST_TEST(code_of(keys.use(second)) == errc::wrong_keyring);
    must(keys.use(third));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_keyring_in_use, *boost::unit_test::label("threaded"))

BOOST_AUTO_TEST_CASE_TEMPLATE(changes_while_threads_verify_issue_rotate_and_reveal, Store, stores) {
    world<Store> w;
    auto keys = w.template open<kept>();
    auto fast = must(verifier<kept, Store>::open(w.opened.store, w.ring));
    const issued_key doomed = must(keys.issue(legacy_sync(), w.admin));
    const std::string old{text_of(doomed)};
    constexpr int rounds = 6;
    std::atomic<bool> dropped{false};
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::array<std::atomic<int>, 2> made{};
    std::vector<std::thread> threads;
    for (std::atomic<int>& counted : made)
        threads.emplace_back([&] {
            auto reader = fast.new_reader();
            while (!stop) {
                const bool gone = dropped;
                if (gone && (keys.verify(old) || reader.verify(old, noon))) ++wrong;
                auto key = keys.issue(legacy_sync(), w.admin);
                if (!key || !keys.verify(text_of(*key)) || !reader.verify(text_of(*key), noon)) ++wrong;
                auto next = keys.rotate(key->credential, w.admin);
                if (!next || !keys.verify(text_of(*next))) ++wrong;
                auto shown = keys.reveal(key->credential, w.admin);
                if (!shown || shown->reveal(unsafe_reveal) != text_of(*next)) ++wrong;
                ++counted;
                std::this_thread::yield();
            }
        });
    const auto wait_for_both = [&made] {  // until each has begun and ended a round since
        for (std::atomic<int>& counted : made)
            for (const int before = counted; counted < before + 2;) std::this_thread::yield();
    };
    keyring ring = w.ring;
    for (int round = 0; round < rounds; ++round) {
        wait_for_both();
        ring = must(must(ring.with_new_pepper()).with_new_sealing_key());
        must(fast.use(ring));  // first: it will be shown keys under the new pepper at once
        must(keys.use(ring));
    }
    wait_for_both();  // nobody still holds a key under the first pepper, but `old`
    ring = must(ring.without_pepper(1));
    must(keys.use(ring));
    BOOST_TEST(why_denied(keys.verify(old)) == reason::pepper_dropped);
    must(fast.use(ring));
    BOOST_TEST(why_denied(fast.new_reader().verify(old, noon)) == reason::pepper_dropped);
    dropped = true;
    wait_for_both();
    stop = true;
    for (std::thread& each : threads) each.join();
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
