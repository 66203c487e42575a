// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A hash of one's own for stored digests: keyed BLAKE2b, through libsodium.
//
// Build: g++ -std=c++20 own_hash.cpp $(pkg-config --cflags --libs shearline sqlite3) -o own_hash
// Run:   ./own_hash          issues a key into keys.db of this folder, verifies it, and shows what is stored of it
//        ./own_hash --check  tests the hash against the contract of `hash_policy`, and prints a digest to compare
#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include <shearline/authority.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/render.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/secret/wipe.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/hash_conformance.hpp>

/// BLAKE2b (RFC 7693) with a key of 32 bytes and a digest of 32. Models `hash_policy`. Thread-safe, and constant-time
/// in key and message. Worse than the default, `hmac_sha256`, in one thing: libsodium 1.0.18 leaves parts of the
/// message, which is the text of a key, on the stack.
struct keyed_blake2b {
    static constexpr std::string_view name = "blake2b-256";  // in every stored digest: never changes

    // The state after the key, and before the message. The library keeps it in locked memory, and wipes it.
    using key_state = crypto_generichash_state;

    static key_state prepare(std::span<const std::byte, 32> key) noexcept {
        key_state state;
        ::crypto_generichash_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                                  sizeof(shearline::digest_bytes));
        return state;
    }

    static shearline::digest_bytes mac(const key_state& key, std::span<const std::byte> message) noexcept {
        key_state running = key;  // `key` serves all messages, of all threads
        const shearline::wipe_on_exit wipe{running};
        shearline::digest_bytes digest;
        ::crypto_generichash_update(&running, reinterpret_cast<const unsigned char*>(message.data()), message.size());
        ::crypto_generichash_final(&running, reinterpret_cast<unsigned char*>(digest.data()), digest.size());
        return digest;
    }
};

// This is all that the rest of a program sees of it.
using acme_keys = shearline::policies<shearline::key_format<"acme">, keyed_blake2b>;
using store_type = shearline::sqlite_store;

namespace {

int fail(const shearline::error& why) {
    std::cerr << "own_hash: " << why.message() << '\n';
    return 1;
}

int use_it() {
    const auto ring = shearline::keyring::open_or_create("keyring");
    if (!ring) return fail(ring.error());
    auto store = store_type::open("keys.db");
    if (!store) return fail(store.error());
    auto keys = shearline::authority<acme_keys, store_type>::open(*store, *ring);
    if (!keys) return fail(keys.error());  // `wrong_hash`, if the keys in there were made with another hash

    const auto issued = keys->issue({.tenant = "acme", .name = "nightly sync"}, {.actor = "ada"});
    if (!issued) return fail(issued.error());
    const std::string_view text = issued->text.reveal(shearline::unsafe_reveal);
    std::cout << "the key: " << (keys->verify(text) ? "opens" : "is refused") << '\n';

    // Another secret with the right checksum, as somebody would guess who knows the format and the handle.
    std::array<char, acme_keys::format::chars> guess;
    shearline::render<acme_keys::format>(issued->handle, std::array<std::uint8_t, acme_keys::format::secret_chars>{},
                                         guess);
    const auto answer = keys->verify({guess.data(), guess.size()});
    std::cout << "a guess: " << (answer ? "opens" : to_string(answer.denial().reason())) << '\n';

    // What a thief of the database would have: hash, pepper number, handle and digest. A digest belongs in no log.
    const auto stored = store->look_up(acme_keys::format::name, issued->handle);
    if (!stored) return fail(stored.error());
    if (!*stored) return fail({shearline::errc::not_found, "the key that was just issued is not in keys.db"});
    const std::string phc = (*stored)->key.digest.to_phc(issued->handle);
    std::cout << "stored: " << phc.substr(0, phc.rfind('$')) << "$...\n";

    // A program that was built with another hash would refuse every key. It is told so when it starts.
    using default_hash = shearline::policies<acme_keys::format>;
    const auto other = shearline::authority<default_hash, store_type>::open(*store, *ring);
    std::cout << "another hash: " << (other ? "is accepted" : other.error().message()) << '\n';
    return 0;
}

int check_it() {
    if (auto ready = shearline::sodium_ready(); !ready) return fail(ready.error());
    const auto seen = shearline::testing::hash_conformance<keyed_blake2b>();
    std::cout << seen.message() << '\n';

    // The suite cannot tell BLAKE2b from another good hash: compare this with another implementation of it.
    std::array<std::byte, 32> key;
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(i);
    const auto digest = keyed_blake2b::mac(keyed_blake2b::prepare(key), std::as_bytes(std::span{"abc", 3}));
    std::array<char, 2 * sizeof digest + 1> hex;
    ::sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(digest.data()), digest.size());
    std::cout << "of \"abc\", under the key 00 01 ... 1f: " << hex.data() << '\n';
    return seen ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    if (count == 1) return use_it();
    if (count == 2 && std::string_view{words[1]} == "--check") return check_it();
    std::cerr << "usage: " << words[0] << " [--check]\n";
    return 2;
}
