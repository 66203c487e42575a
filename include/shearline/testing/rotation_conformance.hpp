// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Holds a rotation policy to its contract: keys only move forward, and nothing else of a record changes.
// Depends on credential/record.hpp and testing/report.hpp; never on one rotation.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <shearline/concepts.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

namespace detail {

[[nodiscard]] inline record sample_of(key_state state, timestamp now) {
    record key;
    key.format = "sample";
    key.handle = handle{7};
    key.generation = 3;
    key.state = state;
    key.digest = {.pepper = 2, .mac = {std::byte{9}}};
    key.created_at = now - std::chrono::hours{5};
    key.uses = 11;
    if (state == key_state::retiring) key.retires_at = now + std::chrono::hours{1};
    if (state == key_state::revoked) {
        key.revoked_at = now - std::chrono::hours{1};
    } else {
        key.sealed = sealed_text{.sealing_key = 1};
    }
    return key;
}

/// Whether all is the same that no rotation may touch.
[[nodiscard]] inline bool is_same_key(const record& a, const record& b) {
    return a.format == b.format && a.handle == b.handle && a.credential == b.credential &&
           a.generation == b.generation && a.digest.pepper == b.digest.pepper && a.digest.mac == b.digest.mac &&
           a.digest.hash == b.digest.hash && a.created_at == b.created_at && a.last_used_at == b.last_used_at &&
           a.uses == b.uses;
}

[[nodiscard]] inline bool is_same_box(const std::optional<sealed_text>& a, const std::optional<sealed_text>& b) {
    return a.has_value() == b.has_value() &&
           (!a || (a->sealing_key == b->sealing_key && a->nonce == b->nonce && a->box == b->box));
}

/// The claims, for `replace(record&, now)`.
template <typename Replace>
[[nodiscard]] report rotation_claims(Replace replace) {
    report seen;
    const timestamp now = from_unix_ms(1'800'000'000'000);
    for (const key_state before : {key_state::pending, key_state::active, key_state::retiring, key_state::revoked}) {
        const std::string_view where = to_string(before);
        const record old = sample_of(before, now);
        record key = old;
        const result<void> done = replace(key, now);
        seen.check(is_same_key(key, old), "a rotation changes nothing but the state of the old key", where);
        if (!done) {
            seen.check(before != key_state::active, "an active key can be replaced", where);
            seen.check(key.state == old.state && key.retires_at == old.retires_at && key.revoked_at == old.revoked_at &&
                           is_same_box(key.sealed, old.sealed),
                       "a rotation that fails leaves the key as it was", where);
            continue;
        }
        seen.check(before != key_state::revoked, "a dead key is not replaced", where);
        seen.check(may_move(before, key.state), "a key moves forward", where);
        seen.check(key.state != key_state::active, "the old key does not stay active", where);
        if (key.state == key_state::retiring) {
            seen.check(key.retires_at && *key.retires_at > now, "a retiring key retires at a moment to come", where);
            seen.check(!key.revoked_at, "a retiring key is not said to be revoked", where);
            seen.check(is_same_box(key.sealed, old.sealed), "a retiring key keeps its sealed text", where);
            record later = old;
            const auto again = replace(later, now + std::chrono::hours{3});
            seen.check(again && later.retires_at && key.retires_at &&
                           *later.retires_at - *key.retires_at == std::chrono::hours{3},
                       "a grace is as long at any time", where);
        }
        if (key.state == key_state::revoked) {
            seen.check(key.revoked_at == now, "a revoked key says since when", where);
            seen.check(!key.sealed.has_value(), "a revoked key loses its sealed text", where);
            seen.check(key.retires_at == old.retires_at, "a revoked key gets no grace", where);
        }
    }
    return seen;
}

}  // namespace detail

/// Holds a rotation policy to the contract of `rotation_policy`, from every state that a key can be in.
template <typename Rotation>
[[nodiscard]] report rotation_conformance() {
    static_assert(rotation_policy<Rotation>,
                  "rotation_conformance<Rotation>: give Rotation `static result<void> replace(record&, timestamp)`");
    report seen = detail::rotation_claims([](record& key, timestamp now) { return Rotation::replace(key, now); });
    const auto control = [&seen](std::string_view what, auto replace) {
        seen.control(!detail::rotation_claims(replace), what);
    };
    using std::chrono::hours;
    control("a rotation that does nothing", [](record&, timestamp) -> result<void> { return {}; });
    control("a rotation that kills and keeps the sealed text, and kills twice",
            [](record& key, timestamp now) -> result<void> {
                key.state = key_state::revoked;
                key.revoked_at = now;
                return {};
            });
    control("a rotation that gives a dead key a grace", [](record& key, timestamp now) -> result<void> {
        if (key.state != key_state::revoked) return revoke(key, now);
        key.state = key_state::retiring;
        key.retires_at = now + hours{1};
        return {};
    });
    control("a rotation whose grace is over before it begins",
            [](record& key, timestamp now) { return retire(key, now); });
    control("a rotation whose grace ends on a fixed day",
            [](record& key, timestamp) { return retire(key, from_unix_ms(1'900'000'000'000)); });
    control("a rotation that retires without saying until when", [](record& key, timestamp now) {
        auto done = retire(key, now + hours{1});
        key.retires_at.reset();
        return done;
    });
    control("a rotation that revokes without saying when", [](record& key, timestamp now) {
        auto done = revoke(key, now);
        key.revoked_at.reset();
        return done;
    });
    control("a rotation that drops the sealed text of a key that is still good", [](record& key, timestamp now) {
        auto done = retire(key, now + hours{1});
        key.sealed = std::nullopt;
        return done;
    });
    control("a rotation that calls a retiring key revoked, too", [](record& key, timestamp now) {
        auto done = retire(key, now + hours{1});
        if (done) key.revoked_at = now;
        return done;
    });
    control("a rotation that counts itself as a use", [](record& key, timestamp now) {
        ++key.uses;
        key.last_used_at = now;
        return revoke(key, now);
    });
    control("a rotation that gives the old key the next generation", [](record& key, timestamp now) {
        ++key.generation;
        return revoke(key, now);
    });
    control("a rotation that never replaces", [](record&, timestamp) -> result<void> {
        return error{errc::illegal_state, "never"};
    });
    return seen;
}

}  // namespace shearline::inline v0_1::testing
