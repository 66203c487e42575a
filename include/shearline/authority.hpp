// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The control plane: issues, verifies strictly, rotates, revokes, suspends, reveals, lists and tells what happened.
// Depends on every layer below; never on one store, and never on http/.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/authority/change_runner.hpp>
#include <shearline/authority/idempotency.hpp>
#include <shearline/authority/key_maker.hpp>
#include <shearline/authority/requests.hpp>
#include <shearline/authority/steps.hpp>
#include <shearline/authority/usage_log.hpp>
#include <shearline/clock.hpp>
#include <shearline/concepts.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/issued_key.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/secret_floor.hpp>
#include <shearline/policies.hpp>
#include <shearline/rules/scope.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1 {

/// The credentials of one format in one store. The store is borrowed and must outlive it; of the keyring it holds a
/// snapshot. Movable; after that, everything may be called from any thread, and every call may block on the store.
///
/// Time does not go back: what has expired once, here or for another authority or verifier of this store object in this
/// process, stays expired when the clock steps back. A clock that jumps more than a day past that, and is more than a
/// day ahead of the system's clock, is believed for that call alone.
///
/// A change is checked, made and recorded in one transaction: credential, record, feed and audit event appear together
/// or not at all, and what a call returned is durable. Every change can fail with `invalid_argument` (the context or
/// the arguments), `deadline_exceeded`, `not_found`, `conflict` (the idempotency token came with other arguments
/// before), `rolled_back` (the store was restored from an older copy since this authority saw it) and what the store
/// says; after `in_doubt`, repeat the call with the same idempotency token.
template <typename Policies, typename Store, typename Clock>
class authority {
    static_assert(key_store<Store>, "authority<Policies, Store>: Store must model key_store, as sqlite_store does");
    static_assert(clock_source<Clock>, "authority<..., Clock>: Clock must have `timestamp now() const noexcept`");
    static_assert(Policies::format::has_handle,
                  "authority: a key of this format carries no handle to look it up by: give the format a handle_field");
    static_assert(unguessable_format<typename Policies::format>,
                  "authority: a secret under 128 bits can be guessed: give secret_field 22 base62 characters or more");

    using format = typename Policies::format;
    using transaction = typename Store::transaction;

public:
    /// How many generations of a credential are kept, the newest: a rotation forgets keys that are revoked and older,
    /// some hundred at the most. The audit keeps what happened to them.
    static constexpr std::uint32_t kept_generations = 16;

    /// Takes up a store under a keyring. `wrong_keyring` where the store's records were made under another one, or
    /// where a key of it is missing here (an older copy of the file); `wrong_hash` where the keys of this format were
    /// made with another hash.
    [[nodiscard]] static result<authority> open(Store& store, const keyring& ring, const Clock& clock = Clock{}) {
        detail::change_runner<Policies, Store, Clock> changes{store, clock};
        if (auto done = changes.use(ring); !done) return std::move(done).error();
        if (auto same = changes.check_feed(); !same) return std::move(same).error();
        return authority{std::move(changes)};
    }
    static result<authority> open(Store&&, const keyring&, const Clock& = Clock{}) = delete;

    /// Goes on with another snapshot of the keyring, as after a new pepper was made or an old one dropped. Whatever
    /// begins after this returned uses it: a dropped pepper proves nothing. Thread-safe. Errors: those of `open`, and
    /// then everything is as it was.
    [[nodiscard]] result<void> use(const keyring& ring) { return m_changes.use(ring); }

    /// Whether a text is a key that holds `scope`; no key holds an empty one. Strict: asks the store each time, but not
    /// for a text whose checksum is wrong. Constant-time in digest and peppers; one look-up and one hash. Out of memory
    /// ends the process, as in every `noexcept` function.
    [[nodiscard]] verdict verify(std::string_view text, required_scope scope = any_scope) const noexcept {
        const auto presented = parse<format>(text);
        if (!presented) return reason_of(presented.error());
        const std::uint64_t seen = m_changes.feed().newest();
        const auto found = m_changes.store().look_up(format::name, presented->handle);
        if (!found) return reason::store_unavailable;
        if (!*found) return why_unknown();
        const auto& [owner, key, head] = **found;
        if (!m_changes.feed().look(head, seen)) return reason::stale;
        const auto secrets = m_changes.secrets();
        if (const auto refuted = secrets->keys.refute(key, *presented)) return *refuted;
        const timestamp now = m_changes.now();
        if (const auto refused = refusal_of(standing_at(owner, key, now))) return *refused;
        if (!scope.is_any() && !scopes_cover(owner.scopes, scope.text())) return reason::missing_scope;
        m_usage->note(key.handle, now);
        return grant{owner.id, std::make_shared<const grant_profile>(grant_profile{owner.tenant, owner.scopes}),
                     key.handle,
                     key.state == key_state::retiring && key.retires_at ? *key.retires_at : grant::not_retiring,
                     secrets->keys.is_outdated(key)};
    }

    /// Makes a credential and its first key.
    [[nodiscard]] result<issued_key> issue(const new_credential& asked, const request_context& by) {
        if (auto good = detail::check(asked); !good) return std::move(good).error();
        return m_changes.run(by, [&](transaction& tx, timestamp now) {
            const detail::change_request request{"issue", asked.tenant, detail::context_of(asked)};
            return m_changes.secrets()->once(tx, request, by, now, [&]() -> result<issued_key> {
                if (asked.expires_at && *asked.expires_at <= now)
                    return error{errc::invalid_argument, "expires_at is not in the future: the key would open nothing"};
                auto id = detail::key_maker<Policies>::new_id();
                if (!id) return std::move(id).error();
                const credential owner = credential_from(asked, *id, now);
                if (auto done = tx.insert(owner); !done) return std::move(done).error();
                auto made = add_key(tx, owner, now);
                if (!made) return made;
                if (auto done = detail::tell(tx, owner, {change_kind::issued, "issue", made->handle}, by, now); !done)
                    return std::move(done).error();
                return made;
            });
        });
    }

    /// Regenerates: gives a credential its next key, and lets the rotation policy end the one before it. Name, scopes,
    /// tenant and metadata stay; of older keys see `kept_generations`. `illegal_state` for a credential that was
    /// revoked or has expired.
    [[nodiscard]] result<issued_key> rotate(const credential_id& id, const request_context& by) {
        return m_changes.change(
            {"rotate", id}, by, [&](transaction& tx, credential& owner, timestamp now) -> result<issued_key> {
                if (auto alive = detail::not_revoked(owner); !alive) return std::move(alive).error();
                if (owner.expires_at && *owner.expires_at <= now)
                    return error{errc::illegal_state, "the credential has expired: issue a new one"};
                std::optional<timestamp> previous_until;
                const auto give_way = [&](record& key) {
                    // Who was retiring before has had its grace: a credential has two live keys at the most.
                    if (key.state != key_state::active) return shearline::revoke(key, now);
                    auto replaced = Policies::rotation::replace(key, now);
                    if (replaced && key.state == key_state::retiring) previous_until = key.retires_at;
                    return replaced;
                };
                if (auto done = detail::move_live_keys(tx, id, give_way); !done) return std::move(done).error();
                ++owner.generation;
                if (owner.generation > kept_generations)
                    if (auto done = tx.prune(id, owner.generation - kept_generations + 1); !done)
                        return std::move(done).error();
                auto made = add_key(tx, owner, now);
                if (!made) return made;
                made->previous_until = previous_until;
                if (auto done =
                        detail::store_change(tx, owner, {change_kind::rotated, "rotate", made->handle}, by, now);
                    !done)
                    return std::move(done).error();
                return made;
            });
    }

    /// Kills a credential and every key of it, for good, and deletes their sealed texts (backups of the store may hold
    /// them still). A success where that was done before.
    [[nodiscard]] result<void> revoke(const credential_id& id, const request_context& by) {
        return without_key(m_changes.change(
            {"revoke", id}, by, [&](transaction& tx, credential& owner, timestamp now) -> result<issued_key> {
                if (owner.revoked_at) return issued_key{};
                const auto kill = [now](record& key) { return shearline::revoke(key, now); };
                auto done = detail::move_live_keys(tx, id, kill);
                owner.revoked_at = now;
                if (done) done = detail::store_change(tx, owner, {change_kind::credential_revoked, "revoke"}, by, now);
                if (!done) return std::move(done).error();
                return issued_key{};
            }));
    }

    /// Kills one key, for good, and deletes its sealed text. Its credential and its other keys stay as they are. A
    /// success where that was done before; `not_found` once the key is forgotten (see `kept_generations`).
    [[nodiscard]] result<void> revoke(const handle& key, const request_context& by) {
        auto found = view_of(key);
        if (!found) return std::move(found).error();
        return without_key(m_changes.change(
            {"revoke key", found->about.id, key}, by,
            [&](transaction& tx, credential& owner, timestamp now) -> result<issued_key> {
                auto stored = tx.find(format::name, key);
                if (!stored) return std::move(stored).error();
                if (!*stored) return error{errc::not_found, "no key has this handle"};
                if ((*stored)->state == key_state::revoked) return issued_key{};
                auto done = shearline::revoke(**stored, now);
                if (done) done = tx.update(**stored);
                if (done)
                    done = detail::store_change(tx, owner, {change_kind::key_revoked, "revoke key", key}, by, now);
                if (!done) return std::move(done).error();
                return issued_key{};
            }));
    }

    /// Denies every key of a credential until `resume`. `illegal_state` for a revoked one; a success where it was
    /// suspended before.
    [[nodiscard]] result<void> suspend(const credential_id& id, const request_context& by) {
        return set_suspended(true, {"suspend", id}, change_kind::suspended, by);
    }

    /// Ends a suspension: the keys are what they were. `illegal_state` for a revoked credential; a success where it was
    /// not suspended.
    [[nodiscard]] result<void> resume(const credential_id& id, const request_context& by) {
        return set_suspended(false, {"resume", id}, change_kind::resumed, by);
    }

    /// The text of a credential's newest key, which must be alive: neither revoked nor run out (`illegal_state`). The
    /// audit event is committed before the answer is given. `not_recoverable` under `show_once`; `corrupt` where what
    /// is stored is not the sealed text of this very key.
    [[nodiscard]] result<secret_text> reveal(const credential_id& id, const request_context& by) {
        return m_changes.run(by, [&](transaction& tx, timestamp now) -> result<secret_text> {
            auto owner = detail::owner_of(tx, id);
            if (!owner) return std::move(owner).error();
            auto keys = tx.live_keys_of(id);
            if (!keys) return std::move(keys).error();
            if (keys->empty() || keys->front().generation != owner->generation ||
                !is_live(standing_at(*owner, keys->front(), now)))
                return error{errc::illegal_state, "the credential has no live key to show"};
            auto text = m_changes.secrets()->keys.open(*owner, keys->front());
            if (!text) return text;
            if (auto done = detail::audit(tx, *owner, "reveal", keys->front().handle, by, now); !done)
                return std::move(done).error();
            return text;
        });
    }

    /// A credential and its newest keys, newest first.
    [[nodiscard]] result<credential_view> find(const credential_id& id) const {
        if (auto same = m_changes.check_feed(); !same) return std::move(same).error();
        auto found = m_changes.store().read(id);
        if (!found) return std::move(found).error();
        if (!*found) return error{errc::not_found, "no credential has this name"};
        return *std::move(*found);
    }

    /// The credential that a key belongs to, and its newest keys.
    [[nodiscard]] result<credential_view> find(const handle& key) const {
        auto found = view_of(key);
        if (!found) return std::move(found).error();
        return find(found->about.id);
    }

    /// Credentials in the order of issue, all or those of one tenant. `invalid_argument` for an empty tenant.
    [[nodiscard]] result<page<credential_view>> list(const page_request& which = {},
                                                     tenant_filter of = all_tenants) const {
        if (auto good = check_reading(of); !good) return std::move(good).error();
        return m_changes.store().list(which, of.text());
    }

    /// What happened, newest first, all or of one tenant. `invalid_argument` for an empty tenant.
    [[nodiscard]] result<page<audit_event>> audit(const page_request& which = {},
                                                  tenant_filter of = all_tenants) const {
        if (auto good = check_reading(of); !good) return std::move(good).error();
        return m_changes.store().audit(which, of.text());
    }

    /// Writes what `verify` counted to the store, in one batch, and says for how many keys. Call it now and then, and
    /// before the end; where it fails, the counts are kept for the next call.
    [[nodiscard]] result<std::size_t> flush_usage() {
        const auto used = m_usage->drain(format::name);
        if (used.empty()) return std::size_t{0};
        if (auto done = m_changes.store().record_usage(std::span<const usage>{used}); !done) {
            for (const usage& use : used) m_usage->note(use.handle, use.last_used_at, use.uses);
            return std::move(done).error();
        }
        return used.size();
    }

private:
    explicit authority(detail::change_runner<Policies, Store, Clock> changes) : m_changes{std::move(changes)} {}

    [[nodiscard]] result<void> check_reading(tenant_filter of) const {
        if (auto good = detail::check(of); !good) return good;
        return m_changes.check_feed();
    }

    /// A store that was taken back may have lost the key.
    [[nodiscard]] reason why_unknown() const {
        const auto same = m_changes.check_feed();
        if (same) return reason::unknown_handle;
        return same.error().code() == errc::rolled_back ? reason::stale : reason::store_unavailable;
    }

    result<void> set_suspended(bool suspended, const detail::change_subject& what, change_kind kind,
                               const request_context& by) {
        return without_key(
            m_changes.change(what, by, [&](transaction& tx, credential& owner, timestamp now) -> result<issued_key> {
                auto done = detail::not_revoked(owner);
                if (done && owner.suspended != suspended) {
                    owner.suspended = suspended;
                    done = detail::store_change(tx, owner, {kind, what.action}, by, now);
                }
                if (!done) return std::move(done).error();
                return issued_key{};
            }));
    }

    result<issued_key> add_key(transaction& tx, const credential& owner, timestamp now) {
        auto made = m_changes.secrets()->keys.key_for(owner, now);
        if (!made) return std::move(made).error();
        if (auto done = tx.insert(made->record); !done) return std::move(done).error();
        return issued_key{.credential = owner.id,
                          .handle = made->record.handle,
                          .generation = owner.generation,
                          .text = std::move(made->text)};
    }

    result<key_view> view_of(const handle& key) const {
        auto found = m_changes.store().look_up(format::name, key);
        if (!found) return std::move(found).error();
        if (!*found) {
            if (auto same = m_changes.check_feed(); !same) return std::move(same).error();
            return error{errc::not_found, "no key has this handle"};
        }
        return **std::move(found);
    }

    static result<void> without_key(const result<issued_key>& outcome) {
        if (!outcome) return outcome.error();
        return {};
    }

    detail::change_runner<Policies, Store, Clock> m_changes;
    std::unique_ptr<detail::usage_log> m_usage = std::make_unique<detail::usage_log>();
};

}  // namespace shearline::inline v0_1
