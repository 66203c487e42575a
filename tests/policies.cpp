// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The order in which a bundle names its policies does not matter.
#include <shearline/policies.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>

#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/store/memory_store.hpp>

#include "support/world.hpp"

using namespace shearline;
using namespace support;
using instance = key_format<"instance">;
using day = overlap<std::chrono::hours{24}>;

namespace {

/// OpenSSL's engine under another name, so that stored digests show which engine made them.
struct other_engine : openssl_hmac_sha256 {
    static constexpr std::string_view name = "other-engine";
};

/// The observable behaviour of a bundle.
struct behaviour {
    std::string prefix;
    std::string hash;
    bool old_key_is_good_after_rotation = false;
    bool is_shown_again = false;

    friend bool operator==(const behaviour&, const behaviour&) = default;
    friend std::ostream& operator<<(std::ostream& out, const behaviour& of) {
        return out << of.prefix << ", " << of.hash << ", old key " << of.old_key_is_good_after_rotation << ", shown "
                   << of.is_shown_again;
    }
};

template <typename Bundle>
behaviour behaviour_of() {
    world<memory_store> w;
    auto keys = w.open<Bundle>();
    const auto first = must(keys.issue(legacy_sync(), w.admin));
    behaviour seen;
    seen.prefix = text_of(first).substr(0, 9);
    seen.hash = must(w.opened.store.look_up("instance", first.handle))->key.digest.hash.view();
    BOOST_TEST(static_cast<bool>(keys.verify(text_of(first))));
    const auto second = must(keys.rotate(first.credential, w.admin));
    seen.old_key_is_good_after_rotation = static_cast<bool>(keys.verify(text_of(first)));
    if constexpr (requires { keys.reveal(second.credential, w.admin); }) {
        const auto text = keys.reveal(second.credential, w.admin);
        seen.is_shown_again = text && text->reveal(unsafe_reveal) == text_of(second);
    }
    return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_bundle_of_policies)

BOOST_AUTO_TEST_CASE(fills_in_what_was_left_out) {
    BOOST_TEST(behaviour_of<policies<instance>>() == (behaviour{"instance_", "hmac-sha256", false, false}));
    static_assert(std::is_same_v<policies<instance>::custody, show_once>);
}

BOOST_AUTO_TEST_CASE(takes_its_arguments_in_any_order) {
    const behaviour all{"instance_", "other-engine", true, true};
    BOOST_TEST((behaviour_of<policies<instance, other_engine, day, recoverable>>()) == all);
    BOOST_TEST((behaviour_of<policies<recoverable, day, instance, other_engine>>()) == all);
    BOOST_TEST((behaviour_of<policies<day, instance>>()) == (behaviour{"instance_", "hmac-sha256", true, false}));
}

BOOST_AUTO_TEST_SUITE_END()
