// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "keys.hpp"

#include <chrono>
#include <utility>

#include <shearline/store/postgres_store.hpp>
#include <shearline/store/sqlite_store.hpp>

#include "keys_in.hpp"
#include "vouching.hpp"

namespace crm {

using shearline::errc;
using shearline::error;
using shearline::result;

namespace {

constexpr std::chrono::seconds patience{2};  // with the store, while a request waits

error with_more(const error& why, const std::string& more) { return error{why.code(), why.context() + ". " + more}; }

template <typename Store>
result<opened_keys> open_in(Store store, shearline::keyring ring, verification how) {
    auto keys = keys_in<Store>::open(std::move(store), ring, how);
    if (!keys) return std::move(keys).error();
    return opened_keys{std::move(ring), std::make_unique<keys_in<Store>>(*std::move(keys))};
}

result<opened_keys> open_in_sqlite(const std::string& folder) {
    auto ring = shearline::keyring::open_or_create(folder + "/keyring");
    if (!ring) return std::move(ring).error();
    auto store = shearline::sqlite_store::open(folder + "/keys.db", {.busy_timeout = patience});
    if (!store) return std::move(store).error();
    const auto awaits = awaits_vouching(*store, *ring);
    auto opened = open_in(*std::move(store), *std::move(ring), verification::from_memory);
    if (!opened && opened.error().code() == errc::wrong_keyring && awaits && *awaits)
        return with_more(opened.error(), "To do so, back up " + folder + ", and run: shearline-crm --data " + folder +
                                             " --prove-store");
    if (!opened && opened.error().code() == errc::illegal_state)
        return with_more(opened.error(), "For keys that were moved to PostgreSQL, pass --keys");
    return opened;
}

/// A keyring is only created together with the store: other machines get a copy of it.
result<opened_keys> open_in_postgres(const key_place& where) {
    const std::string path = where.folder + "/keyring";
    const std::string remedy =
        "The keys in this database were made with the keyring of another CRM: copy that file to " + path +
        " and start again";
    auto store = shearline::postgres_store::open(
        where.database, {.schema = where.schema, .busy_timeout = patience, .answer_timeout = patience, .readers = 8});
    if (!store) return std::move(store).error();
    const auto identity = store->identity();
    if (!identity) return identity.error();
    auto ring = *identity ? shearline::keyring::open(path) : shearline::keyring::open_or_create(path);
    if (!ring)
        return *identity && ring.error().code() == errc::not_found ? with_more(ring.error(), remedy) : ring.error();
    // A verifier follows the changes of other machines with a delay, so each request asks the store.
    auto opened = open_in(*std::move(store), *std::move(ring), verification::strict);
    if (!opened && opened.error().code() == errc::wrong_keyring) return with_more(opened.error(), remedy);
    return opened;
}

}  // namespace

result<opened_keys> open_keys(const key_place& where) {
    return where.database.empty() ? open_in_sqlite(where.folder) : open_in_postgres(where);
}

}  // namespace crm
