// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests a rotation policy: keys only move forward, and nothing else of a record changes.
// Depends on credential/record.hpp and testing/report.hpp; never on one rotation.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

namespace detail {

/// A key with every field set, or with all optional fields empty.
[[nodiscard]] inline record sample_of(key_state state, timestamp now, std::uint32_t generation, bool full) {
    record key;
    key.format = "sample";
    key.handle = handle{0xfedc'ba98'7654'3210};
    key.credential = credential_id::from_random({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
    key.generation = generation;
    key.state = state;
    key.digest = {.pepper = 2, .mac = {}};
    for (std::size_t i = 0; i < key.digest.mac.size(); ++i) key.digest.mac[i] = static_cast<std::byte>(i + 1);
    key.created_at = now - std::chrono::hours{full ? 5 : 1};
    if (full) {
        key.digest.hash = hash_name{"another-hash"};
        key.uses = 11;
        key.last_used_at = now - std::chrono::milliseconds{1'234};
    }
    if (state == key_state::retiring) key.retires_at = now + std::chrono::hours{1};
    if (state == key_state::revoked) {
        key.revoked_at = now - std::chrono::hours{1};
    } else if (full) {
        key.sealed = sealed_text{.sealing_key = 3, .nonce = {}, .box = std::vector<std::byte>(74, std::byte{0x5a})};
        key.sealed->nonce.fill(std::byte{0xa5});
    }
    return key;
}

/// Whether the fields that no rotation may change are equal.
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

/// The claims about `replace(record&, now)` for one key. `grace`: how long the first key of its state was retiring.
template <typename Replace>
void rotation_claims_of(report& seen, Replace& replace, const record& old, timestamp now, const std::string& where,
                        std::optional<std::chrono::milliseconds>& grace) {
    record key = old;
    const result<void> done = replace(key, now);
    seen.check(is_same_key(key, old), "a rotation changes nothing but the state of the old key", where);
    if (!done) {
        seen.check(old.state != key_state::active, "an active key can be replaced", where);
        seen.check(key.state == old.state && key.retires_at == old.retires_at && key.revoked_at == old.revoked_at &&
                       is_same_box(key.sealed, old.sealed),
                   "a rotation that fails leaves the key as it was", where);
        return;
    }
    seen.check(old.state != key_state::revoked, "a dead key is not replaced", where);
    seen.check(may_move(old.state, key.state), "a key moves forward", where);
    seen.check(key.state != key_state::active, "the old key does not stay active", where);
    if (key.state == key_state::retiring) {
        seen.check(key.retires_at && *key.retires_at > now, "a retiring key retires in the future", where);
        seen.check(!key.revoked_at, "a retiring key has no time of revocation", where);
        seen.check(is_same_box(key.sealed, old.sealed), "a retiring key keeps its sealed text", where);
        const auto lasts = key.retires_at.value_or(now) - now;
        if (!grace) grace = lasts;
        seen.check(lasts == *grace, "a grace has the same length at any time and for any key", where);
    }
    if (key.state == key_state::revoked) {
        seen.check(key.revoked_at == now, "a revoked key has the time of its revocation", where);
        seen.check(!key.sealed.has_value(), "a revoked key loses its sealed text", where);
        seen.check(key.retires_at == old.retires_at, "a revoked key gets no grace", where);
    }
}

/// The claims about `replace(record&, now)`: for keys in every state, new and old, used and unused, at any time of day,
/// and repeatedly.
template <typename Replace>
[[nodiscard]] report rotation_claims(Replace replace, std::string_view only = {}) {
    report seen{"rotation_conformance<Rotation>(", only};
    using std::chrono::milliseconds;
    const timestamp start = from_unix_ms(1'800'000'000'123);
    for (const key_state before : {key_state::pending, key_state::active, key_state::retiring, key_state::revoked}) {
        std::optional<milliseconds> grace;
        for (const std::uint32_t generation : {3U, 1U, 4'294'967'295U})
            for (const bool full : {true, false})
                for (const milliseconds later : {milliseconds{0}, milliseconds{4'651'007}, milliseconds{86'400'000}}) {
                    const timestamp now = start + later;
                    const record old = sample_of(before, now, generation, full);
                    const std::string where = std::string{to_string(before)} + ", generation " +
                                              std::to_string(generation) +
                                              (full ? ", used and sealed" : ", as issued") + ", at " +
                                              std::to_string(to_unix_ms(now)) + " ms";
                    // The first sets the grace that the others must have.
                    if (!grace || seen.wants(where)) rotation_claims_of(seen, replace, old, now, where, grace);
                }
        std::optional<milliseconds> same = grace;
        for (int call = 0; call < 1'000 && seen.wants(std::string{to_string(before)} + ", call"); ++call)
            rotation_claims_of(seen, replace, sample_of(before, start, 3, true), start,
                               std::string{to_string(before)} + ", call " + std::to_string(call), same);
    }
    return seen;
}

}  // namespace detail

/// Tests a rotation policy against the contract of `rotation_policy`, from every state of a key. `only` runs one case,
/// by the name that a report gives it, without the negative controls. Takes milliseconds.
///
/// Example:
///     struct at_once {
///         static shearline::result<void> replace(shearline::record& old, shearline::timestamp now) {
///             return shearline::revoke(old, now);
///         }
///     };
///     const auto seen = shearline::testing::rotation_conformance<at_once>();
template <typename Rotation>
[[nodiscard]] report rotation_conformance(std::string_view only = {}) {
    static_assert(rotation_policy<Rotation>,
                  "rotation_conformance<Rotation>: give Rotation `static result<void> replace(record&, timestamp)`");
    report seen = detail::rotation_claims([](record& key, timestamp now) { return Rotation::replace(key, now); }, only);
    if (!only.empty()) return seen;
    const auto control = [&seen](std::string_view what, auto replace) {
        seen.control(!detail::rotation_claims(replace), what);
    };
    using std::chrono::hours;
    control("a rotation that does nothing", [](record&, timestamp) -> result<void> { return {}; });
    control("a rotation that revokes without deleting the sealed text, and revokes twice",
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
    control("a rotation that retires without an end", [](record& key, timestamp now) {
        auto done = retire(key, now + hours{1});
        key.retires_at.reset();
        return done;
    });
    control("a rotation that revokes without a time", [](record& key, timestamp now) {
        auto done = revoke(key, now);
        key.revoked_at.reset();
        return done;
    });
    control("a rotation that deletes the sealed text of a valid key", [](record& key, timestamp now) {
        auto done = retire(key, now + hours{1});
        key.sealed = std::nullopt;
        return done;
    });
    control("a rotation that also marks a retiring key as revoked", [](record& key, timestamp now) {
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
    control("a rotation whose grace ends with the hour",
            [](record& key, timestamp now) { return retire(key, std::chrono::floor<hours>(now + hours{24})); });
    control("a rotation whose grace counts from the issue", [](record& key, timestamp now) {
        return retire(key, std::max(key.created_at, now - hours{9}) + hours{24});
    });
    control("a rotation whose grace counts from the last use",
            [](record& key, timestamp now) { return retire(key, key.last_used_at.value_or(now) + hours{24}); });
    control("a rotation that forgets the last use", [](record& key, timestamp now) {
        key.last_used_at.reset();
        return retire(key, now + hours{24});
    });
    control("a rotation that loses the name of the hash", [](record& key, timestamp now) {
        key.digest.hash = stored_digest{}.hash;
        return retire(key, now + hours{24});
    });
    control("a rotation that empties the box", [](record& key, timestamp now) {
        if (key.sealed) key.sealed->box.clear();
        return retire(key, now + hours{24});
    });
    control("a rotation that requires a sealed text", [](record& key, timestamp now) -> result<void> {
        if (!key.sealed) return error{errc::illegal_state, "no text"};
        return retire(key, now + hours{24});
    });
    control("a rotation that does not replace the first key", [](record& key, timestamp now) -> result<void> {
        if (key.generation == 1) return error{errc::illegal_state, "the first"};
        return revoke(key, now);
    });
    control("a rotation that fails after 500 calls", [calls = 0](record& key, timestamp now) mutable -> result<void> {
        if (++calls > 500) return error{errc::unavailable, "tired"};
        return revoke(key, now);
    });
    control("a rotation that never replaces", [](record&, timestamp) -> result<void> {
        return error{errc::illegal_state, "never"};
    });
    return seen;
}

}  // namespace shearline::inline v0_1::testing
