// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Once for a store of before proofs: vouches for what it holds. And drops a proof key that proves nothing any more.
// Depends on store/, keyring.hpp and authority/steps.hpp; never on one store.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <shearline/authority/feed_watch.hpp>
#include <shearline/authority/requests.hpp>
#include <shearline/authority/steps.hpp>
#include <shearline/chrono.hpp>
#include <shearline/clock.hpp>
#include <shearline/concepts.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/keyring_binding.hpp>
#include <shearline/store/row_prover.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0_1 {

/// What `prove_store` is about to do, for the person who decides.
struct store_vouching {
    std::uint64_t credentials = 0;  ///< that the store holds

    /// One sentence, for a terminal.
    [[nodiscard]] std::string text() const {
        return "About to vouch for " + std::to_string(credentials) +
               (credentials == 1 ? " credential" : " credentials") +
               " exactly as the store holds them now, with all their keys, scopes and tenants. From then "
               "on "
               "a row that is edited by hand is refused.";
    }
};

/// Whether other stores of the same keyring will be proved later.
enum class more_stores : bool { none, follow };

namespace detail {

/// Counts the credentials of a scan.
struct credential_counter {
    std::uint64_t credentials = 0;
    [[nodiscard]] result<void> begin(std::uint64_t announced, std::uint64_t /*keys*/) {
        credentials = announced;
        return {};
    }
    [[nodiscard]] static result<void> take(const scanned_credential& /*owner*/, std::span<const scanned_key> /*keys*/) {
        return {};
    }
};

struct proof_key_dropper {
    [[nodiscard]] static result<keyring> drop(const keyring& from, std::uint32_t number) {
        return from.without(key_kind::proof, number);
    }
};

/// What a store says of itself, in one read.
struct store_standing {
    std::optional<store_identity> identity;
    bool is_empty = false;
    [[nodiscard]] bool is_proved() const { return identity && identity->proof.key != 0; }
};
template <typename Store>
[[nodiscard]] result<store_standing> standing_of(Store& store) {
    return store.transact([](typename Store::transaction& tx) -> result<store_standing> {
        auto known = tx.identity();
        if (!known) return std::move(known).error();
        auto head = tx.head();
        if (!head) return std::move(head).error();
        if (head->closed) return store_closed();
        return store_standing{*std::move(known), head->sequence == 0};
    });
}

/// Proves every credential of a store, in transactions of one page each, and tells the audit of each.
template <typename Prover, typename Store>
[[nodiscard]] result<std::uint64_t> prove_all(Store& store, const Prover& with, const request_context& by) {
    std::uint64_t proved = 0;
    page_request which{.limit = 500};
    do {
        auto some = store.list(which, std::string_view{});
        if (!some) return std::move(some).error();
        auto done = store.transact([&](typename Store::transaction& tx) -> result<void> {
            for (const credential_view& one : some->items) {
                auto owner = owner_of(tx, one.about.id);
                if (!owner) return std::move(owner).error();
                auto each = prove_stored(tx, with, *owner);
                if (each) each = audit(tx, *owner, "prove", std::nullopt, by, system_clock{}.now());
                if (!each) return each;
            }
            return {};
        });
        if (!done) return std::move(done).error();
        proved += some->items.size();
        which.cursor = std::move(some->next);
    } while (!which.cursor.empty());
    return proved;
}

}  // namespace detail

/// Vouches, once, for a store whose rows are from before they were proved: calls `confirm(const store_vouching&) ->
/// bool` with what is about to be proved, and if that is true, proves every credential as it is, and returns their
/// number; 0 if there was nothing to do, or `confirm` said no. Afterwards authorities and verifiers open the store.
///
/// The keyring's file gets its first proof key, before anything is proved with it, and at the end the store's id: from
/// then on it vouches for no other store, unless `more_stores::follow`, because a store of a keyring that has proved
/// its stores, and that has none or other proofs, was edited. Stop every program that uses the store first, and make a
/// backup. If it is cut off, call it again. O(n); not thread-safe for one store.
///
/// Errors: `wrong_keyring` if the keyring is not the store's, or has proved its stores; those of `keyring::open` and
/// `keyring::save`; those of the store; `invalid_argument` for a context that cannot be audited.
///
/// Example:
///     auto upgrade = []<typename Policies, typename Store>(Store& store) {
///         const auto ask = [](const shearline::store_vouching& about) {
///             return about.credentials < 1'000;  // show about.text(), and ask
///         };
///         return shearline::prove_store<Policies>(store, "keyring", {.actor = "admin"}, ask);
///     };
template <typename Policies, typename Store, typename Confirm>
[[nodiscard]] result<std::uint64_t> prove_store(Store& store, const std::string& keyring_path,
                                                const request_context& by, Confirm confirm,
                                                more_stores others = more_stores::none) {
    static_assert(key_store<Store>, "prove_store: Store must model key_store, as sqlite_store does");
    using hash = detail::proof_hash<Policies>;
    if (auto good = detail::check(by); !good) return std::move(good).error();
    auto ring = keyring::open(keyring_path);
    if (!ring) return std::move(ring).error();
    const auto save = [&](result<keyring> next) -> result<void> {
        if (!next) return std::move(next).error();
        if (auto saved = next->save(keyring_path); !saved) return saved;
        ring = std::move(next);
        return {};
    };
    auto found = detail::standing_of(store);
    if (!found) return std::move(found).error();
    if (!found->is_proved() && !found->is_empty && !ring->may_prove_stores()) return detail::not_proved(*ring);
    if (found->identity) {
        auto same = found->is_proved() ? detail::check_identity<hash>(*found->identity, *ring)
                                       : detail::check_continues(*ring, found->identity->keyring);
        if (!same) return std::move(same).error();
    }
    detail::credential_counter count;
    if (auto counted = store.scan(Policies::format::name, count); !counted) return std::move(counted).error();
    const bool is_needed = !found->is_proved() && !found->is_empty;
    if (is_needed && !confirm(store_vouching{count.credentials})) return std::uint64_t{0};
    if (ring->proof_keys().empty())
        if (auto saved = save(ring->with_new_proof_key()); !saved) return std::move(saved).error();
    std::uint64_t proved = 0;
    if (found->is_empty && !found->is_proved()) {
        auto bound =
            store.transact([&](typename Store::transaction& tx) { return detail::bind_keyring<hash>(tx, *ring); });
        if (!bound) return std::move(bound).error();
        found->identity = *std::move(bound);
    } else if (is_needed) {
        auto id = detail::new_store_id();
        if (!id) return std::move(id).error();
        auto prover = detail::row_prover<hash>::make(*ring, *id);
        if (!prover) return std::move(prover).error();
        auto all = detail::prove_all(store, *prover, by);
        if (!all) return all;
        proved = *all;
        auto identity = detail::identity_for<hash>(*ring, *id);
        if (!identity) return std::move(identity).error();
        auto done = store.transact([&](typename Store::transaction& tx) { return tx.put(*identity); });
        if (!done) return std::move(done).error();
        found->identity = *std::move(identity);
    }
    if (ring->may_prove_stores())  // the store was proved just now, or by a call that was cut off
        if (auto saved = save(ring->with_proved_store(found->identity->id, others == more_stores::follow)); !saved)
            return std::move(saved).error();
    return proved;
}

/// A keyring without a retired proof key that proves no row of these stores any more: name every store that the keyring
/// is used with. Save it, and give it to `authority::use` and `verifier::use`.
///
/// Errors: `illegal_state` if a row is still proved with it (`authority::reprove` makes new proofs; an idempotency
/// entry lives for a day), if it is the current one, or dropped already; `not_found`; those of the stores.
///
/// Example:
///     auto drop_first = [](auto& store, const shearline::keyring& ring) {
///         return shearline::without_proof_key(ring, 1, store);
///     };
template <typename... Stores>
[[nodiscard]] result<keyring> without_proof_key(const keyring& ring, std::uint32_t number, Stores&... all_stores) {
    static_assert(sizeof...(Stores) > 0, "without_proof_key: name every store that the keyring is used with");
    result<void> unused;
    const auto look = [&](auto& store) {
        using transaction = typename std::remove_reference_t<decltype(store)>::transaction;
        if (unused)
            unused = store.transact([number](transaction& tx) { return detail::check_proof_unused(tx, number); });
    };
    (look(all_stores), ...);
    if (!unused) return std::move(unused).error();
    return detail::proof_key_dropper::drop(ring, number);
}

}  // namespace shearline::inline v0_1
