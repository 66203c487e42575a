// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Stores that are wrong on purpose, each in one way that has been somebody's: the negative controls of the stores.
// Depends on store/memory_store.hpp; never on a suite.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <shearline/store/memory_store.hpp>

namespace shearline::inline v0_1::testing::detail {

/// What a `wrong_store` does wrong.
enum class store_fault : std::uint8_t {
    none,  ///< nothing: a suite that fails this one fails the others for another reason than theirs
    keeps_failed_writes,
    forgets_audit,
    forgets_revocation,
    forgets_suspension,
    takes_stale_updates,
    lists_too_little,
    skips_changes,
    forgets_tokens,
    stands_still,
    forgets_uses,
    forgets_tags,
    forgets_hashes,
    hides_live_keys,
    shows_dead_keys,
    prunes_live_keys,
    prunes_nothing,
};
inline constexpr std::size_t store_faults = static_cast<std::size_t>(store_fault::prunes_nothing) + 1;

[[nodiscard]] constexpr std::string_view to_string(store_fault fault) noexcept {
    switch (fault) {
        case store_fault::none: return "a store that is right";
        case store_fault::keeps_failed_writes: return "a store that keeps what a failed transaction wrote";
        case store_fault::forgets_audit: return "a store that forgets audit events";
        case store_fault::forgets_revocation: return "a store that does not write that a key was revoked";
        case store_fault::forgets_suspension: return "a store that does not write that a credential was suspended";
        case store_fault::takes_stale_updates: return "a store that takes an update of an older version";
        case store_fault::lists_too_little: return "a store whose list leaves out the last";
        case store_fault::skips_changes: return "a store whose feed leaves out a change";
        case store_fault::forgets_tokens: return "a store that forgets idempotency tokens";
        case store_fault::stands_still: return "a store whose count of changes does not move";
        case store_fault::forgets_uses: return "a store that counts no uses";
        case store_fault::forgets_tags: return "a store that does not keep the tags of changes";
        case store_fault::forgets_hashes: return "a store that does not remember the hash of a format";
        case store_fault::hides_live_keys:
            return "a store that reads the newest live key of a credential, and no other";
        case store_fault::shows_dead_keys: return "a store that reads dead keys as if they were live";
        case store_fault::prunes_live_keys: return "a store that forgets a live key when it is pruned";
        case store_fault::prunes_nothing: return "a store that forgets nothing when it is pruned";
    }
    return "unknown";
}

/// A `memory_store` with one fault.
class wrong_store {
public:
    class transaction {
    public:
        transaction(memory_store::transaction& of, store_fault fault) noexcept : m_of{&of}, m_fault{fault} {}

        [[nodiscard]] auto find(const credential_id& id) const { return m_of->find(id); }
        [[nodiscard]] auto find(std::string_view format, const handle& key) const { return m_of->find(format, key); }
        [[nodiscard]] auto keys_of(const credential_id& id) const { return m_of->keys_of(id); }
        [[nodiscard]] auto live_keys_of(const credential_id& id) const { return m_of->live_keys_of(id); }
        [[nodiscard]] result<void> insert(const credential& owner) { return m_of->insert(owner); }
        [[nodiscard]] result<void> insert(const record& key) { return m_of->insert(key); }
        [[nodiscard]] result<void> insert(const keyring_check& check) { return m_of->insert(check); }
        [[nodiscard]] auto keyring_checks() const { return m_of->keyring_checks(); }
        [[nodiscard]] result<void> append(const change& what) {
            if (m_fault != store_fault::forgets_tags) return m_of->append(what);
            change untagged = what;
            untagged.tag = 0;
            return m_of->append(untagged);
        }
        [[nodiscard]] auto head() const { return m_of->head(); }

        [[nodiscard]] result<void> update(const credential& owner) {
            if (m_fault == store_fault::forgets_suspension && owner.suspended) {
                credential other = owner;
                other.suspended = false;
                return m_of->update(other);
            }
            auto done = m_of->update(owner);
            if (!done && m_fault == store_fault::takes_stale_updates) return {};
            return done;
        }
        [[nodiscard]] result<void> update(const record& key) {
            if (m_fault == store_fault::forgets_revocation && key.state == key_state::revoked) return {};
            return m_of->update(key);
        }
        [[nodiscard]] result<std::size_t> prune(const credential_id& id, std::uint32_t below_generation) {
            if (m_fault == store_fault::prunes_nothing) return std::size_t{0};
            const auto alive = m_of->live_keys_of(id);
            for (record key : m_fault == store_fault::prunes_live_keys && alive ? *alive : std::vector<record>{}) {
                key.state = key_state::revoked;
                if (key.generation < below_generation) (void)m_of->update(key);
            }
            return m_of->prune(id, below_generation);
        }
        [[nodiscard]] result<void> append(const audit_event& event) {
            if (m_fault == store_fault::forgets_audit && event.action == "revoke") return {};
            return m_of->append(event);
        }
        [[nodiscard]] result<std::optional<idempotency_entry>> find_idempotent(const digest_bytes& token,
                                                                               timestamp now) const {
            if (m_fault == store_fault::forgets_tokens) return std::optional<idempotency_entry>{};
            return m_of->find_idempotent(token, now);
        }
        [[nodiscard]] result<void> insert(const idempotency_entry& entry) { return m_of->insert(entry); }
        [[nodiscard]] result<hash_name> bind_hash(std::string_view format, const hash_name& hash) {
            if (m_fault == store_fault::forgets_hashes) return hash;
            return m_of->bind_hash(format, hash);
        }

    private:
        memory_store::transaction* m_of;
        store_fault m_fault;
    };

    explicit wrong_store(store_fault fault) : m_fault{fault} {}

    template <typename Body>
    [[nodiscard]] auto transact(Body body) -> decltype(body(std::declval<transaction&>())) {
        using outcome = decltype(body(std::declval<transaction&>()));
        std::optional<outcome> failed;
        auto kept = m_of.transact([&](memory_store::transaction& inner) -> outcome {
            transaction tx{inner, m_fault};
            auto done = body(tx);
            if constexpr (std::is_same_v<outcome, result<void>>) {
                if (!done && m_fault == store_fault::keeps_failed_writes) {
                    failed = std::move(done);
                    return {};
                }
            }
            return done;
        });
        return failed ? *std::move(failed) : std::move(kept);
    }

    [[nodiscard]] auto look_up(std::string_view format, const handle& key) const { return m_of.look_up(format, key); }
    [[nodiscard]] auto read(const credential_id& id) const { return m_of.read(id); }
    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) const {
        if (m_fault == store_fault::shows_dead_keys) return m_of.read(id);
        auto view = m_of.read_live(id);
        if (m_fault == store_fault::hides_live_keys && view && *view && (*view)->keys.size() > 1)
            (*view)->keys.pop_back();
        return view;
    }
    [[nodiscard]] result<page<credential_view>> list(const page_request& which, std::string_view tenant) const {
        auto listed = m_of.list(which, tenant);
        if (m_fault == store_fault::lists_too_little && listed && listed->next.empty() && !listed->items.empty())
            listed->items.pop_back();
        return listed;
    }
    [[nodiscard]] auto audit(const page_request& which, std::string_view tenant) const {
        return m_of.audit(which, tenant);
    }
    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t after, std::size_t limit) const {
        auto changes = m_of.changes_after(after, limit);
        if (m_fault == store_fault::skips_changes && changes && changes->size() > 2)
            changes->erase(changes->begin() + 1);
        return changes;
    }
    [[nodiscard]] auto head() const { return m_of.head(); }
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan(std::string_view format, Sink& sink) const {
        return m_of.scan(format, sink);
    }
    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        if (m_fault == store_fault::forgets_uses) return {};
        return m_of.record_usage(used);
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept {
        return m_fault == store_fault::stands_still ? 0 : m_of.change_count();
    }
    [[nodiscard]] bool hears_changes() const noexcept { return m_of.hears_changes(); }

private:
    memory_store m_of;
    store_fault m_fault;
};

/// A `wrong_store` in its place, for a suite.
class wrong_place {
public:
    using store_type = wrong_store;

    explicit wrong_place(store_fault fault) : m_store{std::make_unique<wrong_store>(fault)} {}
    [[nodiscard]] wrong_store& store() noexcept { return *m_store; }

private:
    std::unique_ptr<wrong_store> m_store;
};

}  // namespace shearline::inline v0_1::testing::detail
