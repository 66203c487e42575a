// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Runs changes: in one transaction, once per idempotency token, and never in a store that was rolled back.
// Depends on store/ and rules/; for authority.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <shearline/authority/feed_watch.hpp>
#include <shearline/authority/keyring_snapshot.hpp>
#include <shearline/authority/requests.hpp>
#include <shearline/authority/steps.hpp>
#include <shearline/chrono.hpp>
#include <shearline/credential/issued_key.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/digest/hash_context.hpp>
#include <shearline/keyring.hpp>
#include <shearline/rules/monotonic_time.hpp>

namespace shearline::inline v0_1::detail {

/// The subject of a change, as the audit and an idempotency token name it.
struct change_subject {
    std::string_view action;
    credential_id credential;
    handle key{};                  ///< 0 for a change of the whole credential
    bool may_be_unproved = false;  ///< the change is made even if the rows were edited
    const new_credential* edits = nullptr;
};

/// The store, the keyring and the clock of an authority. Movable; otherwise thread-safe.
template <typename Policies, typename Store, typename Clock>
class change_runner {
    using transaction = typename Store::transaction;

public:
    change_runner(Store& store, Clock clock) : m_store{std::addressof(store)}, m_clock{std::move(clock)} {}

    [[nodiscard]] Store& store() const noexcept { return *m_store; }

    /// Binds the store to a keyring and uses it from now on. Must be the first call.
    [[nodiscard]] result<void> use(const keyring& ring) { return m_secrets->use(*m_store, ring); }
    [[nodiscard]] auto secrets() const { return m_secrets->get(); }

    /// The time that decisions are made at.
    [[nodiscard]] timestamp now() const noexcept { return m_time->at(m_clock.now()); }

    /// The newest change seen in the store's feed, by `verify` too.
    [[nodiscard]] feed_watch& feed() const noexcept { return *m_feed; }
    /// `rolled_back` if the feed ends before a change that was seen: the store was restored from an older copy.
    /// `illegal_state` if the store was closed.
    [[nodiscard]] result<void> check_feed() const {
        const std::uint64_t seen = m_feed->newest();
        auto head = m_store->head();
        if (!head) return std::move(head).error();
        return m_feed->look(*head, seen);
    }

    [[nodiscard]] result<void> check_reading(tenant_filter of) const {
        if (auto good = check(of); !good) return good;
        return check_feed();
    }

    /// A store that was rolled back may lack the key.
    [[nodiscard]] reason why_unknown() const {
        const auto same = check_feed();
        if (same) return reason::unknown_handle;
        return same.error().code() == errc::rolled_back ? reason::stale : reason::store_unavailable;
    }

    /// A key, its credential and the end of the feed. `not_found`; `rolled_back`, as the key may be lacking for that.
    [[nodiscard]] result<key_view> view_of(const handle& key) const {
        auto found = m_store->look_up(Policies::format::name, key);
        if (!found) return std::move(found).error();
        if (!*found) {
            if (auto same = check_feed(); !same) return std::move(same).error();
            return error{errc::not_found, "no key has this handle"};
        }
        return **std::move(found);
    }

    /// Runs `body(tx, now)` in one transaction, if the context is valid and its deadline has not passed.
    template <typename Body>
    auto run(const request_context& by, Body body) {
        using outcome = decltype(body(std::declval<transaction&>(), timestamp{}));
        if (auto good = check(by); !good) return outcome{good.error()};
        const std::uint64_t seen = m_feed->newest();
        feed_head reached;
        outcome done = m_store->transact([&](transaction& tx) -> outcome {
            if (by.deadline && std::chrono::steady_clock::now() >= *by.deadline)
                return error{errc::deadline_exceeded,
                             "the deadline passed before the change began: nothing was changed"};
            auto before = tx.head();
            if (!before) return std::move(before).error();
            if (auto same = m_feed->look(*before, seen); !same) return std::move(same).error();
            if (auto ours = secrets()->check_store(tx); !ours) return std::move(ours).error();
            outcome made = body(tx, now());
            if (!made) return made;
            auto after = tx.head();
            if (!after) return std::move(after).error();
            reached = *after;
            return made;
        });
        if (done) (void)m_feed->look(reached, seen);
        return done;
    }

    /// Runs `body(tx, owner, now)` once per idempotency token, on a credential that must exist.
    template <typename Body>
    result<issued_key> change(const change_subject& what, const request_context& by, Body body) {
        return run(by, [&](transaction& tx, timestamp now) -> result<issued_key> {
            auto owner = what.may_be_unproved ? owner_of(tx, what.credential)
                                              : proved_owner_of(tx, secrets()->rows, what.credential);
            if (!owner) return std::move(owner).error();
            hash_context arguments{what.action};
            arguments.text(what.credential.to_string()).number(what.key.value);
            if (what.edits != nullptr) append(arguments, *what.edits);
            const change_request request{what.action, owner->tenant, std::move(arguments), owner->id};
            return secrets()->once(tx, request, by, now, [&] {
                auto outcome = body(tx, *owner, now);
                if (outcome) outcome->credential = owner->id;
                return outcome;
            });
        });
    }

    /// The same for a change that gives no key, by `body(tx, owner, now) -> result<void>`.
    template <typename Body>
    result<void> edit(const change_subject& what, const request_context& by, Body body) {
        auto done = change(what, by, [&](transaction& tx, credential& owner, timestamp now) -> result<issued_key> {
            if (auto made = body(tx, owner, now); !made) return std::move(made).error();
            return issued_key{};
        });
        return done ? result<void>{} : result<void>{std::move(done).error()};
    }

private:
    Store* m_store;
    Clock m_clock;
    std::shared_ptr<monotonic_time> m_time = monotonic_time::of(m_store);
    std::unique_ptr<current_keyring<Policies>> m_secrets = std::make_unique<current_keyring<Policies>>();
    std::unique_ptr<feed_watch> m_feed = std::make_unique<feed_watch>();
};

}  // namespace shearline::inline v0_1::detail
