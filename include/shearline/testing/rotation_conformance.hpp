// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Holds a rotation policy to its contract: keys only move forward, and nothing else of a record changes.
// Depends on credential/record.hpp and testing/report.hpp; never on one rotation.
#pragma once

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
           a.created_at == b.created_at && a.last_used_at == b.last_used_at && a.uses == b.uses;
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
            seen.check(key.state == old.state && key.retires_at == old.retires_at && key.revoked_at == old.revoked_at,
                       "a rotation that fails leaves the key as it was", where);
            continue;
        }
        seen.check(before != key_state::revoked, "a dead key is not replaced", where);
        seen.check(may_move(before, key.state), "a key moves forward", where);
        seen.check(key.state != key_state::active, "the old key does not stay active", where);
        if (key.state == key_state::retiring)
            seen.check(key.retires_at && *key.retires_at > now, "a retiring key retires at a moment to come", where);
        if (key.state == key_state::revoked) {
            seen.check(key.revoked_at == now, "a revoked key says since when", where);
            seen.check(!key.sealed.has_value(), "a revoked key loses its sealed text", where);
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
    const auto caught = [](auto replace) { return !detail::rotation_claims(replace); };
    seen.control(caught([](record&, timestamp) -> result<void> { return {}; }), "a rotation that does nothing");
    seen.control(caught([](record& key, timestamp now) -> result<void> {
                     key.state = key_state::revoked;
                     key.revoked_at = now;
                     return {};
                 }),
                 "a rotation that kills and keeps the sealed text, and kills twice");
    seen.control(caught([](record& key, timestamp now) -> result<void> {
                     if (key.state == key_state::revoked) {
                         key.state = key_state::retiring;
                         key.retires_at = now + std::chrono::hours{1};
                         return {};
                     }
                     return revoke(key, now);
                 }),
                 "a rotation that gives a dead key a grace");
    seen.control(caught([](record& key, timestamp now) { return retire(key, now); }),
                 "a rotation whose grace is over before it begins");
    return seen;
}

}  // namespace shearline::inline v0_1::testing
