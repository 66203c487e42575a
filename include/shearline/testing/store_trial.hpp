// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Runs a sequence of calls on a store and on a model of it, and compares them.
// Depends on authority.hpp and testing/detail/authority_model.hpp; never on one store.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/authority.hpp>
#include <shearline/clock.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/rotation/immediate.hpp>
#include <shearline/rotation/overlap.hpp>
#include <shearline/testing/detail/authority_model.hpp>
#include <shearline/testing/store_steps.hpp>
#include <shearline/testing/temporary_folder.hpp>

namespace shearline::inline v0_1::testing {

/// A place that owns a store, which is empty at first; `store()` returns it. If it has `reopen()`, that closes the
/// store and opens it again, as after a restart; references to the old one are then invalid.
template <typename T>
concept store_place = requires(T& place) {
    requires key_store<typename T::store_type>;
    { place.store() } -> std::same_as<typename T::store_type&>;
};

/// A store and a model of it: each step is made in both, and then everything that can be read is compared. Not
/// thread-safe.
///
/// Example:
///     auto first_difference = []<typename Place>(Place& place, const std::vector<shearline::testing::store_step>&
///     steps) {
///         shearline::testing::store_trial<Place> trial{place};
///         for (const shearline::testing::store_step& step : steps)
///             if (auto wrong = trial.make(step)) return *wrong;
///         return std::string{};
///     };
template <typename Place>
class store_trial {
    static_assert(store_place<Place>,
                  "store_trial<Place>: Place must have `store_type`, a key_store, and `store_type& store()`");

    using format = key_format<"trial">;
    using immediate_bundle = policies<format, immediate, recoverable>;
    using overlap_bundle = policies<format, overlap<std::chrono::hours{1}>, recoverable>;
    template <typename Bundle>
    using authority_of = authority<Bundle, typename Place::store_type, manual_clock>;
    using transaction = typename Place::store_type::transaction;

public:
    using step_type = store_step;

    /// A random step.
    [[nodiscard]] static store_step any_step(std::mt19937_64& random) {
        return {static_cast<store_call>(random() % store_calls), static_cast<std::uint8_t>(random())};
    }

    explicit store_trial(Place& place) : store_trial{place, keyring::create(temporary_folder{}.file("keyring"))} {}
    /// With a keyring that is there: making one waits for the disk, which takes longer than most sequences.
    store_trial(Place& place, result<keyring> ring) : m_place{&place}, m_ring{std::move(ring)} {
        if (!m_ring || !open()) m_failure = "the store does not open";
    }

    /// Makes a step and compares everything. Returns the difference in words, or nothing.
    [[nodiscard]] std::optional<std::string> make(const store_step& step) {
        (void)make_unread(step);
        if (!m_failure) compare();
        return failure_of(step);
    }
    /// Makes a step and checks only its own answer: for many steps between two calls of `make`.
    [[nodiscard]] std::optional<std::string> make_unread(const store_step& step) {
        if (!m_failure) perform(step);
        return failure_of(step);
    }

private:
    [[nodiscard]] std::optional<std::string> failure_of(const store_step& step) const {
        if (!m_failure) return std::nullopt;
        return std::string{to_string(step.call)} + ": " + *m_failure;
    }
    void expect(bool held, std::string_view claim) {
        if (!held && !m_failure) m_failure = claim;
    }
    template <typename T>
    bool succeeded(const result<T>& outcome) {
        if (!outcome) expect(false, "failed with " + outcome.error().message());
        return static_cast<bool>(outcome);
    }
    template <typename T>
    void refused(const result<T>& outcome, errc code, std::string_view claim) {
        expect(!outcome && outcome.error().code() == code, claim);
    }

    bool open() {
        auto now = authority_of<immediate_bundle>::open(m_place->store(), *m_ring, m_clock);
        if (!now) return false;
        m_now.emplace(*std::move(now));
        return true;
    }

    void perform(const store_step& step) {
        if (step.call == store_call::wait) return m_clock.advance(std::chrono::minutes{30});
        if (step.call == store_call::flush_usage) return flush();
        if (step.call == store_call::reopen) return reopen();
        if (step.call == store_call::issue || step.call == store_call::issue_bounded || m_model.credentials.empty())
            return issue(step.call == store_call::issue_bounded, step.which, m_by);
        detail::expected_credential& owner = m_model.credentials[step.which % m_model.credentials.size()];
        switch (step.call) {
            case store_call::rotate: return rotate(owner, *m_now, false);
            case store_call::overlap: return rotate_with_grace(owner);
            case store_call::revoke: return revoke(owner);
            case store_call::revoke_key: return revoke_key(owner, step.which / m_model.credentials.size());
            case store_call::suspend: return suspend(owner, true);
            case store_call::resume: return suspend(owner, false);
            case store_call::reveal: return reveal(owner);
            case store_call::fail: return fail(owner);
            case store_call::stale: return stale(owner);
            case store_call::prune: return prune(owner, step.which % 3);
            default: return repeat(step.which);
        }
    }

    void issue(bool bounded, std::uint8_t which, const request_context& by) {
        new_credential asked{.tenant = which % 3 == 0 ? "acme" : "umbrella", .name = "integration"};
        asked.scopes = {"contacts:read"};
        if (bounded) asked.expires_at = m_clock.now() + std::chrono::minutes{90};
        const auto made = m_now->issue(asked, by);
        if (!succeeded(made)) return;
        m_model.credentials.push_back({.id = made->credential, .tenant = asked.tenant, .expires_at = asked.expires_at});
        add_key(m_model.credentials.back(), *made, 1);
        m_model.note(m_model.credentials.back(), change_kind::issued);
    }

    void add_key(detail::expected_credential& owner, const issued_key& made, std::uint32_t generation) {
        expect(made.generation == generation, "a key has the generation after the previous one");
        owner.generation = generation;
        owner.keys.insert(
            owner.keys.begin(),
            detail::expected_key{
                .handle = made.handle, .generation = generation, .text = std::string{made.text.reveal(unsafe_reveal)}});
    }

    template <typename Authority>
    void rotate(detail::expected_credential& owner, Authority& keys, bool with_grace) {
        const auto made = keys.rotate(owner.id, m_by);
        if (owner.revoked || (owner.expires_at && *owner.expires_at <= m_clock.now()))
            return refused(made, errc::illegal_state, "a dead credential was rotated");
        if (!succeeded(made)) return;
        for (detail::expected_key& key : owner.keys) {
            const bool retires = with_grace && key.state == key_state::active;
            if (retires) key.retires_at = m_clock.now() + std::chrono::hours{1};
            if (key.state != key_state::revoked) key.state = retires ? key_state::retiring : key_state::revoked;
        }
        const std::uint32_t generation = owner.generation + 1;
        if (generation > Authority::kept_generations) owner.forget(generation - Authority::kept_generations + 1);
        add_key(owner, *made, generation);
        ++owner.version;
        m_model.note(owner, change_kind::rotated);
    }

    /// By another authority on the same store, which is opened when it is needed first.
    void rotate_with_grace(detail::expected_credential& owner) {
        if (!m_later) {
            auto later = authority_of<overlap_bundle>::open(m_place->store(), *m_ring, m_clock);
            if (!succeeded(later)) return;
            m_later.emplace(*std::move(later));
        }
        rotate(owner, *m_later, true);
    }

    /// Prunes as a rotation does once there are many generations.
    void prune(detail::expected_credential& owner, std::uint32_t kept) {
        const std::uint32_t below = owner.generation - std::min(owner.generation - 1, kept) + 1;
        const auto pruned = m_place->store().transact([&](transaction& tx) -> result<std::size_t> {
            auto alive = tx.live_keys_of(owner.id);
            if (!alive) return std::move(alive).error();
            expect(owner.has_live_keys(*alive), "a transaction reads other keys than those that are not revoked");
            auto done = tx.prune(owner.id, below);
            const auto left = tx.live_keys_of(owner.id);
            expect(left && owner.has_live_keys(*left), "a live key was pruned");
            return done;
        });
        if (!succeeded(pruned)) return;
        expect(*pruned == owner.forget(below), "a prune deleted another number of keys");
    }

    void revoke(detail::expected_credential& owner) {
        if (!succeeded(m_now->revoke(owner.id, m_by)) || owner.revoked) return;
        owner.revoked = true;
        for (detail::expected_key& key : owner.keys) key.state = key_state::revoked;
        ++owner.version;
        m_model.note(owner, change_kind::credential_revoked);
    }

    void revoke_key(detail::expected_credential& owner, std::size_t which) {
        if (owner.keys.empty()) return;
        detail::expected_key& key = owner.keys[which % owner.keys.size()];
        if (!succeeded(m_now->revoke(key.handle, m_by)) || key.state == key_state::revoked) return;
        key.state = key_state::revoked;
        ++owner.version;
        m_model.note(owner, change_kind::key_revoked);
    }

    void suspend(detail::expected_credential& owner, bool suspended) {
        const auto done = suspended ? m_now->suspend(owner.id, m_by) : m_now->resume(owner.id, m_by);
        if (owner.revoked) return refused(done, errc::illegal_state, "a revoked credential was suspended or resumed");
        if (!succeeded(done) || owner.suspended == suspended) return;
        owner.suspended = suspended;
        ++owner.version;
        m_model.note(owner, suspended ? change_kind::suspended : change_kind::resumed);
    }

    void reveal(detail::expected_credential& owner) {
        const auto text = m_now->reveal(owner.id, m_by);
        const bool is_kept = !owner.keys.empty() && owner.keys.front().generation == owner.generation;
        if (owner.revoked || !is_kept || owner.keys.front().state == key_state::revoked ||
            detail::authority_model::is_over(owner, owner.keys.front(), m_clock.now()))
            return refused(text, errc::illegal_state, "a dead key was revealed");
        if (!succeeded(text)) return;
        expect(text->reveal(unsafe_reveal) == owner.keys.front().text, "another text was revealed than was issued");
        ++m_model.events;
    }

    void fail(detail::expected_credential& owner) {
        const auto outcome = m_place->store().transact([&](transaction& tx) -> result<void> {
            auto there = tx.find(owner.id);
            if (!there) return std::move(there).error();
            expect(there->has_value(), "a transaction finds what is stored");
            if (m_failure) return {};
            credential changed = **there;
            changed.suspended = !changed.suspended;
            ++changed.version;
            auto done = tx.update(changed);
            change what;
            what.kind = change_kind::suspended;
            what.credential = owner.id;
            what.version = changed.version;
            what.at = m_clock.now();
            audit_event event;
            event.at = m_clock.now();
            event.actor = "nobody";
            event.action = "none";
            event.tenant = owner.tenant;
            event.credential = owner.id;
            if (done) done = tx.append(what);
            if (done) done = tx.append(event);
            if (!done) return done;
            const auto again = tx.find(owner.id);
            expect(again && *again && (*again)->suspended == changed.suspended, "a transaction reads its own writes");
            return error{errc::not_recoverable, "on purpose"};
        });
        refused(outcome, errc::not_recoverable, "a body that failed did not fail its transaction");
    }

    void stale(detail::expected_credential& owner) {
        const auto outcome = m_place->store().transact([&](transaction& tx) -> result<void> {
            auto there = tx.find(owner.id);
            if (!there) return std::move(there).error();
            if (!*there) return error{errc::not_found, "gone"};
            credential old = **there;
            old.name = "lost update";
            return tx.update(old);  // of the version that is stored, and not of the one after
        });
        refused(outcome, errc::conflict, "an update with an outdated version was accepted");
        const auto doubled = m_place->store().transact([&](transaction& tx) -> result<void> {
            auto there = tx.find(owner.id);
            if (!there) return std::move(there).error();
            if (!*there) return error{errc::not_found, "gone"};
            return tx.insert(**there);
        });
        refused(doubled, errc::conflict, "a credential was inserted twice");
    }

    void repeat(std::uint8_t which) {
        request_context by = m_by;
        by.idempotency_token = "token-of-a-repeated-call-" + std::to_string(m_tokens++);
        issue(false, which, by);
        if (m_failure) return;
        const detail::expected_credential& first = m_model.credentials.back();
        new_credential asked{.tenant = first.tenant, .name = "integration"};
        asked.scopes = {"contacts:read"};
        const auto again = m_now->issue(asked, by);
        if (!succeeded(again)) return;
        expect(again->credential == first.id && again->handle == first.keys.front().handle,
               "a repeated call has another outcome");
        ++m_model.events;  // it gave the key's text again
        asked.name = "another name";
        refused(m_now->issue(asked, by), errc::conflict, "a token was accepted for other arguments");
    }

    void flush() {
        if (!succeeded(m_now->flush_usage())) return;
        m_flushed = true;
    }

    void reopen() {
        if constexpr (requires { m_place->reopen(); }) {
            flush();  // the counts must be there after reopening
            m_now.reset();
            m_later.reset();
            m_place->reopen();
            expect(open(), "the store does not open again");
        }
    }

    void compare() {
        const auto differs = m_model.difference(
            m_place->store(), format::name, m_clock.now(), m_flushed,
            [this](std::string_view text) { return static_cast<bool>(m_now->verify(text, "contacts:read")); });
        if (differs) m_failure = *differs;
        for (const detail::expected_credential& owner : m_model.credentials) {
            const auto view = m_now->find(owner.id);
            expect(view && view->proved, "the proof of a credential is not that of its rows");
        }
        m_flushed = false;
    }

    Place* m_place;
    result<keyring> m_ring;
    manual_clock m_clock{from_unix_ms(1'736'942'400'000)};
    request_context m_by{.actor = "trial"};
    std::optional<authority_of<immediate_bundle>> m_now;
    std::optional<authority_of<overlap_bundle>> m_later;
    detail::authority_model m_model;
    std::uint64_t m_tokens = 0;
    bool m_flushed = false;
    std::optional<std::string> m_failure;
};

}  // namespace shearline::inline v0_1::testing
