// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Binds a store to the keyring and hash of its keys, so that a wrong one is an error instead of a denial of every key.
// Depends on store/keyring_binding.hpp and keyring/digester.hpp; never on one store.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <shearline/keyring.hpp>
#include <shearline/keyring/digester.hpp>
#include <shearline/store/keyring_binding.hpp>

namespace shearline::inline v0_1::detail {

/// Compares a hash with the one that the store holds for a format; stores it if there is none. `wrong_hash` if they
/// differ: no key of the format could be verified.
template <typename Transaction>
[[nodiscard]] result<void> bind_hash(Transaction& tx, std::string_view format, const hash_name& hash) {
    result<hash_name> stored = tx.bind_hash(format, hash);
    if (!stored) return std::move(stored).error();
    if (*stored == hash) return {};
    std::string context{"the keys of the format '"};
    context.append(format).append("' in this store were made with the hash '").append(stored->view());
    context.append("', and this program uses '").append(hash.view());
    return error{errc::wrong_hash, context.append("': use that hash, or give the format another name")};
}

/// Runs `bind_keyring`, and `bind_hash` for the bundle's format and hash, in one transaction; before it is committed,
/// `use(const store_identity&) -> result<void>`, whose error undoes it.
template <typename Policies, typename Store, typename Use>
[[nodiscard]] result<void> bind_store(Store& store, const keyring& ring, Use use) {
    return store.transact([&](typename Store::transaction& tx) -> result<void> {
        auto bound = bind_keyring<proof_hash<Policies>>(tx, ring);
        if (!bound) return std::move(bound).error();
        if (auto same = bind_hash(tx, Policies::format::name, digester<typename Policies::hash>::hash); !same)
            return same;
        return use(std::as_const(*bound));
    });
}

}  // namespace shearline::inline v0_1::detail
