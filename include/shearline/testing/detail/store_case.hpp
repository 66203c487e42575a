// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What the fixed cases of stores share: rows, and a store with its model.
// Depends on testing/detail/plain_store.hpp, store_transcript.hpp and testing/report.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/testing/detail/plain_store.hpp>
#include <shearline/testing/detail/store_transcript.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing::detail {

/// Each case uses a new place and a new model.
template <typename MakePlace>
class store_case {
public:
    store_case(report& seen, MakePlace& make_place) : m_seen{&seen}, m_make_place{&make_place} {}

protected:
    using place_type = decltype(std::declval<MakePlace&>()());

    static constexpr std::int64_t start = 1'736'942'400'000;

    static credential_id id_of(std::uint8_t number) { return credential_id::from_random({number, 7, 7}); }

    static credential owner_of(std::uint8_t number, std::uint32_t generation = 1) {
        return {.id = id_of(number),
                .tenant = "acme",
                .name = "integration",
                .scopes = {"contacts:read"},
                .metadata = {},
                .not_before = {},
                .expires_at = {},
                .generation = generation,
                .created_at = from_unix_ms(start),
                .metadata_digest = {std::byte{number}},
                .proof = proof_of(number)};
    }
    static row_proof proof_of(std::uint8_t number) {
        return {number + std::uint32_t{1}, {std::byte{number}, std::byte{1}}};
    }
    static store_identity identity_of(std::uint8_t number) {
        return {{std::byte{number}}, "version " + std::to_string(number), proof_of(number)};
    }
    static record key_of(std::uint8_t number, std::uint64_t handle_value, std::uint32_t generation = 1,
                         key_state state = key_state::active) {
        return {.format = "instance",
                .handle = handle{handle_value},
                .credential = id_of(number),
                .generation = generation,
                .state = state,
                .digest = {.pepper = 1, .mac = {static_cast<std::byte>(generation)}},
                .created_at = from_unix_ms(start)};
    }

    /// Makes one transaction in both, which must succeed in both.
    template <typename Store, typename Body>
    void both(Store& store, plain_store& model, std::string_view claim, Body body) {
        const auto wanted = model.transact(body);
        const auto got = store.transact(body);
        m_seen->check(static_cast<bool>(wanted) == static_cast<bool>(got), claim,
                      got ? std::string{"succeeded"} : got.error().message());
    }

    template <typename Store>
    void compare(Store& store, plain_store& model, std::string_view claim) {
        store_questions asked{
            .formats = {"instance"}, .tenants = {"", "acme"}, .changes = model.contents().changes.size()};
        for (const credential& one : model.contents().credentials) asked.credentials.push_back(one.id);
        for (const record& key : model.contents().records) asked.handles.push_back(key.handle);
        asked.handles.push_back(handle{1});
        asked.proof_keys = {1, 2, 3, std::numeric_limits<std::uint32_t>::max()};
        const auto wrong = store_transcript{store, asked}.difference_from(store_transcript{model, asked});
        m_seen->check(!wrong, claim, wrong.value_or(""));
    }

    static change change_of(std::uint8_t number, std::uint64_t version) {
        change what;
        what.tag = number + 100 * version;
        what.credential = id_of(number);
        what.version = version;
        what.at = from_unix_ms(start);
        return what;
    }

    report* m_seen;
    MakePlace* m_make_place;
};

}  // namespace shearline::inline v0_1::testing::detail
