// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What no store of ours gives a mirror, and others may: numbers that it cannot hold, scans that break their word, and
// changes to what a credential is.
#include <string>
#include <string_view>

#include <shearline/mirror/mirror_fill.hpp>

#include "../authority/fixture.hpp"

using namespace shearline;
using namespace support;

namespace {

const auto no_progress = [](std::uint64_t, std::uint64_t) {};
using fill_type = mirror_fill<const decltype(no_progress)>;

scanned_key key_of(std::uint64_t credential, std::uint64_t number, std::uint32_t pepper = 1) {
    return {.credential = credential,
            .handle = handle{number},
            .state = key_state::active,
            .retires_at = std::nullopt,
            .digest = {.pepper = pepper, .mac = {}}};
}

scanned_credential credential_of(std::string_view scopes = "a:b") {
    scanned_credential made;
    made.tenant = "acme";
    made.scopes = scopes;
    return made;
}

/// Changes a stored credential as a later version of this library might.
template <typename Change>
void change_stored(memory_store& store, const credential_id& id, Change change_it) {
    must(store.transact([&](memory_store::transaction& tx) -> result<void> {
        auto owner = tx.find(id);
        change_it(**owner);
        ++(**owner).version;
        auto done = tx.update(**owner);
        if (done)
            done = tx.append(
                change{.kind = change_kind::suspended, .credential = id, .version = (**owner).version, .at = noon});
        return done;
    }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_mirror)

BOOST_AUTO_TEST_CASE(refuses_a_scan_that_does_not_keep_to_its_own_numbers) {
    roster credentials;
    fill_type fill{credentials, no_progress};
    must(fill.begin(1, 1));
    BOOST_TEST(code_of(fill.take(key_of(0, 1))) == errc::corrupt);  // of a credential that it has not given
    must(fill.take(credential_of()));
    must(fill.take(key_of(0, 1)));
    BOOST_TEST(code_of(fill.take(key_of(0, 2))) == errc::corrupt);  // one more than it had promised
    BOOST_TEST(fill.how_far() == " (the mirror had taken 1 of 1 keys)");
}

BOOST_AUTO_TEST_CASE(refuses_what_its_lines_cannot_hold) {
    roster credentials;
    fill_type fill{credentials, no_progress};
    must(fill.begin(1, 1));
    must(fill.take(credential_of()));
    BOOST_TEST(code_of(fill.take(key_of(0, 1, line_status::max_pepper + 1))) == errc::invalid_argument);
    must(fill.take(key_of(0, 1, line_status::max_pepper)));
    BOOST_TEST(code_of(line_table::make(std::uint64_t{1} << 32U)) == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(knows_a_credential_by_what_it_has_become) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    auto reader = fast.new_reader();
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(key), noon, "contacts:read")));

    change_stored(w.opened.store, key.credential, [](credential& owner) { owner.tenant = "umbrella"; });
    const verdict moved = reader.verify(text_of(key), noon);
    BOOST_REQUIRE(moved);
    BOOST_TEST(moved.grant().tenant() == "umbrella");

    change_stored(w.opened.store, key.credential, [](credential& owner) { owner.not_before = noon + 1h; });
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::not_yet_valid);
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(key), noon + 1h)));

    change_stored(w.opened.store, key.credential, [](credential& owner) { owner.scopes = {"contacts:read", "*"}; });
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon + 1h, "contacts:write")) == reason::missing_scope);
    BOOST_TEST(static_cast<bool>(reader.verify(text_of(key), noon + 1h, "contacts:read")));
    change_stored(w.opened.store, key.credential, [](credential& owner) { owner.scopes.clear(); });
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon + 1h, "contacts:read")) == reason::missing_scope);
}

BOOST_AUTO_TEST_CASE(takes_no_notice_of_keys_of_other_formats) {
    world<memory_store> w;
    auto keys = w.open<shown_once>();
    const issued_key key = must(keys.issue(legacy_sync(), w.admin));
    auto fast = must(verifier<shown_once, memory_store>::open(w.opened.store, w.ring));
    auto reader = fast.new_reader();
    must(w.opened.store.transact([&](memory_store::transaction& tx) -> result<void> {
        record other = (*tx.keys_of(key.credential)).at(0);
        other.format = "another";
        other.handle = handle{77};
        return tx.insert(other);
    }));
    change_stored(w.opened.store, key.credential, [](credential& owner) { owner.suspended = true; });
    BOOST_TEST(why_denied(reader.verify(text_of(key), noon)) == reason::suspended);
    BOOST_TEST(fast.size().keys == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
