// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The tables of `postgres_store`, version by version.
// Depends on std; never on libpq.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// In the table `store`: marks a schema of this library.
inline constexpr std::string_view application = "shearline";

/// The tables; all in one schema, whose owner may be another role.
inline constexpr std::array<std::string_view, 9> tables{"store",       "credential",    "credential_metadata",
                                                        "record",      "change",        "audit_event",
                                                        "idempotency", "keyring_check", "format_hash"};

/// `steps[n]` takes a schema from version n to n + 1, where version 0 has no tables. A released step is never changed;
/// a change is a new step. `main.` stands for the schema.
///
/// The columns are those of `sqlite_store`. Texts are `bytea`: they are compared byte by byte whatever the collation of
/// the database, and may hold every byte; `encode(tenant, 'escape')` shows them. Whoever writes locks the row of
/// `store` first, so writers take turns, and changes are numbered in the order of their commits.
inline constexpr std::array<std::string_view, 1> steps{R"sql(
CREATE TABLE main.store(
    one bigint PRIMARY KEY CHECK (one = 1),
    application bytea NOT NULL,
    version bigint NOT NULL
);

CREATE TABLE main.credential(
    ordinal bigint PRIMARY KEY, -- the order of issue
    id bytea NOT NULL UNIQUE,
    tenant bytea NOT NULL,
    name bytea NOT NULL,
    scopes bytea NOT NULL, -- with one space between two
    not_before bigint,
    expires_at bigint,
    suspended bigint NOT NULL CHECK (suspended IN (0, 1)),
    generation bigint NOT NULL CHECK (generation >= 1),
    version bigint NOT NULL CHECK (version >= 1),
    created_at bigint NOT NULL,
    revoked_at bigint,
    metadata_digest bytea NOT NULL CHECK (length(metadata_digest) = 32),
    proof_key bigint NOT NULL,
    proof bytea NOT NULL CHECK (length(proof) = 32)
);
CREATE INDEX credential_of_tenant ON main.credential(tenant, ordinal);

CREATE TABLE main.credential_metadata(
    credential bytea NOT NULL REFERENCES main.credential(id),
    ordinal bigint NOT NULL,
    label bytea NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (credential, ordinal)
);

CREATE TABLE main.record(
    credential bigint NOT NULL REFERENCES main.credential(ordinal),
    generation bigint NOT NULL CHECK (generation >= 1),
    format bytea NOT NULL,
    handle bigint NOT NULL CHECK (handle <> 0),
    state bigint NOT NULL CHECK (state BETWEEN 1 AND 4),
    digest bytea NOT NULL,
    created_at bigint NOT NULL,
    retires_at bigint,
    revoked_at bigint,
    last_used_at bigint,
    uses bigint NOT NULL CHECK (uses >= 0),
    sealing_key bigint, -- this and the two below: all of them, or none
    nonce bytea CHECK (length(nonce) = 24),
    box bytea,
    PRIMARY KEY (format, handle),
    CHECK ((sealing_key IS NULL) = (nonce IS NULL) AND (nonce IS NULL) = (box IS NULL))
);
CREATE INDEX record_of_credential ON main.record(credential, generation);
CREATE INDEX live_record_of_credential ON main.record(credential, generation) WHERE state <> 4;

CREATE TABLE main.change(
    sequence bigint PRIMARY KEY CHECK (sequence >= 1),
    kind bigint NOT NULL,
    credential bytea NOT NULL,
    version bigint NOT NULL,
    at bigint NOT NULL,
    tag bigint NOT NULL -- what tells one history of the feed from another
);

CREATE TABLE main.audit_event(
    sequence bigint PRIMARY KEY CHECK (sequence >= 1),
    at bigint NOT NULL,
    actor bytea NOT NULL,
    action bytea NOT NULL,
    tenant bytea NOT NULL,
    credential bytea NOT NULL,
    handle bigint,
    source_address bytea NOT NULL,
    reason bytea NOT NULL
);
CREATE INDEX audit_event_of_tenant ON main.audit_event(tenant, sequence);

CREATE TABLE main.idempotency(
    token bytea PRIMARY KEY CHECK (length(token) = 32),
    arguments bytea NOT NULL CHECK (length(arguments) = 32),
    credential bytea NOT NULL,
    handle bigint,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    proof_key bigint NOT NULL,
    proof bytea NOT NULL CHECK (length(proof) = 32)
);
CREATE INDEX idempotency_by_end ON main.idempotency(expires_at);

CREATE TABLE main.keyring_check( -- one row: the name of the store, and the keyring that it was last used with
    one bigint PRIMARY KEY CHECK (one = 1),
    store bytea NOT NULL CHECK (length(store) = 16),
    keyring bytea NOT NULL,
    proof_key bigint NOT NULL,
    proof bytea NOT NULL CHECK (length(proof) = 32)
);

CREATE TABLE main.format_hash( -- the hash that the keys of a format are made with
    format bytea PRIMARY KEY,
    hash bytea NOT NULL
);

INSERT INTO main.store VALUES (1, 'shearline', 0);
)sql"};

/// The schema version of this build.
inline constexpr std::int64_t schema_version = steps.size();

}  // namespace shearline::inline v0_1::detail::postgres
