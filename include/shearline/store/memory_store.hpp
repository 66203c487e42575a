// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The reference store: in this process's memory, gone with it. What the other stores do is what this one does.
// Depends on store/ and credential/; never on a library beside std.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/cursor.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0 {

/// Keeps everything in ordered maps behind one lock. A transaction gathers its writes beside the maps, and the commit
/// puts them in: one that fails has touched nothing. Thread-safe; look-ups are O(log n). For tests, and for products
/// that issue their keys anew at each start.
class memory_store {
    using key_name = std::pair<std::string, std::uint64_t>;  // format, handle

    static key_name name_of(std::string_view format, const handle& key) { return {std::string{format}, key.value}; }

    struct contents {
        std::map<credential_id, credential> credentials;
        std::map<key_name, record> records;
        std::map<credential_id, std::vector<key_name>> keys;  // oldest first
        std::vector<credential_id> order;                     // of issue
        std::vector<change> changes;
        std::vector<audit_event> audit;
        std::map<digest_bytes, idempotency_entry> idempotent;
        std::vector<keyring_check> checks;
    };

public:
    class transaction {
    public:
        [[nodiscard]] result<std::optional<credential>> find(const credential_id& id) const {
            for (const auto* map : {&m_new.credentials, &m_base->credentials})
                if (const auto at = map->find(id); at != map->end()) return std::optional{at->second};
            return std::optional<credential>{};
        }

        [[nodiscard]] result<std::optional<record>> find(std::string_view format, const handle& key) const {
            const record* found = find(name_of(format, key));
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
                return error{errc::conflict, "a credential of this name is there already"};
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
            key_name name = name_of(key.format, key.handle);
            if (!*find(key.credential)) return error{errc::conflict, "the key's credential is not in the store"};
            if (find(name) != nullptr) return error{errc::conflict, "a key of this handle is there already"};
            m_new.keys[key.credential].push_back(name);
            m_new.records.emplace(std::move(name), key);
            return {};
        }

        [[nodiscard]] result<void> update(const record& key) {
            key_name name = name_of(key.format, key.handle);
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
                key_name name = name_of(key->format, key->handle);
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

        [[nodiscard]] result<std::optional<idempotency_entry>> find_idempotent(const digest_bytes& token,
                                                                               timestamp now) const {
            for (const auto* map : {&m_new.idempotent, &m_base->idempotent})
                if (const auto at = map->find(token); at != map->end() && at->second.expires_at > now)
                    return std::optional{at->second};
            return std::optional<idempotency_entry>{};
        }

        [[nodiscard]] result<void> insert(const idempotency_entry& entry) {
            if (*find_idempotent(entry.token, entry.created_at))
                return error{errc::conflict, "the idempotency token is taken"};
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

    private:
        static result<void> check_scopes(const credential& owner) {
            if (can_join(owner.scopes)) return {};
            return error{errc::invalid_argument, "the credential has a scope that is empty, or has a space in it"};
        }
        friend memory_store;
        explicit transaction(const contents& base) noexcept : m_base{&base} {}

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

    memory_store() = default;
    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;

    /// Runs `body(transaction&) -> result<T>` alone, and keeps what it wrote if and only if it succeeded.
    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        const std::scoped_lock lock{m_mutex};
        transaction tx{m_data};
        auto outcome = std::forward<Body>(body)(tx);
        if (outcome) commit(std::move(tx.m_new), tx.m_pruned);
        return outcome;
    }

    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        const std::scoped_lock lock{m_mutex};
        const auto at = m_data.records.find(name_of(format, key));
        if (at == m_data.records.end()) return std::optional<key_view>{};
        return std::optional{key_view{m_data.credentials.at(at->second.credential), at->second}};
    }

    [[nodiscard]] result<std::optional<credential_view>> read(const credential_id& id) const {
        const std::scoped_lock lock{m_mutex};
        if (!m_data.credentials.contains(id)) return std::optional<credential_view>{};
        return std::optional{view_of(id)};
    }

    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) const {
        const std::scoped_lock lock{m_mutex};
        const auto owner = m_data.credentials.find(id);
        if (owner == m_data.credentials.end()) return std::optional<credential_view>{};
        return std::optional{credential_view{owner->second, *transaction{m_data}.live_keys_of(id)}};
    }

    [[nodiscard]] result<page<credential_view>> list(const page_request& which, std::string_view tenant) const {
        const std::scoped_lock lock{m_mutex};
        const auto after = position_of(which, 0);
        if (!after) return after.error();
        page<credential_view> found;
        for (std::uint64_t i = *after; i < m_data.order.size(); ++i) {
            const credential_id& id = m_data.order[static_cast<std::size_t>(i)];
            if (!tenant.empty() && m_data.credentials.at(id).tenant != tenant) continue;
            if (found.items.size() == which.limit) {
                found.next = std::to_string(i);
                break;
            }
            found.items.push_back(view_of(id));
        }
        return found;
    }

    [[nodiscard]] result<page<audit_event>> audit(const page_request& which, std::string_view tenant) const {
        const std::scoped_lock lock{m_mutex};
        const auto before = position_of(which, std::numeric_limits<std::uint64_t>::max());
        if (!before) return before.error();
        page<audit_event> found;
        for (auto event = m_data.audit.rbegin(); event != m_data.audit.rend(); ++event) {
            if (event->sequence >= *before || (!tenant.empty() && event->tenant != tenant)) continue;
            if (found.items.size() == which.limit) {
                found.next = std::to_string(found.items.back().sequence);
                break;
            }
            found.items.push_back(*event);
        }
        return found;
    }

    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        const std::scoped_lock lock{m_mutex};
        std::vector<change> found;
        for (std::uint64_t i = sequence; i < m_data.changes.size() && found.size() < limit; ++i)
            found.push_back(m_data.changes[static_cast<std::size_t>(i)]);
        return found;
    }

    /// Shows every key that is not revoked, and every credential, to `sink` (see store/scan.hpp). Others wait.
    template <typename Sink>
    [[nodiscard]] result<std::uint64_t> scan(std::string_view format, Sink& sink) const {
        const std::scoped_lock lock{m_mutex};
        const auto is_shown = [format](const record& key) {
            return key.format == format && key.state != key_state::revoked;
        };
        const auto keys = static_cast<std::uint64_t>(std::count_if(
            m_data.records.begin(), m_data.records.end(), [&](const auto& named) { return is_shown(named.second); }));
        if (auto begun = sink.begin(std::uint64_t{m_data.order.size()}, keys); !begun) return std::move(begun).error();
        std::map<credential_id, std::uint64_t> places;
        for (const credential_id& id : m_data.order) {
            const credential& owner = m_data.credentials.at(id);
            const std::string scopes = join_scopes(owner.scopes);
            const scanned_credential one{.id = id,
                                         .tenant = owner.tenant,
                                         .scopes = scopes,
                                         .not_before = owner.not_before,
                                         .expires_at = owner.expires_at,
                                         .suspended = owner.suspended,
                                         .revoked = owner.revoked_at.has_value(),
                                         .version = owner.version};
            if (auto taken = sink.take(one); !taken) return std::move(taken).error();
            places.emplace(id, places.size());
        }
        for (const auto& [name, key] : m_data.records) {
            if (!is_shown(key)) continue;
            const scanned_key one{places.at(key.credential), key.handle, key.state, key.retires_at, key.digest};
            if (auto taken = sink.take(one); !taken) return std::move(taken).error();
        }
        return std::uint64_t{m_data.changes.size()};
    }

    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        const std::scoped_lock lock{m_mutex};
        for (const usage& use : used) {
            const auto at = m_data.records.find(name_of(use.format, use.handle));
            if (at == m_data.records.end()) continue;
            record& key = at->second;
            key.uses += use.uses;
            if (!key.last_used_at || *key.last_used_at < use.last_used_at) key.last_used_at = use.last_used_at;
        }
        return {};
    }

    /// How many changes there have been. One load; never waits.
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_change_count.load(std::memory_order_acquire); }

private:
    [[nodiscard]] credential_view view_of(const credential_id& id) const {
        return {m_data.credentials.at(id), *transaction{m_data}.keys_of(id)};
    }

    void commit(contents written, const std::set<key_name>& pruned) {
        for (const key_name& name : pruned) {
            const auto key = m_data.records.find(name);
            std::erase(m_data.keys[key->second.credential], name);
            m_data.records.erase(key);
        }
        for (auto& [id, owner] : written.credentials) m_data.credentials.insert_or_assign(id, std::move(owner));
        for (auto& [name, key] : written.records) m_data.records.insert_or_assign(name, std::move(key));
        for (auto& [id, names] : written.keys)
            m_data.keys[id].insert(m_data.keys[id].end(), names.begin(), names.end());
        m_data.order.insert(m_data.order.end(), written.order.begin(), written.order.end());
        m_data.changes.insert(m_data.changes.end(), written.changes.begin(), written.changes.end());
        m_data.audit.insert(m_data.audit.end(), written.audit.begin(), written.audit.end());
        for (const auto& named : written.idempotent) {
            const timestamp now = named.second.created_at;
            std::erase_if(m_data.idempotent, [now](const auto& old) { return old.second.expires_at <= now; });
            m_data.idempotent.insert_or_assign(named.first, named.second);
        }
        m_data.checks.insert(m_data.checks.end(), written.checks.begin(), written.checks.end());
        m_change_count.store(m_data.changes.size(), std::memory_order_release);
    }

    mutable std::mutex m_mutex;
    contents m_data;
    std::atomic<std::uint64_t> m_change_count{0};
};

}  // namespace shearline::inline v0
