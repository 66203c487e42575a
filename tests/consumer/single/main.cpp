// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Somebody's program with the single files beside it: makes a key, and reads it back. With WITH_SQLITE it issues a key
// into a new database, verifies it, and revokes it. WITH_POSTGRES adds a second store to the program.
#include <cstdio>

#include "shearline.hpp"
#ifdef WITH_SQLITE
#include "shearline_sqlite.hpp"
#endif
#ifdef WITH_POSTGRES
#include "shearline_postgres.hpp"
#endif

using format = shearline::key_format<"acme">;

#ifdef WITH_SQLITE
static bool works_with_a_store() {
    using keys_type = shearline::authority<shearline::policies<format>, shearline::sqlite_store>;
    const auto ring = shearline::keyring::open_or_create("keyring");
    auto store = shearline::sqlite_store::open("keys.db");
    if (!ring || !store) return false;
    auto keys = keys_type::open(*store, *ring);
    if (!keys) return false;
    const shearline::request_context by{.actor = "ada"};
    const auto issued = keys->issue({.tenant = "acme", .name = "sync", .scopes = {"contacts:write"}}, by);
    if (!issued) return false;
    const auto key = issued->text.reveal(shearline::unsafe_reveal);
    return keys->verify(key, "contacts:write") && keys->revoke(issued->credential, by) && !keys->verify(key);
}
#endif

int main() {
    const auto made = shearline::generate<format>();
    if (!made) return 1;
    if (!shearline::parse<format>(made->text.reveal(shearline::unsafe_reveal))) return 1;
#ifdef WITH_SQLITE
    if (!works_with_a_store()) return 1;
#endif
#ifdef WITH_POSTGRES
    if (shearline::postgres_store::open("host=/nowhere")) return 1;  // an error, and not an exception
#endif
    std::printf("shearline %s\n", SHEARLINE_VERSION_STRING);
    return 0;
}
