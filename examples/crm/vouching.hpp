// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Once for a key store of before proofs: shearline-crm --prove-store.
// Depends on the keys; never on the console or the server.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <shearline/keyring.hpp>
#include <shearline/result.hpp>
#include <shearline/store/sqlite_store.hpp>

namespace crm {

/// Whether the key store and the keyring are from before rows were proved, so that `vouch_for` must be called once.
[[nodiscard]] shearline::result<bool> awaits_vouching(shearline::sqlite_store& store, const shearline::keyring& ring);

/// Vouches for the key store of a data folder as it is now, unless that was done before; asks `confirm` with what is
/// about to be proved. Returns the number of credentials that were proved, or nothing if the answer was no. Creates no
/// database: `not_found` if the keyring or the key store is missing; otherwise the errors of `prove_store`.
[[nodiscard]] shearline::result<std::optional<std::uint64_t>> vouch_for(
    const std::string& folder, const std::function<bool(const std::string& what)>& confirm);

}  // namespace crm
