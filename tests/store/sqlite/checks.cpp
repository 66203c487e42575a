// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Values that could not be read back unchanged are not written: each field of each row, outside its bounds.
#include <shearline/store/sql/checks.hpp>

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "../../support/stores.hpp"

namespace {

using namespace shearline;
using namespace shearline::detail::sql;
using namespace support;

const timestamp past = from_unix_ms(-1);
const timestamp future = from_unix_ms(last_unix_ms + 1);
const std::string long_text(max_row_text_bytes + 1, 'x');

/// Each change makes a valid value invalid: writing it is refused everywhere, and nothing of it is stored.
template <typename T>
void refuses(const T& good, const std::vector<std::pair<const char*, std::function<void(T&)>>>& changes,
             const std::function<result<void>(sqlite_store&, const T&)>& write) {
    {
        sqlite_place place;
        must(issue(place.store, 1));
        must(write(place.store, good));
    }
    sqlite_place place;
    must(issue(place.store, 1));
    for (const auto& [what, change] : changes) {
        T value = good;
        change(value);
        const auto written = write(place.store, value);
        BOOST_TEST_CONTEXT(what) {
            BOOST_REQUIRE(!written);
            BOOST_TEST(written.error().code() == errc::invalid_argument, written.error().message());
        }
    }
    must(write(place.store, good));
}

template <typename T>
std::function<result<void>(sqlite_store&, const T&)> inserted() {
    return [](sqlite_store& store, const T& value) {
        return store.transact([&](sqlite_store::transaction& tx) { return tx.insert(value); });
    };
}
template <typename T>
std::function<result<void>(sqlite_store&, const T&)> updated() {
    return [](sqlite_store& store, const T& value) {
        return store.transact([&](sqlite_store::transaction& tx) { return tx.update(value); });
    };
}
template <typename T>
std::function<result<void>(sqlite_store&, const T&)> appended() {
    return [](sqlite_store& store, const T& value) {
        return store.transact([&](sqlite_store::transaction& tx) { return tx.append(value); });
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rows_out_of_bounds)

BOOST_AUTO_TEST_CASE(of_credentials_are_refused) {
    const std::vector<std::pair<const char*, std::function<void(credential&)>>> changes{
        {"not before 1970", [](credential& of) { of.not_before = past; }},
        {"expires after 9999", [](credential& of) { of.expires_at = future; }},
        {"created before 1970", [](credential& of) { of.created_at = past; }},
        {"revoked after 9999", [](credential& of) { of.revoked_at = future; }},
        {"generation 0", [](credential& of) { of.generation = 0; }},
        {"a long tenant", [](credential& of) { of.tenant = long_text; }},
        {"a long name", [](credential& of) { of.name = long_text; }},
        {"long scopes", [](credential& of) { of.scopes = {long_text}; }},
        {"an empty scope",
         [](credential& of) {
             of.scopes = {"a:b", ""};
         }},
        {"a scope with a blank", [](credential& of) { of.scopes = {"a b"}; }},
        {"many labels",
         [](credential& of) {
             of.metadata.assign(max_labels + 1, {"a", "b"});
         }},
        {"a long label",
         [](credential& of) {
             of.metadata = {{long_text, "b"}};
         }},
        {"a long value",
         [](credential& of) {
             of.metadata = {{"a", long_text}};
         }},
    };
    auto with_id = changes;
    with_id.emplace_back("no id", [](credential& of) { of.id = {}; });
    with_id.emplace_back("version 0", [](credential& of) { of.version = 0; });
    with_id.emplace_back("a version that no column holds", [](credential& of) { of.version = max_number + 1; });
    refuses<credential>(sample_credential(2), with_id, inserted<credential>());
    credential next = sample_credential(1);
    ++next.version;
    refuses<credential>(next, changes, updated<credential>());
}

BOOST_AUTO_TEST_CASE(of_keys_are_refused) {
    std::vector<std::pair<const char*, std::function<void(record&)>>> changes{
        {"generation 0", [](record& of) { of.generation = 0; }},
        {"a state that there is not", [](record& of) { of.state = static_cast<key_state>(9); }},
        {"pepper 0", [](record& of) { of.digest.pepper = 0; }},
        {"created after 9999", [](record& of) { of.created_at = future; }},
        {"retires before 1970", [](record& of) { of.retires_at = past; }},
        {"revoked before 1970", [](record& of) { of.revoked_at = past; }},
        {"used after 9999", [](record& of) { of.last_used_at = future; }},
        {"more uses than a column holds", [](record& of) { of.uses = max_number + 1; }},
        {"sealing key 0", [](record& of) { of.sealed->sealing_key = 0; }},
        {"an empty box", [](record& of) { of.sealed->box.clear(); }},
        {"a long box", [](record& of) { of.sealed->box.resize(max_box_bytes + 1); }},
        {"a long format", [](record& of) { of.format = long_text; }},
        {"handle 0", [](record& of) { of.handle = {}; }},
        {"no credential", [](record& of) { of.credential = {}; }},
    };
    refuses<record>(sample_record(1, 77, 2), changes, inserted<record>());
    refuses<record>(sample_record(1, 2, 3), changes, updated<record>());
}

BOOST_AUTO_TEST_CASE(of_changes_and_events_are_refused) {
    refuses<change>(sample_change(1),
                    {{"a kind that there is not", [](change& of) { of.kind = static_cast<change_kind>(77); }},
                     {"no credential", [](change& of) { of.credential = {}; }},
                     {"version 0", [](change& of) { of.version = 0; }},
                     {"a version that no column holds", [](change& of) { of.version = max_number + 1; }},
                     {"before 1970", [](change& of) { of.at = past; }}},
                    appended<change>());
    refuses<audit_event>(sample_event(1),
                         {{"after 9999", [](audit_event& of) { of.at = future; }},
                          {"no credential", [](audit_event& of) { of.credential = {}; }},
                          {"handle 0", [](audit_event& of) { of.handle = handle{}; }},
                          {"a long actor", [](audit_event& of) { of.actor = long_text; }},
                          {"a long action", [](audit_event& of) { of.action = long_text; }},
                          {"a long tenant", [](audit_event& of) { of.tenant = long_text; }},
                          {"a long address", [](audit_event& of) { of.source_address = long_text; }},
                          {"a long reason", [](audit_event& of) { of.reason = long_text; }},
                          {"texts that are long together",
                           [](audit_event& of) {
                               of.actor = long_text.substr(0, max_row_text_bytes / 2);
                               of.reason = long_text.substr(0, max_row_text_bytes / 2);
                           }}},
                         appended<audit_event>());
}

BOOST_AUTO_TEST_CASE(of_tokens_and_keyrings_are_refused) {
    idempotency_entry entry;
    entry.token.fill(std::byte{1});
    entry.credential = id_of(1);
    entry.handle = handle{2};
    entry.created_at = at_ms(1);
    entry.expires_at = at_ms(2);
    refuses<idempotency_entry>(entry,
                               {{"no credential", [](idempotency_entry& of) { of.credential = {}; }},
                                {"handle 0", [](idempotency_entry& of) { of.handle = handle{}; }},
                                {"created before 1970", [](idempotency_entry& of) { of.created_at = past; }},
                                {"expires after 9999", [](idempotency_entry& of) { of.expires_at = future; }}},
                               inserted<idempotency_entry>());
    refuses<store_identity>({.id = {}, .keyring = std::string(max_row_text_bytes, 'k'), .proof = {}},
                            {{"a long description", [](store_identity& of) { of.keyring = long_text; }}},
                            [](sqlite_store& store, const store_identity& value) {
                                return store.transact([&](sqlite_store::transaction& tx) { return tx.put(value); });
                            });
    sqlite_place place;
    const auto bound = place.store.transact(
        [](sqlite_store::transaction& tx) { return tx.bind_hash(long_text, *hash_name::parse("hmac-sha256")); });
    BOOST_TEST(code_of(bound) == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(of_uses_are_refused) {
    sqlite_place place;
    must(issue(place.store, 1));
    const usage good{std::string{format_name}, handle{2}, at_ms(1), 1};
    usage late = good;
    late.last_used_at = future;
    usage many = good;
    many.uses = max_number + 1;
    for (const usage& wrong : {late, many}) {
        const usage both[] = {good, wrong};
        BOOST_TEST(code_of(place.store.record_usage(both)) == errc::invalid_argument);
    }
    BOOST_TEST(must(place.store.look_up(format_name, handle{2}))->key.uses == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
