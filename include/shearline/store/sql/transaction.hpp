// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One transaction of a store in an SQL database.
// Depends on store/sql/queries.hpp; for the stores in SQL databases, never on one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/fwd.hpp>
#include <shearline/store/sql/queries.hpp>

namespace shearline::inline v0_1::detail::sql {

/// Models `store_transaction`. Exists only inside `Store::transact`, on its thread; no other transaction writes
/// meanwhile, so what was read or written once need not be read again. Statements are those of SQLite: another
/// connection translates them.
///
/// A `Connection` has `prepare(sql, values...)`, which gives the rows of a statement; `write(sql, values...)`, which
/// runs one that writes; `write_later`, which may run it together with the next one, or with the commit, whose failure
/// is then this one's; and `changed_rows()`, of the last `write`.
template <typename Connection, typename Store>
class transaction {
public:
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    [[nodiscard]] result<std::optional<credential>> find(const credential_id& id) { return find_credential(*m_on, id); }
    [[nodiscard]] result<std::optional<record>> find(std::string_view format, const handle& key) {
        return find_record(*m_on, format, key);
    }
    [[nodiscard]] result<std::vector<record>> keys_of(const credential_id& id) { return find_newest_keys(*m_on, id); }
    [[nodiscard]] result<std::vector<record>> live_keys_of(const credential_id& id) {
        return find_live_keys(*m_on, id);
    }
    [[nodiscard]] result<std::optional<idempotency_entry>> find_idempotent(const digest_bytes& token, timestamp now) {
        return find_entry(*m_on, token, now);
    }
    [[nodiscard]] result<feed_head> head() {
        if (!m_head) {
            auto found = find_head(*m_on);
            if (!found) return found;
            m_head = *found;
        }
        return *m_head;
    }
    [[nodiscard]] result<std::optional<store_identity>> identity() {
        if (!m_identity) {
            auto found = find_identity(*m_on);
            if (!found) return found;
            m_identity = *std::move(found);
        }
        return *m_identity;
    }
    [[nodiscard]] result<bool> is_proof_key_used(std::uint32_t number) { return find_proofs_under(*m_on, number); }

    [[nodiscard]] result<void> insert(const credential& owner) {
        if (auto good = storable(owner, "the credential", owner.tenant); !good) return good;
        auto done = write_row(
            "INSERT INTO main.credential(ordinal, id, tenant, name, not_before, expires_at, suspended, generation, "
            "version, created_at, revoked_at, scopes, metadata_digest, proof_key, proof) VALUES ((SELECT "
            "coalesce(max(ordinal), 0) + 1 FROM main.credential), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
            "?13, ?14) ON CONFLICT DO NOTHING",
            owner);
        if (done && m_on->changed_rows() != 1) return error{errc::conflict, "a credential with this id exists already"};
        if (done) done = insert_labels(owner);
        return done;
    }

    [[nodiscard]] result<void> update(const credential& owner) {
        if (auto good = storable(owner, "the credential", owner.tenant); !good) return good;
        auto done = write_row(
            "UPDATE main.credential SET tenant = ?2, name = ?3, not_before = ?4, expires_at = ?5, "
            "suspended = ?6, generation = ?7, version = ?8, created_at = ?9, revoked_at = ?10, "
            "scopes = ?11, metadata_digest = ?12, proof_key = ?13, proof = ?14 WHERE id = ?1 AND version = ?8 - 1",
            owner);
        if (done && m_on->changed_rows() != 1)
            return error{errc::conflict, "the credential was changed by another call: read it again"};
        if (done)
            done = m_on->write_later("DELETE FROM main.credential_metadata WHERE credential = ?1", column(owner.id));
        if (done) done = insert_labels(owner);
        return done;
    }

    [[nodiscard]] result<void> insert(const record& key) {
        if (auto good = storable(key, "the key", key.format); !good) return good;
        const auto [sealing_key, nonce, box] = sealed_columns(key);
        auto done = m_on->write(
            "INSERT INTO main.record(format, handle, credential, generation, state, digest, created_at, "
            "retires_at, revoked_at, last_used_at, uses, sealing_key, nonce, box) "
            "SELECT ?1, ?2, ordinal, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 FROM main.credential WHERE id = "
            "?3 "
            "AND (?5 = 4 OR (SELECT count(*) FROM main.record INDEXED BY live_record_of_credential WHERE "
            "record.credential = credential.ordinal AND state <> 4) < ?15) ON CONFLICT DO NOTHING",
            key.format, column(key.handle), column(key.credential), column(key.generation), column(key.state),
            key.digest.to_phc(key.handle), column(key.created_at), column(key.retires_at), column(key.revoked_at),
            column(key.last_used_at), column(key.uses), sealing_key, nonce, box, clamped(max_live_keys));
        if (!done || m_on->changed_rows() == 1) return done;
        if (key.state != key_state::revoked)
            if (auto room = has_room_for_a_live_key(key.credential); !room) return room;
        return error{errc::conflict,
                     "the key's credential is not in the store, or a key with this handle exists already"};
    }

    [[nodiscard]] result<void> update(const record& key) {
        if (auto good = storable(key, "the key", key.format); !good) return good;
        const auto [sealing_key, nonce, box] = sealed_columns(key);
        auto done = m_on->write(
            "UPDATE main.record SET generation = ?4, state = ?5, digest = ?6, created_at = ?7, retires_at = ?8, "
            "revoked_at = ?9, sealing_key = ?10, nonce = ?11, box = ?12 WHERE format = ?1 AND handle = ?2 AND "
            "credential = (SELECT ordinal FROM main.credential WHERE id = ?3)",
            key.format, column(key.handle), column(key.credential), column(key.generation), column(key.state),
            key.digest.to_phc(key.handle), column(key.created_at), column(key.retires_at), column(key.revoked_at),
            sealing_key, nonce, box);
        if (done && m_on->changed_rows() != 1) return error{errc::conflict, "the credential has no such key"};
        return done;
    }

    [[nodiscard]] result<std::size_t> prune(const credential_id& id, std::uint32_t below_generation) {
        auto done = m_on->write(
            "DELETE FROM main.record WHERE (format, handle) IN (SELECT format, handle FROM main.record WHERE "
            "credential = (SELECT ordinal FROM main.credential WHERE id = ?1) AND generation < ?2 AND state = 4 "
            "ORDER BY generation LIMIT ?3)",
            column(id), column(below_generation), clamped(max_pruned));
        if (!done) return std::move(done).error();
        return static_cast<std::size_t>(m_on->changed_rows());
    }

    [[nodiscard]] result<void> append(const change& what) {
        if (!is_good(what.kind) || !is_good(what.credential) || !is_count(what.version) || !is_good(what.at))
            return error{errc::invalid_argument, "the change has a number or a time out of range: it cannot be stored"};
        auto before = head();
        if (!before) return std::move(before).error();
        const feed_head reached{before->sequence + 1, what.tag, what.kind == change_kind::closed};
        auto done = m_on->write_later(
            "INSERT INTO main.change(sequence, kind, credential, version, at, tag) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            column(reached.sequence), column(what.kind), column(what.credential), column(what.version), column(what.at),
            column(what.tag));
        if (done) m_head = reached;
        return done;
    }

    [[nodiscard]] result<void> append(const audit_event& event) {
        if (auto good = storable(event, "the audit event", event.tenant); !good) return good;
        return m_on->write_later(
            "INSERT INTO main.audit_event(sequence, at, actor, action, tenant, credential, handle, "
            "source_address, reason) VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM main.audit_event), "
            "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            column(event.at), event.actor, event.action, event.tenant, column(event.credential), column(event.handle),
            event.source_address, event.reason);
    }

    [[nodiscard]] result<void> insert(const idempotency_entry& entry) {
        if (!is_good(entry.credential) || !is_good(entry.handle) || !is_good(entry.created_at) ||
            !is_good(entry.expires_at))
            return error{errc::invalid_argument, "the idempotency entry has a time out of range: it cannot be stored"};
        auto done = m_on->write_later("DELETE FROM main.idempotency WHERE expires_at <= ?1", column(entry.created_at));
        if (done)
            done = m_on->write(
                "INSERT INTO main.idempotency(token, arguments, credential, handle, created_at, expires_at, proof_key, "
                "proof) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                entry.token, entry.arguments, column(entry.credential), column(entry.handle), column(entry.created_at),
                column(entry.expires_at), column(entry.proof.key), entry.proof.mac);
        if (done && m_on->changed_rows() != 1) return error{errc::conflict, "the idempotency token is in use already"};
        return done;
    }

    [[nodiscard]] result<void> put(const store_identity& identity) {
        if (!fit({identity.keyring}))
            return error{errc::invalid_argument, "the keyring has too many keys for the row that describes it"};
        auto done = m_on->write(
            "INSERT INTO main.keyring_check(one, store, keyring, proof_key, proof) VALUES (1, ?1, ?2, ?3, ?4) "
            "ON CONFLICT (one) DO UPDATE SET store = excluded.store, keyring = excluded.keyring, "
            "proof_key = excluded.proof_key, proof = excluded.proof",
            identity.id, identity.keyring, column(identity.proof.key), identity.proof.mac);
        if (done) m_identity = identity;
        return done;
    }

    [[nodiscard]] result<void> prove(const credential_id& id, const digest_bytes& metadata, const row_proof& proof) {
        auto done =
            m_on->write("UPDATE main.credential SET metadata_digest = ?2, proof_key = ?3, proof = ?4 WHERE id = ?1",
                        column(id), metadata, column(proof.key), proof.mac);
        if (done && m_on->changed_rows() != 1)
            return error{errc::conflict, "the credential to prove is not in the store"};
        return done;
    }

    [[nodiscard]] result<hash_name> bind_hash(std::string_view format, const hash_name& hash) {
        auto known = find_hash(*m_on, format);
        if (!known) return std::move(known).error();
        if (*known) return **known;
        if (format.size() > Connection::max_indexed_bytes)
            return error{errc::invalid_argument, "the format's name is too long to be stored"};
        if (auto done = m_on->write("INSERT INTO main.format_hash(format, hash) VALUES (?1, ?2)", format, hash.view());
            !done)
            return std::move(done).error();
        return hash;
    }

private:
    friend Store;
    friend struct transaction_rows;
    explicit transaction(Connection& on) noexcept : m_on{&on} {}
    /// For a store that has read these already.
    transaction(Connection& on, const feed_head& head, std::optional<store_identity> identity)
        : m_on{&on}, m_head{head}, m_identity{std::move(identity)} {}

    /// Runs a statement whose parameters are the columns of a credential.
    [[nodiscard]] result<void> write_row(std::string_view sql, const credential& owner) {
        return m_on->write(sql, column(owner.id), owner.tenant, owner.name, column(owner.not_before),
                           column(owner.expires_at), std::int64_t{owner.suspended}, column(owner.generation),
                           column(owner.version), column(owner.created_at), column(owner.revoked_at),
                           join_scopes(owner.scopes), owner.metadata_digest, column(owner.proof.key), owner.proof.mac);
    }

    /// `invalid_argument` for a row that could not be read back as it was, or for too long a text of an index.
    template <typename Row>
    static result<void> storable(const Row& row, std::string_view what, std::string_view indexed) {
        if (indexed.size() <= Connection::max_indexed_bytes) return sql::storable(row, what);
        return error{errc::invalid_argument, std::string{what} +
                                                 " has a tenant or a format whose text is too long: it cannot be "
                                                 "stored"};
    }

    /// Whether one more key can be read back.
    [[nodiscard]] result<void> has_room_for_a_live_key(const credential_id& id) {
        std::uint64_t alive = 0;
        auto done = each_row(
            *m_on, 1, [&](auto& row) { alive = row.count(0); },
            "SELECT count(*) FROM main.record INDEXED BY live_record_of_credential WHERE credential = (SELECT ordinal "
            "FROM main.credential WHERE id = ?1) AND "
            "state <> 4",
            column(id));
        if (done && alive >= max_live_keys)
            return error{errc::invalid_argument,
                         "the credential has " + std::to_string(alive) +
                             " keys that are not revoked, which is the most: revoke some first"};
        return done;
    }

    [[nodiscard]] result<void> insert_labels(const credential& owner) {
        const std::string id = column(owner.id);
        std::int64_t ordinal = 0;
        result<void> done;
        for (const auto& [label, value] : owner.metadata) {
            if (!done) break;
            done = m_on->write_later(
                "INSERT INTO main.credential_metadata(credential, ordinal, label, value) VALUES (?1, ?2, ?3, ?4)", id,
                ++ordinal, label, value);
        }
        return done;
    }

    struct sealed_parts {
        std::optional<std::int64_t> sealing_key;
        std::optional<std::span<const std::byte>> nonce;
        std::optional<std::span<const std::byte>> box;
    };
    static sealed_parts sealed_columns(const record& key) {
        if (!key.sealed) return {};
        return {std::int64_t{key.sealed->sealing_key}, std::span<const std::byte>{key.sealed->nonce},
                std::span<const std::byte>{key.sealed->box}};
    }

    Connection* m_on;
    std::optional<feed_head> m_head{};
    std::optional<std::optional<store_identity>> m_identity{};
};

}  // namespace shearline::inline v0_1::detail::sql
