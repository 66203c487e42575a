// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The control plane: issues, verifies, rotates, revokes, suspends, reveals, lists and audits keys.
// Depends on every layer below; never on one store, and never on http/.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/authority/amend.hpp>
#include <shearline/authority/change_runner.hpp>
#include <shearline/authority/clock_mistakes.hpp>
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
#include <shearline/store/store_mistakes.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1 {

/// The credentials of one format in one store, which is borrowed and must outlive it; keyring and clock are copied
/// (give `open` a clock that has no default). Movable; one that was moved from may only be destroyed or assigned to.
/// Otherwise thread-safe. A call may block on the store and costs it O(log n), unless stated otherwise.
///
/// Time does not go back: what has expired once stays expired, for every authority and verifier of this store object in
/// this process. A clock reading more than a day ahead of that and of the system's clock counts for one call.
///
/// A change is one durable transaction of credential, record, feed and audit event. Errors: `invalid_argument`,
/// `deadline_exceeded`, `not_found`, `conflict` (the idempotency token came with other arguments), `rolled_back` (an
/// older copy of the store was restored), `illegal_state` (`move_store` closed the store) and the store's. Only after
/// `in_doubt` may it have happened: repeat it. Example:
///     auto try_out = []<typename Policies, typename Store>(Store& store, const shearline::keyring& ring) -> bool {
///         auto keys = shearline::authority<Policies, Store>::open(store, ring);
///         if (!keys) return false;  // keys.error() says why
///         const shearline::request_context by{.actor = "admin"};
///         auto issued = keys->issue({.tenant = "acme", .name = "sync", .scopes = {"contacts:write"}}, by);
///         if (!issued || !keys->verify(issued->text.reveal(shearline::unsafe_reveal), "contacts:write")) return false;
///         auto fresh = keys->rotate(issued->credential, by);  // with `immediate`, the first key is denied from now on
///         return fresh && keys->revoke(issued->credential, by);
///     };
template <typename Policies, typename Store, typename Clock>
class authority {
    static_assert(sizeof(detail::bundle_mistakes<Policies>) > 0 && sizeof(detail::store_mistakes<Store>) > 0 &&
                  sizeof(detail::clock_mistakes<Clock>) > 0);
    static_assert(key_store<Store>, "authority<Policies, Store>: Store must model key_store, as sqlite_store does");
    static_assert(Policies::format::has_handle,
                  "authority: a key of this format carries no handle to look it up by: give the format a handle_field");
    static_assert(unguessable_format<typename Policies::format>,
                  "authority: a secret under 128 bits can be guessed: give secret_field 22 base62 characters or more");

    using transaction = typename Store::transaction;

public:
    using format = typename Policies::format;  ///< of the keys

    /// Generations kept per credential. A rotation deletes older ones that are revoked, at most 256; audit events stay.
    static constexpr std::uint32_t kept_generations = 16;

    /// Opens a store. `wrong_keyring` if its records were made under another keyring or under a key that this one lacks
    /// (an older copy of the file); `wrong_hash` if its keys of this format were made with another hash; `unavailable`
    /// if guarded memory runs out; errors of the store.
    [[nodiscard]] static result<authority> open(Store& store, const keyring& ring, const Clock& clock = Clock{}) {
        detail::change_runner<Policies, Store, Clock> changes{store, clock};
        if (auto done = changes.use(ring); !done) return std::move(done).error();
        if (auto same = changes.check_feed(); !same) return std::move(same).error();
        return authority{std::move(changes)};
    }
    /// Never compiles: says what to give in the place of a temporary store, or of a `result`.
    template <typename Given, typename Ring>
        requires detail::opens_nothing<Given, Ring>
    static result<authority> open(Given&&, const Ring&, const Clock& = Clock{}) {
        static_assert(sizeof(detail::open_mistakes<Given, Ring>) > 0);
    }

    /// Replaces the keyring, for all calls that begin after this returned. Errors: those of `open`; nothing is changed.
    [[nodiscard]] result<void> use(const keyring& ring) { return m_changes.use(ring); }

    /// Whether a text is a valid key that holds `scope`; no key holds an empty scope. Strict: asks the store on every
    /// call, unless the text is malformed or its checksum is wrong. Constant-time in digests and peppers; one look-up,
    /// one hash. If memory runs out the process ends, as in any `noexcept` function.
    [[nodiscard]] verdict verify(std::string_view text, required_scope scope = any_scope) const noexcept {
        const auto presented = parse<format>(text);
        if (!presented) return reason_of(presented.error());
        const std::uint64_t seen = m_changes.feed().newest();
        const auto found = m_changes.store().look_up(format::name, presented->handle);
        if (!found) return reason::store_unavailable;
        if (!*found) return m_changes.why_unknown();
        const auto& [owner, key, others, head] = **found;
        if (head.closed) return reason::store_unavailable;
        if (!m_changes.feed().look(head, seen)) return reason::stale;
        const auto secrets = m_changes.secrets();
        if (const auto refuted = secrets->keys.refute(key, *presented)) return *refuted;
        if (!secrets->are_proved(**found)) return reason::unproved;
        const timestamp now = m_changes.now();
        if (const auto refused = refusal_of(standing_at(owner, key, now))) return *refused;
        if (!scope.is_any() && !scopes_cover(owner.scopes, scope.text())) return reason::missing_scope;
        m_usage->note(key.handle, now);
        return grant{owner.id, std::make_shared<const grant_profile>(grant_profile{owner.tenant, owner.scopes}),
                     key.handle,
                     key.state == key_state::retiring && key.retires_at ? *key.retires_at : grant::not_retiring,
                     secrets->keys.is_outdated(key)};
    }

    /// Creates a credential and its first key, in constant time in its secret. A past expiry is `invalid_argument`.
    [[nodiscard]] result<issued_key> issue(const new_credential& asked, const request_context& by) {
        if (auto good = detail::check(asked); !good) return std::move(good).error();
        return m_changes.run(by, [&](transaction& tx, timestamp now) {
            const detail::change_request request{"issue", asked.tenant, detail::context_of(asked)};
            return m_changes.secrets()->once(tx, request, by, now, [&]() -> result<issued_key> {
                if (asked.expires_at && *asked.expires_at <= now)
                    return error{errc::invalid_argument, "expires_at is not in the future: the key would open nothing"};
                auto id = detail::key_maker<Policies>::new_id();
                if (!id) return std::move(id).error();
                credential owner = credential_from(asked, *id, now);
                const auto secrets = m_changes.secrets();
                auto made = secrets->keys.key_for(owner, now);
                if (!made) return std::move(made).error();
                detail::prove(secrets->rows, owner, std::span{&made->record, 1});
                auto done = tx.insert(owner);
                if (done) done = tx.insert(made->record);
                if (done) done = detail::tell(tx, owner, {change_kind::issued, "issue", made->record.handle}, by, now);
                if (!done) return std::move(done).error();
                return detail::issued(*std::move(made));
            });
        });
    }

    /// Gives a credential its next key and lets the rotation policy end the previous one; an older key that is still
    /// retiring is revoked. Everything else stays. `illegal_state` if the credential is revoked or has expired, or if
    /// the policy left the previous key active.
    [[nodiscard]] result<issued_key> rotate(const credential_id& id, const request_context& by) {
        return m_changes.change(
            {"rotate", id}, by, [&](transaction& tx, credential& owner, timestamp now) -> result<issued_key> {
                if (auto alive = detail::not_revoked(owner); !alive) return std::move(alive).error();
                if (owner.expires_at && *owner.expires_at <= now)
                    return error{errc::illegal_state, "the credential has expired: issue a new one"};
                auto previous_until = detail::end_keys_before<typename Policies::rotation>(tx, id, now);
                if (!previous_until) return std::move(previous_until).error();
                ++owner.generation;
                if (owner.generation > kept_generations)
                    if (auto done = tx.prune(id, owner.generation - kept_generations + 1); !done)
                        return std::move(done).error();
                auto made = add_key(tx, owner, now);
                if (!made) return made;
                made->previous_until = *previous_until;
                auto done = store(tx, owner, {change_kind::rotated, "rotate", made->handle}, by, now);
                if (!done) return std::move(done).error();
                return made;
            });
    }

    /// Revokes a credential and all its keys for good, and deletes their sealed texts (backups of the store may still
    /// hold them). Succeeds if the credential is revoked already.
    [[nodiscard]] result<void> revoke(const credential_id& id, const request_context& by) {
        return m_changes.edit({.action = "revoke", .credential = id, .may_be_unproved = true}, by,
                              [&](transaction& tx, credential& owner, timestamp now) -> result<void> {
                                  auto changed = detail::revoke_all(tx, m_changes.secrets()->rows, owner, now);
                                  if (!changed) return std::move(changed).error();
                                  if (!*changed) return {};
                                  return store(tx, owner, {change_kind::credential_revoked, "revoke"}, by, now);
                              });
    }

    /// Revokes one key for good, also within its grace, and deletes its sealed text; the credential's other keys stay.
    /// Succeeds if the key is revoked already; `not_found` if it was deleted since (see `kept_generations`).
    [[nodiscard]] result<void> revoke(const handle& key, const request_context& by) {
        auto found = m_changes.view_of(key);
        if (!found) return std::move(found).error();
        return m_changes.edit({"revoke key", found->about.id, key}, by,
                              [&](transaction& tx, credential& owner, timestamp now) -> result<void> {
                                  auto stored = tx.find(format::name, key);
                                  if (!stored) return std::move(stored).error();
                                  if (!*stored) return error{errc::not_found, "no key has this handle"};
                                  if ((*stored)->state == key_state::revoked) return {};
                                  auto done = shearline::revoke(**stored, now);
                                  if (done) done = tx.update(**stored);
                                  if (!done) return done;
                                  return store(tx, owner, {change_kind::key_revoked, "revoke key", key}, by, now);
                              });
    }

    /// Denies every key of a credential until `resume`. `illegal_state` if revoked; succeeds if suspended already.
    /// Example:
    ///     auto set_suspended = [](auto& keys, const shearline::credential_id& id, bool suspended) {
    ///         return suspended ? keys.suspend(id, {.actor = "admin"}) : keys.resume(id, {.actor = "admin"});
    ///     };
    [[nodiscard]] result<void> suspend(const credential_id& id, const request_context& by) {
        return set_suspended(true, {"suspend", id}, change_kind::suspended, by);
    }

    /// Ends a suspension. `illegal_state` if the credential is revoked; succeeds if not suspended.
    [[nodiscard]] result<void> resume(const credential_id& id, const request_context& by) {
        return set_suspended(false, {"resume", id}, change_kind::resumed, by);
    }

    /// Stores an edited copy of a credential: name, scopes, metadata and times, for what no other call changes. Read it
    /// by `find`, edit `about`, and pass it: `conflict` if it was changed meanwhile; `illegal_state` if it is revoked.
    /// Rows are never edited by hand: such a credential is refused. Example:
    ///     auto rename = [](auto& keys, const shearline::credential_id& id) -> shearline::result<void> {
    ///         auto found = keys.find(id);
    ///         if (!found) return found.error();
    ///         found->about.name = "sync of the north office";
    ///         return keys.amend(found->about, {.actor = "support", .reason = "ticket 4711"});
    ///     };
    [[nodiscard]] result<void> amend(const credential& edited, const request_context& by) {
        const new_credential asked = detail::chosen_part_of(edited);
        if (auto good = detail::check(asked); !good) return good;
        return m_changes.edit({.action = "amend", .credential = edited.id, .edits = &asked}, by,
                              [&](transaction& tx, credential& owner, timestamp now) -> result<void> {
                                  if (auto done = detail::take_edits(owner, edited); !done) return done;
                                  return store(tx, owner, {change_kind::amended, "amend"}, by, now);
                              });
    }

    /// The text of a credential's newest key, once audited. `illegal_state` if the key is revoked or over; `corrupt` if
    /// what is stored is not its text; `not_recoverable` under `show_once`, or if a key of the keyring for it was
    /// dropped. Example:
    ///     auto show = [](auto& keys, const shearline::credential_id& id, auto& page) {
    ///         if (auto text = keys.reveal(id, {.actor = "admin"})) page.show(text->reveal(shearline::unsafe_reveal));
    ///     };
    [[nodiscard]] result<secret_text> reveal(const credential_id& id, const request_context& by) {
        return m_changes.run(by, [&](transaction& tx, timestamp now) -> result<secret_text> {
            auto owner = detail::proved_owner_of(tx, m_changes.secrets()->rows, id);
            if (!owner) return std::move(owner).error();
            auto keys = tx.live_keys_of(id);
            if (!keys) return std::move(keys).error();
            if (keys->empty() || keys->front().generation != owner->generation ||
                !is_live(standing_at(*owner, keys->front(), now)))
                return error{errc::illegal_state, "the credential's newest key is not live: it cannot be shown"};
            auto text = m_changes.secrets()->keys.open(*owner, keys->front());
            if (!text) return text;
            if (auto done = detail::audit(tx, *owner, "reveal", keys->front().handle, by, now); !done)
                return std::move(done).error();
            return text;
        });
    }

    /// A credential and its newest keys, newest first. Errors: `not_found`, `rolled_back`, `illegal_state`, store's.
    [[nodiscard]] result<credential_view> find(const credential_id& id) const {
        if (auto same = m_changes.check_feed(); !same) return std::move(same).error();
        auto found = m_changes.store().read(id);
        if (!found) return std::move(found).error();
        if (!*found) return error{errc::not_found, "no credential has this id"};
        (*found)->proved = m_changes.secrets()->are_proved(**found);
        return *std::move(*found);
    }

    /// The same for the credential that a key belongs to.
    [[nodiscard]] result<credential_view> find(const handle& key) const {
        auto found = m_changes.view_of(key);
        if (!found) return std::move(found).error();
        return find(found->about.id);
    }

    /// Credentials in the order of issue, of all tenants or one. O(page). `invalid_argument` for an empty tenant, a
    /// limit outside 1 to 1,000 or a foreign cursor; otherwise the errors of `find`. Example:
    ///     auto show = [](const auto& keys, auto& page) {
    ///         page.show(keys.list({.limit = 100}, "acme"));  // the next page: {.limit = 100, .cursor = first->next}
    ///         page.show(keys.audit({.limit = 20}, shearline::all_tenants));
    ///     };
    [[nodiscard]] result<page<credential_view>> list(const page_request& which = {},
                                                     tenant_filter of = all_tenants) const {
        if (auto good = m_changes.check_reading(of); !good) return std::move(good).error();
        auto found = m_changes.store().list(which, of.text());
        if (found)
            for (credential_view& one : found->items) one.proved = m_changes.secrets()->are_proved(one);
        return found;
    }

    /// Audit events, newest first, of all tenants or one. Cost, errors and example: those of `list`.
    [[nodiscard]] result<page<audit_event>> audit(const page_request& which = {},
                                                  tenant_filter of = all_tenants) const {
        if (auto good = m_changes.check_reading(of); !good) return std::move(good).error();
        return m_changes.store().audit(which, of.text());
    }

    /// Proves one page of credentials again that were proved with an earlier proof key, so that `without_proof_key` can
    /// drop that. To be called with the cursor of the answer before until that is empty; a run that was cut off may
    /// begin anew. O(page). Errors: those of `list`.
    [[nodiscard]] result<reproved> reprove(const page_request& which = {.limit = 500}) {
        auto some = list(which);
        if (!some) return std::move(some).error();
        reproved count{.next = std::move(some->next)};
        auto done = m_changes.store().transact(
            [&](transaction& tx) { return detail::reprove(tx, *m_changes.secrets(), some->items, count); });
        if (!done) return std::move(done).error();
        return count;
    }

    /// Writes the uses counted by `verify` to the store in one batch; returns the number of keys written. Call it now
    /// and then, and before the program ends; after an error the counts are kept for the next call.
    [[nodiscard]] result<std::size_t> flush_usage() {
        const auto used = m_usage->drain();
        if (used.empty()) return std::size_t{0};
        if (auto done = m_changes.store().record_usage(std::span<const usage>{used}); !done) {
            for (const usage& use : used) m_usage->note(use.handle, use.last_used_at, use.uses);
            return std::move(done).error();
        }
        return used.size();
    }

private:
    explicit authority(detail::change_runner<Policies, Store, Clock> changes) : m_changes{std::move(changes)} {}

    result<void> set_suspended(bool suspended, const detail::change_subject& what, change_kind kind,
                               const request_context& by) {
        return m_changes.edit(what, by, [&](transaction& tx, credential& owner, timestamp now) -> result<void> {
            if (auto alive = detail::not_revoked(owner); !alive || owner.suspended == suspended) return alive;
            owner.suspended = suspended;
            return store(tx, owner, {kind, what.action}, by, now);
        });
    }

    /// Stores a changed credential, proved, and reports the change.
    result<void> store(transaction& tx, credential& owner, const detail::change_account& what,
                       const request_context& by, timestamp now) const {
        return detail::store_change(tx, m_changes.secrets()->rows, owner, what, by, now);
    }

    result<issued_key> add_key(transaction& tx, const credential& owner, timestamp now) {
        auto made = m_changes.secrets()->keys.key_for(owner, now);
        if (!made) return std::move(made).error();
        if (auto done = tx.insert(made->record); !done) return std::move(done).error();
        return detail::issued(*std::move(made));
    }

    detail::change_runner<Policies, Store, Clock> m_changes;
    std::unique_ptr<detail::usage_log<format>> m_usage = std::make_unique<detail::usage_log<format>>();
};

}  // namespace shearline::inline v0_1
