// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The model of a store: everything in the order of writing, searched linearly.
// Depends on concepts.hpp and store/; never on the code of a store under test.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0_1::testing::detail {

/// The content of a store.
struct plain_contents {
    std::vector<credential> credentials{};
    std::vector<record> records{};
    std::vector<change> changes{};
    std::vector<audit_event> events{};
    std::vector<idempotency_entry> entries{};
    std::optional<store_identity> identity{};
    std::vector<std::pair<std::string, hash_name>> hashes{};

    [[nodiscard]] credential* find(const credential_id& id) {
        const auto at =
            std::find_if(credentials.begin(), credentials.end(), [&](const auto& one) { return one.id == id; });
        return at == credentials.end() ? nullptr : &*at;
    }
    [[nodiscard]] record* find(std::string_view format, const handle& key) {
        const auto at = std::find_if(records.begin(), records.end(),
                                     [&](const record& one) { return one.format == format && one.handle == key; });
        return at == records.end() ? nullptr : &*at;
    }
    /// Newest first: each key of a credential has a later generation than those written before it.
    template <typename Wanted>
    [[nodiscard]] std::vector<record> keys_of(const credential_id& id, std::size_t most, Wanted is_wanted) const {
        std::vector<record> found;
        for (auto key = records.rbegin(); key != records.rend() && found.size() < most; ++key)
            if (key->credential == id && is_wanted(*key)) found.push_back(*key);
        return found;
    }
    [[nodiscard]] std::vector<record> newest_keys_of(const credential_id& id) const {
        return keys_of(id, max_keys_read, [](const record&) { return true; });
    }
    [[nodiscard]] std::vector<record> live_keys_of(const credential_id& id) const {
        return keys_of(id, records.size(), [](const record& key) { return key.state != key_state::revoked; });
    }
    [[nodiscard]] feed_head head() const { return changes.empty() ? feed_head{} : head_at(changes.back()); }
};

/// Models `store_transaction`: writes to a copy.
class plain_transaction {
public:
    explicit plain_transaction(plain_contents& to) noexcept : m_to{&to} {}

    [[nodiscard]] result<std::optional<credential>> find(const credential_id& id) {
        const credential* const found = m_to->find(id);
        return found == nullptr ? std::optional<credential>{} : std::optional{*found};
    }
    [[nodiscard]] result<std::optional<record>> find(std::string_view format, const handle& key) {
        const record* const found = m_to->find(format, key);
        return found == nullptr ? std::optional<record>{} : std::optional{*found};
    }
    [[nodiscard]] result<std::vector<record>> keys_of(const credential_id& id) { return m_to->newest_keys_of(id); }
    [[nodiscard]] result<std::vector<record>> live_keys_of(const credential_id& id) { return m_to->live_keys_of(id); }
    [[nodiscard]] result<feed_head> head() { return m_to->head(); }
    [[nodiscard]] result<std::optional<store_identity>> identity() { return m_to->identity; }
    [[nodiscard]] result<bool> is_proof_key_used(std::uint32_t number) {
        const auto is_made_with = [number](const auto& row) { return row.proof.key == number; };
        return std::any_of(m_to->credentials.begin(), m_to->credentials.end(), is_made_with) ||
               std::any_of(m_to->entries.begin(), m_to->entries.end(), is_made_with);
    }

    [[nodiscard]] result<void> insert(const credential& owner) {
        if (!can_join(owner.scopes)) return error{errc::invalid_argument, "a scope cannot be stored"};
        if (m_to->find(owner.id) != nullptr) return error{errc::conflict, "the credential exists already"};
        m_to->credentials.push_back(owner);
        return {};
    }
    [[nodiscard]] result<void> update(const credential& owner) {
        if (!can_join(owner.scopes)) return error{errc::invalid_argument, "a scope cannot be stored"};
        credential* const stored = m_to->find(owner.id);
        if (stored == nullptr || stored->version + 1 != owner.version)
            return error{errc::conflict, "not the next version"};
        *stored = owner;
        return {};
    }
    [[nodiscard]] result<void> insert(const record& key) {
        if (m_to->find(key.credential) == nullptr || m_to->find(key.format, key.handle) != nullptr)
            return error{errc::conflict, "no such credential, or the key exists already"};
        m_to->records.push_back(key);
        return {};
    }
    [[nodiscard]] result<void> update(const record& key) {
        record* const stored = m_to->find(key.format, key.handle);
        if (stored == nullptr || stored->credential != key.credential) return error{errc::conflict, "no such key"};
        record next = key;
        next.uses = stored->uses;
        next.last_used_at = stored->last_used_at;
        *stored = std::move(next);
        return {};
    }
    [[nodiscard]] result<std::size_t> prune(const credential_id& id, std::uint32_t below_generation) {
        std::size_t pruned = 0;
        std::erase_if(m_to->records, [&](const record& key) {
            const bool goes = pruned < max_pruned && key.credential == id && key.generation < below_generation &&
                              key.state == key_state::revoked;
            pruned += goes ? 1U : 0U;
            return goes;
        });
        return pruned;
    }
    [[nodiscard]] result<void> append(change what) {
        what.sequence = m_to->changes.size() + 1;
        m_to->changes.push_back(what);
        return {};
    }
    [[nodiscard]] result<void> append(audit_event event) {
        event.sequence = m_to->events.size() + 1;
        m_to->events.push_back(std::move(event));
        return {};
    }
    [[nodiscard]] result<std::optional<idempotency_entry>> find_idempotent(const digest_bytes& token, timestamp now) {
        for (const idempotency_entry& entry : m_to->entries)
            if (entry.token == token && entry.expires_at > now) return std::optional{entry};
        return std::optional<idempotency_entry>{};
    }
    [[nodiscard]] result<void> insert(const idempotency_entry& entry) {
        std::erase_if(m_to->entries, [&](const auto& old) { return old.expires_at <= entry.created_at; });
        if (*find_idempotent(entry.token, entry.created_at)) return error{errc::conflict, "the token exists already"};
        m_to->entries.push_back(entry);
        return {};
    }
    [[nodiscard]] result<void> put(const store_identity& identity) {
        m_to->identity = identity;
        return {};
    }
    [[nodiscard]] result<void> prove(const credential_id& id, const digest_bytes& metadata, const row_proof& proof) {
        credential* const stored = m_to->find(id);
        if (stored == nullptr) return error{errc::conflict, "no such credential"};
        stored->metadata_digest = metadata;
        stored->proof = proof;
        return {};
    }
    [[nodiscard]] result<hash_name> bind_hash(std::string_view format, const hash_name& hash) {
        for (const auto& [name, first] : m_to->hashes)
            if (name == format) return first;
        m_to->hashes.emplace_back(format, hash);
        return hash;
    }

private:
    plain_contents* m_to;
};

/// Models `key_store`.
class plain_store {
public:
    using transaction = plain_transaction;

    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        plain_contents next = m_data;
        transaction tx{next};
        auto outcome = body(tx);
        if (outcome) m_data = std::move(next);
        return outcome;
    }

    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) {
        const record* const found = m_data.find(format, key);
        if (found == nullptr) return std::optional<key_view>{};
        std::vector<record> others = m_data.live_keys_of(found->credential);
        std::erase_if(others, [&](const record& one) { return one.format == format && one.handle == key; });
        return std::optional{key_view{*m_data.find(found->credential), *found, std::move(others), m_data.head()}};
    }
    [[nodiscard]] result<std::optional<store_identity>> identity() const { return m_data.identity; }
    [[nodiscard]] result<feed_head> head() const { return m_data.head(); }
    [[nodiscard]] result<std::optional<credential_view>> read(const credential_id& id) {
        const credential* const found = m_data.find(id);
        if (found == nullptr) return std::optional<credential_view>{};
        return std::optional{credential_view{*found, m_data.newest_keys_of(id)}};
    }
    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) {
        const credential* const found = m_data.find(id);
        if (found == nullptr) return std::optional<credential_view>{};
        return std::optional{credential_view{*found, m_data.live_keys_of(id)}};
    }
    [[nodiscard]] result<page<credential_view>> list(const page_request& which, std::string_view tenant) const {
        std::vector<const credential*> all;
        for (const credential& one : m_data.credentials)
            if (tenant.empty() || one.tenant == tenant) all.push_back(&one);
        return page_of<credential_view>(all, which, [&](const credential& one) {
            return credential_view{one, m_data.newest_keys_of(one.id)};
        });
    }
    [[nodiscard]] result<page<audit_event>> audit(const page_request& which, std::string_view tenant) const {
        std::vector<const audit_event*> all;
        for (auto event = m_data.events.rbegin(); event != m_data.events.rend(); ++event)
            if (tenant.empty() || event->tenant == tenant) all.push_back(&*event);
        return page_of<audit_event>(all, which, [](const audit_event& event) { return event; });
    }
    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t after, std::size_t limit) const {
        std::vector<change> found;
        for (const change& one : m_data.changes)
            if (one.sequence > after && found.size() < limit) found.push_back(one);
        return found;
    }
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan(std::string_view format, Sink& sink) {
        std::uint64_t keys = 0;
        for (const record& key : m_data.records)
            keys += key.format == format && key.state != key_state::revoked ? 1U : 0U;
        if (auto begun = sink.begin(m_data.credentials.size(), keys); !begun) return std::move(begun).error();
        for (const credential& one : m_data.credentials) {
            const std::string scopes = join_scopes(one.scopes);
            const scanned_credential owner{.id = one.id,
                                           .tenant = one.tenant,
                                           .name = one.name,
                                           .scopes = scopes,
                                           .not_before = one.not_before,
                                           .expires_at = one.expires_at,
                                           .suspended = one.suspended,
                                           .generation = one.generation,
                                           .version = one.version,
                                           .created_at = one.created_at,
                                           .revoked_at = one.revoked_at,
                                           .metadata_digest = one.metadata_digest,
                                           .proof = one.proof};
            std::vector<scanned_key> its_keys;
            for (const record& key : m_data.records)
                if (key.credential == one.id && key.state != key_state::revoked)
                    its_keys.push_back({.format = key.format,
                                        .handle = key.handle,
                                        .generation = key.generation,
                                        .state = key.state,
                                        .created_at = key.created_at,
                                        .retires_at = key.retires_at,
                                        .revoked_at = key.revoked_at,
                                        .digest = key.digest});
            if (auto taken = sink.take(owner, std::span<const scanned_key>{its_keys}); !taken)
                return std::move(taken).error();
        }
        return m_data.head();
    }
    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        for (const usage& one : used)
            if (record* const key = m_data.find(one.format, one.handle)) {
                key->uses += one.uses;
                key->last_used_at = std::max(key->last_used_at, std::optional{one.last_used_at});
            }
        return {};
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_data.changes.size(); }
    [[nodiscard]] static bool hears_changes() noexcept { return true; }

    [[nodiscard]] const plain_contents& contents() const noexcept { return m_data; }

private:
    /// A cursor is the number of items before the page.
    template <typename Item, typename Row, typename MakeItem>
    static result<page<Item>> page_of(const std::vector<const Row*>& all, const page_request& which, MakeItem make) {
        const bool is_number =
            std::all_of(which.cursor.begin(), which.cursor.end(), [](char c) { return c >= '0' && c <= '9'; });
        constexpr std::size_t most_digits = 19;
        if (which.limit < 1 || which.limit > 1'000 || !is_number || which.cursor.size() > most_digits)
            return error{errc::invalid_argument, "not a page"};
        std::size_t first = 0;
        for (const char digit : which.cursor) first = first * 10 + static_cast<std::size_t>(digit - '0');
        page<Item> found;
        for (std::size_t i = first; i < all.size() && found.items.size() < which.limit; ++i)
            found.items.push_back(make(*all[i]));
        if (first + found.items.size() < all.size()) found.next = std::to_string(first + found.items.size());
        return found;
    }

    plain_contents m_data;
};
static_assert(key_store<plain_store>);

}  // namespace shearline::inline v0_1::testing::detail
