// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How the tests of edited rows edit those of a postgres_store.
#pragma once

#include <chrono>
#include <string>

#include "postgres_place.hpp"
#include "world.hpp"

namespace support {

using edited_store = shearline::postgres_store;
template <typename Policies>
using edited_verifier = shearline::verifier<Policies, edited_store, shearline::bounded<std::chrono::hours{1}>>;

template <>
struct opened_store<edited_store> {
    explicit opened_store(const std::string&) {}
    std::string schema = new_schema();
    edited_store store = open_postgres(schema);
};

/// Functions of SQLite, for bytes; and the tables of a store by their names.
inline void run_sql(const opened_store<edited_store>& in, const std::string& sql) {
    static const bool made [[maybe_unused]] = [] {
        shared_server().run_sql(
            "CREATE FUNCTION public.zeroblob(int) RETURNS bytea LANGUAGE sql AS 'SELECT decode(repeat(''00'', $1), "
            "''hex'')'; CREATE FUNCTION public.replace(bytea, text, text) RETURNS bytea LANGUAGE sql AS 'SELECT "
            "convert_to(replace(convert_from($1, ''UTF8''), $2, $3), ''UTF8'')'");
        return true;
    }();
    shared_server().run_sql("SET search_path = " + in.schema + ", public; " + sql);
}

/// Tables of another store are those of `other`.
inline void run_sql_beside(const opened_store<edited_store>& in, const opened_store<edited_store>& other,
                           std::string sql) {
    const std::string name = "other.";
    for (auto at = sql.find(name); at != std::string::npos; at = sql.find(name))
        sql.replace(at, name.size(), other.schema + ".");
    run_sql(in, sql);
}

}  // namespace support
