// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Random transactions in a store and in its model: after each, both must give the same answers.
// Depends on testing/detail/store_and_model.hpp; never on one store, nor on an authority.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/testing/detail/store_and_model.hpp>
#include <shearline/testing/detail/write_steps.hpp>

namespace shearline::inline v0_1::testing::detail {

/// A store and its model. The content of a step depends on its number and `which` only, so a sequence can be repeated
/// and shrunk.
template <typename Place>
class store_writes : store_and_model<Place> {
    using base = store_and_model<Place>;
    using base::below, base::one_in, base::any_of, base::any_time, base::any_proof, base::any_identity,
        base::any_change, base::any_event, base::any_entry, base::describe, base::new_one, base::new_key,
        base::any_credential, base::formats, base::both, base::compare, base::reopen;
    using base::m_place, base::m_model, base::m_handles, base::m_tokens, base::m_failure;

    static constexpr std::size_t most_credentials = 12;  // all are read after each step

public:
    using step_type = write_step;

    explicit store_writes(Place& place) : base{place} { compare(); }

    [[nodiscard]] static write_step any_step(std::mt19937_64& random) {
        return {static_cast<write_call>(random() % write_calls), static_cast<std::uint8_t>(random())};
    }

    /// Makes a step. Returns the difference in words, or nothing.
    [[nodiscard]] std::optional<std::string> make(const write_step& one) {
        base::begin(static_cast<std::uint64_t>(one.call) * 1'000 + one.which);
        if (!m_failure) perform(one.call);
        if (!m_failure) compare();
        return m_failure;
    }

private:
    void add(std::size_t how_many) {
        std::vector<credential> fresh;
        for (std::size_t i = 0; i < how_many; ++i) fresh.push_back(new_one());
        std::vector<record> keys;
        for (const credential& one : fresh) {
            m_handles.push_back(keys.emplace_back(new_key(one, 1)).handle);
            base::count_on();
        }
        std::vector<change> changes;
        std::vector<audit_event> events;
        for (const credential& one : fresh) {
            changes.push_back(any_change(one));
            events.push_back(any_event(one));
        }
        both(
            "add_credential",
            [&](auto& tx) -> result<void> {
                for (std::size_t i = 0; i < fresh.size(); ++i) {
                    auto done = tx.insert(fresh[i]);
                    if (done) done = tx.insert(keys[i]);
                    if (done) done = tx.append(changes[i]);
                    if (done) done = tx.append(events[i]);
                    if (!done) return done;
                }
                return {};
            },
            true);
    }

    void perform(write_call call) {
        const plain_contents& there = m_model.contents();
        if (call == write_call::reopen) return reopen();
        const bool has_room = there.credentials.size() < most_credentials;
        if (call == write_call::crowd && has_room) return add(5);
        if (there.credentials.empty() || (call == write_call::add_credential && has_room)) return add(1);
        switch (call) {
            case write_call::add_key: return add_key();
            case write_call::crowd:
            case write_call::add_credential:
            case write_call::change_credential: return change_credential();
            case write_call::change_key: return change_key();
            case write_call::tell: return tell();
            case write_call::remember: return remember();
            case write_call::identify: {
                const store_identity one = any_identity();
                return both("put(store_identity)", [&](auto& tx) { return tx.put(one); });
            }
            case write_call::prove: return prove();
            case write_call::bind: {
                const std::string format = formats()[below(formats().size())];
                const hash_name hash{one_in(2) ? base::another_hash : base::longest_hash};
                return both("bind_hash", [&](auto& tx) { return tx.bind_hash(format, hash); });
            }
            case write_call::prune: {
                const credential owner = any_credential();
                const auto generation = static_cast<std::uint32_t>(1 + below(owner.generation + 2));
                return prune(owner, generation);
            }
            case write_call::use: return use();
            case write_call::fail: return fail();
            default: return refuse();
        }
    }

    /// Some at once, so that a credential has several that are not revoked.
    void add_key() {
        credential owner = any_credential();
        ++owner.version;
        std::vector<record> keys;
        for (std::size_t more = 1 + below(3); more > 0; --more) {
            m_handles.push_back(keys.emplace_back(new_key(owner, ++owner.generation)).handle);
            base::count_on();
        }
        const change what = any_change(owner);
        both(
            "insert(record)",
            [&](auto& tx) -> result<void> {
                auto done = tx.update(owner);
                for (const record& key : keys)
                    if (done) done = tx.insert(key);
                if (done) done = tx.append(what);
                return done;
            },
            true);
    }

    void change_credential() {
        credential owner = any_credential();
        ++owner.version;
        describe(owner);
        const change what = any_change(owner);
        both(
            "update(credential)",
            [&](auto& tx) -> result<void> {
                auto done = tx.update(owner);
                if (done) done = tx.append(what);
                return done;
            },
            true);
    }

    void change_key() {
        const auto& all = m_model.contents().records;
        if (all.empty()) return;
        record key = any_of(all);
        describe(key);
        key.uses = 77;  // counted separately: ignored
        key.last_used_at = any_time();
        credential owner = any_credential();
        for (const credential& one : m_model.contents().credentials)
            if (one.id == key.credential) owner = one;
        ++owner.version;
        const change what = any_change(owner);
        both(
            "update(record)",
            [&](auto& tx) -> result<void> {
                auto done = tx.update(key);
                if (done) done = tx.update(owner);
                if (done) done = tx.append(what);
                return done;
            },
            true);
    }

    void tell() {
        const credential owner = any_credential();
        const change one = any_change(owner);
        const change other = any_change(any_credential());
        const audit_event event = any_event(owner);
        both(
            "append",
            [&](auto& tx) -> result<void> {
                auto done = tx.append(one);
                if (done) done = tx.append(other);
                if (done) done = tx.append(event);
                return done;
            },
            true);
    }

    void remember() {
        const idempotency_entry entry = any_entry(any_credential());
        m_tokens.push_back(entry.token);
        both("insert(idempotency_entry)", [&](auto& tx) { return tx.insert(entry); });
    }

    /// A proof alone, or before and after the next version of its credential.
    void prove() {
        credential owner = any_credential();
        const bool updates = one_in(3);
        const digest_bytes digest = base::template any_bytes<32>();
        const row_proof first = any_proof();
        const row_proof second = any_proof();
        ++owner.version;
        const change what = any_change(owner);
        both(
            "prove",
            [&](auto& tx) -> result<void> {
                auto done = tx.prove(owner.id, digest, first);
                if (!updates) return done;
                if (done) done = tx.update(owner);
                if (done && second.key % 2 == 0) done = tx.prove(owner.id, digest, second);
                if (done) done = tx.append(what);
                return done;
            },
            updates);
    }

    void prune(const credential& owner, std::uint32_t generation) {
        std::size_t pruned[2] = {0, 0};
        std::size_t run = 0;
        both("prune", [&](auto& tx) -> result<std::size_t> {
            auto done = tx.prune(owner.id, generation);
            if (done) pruned[run++] = *done;
            return done;
        });
        if (!m_failure && pruned[0] != pruned[1])
            m_failure =
                "prune: forgot " + std::to_string(pruned[1]) + " keys, and must forget " + std::to_string(pruned[0]);
    }

    void use() {
        std::vector<usage> used;
        for (const record& key : m_model.contents().records)
            if (one_in(2))
                for (std::size_t times = 1 + below(2); times > 0; --times)
                    used.push_back({key.format, key.handle, any_time(), 1 + below(5) + (one_in(9) ? 1ULL << 32U : 0U)});
        used.push_back({"instance", handle{~std::uint64_t{0} - 5}, any_time(), 1});  // an unknown key
        const auto wanted = m_model.record_usage(used);
        const auto got = m_place->store().record_usage(used);
        if (!wanted || !got) m_failure = "record_usage: failed";
    }

    /// Writes everything in one transaction that then fails: nothing may be left. It reads its own writes until then.
    void fail() {
        credential owner = any_credential();
        ++owner.version;
        describe(owner);
        const credential fresh = new_one();
        const record key = new_key(fresh, 1);
        const change what = any_change(owner);
        const audit_event event = any_event(owner);
        const idempotency_entry entry = any_entry(any_credential());
        const store_identity identity = any_identity();
        const row_proof proof = any_proof();
        std::optional<std::string> wrong;
        both("a body that fails", [&](auto& tx) -> result<void> {
            auto done = tx.update(owner);
            if (done) done = tx.insert(fresh);
            if (done) done = tx.insert(key);
            if (done) done = tx.append(what);
            if (done) done = tx.append(event);
            if (done) done = tx.insert(entry);
            if (done) done = tx.put(identity);
            if (done) done = tx.prove(owner.id, owner.metadata_digest, proof);
            if (!done) return done;
            const auto again = tx.find(owner.id);
            const auto found = tx.find(key.format, key.handle);
            const auto keys = tx.live_keys_of(fresh.id);
            const auto head = tx.head();
            const auto remembered = tx.find_idempotent(entry.token, entry.created_at);
            const auto named = tx.identity();
            if (!named || !*named || (*named)->id != identity.id || !again || !*again ||
                (*again)->version != owner.version || (*again)->proof.mac != proof.mac || !found || !*found || !keys ||
                !head || head->tag != what.tag || head->sequence != m_model.contents().changes.size() + 1 ||
                !remembered || !*remembered || keys->size() != (key.state == key_state::revoked ? 0U : 1U))
                wrong = "a transaction does not read its own writes";
            return error{errc::not_recoverable, "on purpose"};
        });
        if (!m_failure) m_failure = wrong;
    }

    void refuse() {
        const credential owner = any_credential();
        credential old = owner;
        old.name = "lost update";
        credential skipped = owner;
        skipped.version += 2;
        credential unknown = new_one();
        credential unjoinable = new_one();
        unjoinable.scopes = {"a b"};
        record orphan = new_key(unknown, 1);
        const audit_event event = any_event(owner);
        const auto refused = [&](std::string_view what, auto write) {
            this->both(what, [&](auto& tx) -> result<void> {
                auto done = tx.append(event);  // of which nothing may be left, either
                return done ? write(tx) : done;
            });
        };
        refused("insert of an existing credential", [&](auto& tx) { return tx.insert(owner); });
        refused("update from the version that is stored", [&](auto& tx) { return tx.update(old); });
        refused("update past the next version", [&](auto& tx) { return tx.update(skipped); });
        unknown.version = 2;
        refused("update of a missing credential", [&](auto& tx) { return tx.update(unknown); });
        refused("prove of a missing credential",
                [&](auto& tx) { return tx.prove(unknown.id, unknown.metadata_digest, unknown.proof); });
        refused("insert of a scope with a space", [&](auto& tx) { return tx.insert(unjoinable); });
        refused("insert of a key without its credential", [&](auto& tx) { return tx.insert(orphan); });
        refused("update of a missing key", [&](auto& tx) { return tx.update(orphan); });
        if (!m_model.contents().records.empty()) {
            const record key = any_of(m_model.contents().records);
            refused("insert of an existing key", [&](auto& tx) { return tx.insert(key); });
            record moved = key;
            moved.credential = any_credential().id;
            if (moved.credential != key.credential)
                refused("update of a key of another credential", [&](auto& tx) { return tx.update(moved); });
        }
        if (!m_model.contents().entries.empty()) {
            idempotency_entry again = m_model.contents().entries.back();
            if (again.expires_at > again.created_at)
                refused("insert of an existing token", [&](auto& tx) { return tx.insert(again); });
        }
    }
};

}  // namespace shearline::inline v0_1::testing::detail
