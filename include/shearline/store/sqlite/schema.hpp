// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The tables of `sqlite_store`, version by version, and the limits of a row.
// Depends on std; never on SQLite.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::detail::sqlite {

/// "shrl", in `PRAGMA application_id`: marks a database of this library.
inline constexpr std::uint32_t application_id = 0x7368726c;

/// The most bytes of any value that SQLite reads or writes for us, whatever the file says.
inline constexpr int max_value_bytes = 65'536;

/// `steps[n]` takes a database from version n to n + 1; version 0 is an empty file. A released step is never changed; a
/// change is a new step. `PRAGMA user_version` holds the version.
///
/// Times are milliseconds since 1970. A handle is kept as the signed number of the same 64 bits. A digest is a PHC
/// string that names its handle, so one that was moved to another row is detected.
inline constexpr std::array<const char*, 3> steps{R"sql(
CREATE TABLE credential(
    ordinal INTEGER PRIMARY KEY, -- the order of issue
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL, -- with one space between two
    not_before INTEGER,
    expires_at INTEGER,
    suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    generation INTEGER NOT NULL CHECK (generation >= 1),
    version INTEGER NOT NULL CHECK (version >= 1),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX credential_of_tenant ON credential(tenant);

CREATE TABLE credential_metadata(
    credential TEXT NOT NULL REFERENCES credential(id),
    ordinal INTEGER NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (credential, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE record(
    format TEXT NOT NULL,
    handle INTEGER NOT NULL CHECK (handle <> 0),
    credential INTEGER NOT NULL REFERENCES credential(ordinal),
    generation INTEGER NOT NULL CHECK (generation >= 1),
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    retires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER,
    uses INTEGER NOT NULL CHECK (uses >= 0),
    sealing_key INTEGER, -- this and the two below: all of them, or none
    nonce BLOB CHECK (length(nonce) = 24),
    box BLOB,
    PRIMARY KEY (format, handle),
    CHECK ((sealing_key IS NULL) = (nonce IS NULL) AND (nonce IS NULL) = (box IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX record_of_credential ON record(credential, generation);

CREATE TABLE change(
    sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
    kind INTEGER NOT NULL,
    credential TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit_event(
    sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    tenant TEXT NOT NULL,
    credential TEXT NOT NULL,
    handle INTEGER,
    source_address TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX audit_event_of_tenant ON audit_event(tenant);

CREATE TABLE idempotency(
    token BLOB NOT NULL PRIMARY KEY CHECK (length(token) = 32),
    arguments BLOB NOT NULL CHECK (length(arguments) = 32),
    credential TEXT NOT NULL,
    handle INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_end ON idempotency(expires_at);

CREATE TABLE keyring_check(
    ordinal INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    number INTEGER NOT NULL,
    proof BLOB NOT NULL CHECK (length(proof) = 8),
    UNIQUE (kind, number)
) STRICT;
)sql",
                                                  R"sql(
-- What tells one history of the feed from another. Changes of before get theirs here.
ALTER TABLE change ADD COLUMN tag INTEGER NOT NULL DEFAULT 0;
UPDATE change SET tag = random();
CREATE TABLE format_hash( -- the hash that the keys of a format are made with
    format TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO format_hash SELECT DISTINCT format, 'hmac-sha256' FROM record; -- no other was named
-- What a change and a verifier read of a credential, however many of its keys are revoked.
CREATE INDEX live_record_of_credential ON record(credential, generation) WHERE state <> 4;
)sql",
                                                  R"sql(
-- Proofs: those of rows of before are made by `prove_store`.
ALTER TABLE credential ADD COLUMN metadata_digest BLOB NOT NULL CHECK (length(metadata_digest) = 32)
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
ALTER TABLE credential ADD COLUMN proof_key INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credential ADD COLUMN proof BLOB NOT NULL CHECK (length(proof) = 32)
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
ALTER TABLE idempotency ADD COLUMN proof_key INTEGER NOT NULL DEFAULT 0;
ALTER TABLE idempotency ADD COLUMN proof BLOB NOT NULL CHECK (length(proof) = 32)
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

-- The keys of a credential lie together, so that it is read with them in one pass.
CREATE TABLE record_with_credential(
    credential INTEGER NOT NULL REFERENCES credential(ordinal),
    generation INTEGER NOT NULL CHECK (generation >= 1),
    format TEXT NOT NULL,
    handle INTEGER NOT NULL CHECK (handle <> 0),
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    retires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER,
    uses INTEGER NOT NULL CHECK (uses >= 0),
    sealing_key INTEGER, -- this and the two below: all of them, or none
    nonce BLOB CHECK (length(nonce) = 24),
    box BLOB,
    PRIMARY KEY (credential, generation, format, handle),
    CHECK ((sealing_key IS NULL) = (nonce IS NULL) AND (nonce IS NULL) = (box IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO record_with_credential SELECT credential, generation, format, handle, state, digest, created_at, retires_at,
    revoked_at, last_used_at, uses, sealing_key, nonce, box FROM record ORDER BY credential, generation;
DROP TABLE record;
ALTER TABLE record_with_credential RENAME TO record;
CREATE UNIQUE INDEX record_of_handle ON record(format, handle);
CREATE INDEX live_record_of_credential ON record(credential, generation) WHERE state <> 4;

-- One row: the name of the store, and the keyring that it was last used with.
ALTER TABLE keyring_check RENAME TO check_of_before;
CREATE TABLE keyring_check(
    one INTEGER PRIMARY KEY CHECK (one = 1),
    store BLOB NOT NULL CHECK (length(store) = 16),
    keyring TEXT NOT NULL,
    proof_key INTEGER NOT NULL,
    proof BLOB NOT NULL CHECK (length(proof) = 32)
) STRICT;
INSERT INTO keyring_check SELECT 1, zeroblob(16), 'version 0' || char(10) || lines, 0, zeroblob(32) FROM (
    SELECT group_concat(CASE kind WHEN 1 THEN 'pepper ' ELSE 'sealing ' END || number || ' - ' || lower(hex(proof)) ||
        char(10), '') AS lines FROM check_of_before) WHERE lines IS NOT NULL;
DROP TABLE check_of_before;
)sql"};

/// The schema version of this build.
inline constexpr std::int64_t schema_version = steps.size();

}  // namespace shearline::inline v0_1::detail::sqlite
