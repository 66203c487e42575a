// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store of one's own: keys in LMDB, which the library does not know, and the test that it keeps the contract.
//
// Build: g++ -std=c++20 -O1 own_store.cpp $(pkg-config --cflags --libs shearline lmdb) -o own_store
// Run:   ./own_store [KIB]    issues and rotates a key in keys.mdb of this folder; the next run finds it there
//        ./own_store --conformance [SEQUENCES]    tests the store against the contract of `key_store`
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <shearline/authority.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/testing/store_conformance.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "lmdb_store/store.hpp"

// If a member is missing, `authority` says which one, and how to declare it.
static_assert(shearline::key_store<acme::lmdb_store>);

using acme_keys = shearline::policies<shearline::key_format<"acme">, shearline::recoverable>;
using acme_authority = shearline::authority<acme_keys, acme::lmdb_store>;

namespace {

int fail(const shearline::error& why) {
    std::cerr << "own_store: " << why.message() << '\n';
    return 1;
}

int tell_story(std::size_t map_bytes) {
    const auto ring = shearline::keyring::open_or_create("keyring");
    if (!ring) return fail(ring.error());
    auto store = acme::lmdb_store::open("keys.mdb", map_bytes);
    if (!store) return fail(store.error());
    auto keys = acme_authority::open(*store, *ring);
    if (!keys) return fail(keys.error());
    const auto try_it = [&](std::string_view what, const shearline::secret_text& key) {
        const auto answer = keys->verify(key.reveal(shearline::unsafe_reveal));
        std::cout << what << (answer ? "opens" : to_string(answer.denial().reason())) << '\n';
    };

    const shearline::request_context by{.actor = "ada"};
    const auto known = keys->list({.limit = 1});
    if (!known) return fail(known.error());
    if (known->items.empty()) {
        const auto first = keys->issue({.tenant = "acme", .name = "nightly sync"}, by);
        if (!first) return fail(first.error());
        try_it("a new key: ", first->text);
        const auto second = keys->rotate(first->credential, by);
        if (!second) return fail(second.error());
        try_it("it, after a rotation: ", first->text);
        try_it("the next key: ", second->text);
    } else {
        const auto& about = known->items.front().about;
        const auto text = keys->reveal(about.id, by);
        if (!text) return fail(text.error());
        std::cout << "found: " << about.name << ", generation " << about.generation << '\n';
        try_it("its key, after a restart: ", *text);
    }
    return 0;
}

// What the suite asks for: a new, empty store; to open it again; and to open it from other processes.
struct place {
    using store_type = acme::lmdb_store;

    store_type& store() { return *opened; }
    void reopen() {
        opened.reset();
        opened = open(address());
    }
    std::string address() { return folder->file("keys.mdb"); }
    static std::unique_ptr<store_type> open(const std::string& path) {
        auto made = store_type::open(path);
        if (!made) std::exit(fail(made.error()));
        return std::make_unique<store_type>(*std::move(made));
    }

    std::unique_ptr<shearline::testing::temporary_folder> folder =
        std::make_unique<shearline::testing::temporary_folder>();
    std::unique_ptr<store_type> opened = open(address());
};

int test_it(std::size_t sequences) {
    const auto seen = shearline::testing::store_conformance([] { return place{}; }, {.sequences = sequences});
    std::cout << seen.message() << '\n';
    return seen ? 0 : 1;
}

std::optional<std::uint32_t> number_in(std::string_view text) {
    std::uint32_t number = 0;
    const auto [stop, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    return wrong == std::errc{} && stop == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

}  // namespace

int main(int count, char** words) {
    const bool tests = count > 1 && std::string_view{words[1]} == "--conformance";
    const int at = tests ? 2 : 1;
    const auto number = number_in(count > at ? words[at] : tests ? "10" : "1048576");
    if (!number || count > at + 1) {
        std::cerr << "usage: " << words[0] << " [KIB | --conformance [SEQUENCES]]\n";
        return 2;
    }
    return tests ? test_it(*number) : tell_story(std::size_t{1024} * *number);
}
