// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Moves the keys of an instance from one store to another: shearline-crm copy-keys.
// Depends on shearline; never on the console or the server.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <shearline/fwd.hpp>
#include <shearline/move_store.hpp>
#include <shearline/result.hpp>

namespace crm {

/// Moves all keys, and closes the store that they were in: see `shearline::move_store`. Each place is the path of an
/// SQLite file, or a URI that begins with `postgresql://`, whose tables are in `schema`. A file to move from is not
/// created: `not_found` if it is missing.
[[nodiscard]] shearline::result<shearline::moved_store> copy_keys(
    const std::string& from, const std::string& to, const std::string& schema,
    const std::function<void(std::uint64_t done, std::uint64_t of)>& progress);

}  // namespace crm
