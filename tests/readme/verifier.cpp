// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The code in the README for verifying from memory: tests/docs/blocks.py compares them.
#include <cstdio>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>

#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>

using crm_keys = shearline::policies<shearline::key_format<"crm">>;

int main() {
    std::string folder = (std::filesystem::temp_directory_path() / "shearline-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    int denied = 2;
    {
        auto ring = shearline::keyring::open_or_create(folder + "/keyring");
        auto store = shearline::sqlite_store::open(folder + "/keys.db");
        if (!ring || !store) return 1;
        auto keys = shearline::authority<crm_keys, shearline::sqlite_store>::open(*store, *ring);
        if (!keys) return 1;
        auto issued = keys->issue({.tenant = "acme", .name = "sync", .scopes = {"contacts:write"}}, {.actor = "me"});
        if (!issued) return 1;
        const std::string text{issued->text.reveal(shearline::unsafe_reveal)};

        auto fast = shearline::verifier<crm_keys, shearline::sqlite_store>::open(*store, *ring);
        if (!fast) return 1;
        // NOLINTNEXTLINE(performance-unnecessary-value-param): a stop token is copied for next to nothing
        std::jthread follows{[&](std::stop_token stop) { (void)fast->run(stop); }};  // the feed, and the counts of uses

        const auto verdict = fast->verify(text, shearline::scope<"contacts:write">);  // from any thread, without a lock
        if (verdict) --denied;
        if (!keys->revoke(issued->credential, {.actor = "me"})) return 1;
        if (!fast->verify(text, "contacts:write")) --denied;
    }
    std::filesystem::remove_all(folder);
    if (denied != 0) std::puts("error: the README's verifier does not answer as it must");
    return denied;
}
