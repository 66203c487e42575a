// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Proves a credential again whose rows a test has changed, as a later version of the library might.
#pragma once

#include <shearline/authority/steps.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/keyring.hpp>
#include <shearline/store/row_prover.hpp>

#include "must.hpp"

namespace support {

template <typename Store>
void prove_again(Store& store, const shearline::keyring& ring, const shearline::credential_id& id) {
    must(store.transact([&](auto& tx) -> shearline::result<void> {
        const auto identity = *must(tx.identity());
        const auto prover = must(shearline::detail::row_prover<shearline::hmac_sha256>::make(ring, identity.id));
        auto owner = *must(tx.find(id));
        return shearline::detail::prove_stored(tx, prover, owner);
    }));
}

}  // namespace support
