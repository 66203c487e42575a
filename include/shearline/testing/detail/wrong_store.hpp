// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store with one fault: the negative controls of the suites.
// Depends on store/memory_store.hpp and testing/detail/store_faults.hpp; never on a suite.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <shearline/store/memory_store.hpp>
#include <shearline/testing/detail/store_faults.hpp>

namespace shearline::inline v0_1::testing::detail {

/// A `memory_store` with one fault.
class wrong_store {
public:
    class transaction {
    public:
        transaction(memory_store::transaction& of, const store_fault& fault, std::vector<credential_id>& ids,
                    std::optional<store_identity>& put) noexcept
            : m_of{&of}, m_fault{&fault}, m_ids{&ids}, m_put{&put} {}

        [[nodiscard]] result<std::optional<credential>> find(const credential_id& id) const {
            auto found = m_of->find(id);
            if (m_fault->finds_credential != nullptr && found && *found) m_fault->finds_credential(**found);
            return found;
        }
        [[nodiscard]] result<std::optional<record>> find(std::string_view format, const handle& key) const {
            auto found = m_of->find(format, key);
            if (m_fault->finds_key != nullptr && found && *found) m_fault->finds_key(**found);
            return found;
        }
        [[nodiscard]] result<std::vector<record>> keys_of(const credential_id& id) const {
            return with(m_of->keys_of(id), m_fault->gives_keys);
        }
        [[nodiscard]] result<std::vector<record>> live_keys_of(const credential_id& id) const {
            return with(m_of->live_keys_of(id), m_fault->gives_live_keys);
        }
        [[nodiscard]] auto head() const { return m_of->head(); }
        [[nodiscard]] result<std::optional<store_identity>> identity() const {
            return with(m_of->identity(), m_fault->gives_identity);
        }
        [[nodiscard]] result<bool> is_proof_key_used(std::uint32_t number) const {
            auto used = m_of->is_proof_key_used(number);
            if (m_fault->counts_proofs == nullptr || !used) return used;
            const bool by_a_credential = std::any_of(m_ids->begin(), m_ids->end(), [&](const credential_id& id) {
                const auto owner = *m_of->find(id);
                return owner && owner->proof.key == number;
            });
            return m_fault->counts_proofs(by_a_credential, *used);
        }
        [[nodiscard]] result<std::optional<idempotency_entry>> find_idempotent(const digest_bytes& token,
                                                                               timestamp now) const {
            if (m_fault->asks_token != nullptr) m_fault->asks_token(now);
            auto found = m_of->find_idempotent(token, now);
            if (m_fault->gives_entry != nullptr && found && *found) m_fault->gives_entry(**found);
            return found;
        }

        [[nodiscard]] result<void> insert(credential owner) {
            if (m_fault->writes_credential != nullptr) m_fault->writes_credential(owner);
            if (m_fault->inserts_credential != nullptr) m_fault->inserts_credential(owner);
            m_ids->push_back(owner.id);
            return taken(m_of->insert(owner), m_fault->takes_doubles);
        }
        [[nodiscard]] result<void> update(credential owner) {
            if (m_fault->writes_credential != nullptr) m_fault->writes_credential(owner);
            if (m_fault->updates_credential != nullptr) m_fault->updates_credential(owner);
            return taken(m_of->update(owner), m_fault->takes_stale_updates);
        }
        [[nodiscard]] result<void> insert(record key) {
            if (m_fault->writes_key != nullptr && !m_fault->writes_key(key)) return {};
            return taken(m_of->insert(key), m_fault->takes_doubles);
        }
        [[nodiscard]] result<void> update(record key) {
            if (m_fault->updates_key != nullptr && !m_fault->updates_key(key)) return {};
            return m_of->update(key);
        }
        [[nodiscard]] result<std::size_t> prune(const credential_id& id, std::uint32_t below_generation) {
            if (m_fault->prunes_nothing) return std::size_t{0};
            if (m_fault->prunes_live_keys)
                for (record& key : *m_of->live_keys_of(id)) {
                    key.state = key_state::revoked;
                    if (key.generation < below_generation) (void)m_of->update(key);
                }
            return m_of->prune(id, below_generation);
        }
        [[nodiscard]] result<void> append(change what) {
            if (m_fault->appends_change != nullptr && !m_fault->appends_change(what)) return {};
            return m_of->append(what);
        }
        [[nodiscard]] result<void> append(audit_event event) {
            if (m_fault->appends_event != nullptr && !m_fault->appends_event(event)) return {};
            return m_of->append(std::move(event));
        }
        [[nodiscard]] result<void> insert(idempotency_entry entry) {
            if (m_fault->remembers != nullptr && !m_fault->remembers(entry)) return {};
            return m_of->insert(entry);
        }
        [[nodiscard]] result<void> put(store_identity identity) {
            if (m_fault->puts_identity != nullptr && !m_fault->puts_identity(identity, *m_of->identity())) return {};
            *m_put = identity;
            return m_of->put(identity);
        }
        [[nodiscard]] result<void> prove(const credential_id& id, const digest_bytes& metadata,
                                         const row_proof& proof) {
            if (m_fault->proves != nullptr) return m_fault->proves(*m_of, id, metadata, proof);
            return m_of->prove(id, metadata, proof);
        }
        [[nodiscard]] result<hash_name> bind_hash(std::string_view format, const hash_name& hash) {
            if (m_fault->forgets_hashes) return hash;
            return m_of->bind_hash(format, hash);
        }

    private:
        static result<void> taken(result<void> done, bool whatever) {
            return whatever ? result<void>{} : std::move(done);
        }

        memory_store::transaction* m_of;
        const store_fault* m_fault;
        std::vector<credential_id>* m_ids;
        std::optional<store_identity>* m_put;
    };

    explicit wrong_store(const store_fault& fault) : m_fault{&fault} {}

    template <typename Body>
    [[nodiscard]] auto transact(Body body) -> decltype(body(std::declval<transaction&>())) {
        using outcome = decltype(body(std::declval<transaction&>()));
        std::optional<outcome> failed;
        m_before = *m_of.identity();
        m_put.reset();
        auto kept = m_of.transact([&](memory_store::transaction& inner) -> outcome {
            transaction tx{inner, *m_fault, m_ids, m_put};
            auto done = body(tx);
            if constexpr (std::is_same_v<outcome, result<void>>) {
                const bool is_conflict = !done && done.error().code() == errc::conflict;
                if (!done &&
                    (m_fault->keeps_failed_writes || (is_conflict && m_fault->keeps_writes_before_a_conflict))) {
                    failed = std::move(done);
                    return {};
                }
            }
            return done;
        });
        if (!kept && m_put && m_fault->keeps_failed_identities)
            (void)m_of.transact([&](memory_store::transaction& inner) { return inner.put(*m_put); });
        return failed ? *std::move(failed) : std::move(kept);
    }

    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        auto found = m_of.look_up(format, key);
        if (m_fault->looks_up != nullptr && found && *found) m_fault->looks_up(**found);
        if (m_fault->finds_others != nullptr && found && *found) {
            const auto all = m_of.list({.limit = 1'000}, "");
            m_fault->finds_others(**found, all->items);
        }
        return found;
    }
    [[nodiscard]] result<std::optional<store_identity>> identity() const {
        if (m_fault->tells_old_identities) return m_before;
        return with(m_of.identity(), m_fault->tells_identity);
    }
    [[nodiscard]] result<std::optional<credential_view>> read(const credential_id& id) const {
        auto found = m_of.read(id);
        if (m_fault->reads != nullptr && found && *found) m_fault->reads(**found);
        return found;
    }
    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) const {
        auto found = m_of.read_live(id);
        if (m_fault->reads_live != nullptr && found && *found) m_fault->reads_live(**found);
        return found;
    }
    [[nodiscard]] result<page<credential_view>> list(page_request which, std::string_view tenant) const {
        if (m_fault->asks_list != nullptr) m_fault->asks_list(which, tenant);
        return with(m_of.list(which, tenant), m_fault->lists);
    }
    [[nodiscard]] result<page<audit_event>> audit(page_request which, std::string_view tenant) const {
        if (m_fault->asks_audit != nullptr) m_fault->asks_audit(which, tenant);
        return with(m_of.audit(which, tenant), m_fault->audits);
    }
    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t after, std::size_t limit) const {
        if (m_fault->asks_changes != nullptr) m_fault->asks_changes(after, limit);
        return with(m_of.changes_after(after, limit), m_fault->gives_changes);
    }
    [[nodiscard]] result<feed_head> head() const { return with(m_of.head(), m_fault->gives_head); }

    template <typename Sink>
    [[nodiscard]] result<feed_head> scan(std::string_view format, Sink& to) const {
        struct bent {
            result<void> begin(std::uint64_t credentials, std::uint64_t keys) {
                if (fault->begins_scan != nullptr) fault->begins_scan(credentials, keys);
                return sink->begin(credentials, keys);
            }
            result<void> take(scanned_credential one, std::span<const scanned_key> given) {
                if (fault->scans_credential != nullptr) fault->scans_credential(one);
                std::vector<scanned_key> keys;
                for (scanned_key key : given)
                    if (fault->scans_key == nullptr || fault->scans_key(key, format)) keys.push_back(key);
                std::vector<std::pair<std::string, scanned_key>> others;
                if (fault->scans_keys_of_the_one_before) {
                    for (const scanned_key& key : keys) others.emplace_back(key.format, key);
                    keys.clear();
                    others.swap(before);
                    for (auto& [name, key] : others) keys.emplace_back(key).format = name;
                }
                return sink->take(one, std::span<const scanned_key>{keys});
            }
            std::string_view format;
            Sink* sink;
            const store_fault* fault;
            std::vector<std::pair<std::string, scanned_key>> before{};
        } sink{format, &to, m_fault};
        return m_of.scan(format, sink);
    }

    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        std::vector<usage> kept;
        for (usage use : used)
            if (m_fault->uses == nullptr || m_fault->uses(use)) kept.push_back(std::move(use));
        return m_of.record_usage(kept);
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept {
        return m_fault->stands_still ? 0 : m_of.change_count();
    }
    [[nodiscard]] bool hears_changes() const noexcept { return m_of.hears_changes(); }

private:
    template <typename T>
    static result<T> with(result<T> outcome, void (*fault)(T&)) {
        if (fault != nullptr && outcome) fault(*outcome);
        return outcome;
    }

    memory_store m_of;
    const store_fault* m_fault;
    std::vector<credential_id> m_ids;          // of all credentials that were inserted
    std::optional<store_identity> m_put;       // by the transaction
    std::optional<store_identity> m_before{};  // the identity before the last transaction
};

/// A place with a `wrong_store`, for a suite.
class wrong_place {
public:
    using store_type = wrong_store;

    explicit wrong_place(const store_fault& fault) : m_store{std::make_unique<wrong_store>(fault)} {}
    [[nodiscard]] wrong_store& store() noexcept { return *m_store; }

private:
    std::unique_ptr<wrong_store> m_store;
};

}  // namespace shearline::inline v0_1::testing::detail
