// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store and its model: runs a transaction in both, and compares all their answers.
// Depends on testing/detail/plain_store.hpp, store_content.hpp and store_transcript.hpp; never on one store.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/testing/detail/plain_store.hpp>
#include <shearline/testing/detail/store_content.hpp>
#include <shearline/testing/detail/store_transcript.hpp>

namespace shearline::inline v0_1::testing::detail {

/// What the steps of a sequence share.
template <typename Place>
class store_and_model : protected store_content {
protected:
    explicit store_and_model(Place& place) : m_place{&place}, m_count{place.store().change_count()} {}

    [[nodiscard]] const credential& any_credential() { return any_of(m_model.contents().credentials); }

    /// Runs one transaction in both. `changes`: it appends to the feed.
    template <typename Body>
    void both(std::string_view what, Body body, bool changes = false) {
        const auto wanted = m_model.transact(body);
        auto& store = m_place->store();
        std::uint64_t inside = m_count;
        const auto got = store.transact([&](typename Place::store_type::transaction& tx) {
            auto outcome = body(tx);
            inside = store.change_count();
            return outcome;
        });
        const auto outcome_of = [](const auto& outcome) {
            return outcome ? std::string{"succeeded"} : std::string{to_string(outcome.error().code())};
        };
        if (outcome_of(wanted) != outcome_of(got))
            m_failure = std::string{what} + ": " + outcome_of(got) + ", and must be " + outcome_of(wanted);
        const std::uint64_t count = store.change_count();
        if (!m_failure && changes && wanted && (count == m_count || count == inside))
            m_failure = std::string{what} + ": change_count() did not move with the commit";
        m_count = count;
    }

    void reopen() {
        if constexpr (requires { m_place->reopen(); }) {
            m_place->reopen();
            m_count = m_place->store().change_count();
        }
    }

    void compare() {
        const plain_contents& there = m_model.contents();
        store_questions asked{.formats = formats(), .tenants = tenants(), .changes = there.changes.size()};
        asked.formats.emplace_back("unknown");
        asked.tenants.insert(asked.tenants.end(), {"", "nobody"});
        for (const credential& one : there.credentials) asked.credentials.push_back(one.id);
        asked.credentials.emplace_back();
        asked.handles = m_handles;
        asked.handles.push_back(handle{424'242});
        asked.tokens = m_tokens;
        asked.tokens.emplace_back();
        for (const idempotency_entry& entry : there.entries)
            for (const timestamp at :
                 {entry.created_at, entry.expires_at - std::chrono::milliseconds{1}, entry.expires_at})
                asked.moments.push_back(at);
        for (std::uint32_t number = 1; number <= proof_keys + 1; ++number) asked.proof_keys.push_back(number);
        m_got.tell_of(m_place->store(), asked);
        m_wanted.tell_of(m_model, asked);
        m_failure = m_got.difference_from(m_wanted);
    }

    Place* m_place;
    plain_store m_model;
    std::vector<handle> m_handles;
    std::vector<digest_bytes> m_tokens;
    std::uint64_t m_count;
    store_transcript m_got;
    store_transcript m_wanted;
    std::optional<std::string> m_failure;
};

}  // namespace shearline::inline v0_1::testing::detail
