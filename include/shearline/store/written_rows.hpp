// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What one transaction of a `memory_store` has written: a store over it keeps these rows in a place of its own.
// Depends on store/change.hpp and credential/; never on a store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/credential.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/digest/hash_name.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1 {

/// What one transaction of a `memory_store` has written, or one call of its `record_usage`: each row as it is after
/// that, with all its fields. A plain value. It has no secret but the texts of keys that are sealed.
struct written_rows {
    /// The name of a key that was deleted.
    struct pruned_key {
        std::string format{};
        shearline::handle handle{};
    };
    /// The hash of a format, the first one that was bound to it.
    struct bound_hash {
        std::string format{};
        hash_name hash{"hmac-sha256"};
    };

    std::vector<credential> credentials{};     ///< new or changed; the new ones first, in the order of issue
    std::vector<pruned_key> pruned{};          ///< deleted before `keys` are written: one of these may take its name
    std::vector<record> keys{};                ///< new or changed; the new ones first, a credential's oldest first
    std::vector<change> changes{};             ///< with their sequences, as have the audit events
    std::vector<audit_event> audit{};          ///< oldest first
    std::vector<idempotency_entry> tokens{};   ///< that are new, with what their calls did
    std::optional<store_identity> identity{};  ///< if another one was put
    std::vector<bound_hash> hashes{};          ///< of formats that had none
    std::vector<usage> used{};                 ///< by `record_usage`, which writes nothing else
};

}  // namespace shearline::inline v0_1
