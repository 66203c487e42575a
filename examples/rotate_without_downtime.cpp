// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Rotates a key without downtime: for a day, the old key opens beside the new one, and its grants say until when.
//
// Build: g++ -std=c++20 rotate_without_downtime.cpp $(pkg-config --cflags --libs shearline sqlite3) -o rotate_without_downtime
// Run:   ./rotate_without_downtime     (makes `keyring` and `keys.db` in the current folder)
//
// Exit status: 0; or 1 after a message.
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/authority.hpp>
#include <shearline/clock.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/rotation/overlap.hpp>
#include <shearline/rules/scope.hpp>
#include <shearline/store/sqlite_store.hpp>

using namespace std::chrono_literals;
using key_text = shearline::key_format<"instance">;
using key_policies = shearline::policies<key_text, shearline::overlap<24h>>;

// The manual clock lets this program skip a day. A server leaves it out and gets the default, the system's clock.
using authority = shearline::authority<key_policies, shearline::sqlite_store, shearline::manual_clock>;

/// What a server does with a key. It passes the hint on, in a header for example: the client has a day to act on it.
std::string answer_to(std::string_view key, const authority& keys, shearline::timestamp now) {
    const auto verdict = keys.verify(key, shearline::scope<"contacts:write">);
    if (!verdict)  // the reason is for the log; the client gets only denial().status()
        return "refused, " + std::string{to_string(verdict.denial().reason())};
    if (const auto until = verdict.grant().retiring_until()) {
        const auto left = std::chrono::ceil<std::chrono::hours>(*until - now);
        return "opens for " + std::to_string(left.count()) + " h more: fetch the new key";
    }
    return "opens";
}

shearline::result<void> rotate_two_times() {
    const auto ring = shearline::keyring::open_or_create("keyring");
    if (!ring) return ring.error();
    auto store = shearline::sqlite_store::open("keys.db");
    if (!store) return store.error();
    shearline::manual_clock clock{shearline::system_clock{}.now()};
    auto keys = authority::open(*store, *ring, clock);
    if (!keys) return keys.error();

    const auto show = [&](const shearline::issued_key& key) {
        std::cout << "  " << shearline::mask<key_text>(key.handle).view() << ' '
                  << answer_to(key.text.reveal(shearline::unsafe_reveal), *keys, clock.now()) << '\n';
    };

    const auto first = keys->issue({.tenant = "acme", .name = "sync", .scopes = {"contacts:write"}}, {.actor = "ada"});
    if (!first) return first.error();
    std::cout << "issued\n";
    show(*first);

    // The credential, its name and its scopes stay; only its key is new.
    const auto second = keys->rotate(first->credential, {.actor = "ada", .reason = "every year"});
    if (!second) return second.error();
    std::cout << "rotated\n";
    show(*first);
    show(*second);

    const auto stored = keys->find(first->credential);  // or list(), for all credentials
    if (!stored) return stored.error();
    std::cout << "the console shows\n";
    for (const shearline::record& key : stored->keys)
        std::cout << "  " << shearline::mask<key_text>(key.handle).view() << ' '
                  << to_string(standing_at(stored->about, key, clock.now())) << '\n';

    clock.advance(24h - 1ms);
    std::cout << "almost a day later\n";
    show(*first);
    clock.advance(1ms);
    std::cout << "a day later\n";
    show(*first);
    show(*second);

    // To cut a grace short, revoke the key that is retiring. It is refused from then on, in every process.
    const auto third = keys->rotate(first->credential, {.actor = "ada", .reason = "the key was in a log"});
    if (!third) return third.error();
    if (auto done = keys->revoke(second->handle, {.actor = "ada", .reason = "no grace for a leaked key"}); !done)
        return done;
    std::cout << "rotated, and the grace cut short\n";
    show(*second);
    show(*third);

    const auto events = keys->audit({.limit = 4}, "acme");
    if (!events) return events.error();
    std::cout << "the audit, newest first\n";
    for (const shearline::audit_event& event : events->items) {
        std::cout << "  " << event.actor << ": " << event.action;
        if (event.handle) std::cout << ' ' << shearline::mask<key_text>(*event.handle).view();
        std::cout << (event.reason.empty() ? "" : ", ") << event.reason << '\n';
    }
    return {};
}

int main() {
    const auto done = rotate_two_times();
    if (done && std::cout.flush()) return 0;
    std::cerr << "rotate_without_downtime: " << (done ? "cannot write standard output" : done.error().message())
              << '\n';
    return 1;
}
