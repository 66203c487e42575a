// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How the tests of edited rows edit those of a sqlite_store.
#pragma once

#include <string>

#include "shell.hpp"
#include "world.hpp"

namespace support {

using edited_store = shearline::sqlite_store;
template <typename Policies>
using edited_verifier = shearline::verifier<Policies, edited_store>;

inline void run_sql(const opened_store<edited_store>& in, const std::string& sql) { shell{in.path}.run(sql); }

/// Tables of another store are those of `other`.
inline void run_sql_beside(const opened_store<edited_store>& in, const opened_store<edited_store>& other,
                           const std::string& sql) {
    shell{in.path}.run("ATTACH '" + other.path + "' AS other; PRAGMA foreign_keys = OFF; " + sql);
}

}  // namespace support
