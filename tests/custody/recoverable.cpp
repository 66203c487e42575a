// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/custody/recoverable.hpp>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

#include "../support/printers.hpp"

using namespace shearline;

namespace {

constexpr std::string_view plain = "instance_0000000000aSECRETSECRETSECRETSECRETSECRETSE012345";

secret_bytes<32> key_of(unsigned char fill) {
    secret_bytes<32> key;
    for (std::byte& byte : key.reveal_mutable(unsafe_reveal)) byte = std::byte{fill};
    return key;
}

seal_binding binding() {
    return {.environment = environment::live,
            .format = "instance",
            .tenant = "acme",
            .credential = credential_id::from_random({1, 2, 3}),
            .handle = handle{36},
            .generation = 1};
}

sealed_text sealed() { return *recoverable::seal(key_of(7), 3, binding(), secret_text::copy_of(plain)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(a_sealed_key)

BOOST_AUTO_TEST_CASE(opens_as_what_it_was_sealed_as) {
    const sealed_text box = sealed();
    BOOST_TEST(box.sealing_key == 3U);
    BOOST_TEST(box.box.size() == plain.size() + 16);
    const auto text = recoverable::open(key_of(7), binding(), box);
    BOOST_REQUIRE(text);
    BOOST_TEST(text->reveal(unsafe_reveal) == plain);
}

BOOST_AUTO_TEST_CASE(is_not_made_of_nothing) {
    const auto refused = recoverable::seal(key_of(7), 3, binding(), secret_text::copy_of(""));
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().code() == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(does_not_hold_its_text) {
    const sealed_text box = sealed();
    const std::string bytes(reinterpret_cast<const char*>(box.box.data()), box.box.size());
    BOOST_TEST(bytes.find("SECRET") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(is_sealed_anew_each_time) {
    BOOST_TEST(sealed().nonce != sealed().nonce);
    BOOST_TEST(sealed().box != sealed().box);
}

BOOST_AUTO_TEST_CASE(does_not_open_as_anything_else) {
    const sealed_text box = sealed();
    const std::vector<std::function<void(seal_binding&)>> changes = {
        [](seal_binding& b) { b.environment = environment::test; },
        [](seal_binding& b) { b.format = "instance2"; },
        [](seal_binding& b) { b.tenant = "acm"; },
        [](seal_binding& b) {
            b.credential = credential_id::from_random({1, 2, 4});
        },
        [](seal_binding& b) { b.handle.value = 37; },
        [](seal_binding& b) { b.generation = 2; },
        [](seal_binding& b) { b.format = "instanc", b.tenant = "eacme"; },  // the same bytes, cut elsewhere
    };
    for (const auto& change : changes) {
        seal_binding other = binding();
        change(other);
        const auto text = recoverable::open(key_of(7), other, box);
        BOOST_REQUIRE(!text);
        BOOST_TEST(text.error().code() == errc::corrupt);
    }
    BOOST_TEST(!recoverable::open(key_of(8), binding(), box));
    sealed_text renumbered = box;
    renumbered.sealing_key = 4;
    BOOST_TEST(!recoverable::open(key_of(7), binding(), renumbered));
}

BOOST_AUTO_TEST_CASE(does_not_open_with_any_bit_changed_or_any_end_cut) {
    const sealed_text box = sealed();
    for (std::size_t i = 0; i < box.box.size() * 8; ++i) {
        sealed_text altered = box;
        altered.box[i / 8] ^= std::byte{1} << (i % 8);
        BOOST_TEST(!recoverable::open(key_of(7), binding(), altered));
    }
    for (std::size_t i = 0; i < box.nonce.size(); ++i) {
        sealed_text altered = box;
        altered.nonce[i] ^= std::byte{1};
        BOOST_TEST(!recoverable::open(key_of(7), binding(), altered));
    }
    for (std::size_t size = 0; size < box.box.size(); ++size) {
        sealed_text cut = box;
        cut.box.resize(size);
        BOOST_TEST(!recoverable::open(key_of(7), binding(), cut));
    }
}

BOOST_AUTO_TEST_SUITE_END()
