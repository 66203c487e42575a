// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Binds a store to the keyring of its records, so that a wrong keyring is an error instead of a denial of every key.
// Depends on keyring.hpp and store/change.hpp; never on one store.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/keyring.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/store/change.hpp>

namespace shearline::inline v0_1::detail {

[[nodiscard]] inline std::string name_of(key_kind kind, std::uint32_t number) {
    return (kind == key_kind::pepper ? "pepper " : "sealing key ") + std::to_string(number);
}

/// Compares a keyring with the checks in the store, and stores the checks of new keys. `wrong_keyring` if a number
/// names another key here than in the store, or if the store knows a number that the keyring lacks: the file belongs to
/// another keyring, or is an older copy. A dropped key leaves a tombstone in the keyring, so it is not missing.
template <typename Transaction>
[[nodiscard]] result<void> bind_keyring(Transaction& tx, const keyring& ring) {
    auto known = tx.keyring_checks();
    if (!known) return std::move(known).error();
    std::vector<keyring_check> here;
    for (const auto& key : ring.peppers()) here.push_back({key_kind::pepper, key.number, key.check});
    for (const auto& key : ring.sealing_keys()) here.push_back({key_kind::sealing, key.number, key.check});
    const auto find = [](const std::vector<keyring_check>& all, const keyring_check& like) -> const keyring_check* {
        for (const keyring_check& one : all)
            if (one.kind == like.kind && one.number == like.number) return &one;
        return nullptr;
    };
    for (const keyring_check& stored : *known) {
        const keyring_check* const key = find(here, stored);
        if (key == nullptr)
            return error{errc::wrong_keyring,
                         "the keyring lacks " + name_of(stored.kind, stored.number) +
                             ", which the store was used with: it is an older copy, or another keyring"};
        if (!constant_time_equal<8>(key->check, stored.check))
            return error{errc::wrong_keyring,
                         name_of(stored.kind, stored.number) +
                             " of this keyring is not the one of the store's records: use the store's own keyring"};
    }
    for (const keyring_check& key : here)
        if (find(*known, key) == nullptr)
            if (auto done = tx.insert(key); !done) return done;
    return {};
}

}  // namespace shearline::inline v0_1::detail
