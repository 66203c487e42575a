// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Quickly creates databases like those of many years: hundreds of thousands of rows, inserted without the store.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <shearline/credential/credential_id.hpp>

namespace support {

inline void run_sql(const std::string& path, const std::string& sql) {
    sqlite3* db = nullptr;
    char* message = nullptr;
    bool good = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK &&
                sqlite3_busy_timeout(db, 5'000) == SQLITE_OK &&
                sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK;
    if (!good) std::fprintf(stderr, "%s\n", message != nullptr ? message : sqlite3_errmsg(db));
    sqlite3_free(message);
    good = sqlite3_close(db) == SQLITE_OK && good;
    if (!good) std::abort();
}

/// The text of a handle in SQL, for an expression that is at most 62^4 - 1.
inline std::string handle_text_of(const std::string& number) {
    const std::string digits = "'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'";
    std::string text = "'0000000'";
    for (const char* place : {"238328", "3844", "62", "1"})
        text += " || substr(" + digits + ", (" + number + ") / " + place + " % 62 + 1, 1)";
    return text;
}

/// Inserts this many generations before the only key of a credential, all of them revoked. Fewer than 62^4 - 10^6.
inline void age_credential(const std::string& path, const shearline::credential_id& id, std::uint32_t generations) {
    const std::string owner = "(SELECT ordinal FROM credential WHERE id = '" + id.to_string() + "')";
    const std::string count = std::to_string(generations);
    run_sql(path, "BEGIN IMMEDIATE; UPDATE record SET generation = generation + " + count +
                      " WHERE credential = " + owner + "; UPDATE credential SET generation = generation + " + count +
                      " WHERE id = '" + id.to_string() +
                      "'; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + count +
                      ") INSERT INTO record(format, handle, credential, generation, state, digest, created_at, "
                      "revoked_at, uses) SELECT format, 1000000 + i, credential, i, 4, "
                      "substr(digest, 1, 17) || " +
                      handle_text_of("1000000 + i") +
                      " || substr(digest, -44), created_at, created_at, 0 "
                      "FROM n JOIN record WHERE credential = " +
                      owner + " AND state <> 4; COMMIT");
}

/// Adds this many credentials without keys.
inline void add_credentials(const std::string& path, std::uint32_t credentials) {
    run_sql(path, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                      std::to_string(credentials) +
                      ") INSERT INTO credential(id, tenant, name, scopes, suspended, generation, version, created_at) "
                      "SELECT printf('%08x-0000-4000-8000-000000000000', i), 'crowd', 'x', '', 0, 1, 1, 0 FROM n");
}

/// Gives each of them a key: that of the first credential under another handle, which no text fits.
inline void add_a_key_to_each(const std::string& path) {
    run_sql(path,
            "INSERT INTO record(format, handle, credential, generation, state, digest, created_at, uses) "
            "SELECT format, 1000000 + c.ordinal, c.ordinal, 1, 1, substr(digest, 1, 17) || " +
                handle_text_of("1000000 + c.ordinal") +
                " || substr(digest, -44), r.created_at, 0 FROM credential c, record r "
                "WHERE c.tenant = 'crowd' AND r.credential = 1");
}

}  // namespace support
