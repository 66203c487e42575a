// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Makes a change once per idempotency token: stores and finds outcomes, inside the store's transaction.
// Depends on digest/ and store/change.hpp; never on one store.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <shearline/chrono.hpp>
#include <shearline/credential/issued_key.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/digest/hash_context.hpp>
#include <shearline/keyring/digester.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

/// A request for a change, as an idempotency token identifies it: operation, tenant and arguments.
struct change_request {
    std::string_view operation;
    std::string_view tenant;
    hash_context arguments;
    std::optional<credential_id> credential{};  ///< the credential to change; none if the request creates one
};

/// The arguments of an `issue` call, for `change_request`.
inline void append(hash_context& words, const new_credential& asked) {
    const auto time = [&words](std::optional<timestamp> at) {
        words.number(at ? 1 : 0).number(at ? static_cast<std::uint64_t>(to_unix_ms(*at)) : 0);
    };
    words.text(asked.tenant).text(asked.name);
    words.number(asked.scopes.size());
    for (const std::string& scope : asked.scopes) words.text(scope);
    words.number(asked.metadata.size());
    for (const auto& [name, value] : asked.metadata) words.text(name).text(value);
    time(asked.not_before);
    time(asked.expires_at);
}
[[nodiscard]] inline hash_context context_of(const new_credential& asked) {
    hash_context words{"issue"};
    append(words, asked);
    return words;
}

/// Stores outcomes by token for a day. Only a keyed hash of token, actor, tenant and operation is stored, so a stolen
/// database reveals no token, and callers cannot collide with each other's tokens. Entries made under a pepper that has
/// since retired are found too. Thread-safe.
template <typename Hash>
class idempotency {
public:
    static constexpr std::chrono::hours kept_for{24};

    [[nodiscard]] static result<idempotency> make(const keyring& ring, std::string_view format, environment where) {
        auto hashes = digester<Hash>::make(ring, "idempotency", format, where);
        if (!hashes) return std::move(hashes).error();
        return idempotency{*std::move(hashes)};
    }

    /// The outcome stored for this token, if any; `conflict` if it was stored with other arguments.
    template <typename Transaction>
    [[nodiscard]] result<std::optional<idempotency_entry>> find(Transaction& tx, const request_context& by,
                                                                const change_request& asked, timestamp now) const {
        if (by.idempotency_token.empty()) return std::optional<idempotency_entry>{};
        const hash_context name = name_of(by, asked);
        const auto tokens = m_hashes.digests(name.bytes());
        const auto arguments = m_hashes.digests(asked.arguments.bytes());
        for (std::size_t pepper = 0; pepper < tokens.size(); ++pepper) {
            auto found = tx.find_idempotent(tokens[pepper], now);
            if (!found) return std::move(found).error();
            if (!*found) continue;
            if (!constant_time_equal<32>((*found)->arguments, arguments[pepper]))
                return error{errc::conflict,
                             "the idempotency token was used before with other arguments: choose a new one"};
            return found;
        }
        return std::optional<idempotency_entry>{};
    }

    /// Stores the outcome of a change, proved; does nothing for a request without a token.
    template <typename Transaction, typename Prover>
    [[nodiscard]] result<void> remember(Transaction& tx, const Prover& proving, const request_context& by,
                                        const change_request& asked, const issued_key& outcome, timestamp now) const {
        if (by.idempotency_token.empty()) return {};
        const hash_context name = name_of(by, asked);
        idempotency_entry entry{.token = m_hashes.digest(name.bytes()).mac,
                                .arguments = m_hashes.digest(asked.arguments.bytes()).mac,
                                .credential = outcome.credential,
                                .handle = outcome.handle.value != 0 ? std::optional{outcome.handle} : std::nullopt,
                                .created_at = now,
                                .expires_at = now + kept_for};
        entry.proof = proving.of(entry, asked.tenant, asked.operation);
        return tx.insert(entry);
    }

private:
    explicit idempotency(digester<Hash> hashes) noexcept : m_hashes{std::move(hashes)} {}

    [[nodiscard]] static hash_context name_of(const request_context& by, const change_request& asked) {
        hash_context name{"shearline idempotency token 1"};
        name.text(by.idempotency_token).text(by.actor).text(asked.tenant).text(asked.operation);
        return name;
    }

    digester<Hash> m_hashes;
};

}  // namespace shearline::inline v0_1::detail
