// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The contents of a `memory_store`, and one transaction of it.
// Depends on store/change.hpp and credential/; for memory_store.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/fwd.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1 {
class memory_store;
}

namespace shearline::inline v0_1::detail {

struct memory_contents {
    using key_name = std::pair<std::string, std::uint64_t>;  // format, handle

    static key_name name_of(std::string_view format, const handle& key) { return {std::string{format}, key.value}; }

    std::map<credential_id, credential> credentials;
    std::map<key_name, record> records;
    std::map<credential_id, std::vector<key_name>> keys;  // oldest first
    std::vector<credential_id> order;                     // of issue
    std::vector<change> changes;
    std::vector<audit_event> audit;
    std::map<digest_bytes, idempotency_entry> idempotent;
    std::vector<keyring_check> checks;
    std::map<std::string, hash_name, std::less<>> hashes;  // of formats

    [[nodiscard]] feed_head head() const {
        return changes.empty() ? feed_head{} : feed_head{changes.back().sequence, changes.back().tag};
    }
};

/// Models `store_transaction`: collects writes beside the store's contents. Exists only inside
/// `memory_store::transact`.
class memory_transaction {
    using contents = memory_contents;
    using key_name = contents::key_name;

public:
    [[nodiscard]] result<std::optional<credential>> find(const credential_id& id) const {
        for (const auto* map : {&m_new.credentials, &m_base->credentials})
            if (const auto at = map->find(id); at != map->end()) return std::optional{at->second};
        return std::optional<credential>{};
    }

    [[nodiscard]] result<std::optional<record>> find(std::string_view format, const handle& key) const {
        const record* found = find(contents::name_of(format, key));
        return found != nullptr ? std::optional{*found} : std::nullopt;
    }

    [[nodiscard]] result<std::vector<record>> keys_of(const credential_id& id) const {
        std::vector<record> keys = all_keys_of(id);
        keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), max_keys_read)), keys.end());
        return keys;
    }
    [[nodiscard]] result<std::vector<record>> live_keys_of(const credential_id& id) const {
        std::vector<record> keys = all_keys_of(id);
        std::erase_if(keys, [](const record& key) { return key.state == key_state::revoked; });
        return keys;
    }

    [[nodiscard]] result<void> insert(const credential& owner) {
        if (auto good = check_scopes(owner); !good) return good;
        if (m_base->credentials.contains(owner.id) || !m_new.credentials.emplace(owner.id, owner).second)
            return error{errc::conflict, "a credential with this id exists already"};
        m_new.order.push_back(owner.id);
        return {};
    }

    [[nodiscard]] result<void> update(const credential& owner) {
        if (auto good = check_scopes(owner); !good) return good;
        const auto stored = find(owner.id);
        if (!*stored || (*stored)->version + 1 != owner.version)
            return error{errc::conflict, "the credential was changed by another call: read it again"};
        m_new.credentials.insert_or_assign(owner.id, owner);
        return {};
    }

    [[nodiscard]] result<void> insert(const record& key) {
        key_name name = contents::name_of(key.format, key.handle);
        if (!*find(key.credential)) return error{errc::conflict, "the key's credential is not in the store"};
        if (find(name) != nullptr) return error{errc::conflict, "a key with this handle exists already"};
        m_new.keys[key.credential].push_back(name);
        m_new.records.emplace(std::move(name), key);
        return {};
    }

    [[nodiscard]] result<void> update(const record& key) {
        key_name name = contents::name_of(key.format, key.handle);
        const record* stored = find(name);
        if (stored == nullptr || stored->credential != key.credential)
            return error{errc::conflict, "the credential has no such key"};
        record next = key;
        next.last_used_at = stored->last_used_at;
        next.uses = stored->uses;
        m_new.records.insert_or_assign(std::move(name), std::move(next));
        return {};
    }

    [[nodiscard]] result<std::size_t> prune(const credential_id& id, std::uint32_t below_generation) {
        std::size_t pruned = 0;
        const std::vector<record> keys = all_keys_of(id);
        for (auto key = keys.rbegin(); key != keys.rend() && pruned < max_pruned; ++key) {
            if (key->generation >= below_generation || key->state != key_state::revoked) continue;
            key_name name = contents::name_of(key->format, key->handle);
            if (const auto names = m_new.keys.find(id); names != m_new.keys.end()) std::erase(names->second, name);
            m_new.records.erase(name);
            if (m_base->records.contains(name)) m_pruned.insert(std::move(name));
            ++pruned;
        }
        return pruned;
    }

    [[nodiscard]] result<void> append(change what) {
        what.sequence = m_base->changes.size() + m_new.changes.size() + 1;
        m_new.changes.push_back(what);
        return {};
    }

    [[nodiscard]] result<void> append(audit_event event) {
        event.sequence = m_base->audit.size() + m_new.audit.size() + 1;
        m_new.audit.push_back(std::move(event));
        return {};
    }

    [[nodiscard]] result<feed_head> head() const { return m_new.changes.empty() ? m_base->head() : m_new.head(); }

    [[nodiscard]] result<std::optional<idempotency_entry>> find_idempotent(const digest_bytes& token,
                                                                           timestamp now) const {
        for (const auto* map : {&m_new.idempotent, &m_base->idempotent})
            if (const auto at = map->find(token); at != map->end() && at->second.expires_at > now)
                return std::optional{at->second};
        return std::optional<idempotency_entry>{};
    }

    [[nodiscard]] result<void> insert(const idempotency_entry& entry) {
        if (*find_idempotent(entry.token, entry.created_at))
            return error{errc::conflict, "the idempotency token is in use already"};
        m_new.idempotent.insert_or_assign(entry.token, entry);
        return {};
    }

    [[nodiscard]] result<std::vector<keyring_check>> keyring_checks() const {
        std::vector<keyring_check> all = m_base->checks;
        all.insert(all.end(), m_new.checks.begin(), m_new.checks.end());
        return all;
    }

    [[nodiscard]] result<void> insert(const keyring_check& check) {
        m_new.checks.push_back(check);
        return {};
    }

    [[nodiscard]] result<hash_name> bind_hash(std::string_view format, const hash_name& hash) {
        for (const contents* part : {static_cast<const contents*>(&m_new), m_base})
            if (const auto at = part->hashes.find(format); at != part->hashes.end()) return at->second;
        m_new.hashes.emplace(format, hash);
        return hash;
    }

private:
    static result<void> check_scopes(const credential& owner) {
        if (can_join(owner.scopes)) return {};
        return error{errc::invalid_argument, "a scope of the credential is empty or contains a space"};
    }
    friend class shearline::memory_store;
    explicit memory_transaction(const contents& base) noexcept : m_base{&base} {}

    [[nodiscard]] const record* find(const key_name& name) const {
        if (const auto at = m_new.records.find(name); at != m_new.records.end()) return &at->second;
        if (m_pruned.contains(name)) return nullptr;
        const auto at = m_base->records.find(name);
        return at != m_base->records.end() ? &at->second : nullptr;
    }

    /// Newest first.
    [[nodiscard]] std::vector<record> all_keys_of(const credential_id& id) const {
        std::vector<record> all;
        for (const contents* part : {&m_new, m_base})
            if (const auto names = part->keys.find(id); names != part->keys.end())
                for (auto name = names->second.rbegin(); name != names->second.rend(); ++name)
                    if (part == &m_new || !m_pruned.contains(*name)) all.push_back(*find(*name));
        return all;
    }

    const contents* m_base;
    contents m_new;
    std::set<key_name> m_pruned;  // of m_base
};

}  // namespace shearline::inline v0_1::detail
