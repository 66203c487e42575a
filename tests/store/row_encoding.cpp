// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The bytes that proofs are made over: those that another program computes, and no two rows with the same.
#include <shearline/store/row_encoding.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "row_vectors.hpp"

namespace {

using namespace shearline;
using namespace support;

/// The encoding in hexadecimal, without the purpose before it.
template <typename... Row>
std::string encoded(const Row&... row) {
    hash_context words{""};
    detail::append(words, row...);
    return hex_of(words.bytes()).substr(16);
}

/// A credential with three keys, every field of which has a value.
struct sample {
    std::string tenant = "acme";
    std::string name = "legacy sync";
    std::string scopes = "contacts:read contacts:write";
    std::vector<std::string> formats{"instance", "instance", "instance_test"};
    scanned_credential owner{.id = credential_id::from_random({1, 2, 3}),
                             .tenant = {},
                             .name = {},
                             .scopes = {},
                             .not_before = from_unix_ms(10),
                             .expires_at = from_unix_ms(20),
                             .suspended = false,
                             .generation = 3,
                             .version = 9,
                             .created_at = from_unix_ms(5),
                             .revoked_at = from_unix_ms(30),
                             .metadata_digest = {std::byte{1}},
                             .proof = {}};
    std::vector<scanned_key> keys = [] {
        std::vector<scanned_key> made(3);
        for (std::uint32_t i = 0; i < 3; ++i) {
            made[i].handle.value = 7 + i;
            made[i].generation = 3 - i;
            made[i].created_at = from_unix_ms(40 + i);
            made[i].retires_at = from_unix_ms(50 + i);
            made[i].revoked_at = from_unix_ms(60 + i);
            made[i].digest = {.pepper = 1, .mac = {std::byte{2}}, .hash = hash_name{"hmac-sha256"}};
        }
        return made;
    }();

    [[nodiscard]] std::string encoding() {
        owner.tenant = tenant;
        owner.name = name;
        owner.scopes = scopes;
        for (std::size_t i = 0; i < keys.size(); ++i) keys[i].format = formats[i];
        return encoded(owner, std::span<const scanned_key>{keys});
    }
};

using change_of_sample = std::function<void(sample&)>;

/// Every way to change one field, or to move a piece of one into another.
const std::map<std::string, change_of_sample> changes{
    {"id",
     [](sample& of) {
         of.owner.id = credential_id::from_random({1, 2, 4});
     }},
    {"tenant", [](sample& of) { of.tenant = "acmf"; }},
    {"tenant in capitals", [](sample& of) { of.tenant = "Acme"; }},
    {"tenant with a blank", [](sample& of) { of.tenant += ' '; }},
    {"tenant with a zero", [](sample& of) { of.tenant += '\0'; }},
    {"no tenant", [](sample& of) { of.tenant.clear(); }},
    {"name", [](sample& of) { of.name += 'x'; }},
    {"scopes", [](sample& of) { of.scopes += " contacts:admin"; }},
    {"scopes in another order", [](sample& of) { of.scopes = "contacts:write contacts:read"; }},
    {"no scopes", [](sample& of) { of.scopes.clear(); }},
    {"tenant to name",
     [](sample& of) {
         of.tenant = "acm";
         of.name = "elegacy sync";
     }},
    {"name to tenant",
     [](sample& of) {
         of.tenant = "acmel";
         of.name = "egacy sync";
     }},
    {"tenant and name exchanged", [](sample& of) { std::swap(of.tenant, of.name); }},
    {"name to scopes",
     [](sample& of) {
         of.name = "legacy syn";
         of.scopes = "ccontacts:read contacts:write";
     }},
    {"not before", [](sample& of) { of.owner.not_before = from_unix_ms(11); }},
    {"not before, at no time", [](sample& of) { of.owner.not_before.reset(); }},
    {"not before, at the first moment", [](sample& of) { of.owner.not_before = from_unix_ms(0); }},
    {"expires at", [](sample& of) { of.owner.expires_at = from_unix_ms(21); }},
    {"expires at no time", [](sample& of) { of.owner.expires_at.reset(); }},
    {"not before and expires at exchanged", [](sample& of) { std::swap(of.owner.not_before, of.owner.expires_at); }},
    {"suspended", [](sample& of) { of.owner.suspended = true; }},
    {"generation", [](sample& of) { ++of.owner.generation; }},
    {"version", [](sample& of) { ++of.owner.version; }},
    {"generation and version exchanged",
     [](sample& of) {
         of.owner.generation = 9;
         of.owner.version = 3;
     }},
    {"created at", [](sample& of) { of.owner.created_at = from_unix_ms(6); }},
    {"revoked at", [](sample& of) { of.owner.revoked_at = from_unix_ms(31); }},
    {"not revoked", [](sample& of) { of.owner.revoked_at.reset(); }},
    {"metadata", [](sample& of) { of.owner.metadata_digest[31] = std::byte{1}; }},
    {"a key less", [](sample& of) { of.keys.pop_back(); }},
    {"another key less", [](sample& of) { of.keys.erase(of.keys.begin()); }},
    {"no key", [](sample& of) { of.keys.clear(); }},
    {"a key twice",
     [](sample& of) {
         of.keys.push_back(of.keys.back());
         of.formats.push_back(of.formats.back());
     }},
    {"format of a key", [](sample& of) { of.formats[1] = "instance_test"; }},
    {"format and its length", [](sample& of) { of.formats[1] = "instanc"; }},
    {"handle of a key", [](sample& of) { of.keys[1].handle.value = 17; }},
    {"handles exchanged", [](sample& of) { std::swap(of.keys[0].handle, of.keys[1].handle); }},
    {"generation of a key", [](sample& of) { of.keys[0].generation = 4; }},
    {"generations exchanged", [](sample& of) { std::swap(of.keys[0].generation, of.keys[1].generation); }},
    {"state of a key", [](sample& of) { of.keys[0].state = key_state::retiring; }},
    {"state of the second key", [](sample& of) { of.keys[1].state = key_state::retiring; }},
    {"a key created at", [](sample& of) { of.keys[0].created_at = from_unix_ms(44); }},
    {"a key retires at", [](sample& of) { of.keys[0].retires_at = from_unix_ms(55); }},
    {"a key retires at no time", [](sample& of) { of.keys[0].retires_at.reset(); }},
    {"a key retires at the first moment", [](sample& of) { of.keys[0].retires_at = from_unix_ms(0); }},
    {"a key revoked at", [](sample& of) { of.keys[0].revoked_at = from_unix_ms(66); }},
    {"a key revoked at no time", [](sample& of) { of.keys[0].revoked_at.reset(); }},
    {"retires and revoked at exchanged", [](sample& of) { std::swap(of.keys[0].retires_at, of.keys[0].revoked_at); }},
    {"hash of a key", [](sample& of) { of.keys[0].digest.hash = hash_name{"hmac-sha257"}; }},
    {"pepper of a key", [](sample& of) { of.keys[0].digest.pepper = 2; }},
    {"digest of a key", [](sample& of) { of.keys[0].digest.mac[31] = std::byte{1}; }},
    {"digest of the second key", [](sample& of) { of.keys[1].digest.mac[31] = std::byte{1}; }},
    {"digest of the last key", [](sample& of) { of.keys[2].digest.mac[31] = std::byte{1}; }},
};

idempotency_entry sample_entry() {
    return {.token = {std::byte{1}},
            .arguments = {std::byte{2}},
            .credential = credential_id::from_random({1}),
            .handle = handle{7},
            .created_at = from_unix_ms(10),
            .expires_at = from_unix_ms(20)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(an_encoded_row)

BOOST_AUTO_TEST_CASE(of_a_credential_is_what_another_program_computes) {
    const auto vectors = row_vectors("credential");
    BOOST_TEST(vectors.size() >= 19U);
    for (const row_vector& one : vectors) {
        const vector_credential row{one};
        BOOST_TEST(encoded(row.owner, std::span<const scanned_key>{row.keys}) == one.text("encoding"), one.comment());
    }
}

BOOST_AUTO_TEST_CASE(of_an_idempotency_entry_is_what_another_program_computes) {
    for (const row_vector& one : row_vectors("entry")) {
        const std::string_view tenant = one.text("tenant");
        const std::string_view operation = one.text("operation");
        BOOST_TEST(encoded(entry_of(one), tenant, operation) == one.text("encoding"), one.comment());
    }
}

BOOST_AUTO_TEST_CASE(of_an_identity_is_what_another_program_computes) {
    for (const row_vector& one : row_vectors("identity"))
        BOOST_TEST(encoded(store_identity{{}, description_of(one), {}}) == one.text("encoding"), one.comment());
}

BOOST_AUTO_TEST_CASE(has_the_digest_of_the_metadata_that_another_program_computes) {
    for (const row_vector& one : row_vectors("metadata")) {
        metadata entries;
        const auto labels = one.all("label");
        const auto values = one.all("value");
        for (std::size_t i = 0; i < labels.size(); ++i) entries.emplace_back(labels[i], values.at(i));
        BOOST_TEST(hex_of(detail::digest_of(entries)) == one.text("digest"), one.comment());
    }
}

BOOST_AUTO_TEST_CASE(has_another_digest_for_any_other_metadata) {
    const std::vector<metadata> all{{},
                                    {{"", ""}},
                                    {{"team", "sales"}},
                                    {{"team", "Sales"}},
                                    {{"teams", "ales"}},
                                    {{"tea", "msales"}},
                                    {{"teamsales", ""}},
                                    {{"sales", "team"}},
                                    {{"team", "sales"}, {"", ""}},
                                    {{"team", "sales"}, {"team", "sales"}},
                                    {{"team", "sales"}, {"a", "b"}},
                                    {{"a", "b"}, {"team", "sales"}},
                                    {{"team", "sales"}, {"ab", ""}}};
    std::map<digest_bytes, std::size_t> seen;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto [other, is_new] = seen.emplace(detail::digest_of(all[i]), i);
        BOOST_TEST(is_new, i << " and " << other->second);
    }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_the_order_of_the_keys) {
    std::string expected;
    std::vector<std::size_t> order{0, 1, 2};
    int orders = 0;
    do {
        for (const bool one_generation : {false, true}) {
            sample row;
            if (one_generation)
                for (scanned_key& key : row.keys) key.generation = 2;
            const std::string sorted = row.encoding();
            sample mixed = row;
            for (std::size_t i = 0; i < 3; ++i) {
                mixed.keys[i] = row.keys[order[i]];
                mixed.formats[i] = row.formats[order[i]];
            }
            BOOST_TEST(mixed.encoding() == sorted);
            ++orders;
        }
    } while (std::next_permutation(order.begin(), order.end()));
    BOOST_TEST(orders == 12);
}

BOOST_AUTO_TEST_CASE(is_another_one_after_any_change_of_a_credential_or_its_keys) {
    std::map<std::string, std::string> seen{{sample{}.encoding(), "the sample"}};
    for (const auto& [name, change] : changes) {
        sample row;
        change(row);
        const auto [other, is_new] = seen.emplace(row.encoding(), name);
        BOOST_TEST(is_new, name << " is encoded as " << other->second);
    }
    BOOST_TEST(seen.size() == changes.size() + 1);
}

BOOST_AUTO_TEST_CASE(leaves_out_the_proof_itself) {
    sample proved;
    proved.owner.proof = {.key = 7, .mac = {std::byte{9}}};
    BOOST_TEST(proved.encoding() == sample{}.encoding());
    idempotency_entry entry = sample_entry();
    entry.proof = {.key = 7, .mac = {std::byte{9}}};
    BOOST_TEST(encoded(entry, std::string_view{"a"}, std::string_view{"b"}) ==
               encoded(sample_entry(), std::string_view{"a"}, std::string_view{"b"}));
}

BOOST_AUTO_TEST_CASE(is_another_one_after_any_change_of_an_idempotency_entry) {
    struct request {
        idempotency_entry entry = sample_entry();
        std::string tenant = "acme";
        std::string operation = "issue";
    };
    const std::map<std::string, std::function<void(request&)>> changes_of_entries{
        {"nothing", [](request&) {}},
        {"token", [](request& of) { of.entry.token[31] = std::byte{1}; }},
        {"arguments", [](request& of) { of.entry.arguments[31] = std::byte{1}; }},
        {"token and arguments exchanged", [](request& of) { std::swap(of.entry.token, of.entry.arguments); }},
        {"tenant", [](request& of) { of.tenant = "acmf"; }},
        {"operation", [](request& of) { of.operation = "rotate"; }},
        {"tenant to operation",
         [](request& of) {
             of.tenant = "acm";
             of.operation = "eissue";
         }},
        {"credential", [](request& of) { of.entry.credential = credential_id::from_random({2}); }},
        {"handle", [](request& of) { of.entry.handle = handle{8}; }},
        {"no handle", [](request& of) { of.entry.handle.reset(); }},
        {"handle 0", [](request& of) { of.entry.handle = handle{0}; }},
        {"created at", [](request& of) { of.entry.created_at = from_unix_ms(11); }},
        {"expires at", [](request& of) { of.entry.expires_at = from_unix_ms(21); }},
        {"times exchanged", [](request& of) { std::swap(of.entry.created_at, of.entry.expires_at); }},
    };
    std::map<std::string, std::string> seen;
    for (const auto& [name, change] : changes_of_entries) {
        request one;
        change(one);
        const auto [other, is_new] =
            seen.emplace(encoded(one.entry, std::string_view{one.tenant}, std::string_view{one.operation}), name);
        BOOST_TEST(is_new, name << " is encoded as " << other->second);
    }
}

BOOST_AUTO_TEST_SUITE_END()
