// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "vouching.hpp"

#include <sys/stat.h>

#include <chrono>
#include <utility>

#include <shearline/prove_store.hpp>

#include "keys.hpp"

namespace crm {

using shearline::errc;
using shearline::error;
using shearline::result;

result<bool> awaits_vouching(shearline::sqlite_store& store, const shearline::keyring& ring) {
    if (!ring.may_prove_stores()) return false;
    auto identity = store.transact([](auto& tx) { return tx.identity(); });
    if (!identity) return std::move(identity).error();
    return !*identity || (**identity).proof.key == 0;
}

result<std::optional<std::uint64_t>> vouch_for(const std::string& folder,
                                               const std::function<bool(const std::string& what)>& confirm) {
    const std::string ring = folder + "/keyring";
    const std::string keys = folder + "/keys.db";
    for (const std::string& path : {ring, keys}) {
        struct ::stat about {};
        if (::stat(path.c_str(), &about) != 0 || about.st_size == 0)
            return error{errc::not_found, path + ": is missing or empty: there is no key store to prove"};
    }
    auto store = shearline::sqlite_store::open(keys, {.busy_timeout = std::chrono::seconds{2}});
    if (!store) return std::move(store).error();
    bool refused = false;
    const auto ask = [&](const shearline::store_vouching& about) {
        refused = !confirm(about.text());
        return !refused;
    };
    const shearline::request_context by{.actor = "owner", .reason = "proved by shearline-crm --prove-store"};
    auto proved = shearline::prove_store<crm_keys>(*store, ring, by, ask);
    if (!proved) return std::move(proved).error();
    if (refused) return std::optional<std::uint64_t>{};
    return std::optional{*proved};
}

}  // namespace crm
