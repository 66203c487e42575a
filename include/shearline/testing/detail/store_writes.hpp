// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Random transactions in a store and in its model: after each, both must give the same answers.
// Depends on testing/detail/plain_store.hpp, store_content.hpp and store_transcript.hpp; never on one store, nor on an
// authority.
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

#include <shearline/testing/detail/plain_store.hpp>
#include <shearline/testing/detail/store_content.hpp>
#include <shearline/testing/detail/store_transcript.hpp>
#include <shearline/testing/detail/write_steps.hpp>

namespace shearline::inline v0_1::testing::detail {

/// A store and its model. The content of a step depends on its number and `which` only, so a sequence can be repeated
/// and shrunk.
template <typename Place>
class store_writes : store_content {
    static constexpr std::size_t most_credentials = 12;  // all are read after each step

public:
    using step_type = write_step;

    explicit store_writes(Place& place) : m_place{&place}, m_count{place.store().change_count()} { compare(); }

    [[nodiscard]] static write_step any_step(std::mt19937_64& random) {
        return {static_cast<write_call>(random() % write_calls), static_cast<std::uint8_t>(random())};
    }

    /// Makes a step. Returns the difference in words, or nothing.
    [[nodiscard]] std::optional<std::string> make(const write_step& one) {
        begin(static_cast<std::uint64_t>(one.call) * 1'000 + one.which);
        if (!m_failure) perform(one.call);
        if (!m_failure) compare();
        return m_failure;
    }

private:
    [[nodiscard]] const credential& any_credential() { return any_of(m_model.contents().credentials); }

    /// Runs one transaction in both. `changes`: it appends to the feed.
    template <typename Body>
    void both(std::string_view what, Body body, bool changes = false) {
        const auto wanted = m_model.transact(body);
        auto& store = m_place->store();
        std::uint64_t inside = m_count;
        const auto got = store.transact([&](typename Place::store_type::transaction& tx) {
            auto outcome = body(tx);
            inside = store.change_count();
            return outcome;
        });
        const auto outcome_of = [](const auto& outcome) {
            return outcome ? std::string{"succeeded"} : std::string{to_string(outcome.error().code())};
        };
        if (outcome_of(wanted) != outcome_of(got))
            m_failure = std::string{what} + ": " + outcome_of(got) + ", and must be " + outcome_of(wanted);
        const std::uint64_t count = store.change_count();
        if (!m_failure && changes && wanted && (count == m_count || count == inside))
            m_failure = std::string{what} + ": change_count() did not move with the commit";
        m_count = count;
    }

    void add(std::size_t how_many) {
        std::vector<credential> fresh;
        for (std::size_t i = 0; i < how_many; ++i) fresh.push_back(new_one());
        std::vector<record> keys;
        for (const credential& one : fresh) {
            m_handles.push_back(keys.emplace_back(new_key(one, 1)).handle);
            count_on();
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
            case write_call::check: {
                const keyring_check one{one_in(2) ? key_kind::pepper : key_kind::sealing,
                                        static_cast<std::uint32_t>(there.checks.size() + 1), any_bytes<8>()};
                return both("insert(keyring_check)", [&](auto& tx) { return tx.insert(one); });
            }
            case write_call::bind: {
                const std::string format = formats()[below(formats().size())];
                const hash_name hash{one_in(2) ? another_hash : longest_hash};
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

    void add_key() {
        credential owner = any_credential();
        ++owner.version;
        ++owner.generation;
        const record key = new_key(owner, owner.generation);
        m_handles.push_back(key.handle);
        const change what = any_change(owner);
        both(
            "insert(record)",
            [&](auto& tx) -> result<void> {
                auto done = tx.update(owner);
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
        std::optional<std::string> wrong;
        both("a body that fails", [&](auto& tx) -> result<void> {
            auto done = tx.update(owner);
            if (done) done = tx.insert(fresh);
            if (done) done = tx.insert(key);
            if (done) done = tx.append(what);
            if (done) done = tx.append(event);
            if (done) done = tx.insert(entry);
            if (done) done = tx.insert(keyring_check{key_kind::pepper, 999, {}});
            if (!done) return done;
            const auto again = tx.find(owner.id);
            const auto found = tx.find(key.format, key.handle);
            const auto keys = tx.live_keys_of(fresh.id);
            const auto head = tx.head();
            const auto remembered = tx.find_idempotent(entry.token, entry.created_at);
            if (!again || !*again || (*again)->version != owner.version || !found || !*found || !keys || !head ||
                head->tag != what.tag || head->sequence != m_model.contents().changes.size() + 1 || !remembered ||
                !*remembered || keys->size() != (key.state == key_state::revoked ? 0U : 1U))
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
            both(what, [&](auto& tx) -> result<void> {
                auto done = tx.append(event);  // of which nothing may be left, either
                return done ? write(tx) : done;
            });
        };
        refused("insert of an existing credential", [&](auto& tx) { return tx.insert(owner); });
        refused("update from the version that is stored", [&](auto& tx) { return tx.update(old); });
        refused("update past the next version", [&](auto& tx) { return tx.update(skipped); });
        unknown.version = 2;
        refused("update of a missing credential", [&](auto& tx) { return tx.update(unknown); });
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

    void reopen() {
        if constexpr (requires { m_place->reopen(); }) {
            m_place->reopen();
            m_count = m_place->store().change_count();
        }
    }

    void compare() {
        const plain_contents& there = m_model.contents();
        store_questions asked{.formats = formats(), .tenants = tenants(), .changes = there.changes.size()};
        asked.formats.emplace_back("unknown");
        asked.tenants.insert(asked.tenants.end(), {"", "nobody"});
        for (const credential& one : there.credentials) asked.credentials.push_back(one.id);
        asked.credentials.emplace_back();
        asked.handles = m_handles;
        asked.handles.push_back(handle{424'242});
        asked.tokens = m_tokens;
        asked.tokens.emplace_back();
        for (const idempotency_entry& entry : there.entries)
            for (const timestamp at :
                 {entry.created_at, entry.expires_at - std::chrono::milliseconds{1}, entry.expires_at})
                asked.moments.push_back(at);
        m_failure = store_transcript{m_place->store(), asked}.difference_from(store_transcript{m_model, asked});
    }

    Place* m_place;
    plain_store m_model;
    std::vector<handle> m_handles;
    std::vector<digest_bytes> m_tokens;
    std::uint64_t m_count;
    std::optional<std::string> m_failure;
};

}  // namespace shearline::inline v0_1::testing::detail
