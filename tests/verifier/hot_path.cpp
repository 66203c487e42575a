// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Verifies one key a given number of times; hot_path.py counts the instructions.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

#include "../support/must.hpp"

namespace {

using namespace shearline;
using support::must;
using format = key_format<"instance">;
using bundle = policies<format>;

#ifdef BOUNDED
#define READER
using verifying_type = verifier<bundle, memory_store, bounded<std::chrono::hours{1}>>;
#else
using verifying_type = verifier<bundle, memory_store>;
#endif

/// Separate functions, so that the rest of `main` does not influence how they are compiled; one of them in a program.
#ifdef READER
[[gnu::noinline]] int grants_of(verifying_type::reader& reader, std::string_view text, int wanted) {
    const timestamp now = system_clock{}.now();
    int granted = 0;
    for (int i = 0; i < wanted; ++i) granted += reader.verify(text, now, "contacts:write") ? 1 : 0;
    return granted;
}
#else
[[gnu::noinline]] int grants_of(verifying_type& keys, std::string_view text, int wanted) {
    int granted = 0;
    for (int i = 0; i < wanted; ++i) granted += keys.verify(text, scope<"contacts:write">) ? 1 : 0;
    return granted;
}
#endif

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const auto ring = must(keyring::create((std::filesystem::path{argv[1]} / "keyring").string()));
    memory_store store;
    authority keys = must(authority<bundle, memory_store>::open(store, ring));
    auto issued =
        must(keys.issue({.tenant = "acme", .name = "count", .scopes = {"contacts:write"}}, {.actor = "test"}));
    const std::string text{issued.text.reveal(unsafe_reveal)};
    auto verifying = must(verifying_type::open(store, ring));
#ifdef READER
    auto reader = verifying.new_reader();
#else
    auto& reader = verifying;
#endif
    const int wanted = std::atoi(argv[2]);
    return grants_of(reader, text, wanted) == wanted ? 0 : 1;
}
