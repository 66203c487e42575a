// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Somebody's program: makes a key, and reads it back. With WITH_SQLITE or WITH_POSTGRES it opens a store as well.
#include <cstdio>

#include <shearline/shearline.hpp>
#ifdef WITH_SQLITE
#include <shearline/store/sqlite_store.hpp>
#endif
#ifdef WITH_POSTGRES
#include <shearline/store/postgres_store.hpp>
#endif

int main() {
    using format = shearline::key_format<"acme">;
    const auto made = shearline::generate<format>();
    if (!made) return 1;
    const auto text = made->text.reveal(shearline::unsafe_reveal);
    if (!shearline::parse<format>(text)) return 1;
#ifdef WITH_SQLITE
    if (shearline::sqlite_store::open("/nowhere/keys.db")) return 1;  // an error, and not an exception
#endif
#ifdef WITH_POSTGRES
    if (shearline::postgres_store::open("host=/nowhere")) return 1;
#endif
    std::printf("shearline %s\n", SHEARLINE_VERSION_STRING);
    return 0;
}
