// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The contents of a `memory_store`, and one transaction of it.
// Depends on store/written_rows.hpp; for memory_store.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/fwd.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/written_rows.hpp>

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
    std::optional<store_identity> identity;
    std::map<std::string, hash_name, std::less<>> hashes;  // of formats

    [[nodiscard]] feed_head head() const { return changes.empty() ? feed_head{} : head_at(changes.back()); }

    /// Whether these rows can be what the next transaction wrote; `corrupt` if not.
    [[nodiscard]] result<void> accepts(const written_rows& rows) const {
        const auto wrong = [](const char* what) { return error{errc::corrupt, what}; };
        std::set<credential_id> owners;
        for (const credential& owner : rows.credentials) {
            const auto stored = credentials.find(owner.id);
            if (stored != credentials.end() && owner.version <= stored->second.version &&
                (owner.version < stored->second.version || !rows.changes.empty()))  // `prove` alone is no new version
                return wrong("rows to restore: the store has this version of a credential, or a later one");
            if (!can_join(owner.scopes)) return wrong("rows to restore: a scope is empty or contains a space");
            if (!owners.insert(owner.id).second) return wrong("rows to restore: a credential is there twice");
        }
        std::set<key_name> pruned;
        for (const auto& [format, key] : rows.pruned)
            if (key_name name = name_of(format, key); !records.contains(name) || !pruned.insert(std::move(name)).second)
                return wrong("rows to restore: a key that was pruned is not in the store");
        std::set<key_name> written;
        for (const record& key : rows.keys) {
            key_name name = name_of(key.format, key.handle);
            const auto stored = records.find(name);
            if (stored != records.end() && !pruned.contains(name) && stored->second.credential != key.credential)
                return wrong("rows to restore: a key is another credential's in the store");
            if (!credentials.contains(key.credential) && !owners.contains(key.credential))
                return wrong("rows to restore: a key's credential is not in the store");
            if (!written.insert(std::move(name)).second) return wrong("rows to restore: a key is there twice");
        }
        for (std::size_t i = 0; i < rows.changes.size(); ++i)
            if (rows.changes[i].sequence != changes.size() + i + 1)
                return wrong("rows to restore: a change does not follow the last one of the store");
        for (std::size_t i = 0; i < rows.audit.size(); ++i)
            if (rows.audit[i].sequence != audit.size() + i + 1)
                return wrong("rows to restore: an audit event does not follow the last one of the store");
        for (const auto& [format, hash] : rows.hashes)
            if (hashes.contains(format)) return wrong("rows to restore: the store has a hash for the format already");
        return {};
    }

    void apply(written_rows rows) {
        for (const auto& [format, key] : rows.pruned) {
            const auto at = records.find(name_of(format, key));
            std::erase(keys[at->second.credential], at->first);
            records.erase(at);
        }
        for (credential& owner : rows.credentials) {
            const credential_id id = owner.id;
            if (credentials.insert_or_assign(id, std::move(owner)).second) order.push_back(id);
        }
        for (record& key : rows.keys) {
            const credential_id owner = key.credential;
            const auto [at, is_new] = records.insert_or_assign(name_of(key.format, key.handle), std::move(key));
            if (is_new) keys[owner].push_back(at->first);
        }
        changes.insert(changes.end(), rows.changes.begin(), rows.changes.end());
        std::move(rows.audit.begin(), rows.audit.end(), std::back_inserter(audit));
        for (const idempotency_entry& entry : rows.tokens) {
            std::erase_if(idempotent, [&](const auto& old) { return old.second.expires_at <= entry.created_at; });
            idempotent.insert_or_assign(entry.token, entry);
        }
        if (rows.identity) identity = std::move(rows.identity);
        for (auto& [format, hash] : rows.hashes) hashes.emplace(std::move(format), hash);
        count(rows.used);
    }

    void count(std::span<const usage> used) {
        for (const usage& use : used) {
            const auto at = records.find(name_of(use.format, use.handle));
            if (at == records.end()) continue;
            record& key = at->second;
            key.uses += use.uses;
            if (!key.last_used_at || *key.last_used_at < use.last_used_at) key.last_used_at = use.last_used_at;
        }
    }
};

/// Models `store_transaction`: collects writes beside the store's contents. Exists only inside
/// `memory_store::transact`.
class memory_transaction {
    using contents = memory_contents;
    using key_name = contents::key_name;

public:
    memory_transaction(const memory_transaction&) = delete;  // what a body wrote into a copy would be lost
    memory_transaction& operator=(const memory_transaction&) = delete;

    [[nodiscard]] result<std::optional<credential>> find(const credential_id& id) const {
        const credential* found = owner_of(id);
        return found != nullptr ? std::optional{*found} : std::nullopt;
    }

    [[nodiscard]] result<std::optional<record>> find(std::string_view format, const handle& key) const {
        const record* found = find(contents::name_of(format, key));
        return found != nullptr ? std::optional{*found} : std::nullopt;
    }

    [[nodiscard]] result<std::vector<record>> keys_of(const credential_id& id) const {
        return read_keys_of(id, max_keys_read, [](const record&) { return true; });
    }
    [[nodiscard]] result<std::vector<record>> live_keys_of(const credential_id& id) const {
        return read_keys_of(id, SIZE_MAX, [](const record& key) { return key.state != key_state::revoked; });
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
        const credential* stored = owner_of(owner.id);
        if (stored == nullptr || stored->version + 1 != owner.version)
            return error{errc::conflict, "the credential was changed by another call: read it again"};
        m_new.credentials.insert_or_assign(owner.id, owner);
        return {};
    }

    [[nodiscard]] result<void> insert(const record& key) {
        key_name name = contents::name_of(key.format, key.handle);
        if (owner_of(key.credential) == nullptr)
            return error{errc::conflict, "the key's credential is not in the store"};
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
        const std::vector<record> keys = read_keys_of(id, SIZE_MAX, [&](const record& key) {
            return key.generation < below_generation && key.state == key_state::revoked;
        });
        for (auto key = keys.rbegin(); key != keys.rend() && pruned < max_pruned; ++key) {
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

    [[nodiscard]] result<std::optional<store_identity>> identity() const {
        return m_new.identity ? m_new.identity : m_base->identity;
    }

    [[nodiscard]] result<void> put(const store_identity& identity) {
        m_new.identity = identity;
        return {};
    }

    [[nodiscard]] result<void> prove(const credential_id& id, const digest_bytes& metadata, const row_proof& proof) {
        auto owner = *find(id);
        if (!owner) return error{errc::conflict, "the credential to prove is not in the store"};
        owner->metadata_digest = metadata;
        owner->proof = proof;
        m_new.credentials.insert_or_assign(id, *std::move(owner));
        return {};
    }

    [[nodiscard]] result<bool> is_proof_key_used(std::uint32_t number) const {
        for (const contents* part : {&m_new, m_base}) {
            for (const auto& [id, owner] : part->credentials)
                if ((*find(id))->proof.key == number) return true;
            for (const auto& [token, entry] : part->idempotent)
                if (entry.proof.key == number) return true;
        }
        return false;
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

    [[nodiscard]] bool has_written() const noexcept {
        return !(m_new.credentials.empty() && m_new.records.empty() && m_pruned.empty() && m_new.changes.empty() &&
                 m_new.audit.empty() && m_new.idempotent.empty() && !m_new.identity && m_new.hashes.empty());
    }

    /// Moves out what was written.
    [[nodiscard]] written_rows take() {
        written_rows rows;
        rows.credentials.reserve(m_new.credentials.size());
        for (const credential_id& id : m_new.order)
            rows.credentials.push_back(std::move(m_new.credentials.extract(id).mapped()));
        for (auto& [id, owner] : m_new.credentials) rows.credentials.push_back(std::move(owner));
        for (const auto& [format, number] : m_pruned) rows.pruned.push_back({format, handle{number}});
        rows.keys.reserve(m_new.records.size());
        for (const auto& [id, names] : m_new.keys)
            for (const key_name& name : names) rows.keys.push_back(std::move(m_new.records.extract(name).mapped()));
        for (auto& [name, key] : m_new.records) rows.keys.push_back(std::move(key));
        rows.changes = std::move(m_new.changes);
        rows.audit = std::move(m_new.audit);
        for (const auto& [token, entry] : m_new.idempotent) rows.tokens.push_back(entry);
        rows.identity = std::move(m_new.identity);
        for (const auto& [format, hash] : m_new.hashes) rows.hashes.push_back({format, hash});
        return rows;
    }

    [[nodiscard]] const credential* owner_of(const credential_id& id) const {
        for (const auto* map : {&m_new.credentials, &m_base->credentials})
            if (const auto at = map->find(id); at != map->end()) return &at->second;
        return nullptr;
    }

    [[nodiscard]] const record* find(const key_name& name) const {
        if (const auto at = m_new.records.find(name); at != m_new.records.end()) return &at->second;
        if (m_pruned.contains(name)) return nullptr;
        const auto at = m_base->records.find(name);
        return at != m_base->records.end() ? &at->second : nullptr;
    }

    /// The first `most` keys of a credential for which `wanted` holds, newest first.
    template <typename Wanted>
    [[nodiscard]] std::vector<record> read_keys_of(const credential_id& id, std::size_t most, Wanted wanted) const {
        std::vector<record> found;
        for (const contents* part : {&m_new, m_base}) {
            const auto names = part->keys.find(id);
            if (names == part->keys.end()) continue;
            for (auto name = names->second.rbegin(); name != names->second.rend() && found.size() < most; ++name) {
                if (part != &m_new && m_pruned.contains(*name)) continue;
                if (const record* const key = find(*name); key != nullptr && wanted(*key)) found.push_back(*key);
            }
        }
        return found;
    }

    const contents* m_base;
    contents m_new;
    std::set<key_name> m_pruned;  // of m_base
};

}  // namespace shearline::inline v0_1::detail
