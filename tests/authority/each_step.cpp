// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One call of a store fails, each in turn: the change fails with that error, and nothing of it is stored.
#include <shearline/authority.hpp>
#include <shearline/store/memory_store.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "../support/stumbling_store.hpp"
#include "../support/world.hpp"

namespace {

using namespace shearline;
using namespace support;

using bundle = policies<instance_format, overlap<std::chrono::hours{24}>, recoverable>;
using keys_type = authority<bundle, stumbling_store, manual_clock>;

constexpr std::string_view token = "AAAAAAAAAAAAAAAAAAAAAA";

/// An authority over a store whose calls may fail, with a credential that was rotated once.
struct stumbling_world {
    explicit stumbling_world(const keyring& opened_with)
        : ring{opened_with},
          keys{must(keys_type::open(store, ring, clock))},
          key{must(keys.issue(legacy_sync(), admin))} {
        (void)must(keys.rotate(key.credential, admin));
        with_token.idempotency_token = token;
    }

    keyring ring;
    stumbling_store store;
    manual_clock clock{noon};
    request_context admin{.actor = "admin"};
    request_context with_token{.actor = "admin"};
    keys_type keys;
    issued_key key;
};

/// Counts of everything that is stored.
struct amounts {
    std::size_t changes, events, credentials, keys;
    bool operator==(const amounts&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const amounts& of) {
        return out << of.changes << " changes, " << of.events << " events, " << of.credentials << " credentials, "
                   << of.keys << " keys";
    }
};
amounts in(memory_store& store) {
    amounts found{must(store.changes_after(0, 1'000)).size(), must(store.audit({.limit = 1'000}, "")).items.size(), 0,
                  0};
    for (const credential_view& each : must(store.list({.limit = 1'000}, "")).items) {
        ++found.credentials;
        found.keys += each.keys.size();
    }
    return found;
}

using step = std::function<result<void>(stumbling_world&)>;

template <typename T>
result<void> without_value(const result<T>& outcome) {
    if (!outcome) return outcome.error();
    return {};
}

struct named_call {
    const char* name;
    std::size_t least_steps;  ///< of the store, that it takes
    step make;
    step before = [](stumbling_world&) -> result<void> { return {}; };
};

result<void> rotate_often(stumbling_world& w) {
    for (std::uint32_t i = 0; i < keys_type::kept_generations; ++i)
        (void)must(w.keys.rotate(w.key.credential, w.admin));
    return {};
}

const named_call calls[] = {
    {"issue", 5, [](auto& w) { return without_value(w.keys.issue(legacy_sync(), w.admin)); }},
    {"issue with a token", 7, [](auto& w) { return without_value(w.keys.issue(legacy_sync(), w.with_token)); }},
    {"issue again", 4, [](auto& w) { return without_value(w.keys.issue(legacy_sync(), w.with_token)); },
     [](auto& w) { return without_value(w.keys.issue(legacy_sync(), w.with_token)); }},
    {"rotate", 8, [](auto& w) { return without_value(w.keys.rotate(w.key.credential, w.admin)); }},
    {"rotate again", 4, [](auto& w) { return without_value(w.keys.rotate(w.key.credential, w.with_token)); },
     [](auto& w) { return without_value(w.keys.rotate(w.key.credential, w.with_token)); }},
    {"rotate one of many", 9, [](auto& w) { return without_value(w.keys.rotate(w.key.credential, w.admin)); },
     rotate_often},
    {"revoke", 7, [](auto& w) { return w.keys.revoke(w.key.credential, w.admin); }},
    {"revoke a key", 6, [](auto& w) { return w.keys.revoke(w.key.handle, w.admin); }},
    {"suspend", 5, [](auto& w) { return w.keys.suspend(w.key.credential, w.admin); }},
    {"resume", 5, [](auto& w) { return w.keys.resume(w.key.credential, w.admin); },
     [](auto& w) { return w.keys.suspend(w.key.credential, w.admin); }},
    {"amend", 7,
     [](auto& w) -> result<void> {
         auto found = w.keys.find(w.key.credential);
         if (!found) return found.error();
         found->about.name = "renamed";
         return w.keys.amend(found->about, w.admin);
     }},
    {"reprove", 5, [](auto& w) { return without_value(w.keys.reprove()); },
     [](auto& w) { return w.keys.use(must(w.ring.with_new_proof_key())); }},
    {"reveal", 4, [](auto& w) { return without_value(w.keys.reveal(w.key.credential, w.admin)); }},
    {"find", 2, [](auto& w) { return without_value(w.keys.find(w.key.credential)); }},
    {"find by handle", 2, [](auto& w) { return without_value(w.keys.find(w.key.handle)); }},
    {"list", 2, [](auto& w) { return without_value(w.keys.list()); }},
    {"audit", 2, [](auto& w) { return without_value(w.keys.audit()); }},
    {"flush_usage", 1, [](auto& w) { return without_value(w.keys.flush_usage()); },
     [](auto& w) -> result<void> {
         BOOST_TEST(static_cast<bool>(w.keys.verify(text_of(w.key))));
         return {};
     }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(an_authority_over_a_store_that_stumbles)

BOOST_AUTO_TEST_CASE(says_so_and_leaves_nothing_whichever_step_it_is) {
    const temporary_folder folder;
    const auto ring = must(keyring::create(folder.file("keyring")));
    for (const named_call& each : calls) {
        std::size_t steps = 0;
        for (;; ++steps) {
            stumbling_world w{ring};
            must(each.before(w));
            const amounts before = in(w.store.of);
            w.store.over.after(steps);
            const auto outcome = each.make(w);
            const bool stumbled = w.store.over.has_been();
            w.store.over.never();
            if (!stumbled) {
                BOOST_TEST(static_cast<bool>(outcome), each.name);
                break;
            }
            BOOST_TEST_CONTEXT(each.name << ", step " << steps) {
                BOOST_REQUIRE(!outcome);
                BOOST_TEST(outcome.error().code() == errc::unavailable);
                BOOST_TEST(in(w.store.of) == before);
                must(each.make(w));  // and then it is as good as ever
            }
        }
        BOOST_TEST(steps >= each.least_steps, each.name << " took " << steps << " steps");
    }
}

BOOST_AUTO_TEST_CASE(does_not_open_or_change_its_keyring) {
    const temporary_folder folder;
    const auto ring = must(keyring::create(folder.file("keyring")));
    std::size_t steps = 0;
    for (;; ++steps) {
        stumbling_store store;
        store.over.after(steps);
        const auto opened = keys_type::open(store, ring, manual_clock{noon});
        if (!store.over.has_been()) {
            BOOST_TEST(static_cast<bool>(opened));
            break;
        }
        BOOST_REQUIRE(!opened);
        BOOST_TEST(opened.error().code() == errc::unavailable);
    }
    BOOST_TEST(steps >= 4U);
    const auto next = must(ring.with_new_pepper());
    for (steps = 0;; ++steps) {
        stumbling_world w{ring};
        w.store.over.after(steps);
        const auto done = w.keys.use(next);
        const bool stumbled = w.store.over.has_been();
        w.store.over.never();
        const verdict answer = w.keys.verify(text_of(w.key));
        BOOST_REQUIRE(answer);
        // The old pepper is outdated under the new keyring alone.
        BOOST_TEST(answer.grant().rehash_due() == !stumbled);
        BOOST_TEST(static_cast<bool>(done) == !stumbled);
        if (!stumbled) break;
    }
    BOOST_TEST(steps >= 2U);
}

BOOST_AUTO_TEST_CASE(denies_where_it_cannot_look) {
    const temporary_folder folder;
    const auto ring = must(keyring::create(folder.file("keyring")));
    stumbling_world w{ring};
    w.store.over.after(0);
    BOOST_TEST(why_denied(w.keys.verify(text_of(w.key))) == reason::store_unavailable);
    // The look-up finds no key, and it is unknown whether the store was restored from an older copy.
    const std::string nobodys = with_right_checksum(with_another_letter(std::string{text_of(w.key)}, 12));
    BOOST_TEST(why_denied(w.keys.verify(nobodys)) == reason::unknown_handle);
    w.store.over.after(1);
    BOOST_TEST(why_denied(w.keys.verify(nobodys)) == reason::store_unavailable);
}

BOOST_AUTO_TEST_CASE(keeps_its_counts_until_they_are_written) {
    const temporary_folder folder;
    const auto ring = must(keyring::create(folder.file("keyring")));
    stumbling_world w{ring};
    for (int i = 0; i < 3; ++i) BOOST_TEST(static_cast<bool>(w.keys.verify(text_of(w.key))));
    w.store.over.after(0);
    BOOST_TEST(code_of(w.keys.flush_usage()) == errc::unavailable);
    BOOST_TEST(static_cast<bool>(w.keys.verify(text_of(w.key))));
    BOOST_TEST(must(w.keys.flush_usage()) == 1U);
    BOOST_TEST(must(w.store.of.look_up("instance", w.key.handle))->key.uses == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
