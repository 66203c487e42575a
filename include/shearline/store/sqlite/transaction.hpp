// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One transaction of `sqlite_store`.
// Depends on store/sqlite/queries.hpp; for sqlite_store.hpp, not in the umbrella.
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
#include <shearline/store/sqlite/queries.hpp>

namespace shearline::inline v0_1::detail::sqlite {

/// Models `store_transaction`. Exists only inside `sqlite_store::transact`, on its thread.
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
    [[nodiscard]] result<feed_head> head() { return find_head(*m_on); }
    [[nodiscard]] result<std::optional<store_identity>> identity() { return find_identity(*m_on); }
    [[nodiscard]] result<bool> is_proof_key_used(std::uint32_t number) { return find_proofs_under(*m_on, number); }

    [[nodiscard]] result<void> insert(const credential& owner) {
        if (auto good = storable(owner, "the credential"); !good) return good;
        auto done = write(
            "INSERT INTO credential(id, tenant, name, not_before, expires_at, suspended, generation, "
            "version, created_at, revoked_at, scopes, metadata_digest, proof_key, proof) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            column(owner.id), owner.tenant, owner.name, column(owner.not_before), column(owner.expires_at),
            std::int64_t{owner.suspended}, column(owner.generation), column(owner.version), column(owner.created_at),
            column(owner.revoked_at), join_scopes(owner.scopes), owner.metadata_digest, column(owner.proof.key),
            owner.proof.mac);
        if (done) done = insert_labels(owner);
        return done;
    }

    [[nodiscard]] result<void> update(const credential& owner) {
        if (auto good = storable(owner, "the credential"); !good) return good;
        auto done = write(
            "UPDATE credential SET tenant = ?2, name = ?3, not_before = ?4, expires_at = ?5, "
            "suspended = ?6, generation = ?7, version = ?8, created_at = ?9, revoked_at = ?10, "
            "scopes = ?11, metadata_digest = ?12, proof_key = ?13, proof = ?14 WHERE id = ?1 AND version = ?8 - 1",
            column(owner.id), owner.tenant, owner.name, column(owner.not_before), column(owner.expires_at),
            std::int64_t{owner.suspended}, column(owner.generation), column(owner.version), column(owner.created_at),
            column(owner.revoked_at), join_scopes(owner.scopes), owner.metadata_digest, column(owner.proof.key),
            owner.proof.mac);
        if (done && m_on->changed_rows() != 1)
            return error{errc::conflict, "the credential was changed by another call: read it again"};
        if (done) done = write("DELETE FROM credential_metadata WHERE credential = ?1", column(owner.id));
        if (done) done = insert_labels(owner);
        return done;
    }

    [[nodiscard]] result<void> insert(const record& key) {
        if (auto good = storable(key, "the key"); !good) return good;
        if (key.state != key_state::revoked)
            if (auto room = has_room_for_a_live_key(key.credential); !room) return room;
        const auto [sealing_key, nonce, box] = sealed_columns(key);
        auto done = write(
            "INSERT INTO record(format, handle, credential, generation, state, digest, created_at, "
            "retires_at, revoked_at, last_used_at, uses, sealing_key, nonce, box) "
            "SELECT ?1, ?2, ordinal, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 FROM credential WHERE id = ?3",
            key.format, column(key.handle), column(key.credential), column(key.generation), column(key.state),
            key.digest.to_phc(key.handle), column(key.created_at), column(key.retires_at), column(key.revoked_at),
            column(key.last_used_at), column(key.uses), sealing_key, nonce, box);
        if (done && m_on->changed_rows() != 1) return error{errc::conflict, "the key's credential is not in the store"};
        return done;
    }

    [[nodiscard]] result<void> update(const record& key) {
        if (auto good = storable(key, "the key"); !good) return good;
        const auto [sealing_key, nonce, box] = sealed_columns(key);
        auto done = write(
            "UPDATE record SET generation = ?4, state = ?5, digest = ?6, created_at = ?7, retires_at = ?8, "
            "revoked_at = ?9, sealing_key = ?10, nonce = ?11, box = ?12 WHERE format = ?1 AND handle = ?2 AND "
            "credential = (SELECT ordinal FROM credential WHERE id = ?3)",
            key.format, column(key.handle), column(key.credential), column(key.generation), column(key.state),
            key.digest.to_phc(key.handle), column(key.created_at), column(key.retires_at), column(key.revoked_at),
            sealing_key, nonce, box);
        if (done && m_on->changed_rows() != 1) return error{errc::conflict, "the credential has no such key"};
        return done;
    }

    [[nodiscard]] result<std::size_t> prune(const credential_id& id, std::uint32_t below_generation) {
        auto done = write(
            "DELETE FROM record WHERE (format, handle) IN (SELECT format, handle FROM record WHERE "
            "credential = (SELECT ordinal FROM credential WHERE id = ?1) AND generation < ?2 AND state = 4 "
            "ORDER BY generation LIMIT ?3)",
            column(id), column(below_generation), clamped(max_pruned));
        if (!done) return std::move(done).error();
        return static_cast<std::size_t>(m_on->changed_rows());
    }

    [[nodiscard]] result<void> append(const change& what) {
        if (!is_good(what.kind) || !is_good(what.credential) || !is_count(what.version) || !is_good(what.at))
            return error{errc::invalid_argument, "the change has a number or a time out of range: it cannot be stored"};
        return write(
            "INSERT INTO change(sequence, kind, credential, version, at, tag) "
            "VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM change), ?1, ?2, ?3, ?4, ?5)",
            column(what.kind), column(what.credential), column(what.version), column(what.at), column(what.tag));
    }

    [[nodiscard]] result<void> append(const audit_event& event) {
        if (auto good = storable(event, "the audit event"); !good) return good;
        return write(
            "INSERT INTO audit_event(sequence, at, actor, action, tenant, credential, handle, "
            "source_address, reason) VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM audit_event), "
            "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            column(event.at), event.actor, event.action, event.tenant, column(event.credential), column(event.handle),
            event.source_address, event.reason);
    }

    [[nodiscard]] result<void> insert(const idempotency_entry& entry) {
        if (!is_good(entry.credential) || !is_good(entry.handle) || !is_good(entry.created_at) ||
            !is_good(entry.expires_at))
            return error{errc::invalid_argument, "the idempotency entry has a time out of range: it cannot be stored"};
        auto done = write("DELETE FROM idempotency WHERE expires_at <= ?1", column(entry.created_at));
        if (done)
            done = write(
                "INSERT INTO idempotency(token, arguments, credential, handle, created_at, expires_at, proof_key, "
                "proof) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                entry.token, entry.arguments, column(entry.credential), column(entry.handle), column(entry.created_at),
                column(entry.expires_at), column(entry.proof.key), entry.proof.mac);
        return done;
    }

    [[nodiscard]] result<void> put(const store_identity& identity) {
        if (!fit({identity.keyring}))
            return error{errc::invalid_argument, "the keyring has too many keys for the row that describes it"};
        return write(
            "INSERT OR REPLACE INTO keyring_check(one, store, keyring, proof_key, proof) "
            "VALUES (1, ?1, ?2, ?3, ?4)",
            identity.id, identity.keyring, column(identity.proof.key), identity.proof.mac);
    }

    [[nodiscard]] result<void> prove(const credential_id& id, const digest_bytes& metadata, const row_proof& proof) {
        auto done = write("UPDATE credential SET metadata_digest = ?2, proof_key = ?3, proof = ?4 WHERE id = ?1",
                          column(id), metadata, column(proof.key), proof.mac);
        if (done && m_on->changed_rows() != 1)
            return error{errc::conflict, "the credential to prove is not in the store"};
        return done;
    }

    [[nodiscard]] result<hash_name> bind_hash(std::string_view format, const hash_name& hash) {
        auto known = find_hash(*m_on, format);
        if (!known) return std::move(known).error();
        if (*known) return **known;
        if (!fit({format})) return error{errc::invalid_argument, "the format's name is too long to be stored"};
        if (auto done = write("INSERT INTO format_hash(format, hash) VALUES (?1, ?2)", format, hash.view()); !done)
            return std::move(done).error();
        return hash;
    }

private:
    friend class shearline::sqlite_store;
    explicit transaction(connection& on) noexcept : m_on{&on} {}

    /// After some failures SQLite rolls the whole transaction back; a later write would then be a transaction of its
    /// own.
    template <typename... Values>
    [[nodiscard]] result<void> write(std::string_view sql, const Values&... values) {
        if (!m_on->in_transaction())
            return error{errc::unavailable, m_on->path() + ": SQLite rolled the transaction back: nothing was written"};
        return m_on->run(sql, values...);
    }

    /// Keeps within the number of live keys that can be read back.
    [[nodiscard]] result<void> has_room_for_a_live_key(const credential_id& id) {
        std::uint64_t alive = 0;
        auto done = each_row(
            *m_on, 1, [&](row_reader& row) { alive = row.count(0); },
            "SELECT count(*) FROM record INDEXED BY live_record_of_credential WHERE credential = (SELECT ordinal FROM "
            "credential WHERE id = ?1) AND "
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
            done = write("INSERT INTO credential_metadata(credential, ordinal, label, value) VALUES (?1, ?2, ?3, ?4)",
                         id, ++ordinal, label, value);
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

    connection* m_on;
};

}  // namespace shearline::inline v0_1::detail::sqlite
