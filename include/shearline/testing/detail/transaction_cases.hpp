// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Cases for one large transaction: it reads its own writes, and invalid writes fail.
// Depends on testing/detail/store_case.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/testing/detail/store_case.hpp>

namespace shearline::inline v0_1::testing::detail {

template <typename MakePlace>
class transaction_cases : store_case<MakePlace> {
    using typename store_case<MakePlace>::place_type;
    using store_case<MakePlace>::start, store_case<MakePlace>::id_of, store_case<MakePlace>::owner_of,
        store_case<MakePlace>::key_of, store_case<MakePlace>::proof_of, store_case<MakePlace>::identity_of,
        store_case<MakePlace>::change_of, store_case<MakePlace>::m_seen, store_case<MakePlace>::m_make_place;

public:
    using store_case<MakePlace>::store_case;

    void run() {
        reads_what_it_writes();
        writes_nothing_twice();
    }

private:
    static idempotency_entry entry_of(std::uint8_t number) {
        idempotency_entry entry;
        entry.token.fill(static_cast<std::byte>(number));
        entry.credential = id_of(number);
        entry.created_at = from_unix_ms(start);
        entry.expires_at = from_unix_ms(start + 1'000);
        entry.proof = proof_of(static_cast<std::uint8_t>(number + 20U));
        return entry;
    }

    static std::vector<std::uint32_t> proof_keys() {
        std::vector<std::uint32_t> all;
        for (std::uint8_t number = 1; number < 25; ++number) all.push_back(proof_of(number).key);
        return all;
    }

    /// One write after the other, in one transaction; after each, everything is read inside it.
    template <typename Transaction>
    static result<void> write_all(Transaction& tx, std::vector<store_transcript>& told) {
        const store_questions asked{.formats = {"instance"},
                                    .tenants = {},
                                    .credentials = {id_of(1), id_of(2), id_of(3)},
                                    .handles = {handle{11}, handle{12}, handle{13}, handle{21}},
                                    .tokens = {entry_of(1).token, entry_of(2).token},
                                    .moments = {from_unix_ms(start), from_unix_ms(start + 1'000)},
                                    .proof_keys = proof_keys()};
        result<void> done = tx.bind_hash("instance", hash_name{"first-hash"})
                                ? result<void>{}
                                : result<void>{error{errc::unavailable, "a hash cannot be bound"}};
        const auto then = [&](result<void> next) {
            if (done) done = std::move(next);
            if (done) told.push_back(store_transcript::inside(tx, asked));
        };
        credential owner = owner_of(1);
        then(tx.insert(owner));
        then(tx.insert(owner_of(2)));
        record first = key_of(1, 11, 1);
        then(tx.insert(first));
        then(tx.insert(key_of(1, 12, 2)));
        then(tx.insert(key_of(1, 13, 3)));
        then(tx.insert(key_of(2, 21, 1)));
        then(tx.append(change_of(1, 1)));
        owner.name = "renamed";
        for (int times = 0; times < 3; ++times) {
            ++owner.version;
            owner.suspended = !owner.suspended;
            then(tx.update(owner));
        }
        then(tx.append(change_of(1, owner.version)));
        first.state = key_state::retiring;
        first.retires_at = from_unix_ms(start + 5);
        then(tx.update(first));
        first.state = key_state::revoked;
        first.revoked_at = from_unix_ms(start + 6);
        then(tx.update(first));
        record second = key_of(1, 12, 2);
        second.state = key_state::revoked;
        then(tx.update(second));
        then(tx.insert(entry_of(1)));
        then(tx.put(identity_of(1)));
        then(tx.put(identity_of(2)));
        then(tx.prove(id_of(1), {std::byte{1}}, proof_of(3)));
        then(tx.prove(id_of(2), {std::byte{2}}, proof_of(4)));
        then(tx.prove(id_of(1), {std::byte{3}}, proof_of(5)));
        ++owner.version;
        then(tx.update(owner));  // with the proof that it had before
        std::uint8_t number = 2;
        for (const auto& [of, below] : {std::pair{id_of(3), 9U}, std::pair{id_of(1), 2U}, std::pair{id_of(1), 9U}}) {
            const auto pruned = tx.prune(of, below);
            then(pruned ? result<void>{} : result<void>{pruned.error()});
            // How many: as the number of an identity, so that it is compared, too.
            if (pruned) then(tx.put(identity_of(number = static_cast<std::uint8_t>(number + 10 + *pruned))));
        }
        then(tx.insert(key_of(1, 11, 4)));  // a handle that was pruned is free
        return done;
    }

    void reads_what_it_writes() {
        place_type place = (*m_make_place)();
        plain_store model;
        std::vector<store_transcript> wanted;
        std::vector<store_transcript> got;
        const auto done = model.transact([&](plain_transaction& tx) { return write_all(tx, wanted); });
        using transaction = typename place_type::store_type::transaction;
        const auto made = place.store().transact([&](transaction& tx) { return write_all(tx, got); });
        m_seen->check(done && made, "one transaction can write many rows", made ? "" : made.error().message());
        for (std::size_t i = 0; i < wanted.size() && i < got.size(); ++i) {
            const auto wrong = got[i].difference_from(wanted[i]);
            m_seen->check(!wrong, "a transaction reads what it wrote before",
                          "after write " + std::to_string(i) + ": " + wrong.value_or(""));
        }
        m_seen->check(wanted.size() == got.size(), "a transaction reads what it wrote before");
        store_questions asked{.formats = {"instance"},
                              .tenants = {"", "acme"},
                              .credentials = {id_of(1), id_of(2), id_of(3)},
                              .handles = {handle{11}, handle{12}, handle{13}, handle{21}},
                              .proof_keys = proof_keys(),
                              .changes = 2};
        const auto wrong = store_transcript{place.store(), asked}.difference_from(store_transcript{model, asked});
        m_seen->check(!wrong, "everything that a transaction wrote is read after it", wrong.value_or(""));
    }

    /// Each in its own transaction, whose outcome must be that of the model, and which must leave nothing.
    void writes_nothing_twice() {
        place_type place = (*m_make_place)();
        plain_store model;
        const auto both = [&](std::string_view what, auto body) {
            const auto wanted = model.transact(body);
            const auto got = place.store().transact(body);
            const auto said = [](const result<void>& outcome) {
                return outcome ? std::string{"succeeded"} : std::string{to_string(outcome.error().code())};
            };
            m_seen->check(said(wanted) == said(got), what, said(got) + ", and must be: " + said(wanted));
        };
        both("a credential can be inserted", [](auto& tx) { return tx.insert(owner_of(9)); });
        const auto twice = [](auto first, auto second) {
            return [=](auto& tx) -> result<void> {
                auto done = first(tx);
                return done ? second(tx) : done;
            };
        };
        const auto insert = [](auto what) { return [=](auto& tx) -> result<void> { return tx.insert(what); }; };
        const auto update = [](auto what) { return [=](auto& tx) -> result<void> { return tx.update(what); }; };
        both("a credential is not inserted twice in one transaction", twice(insert(owner_of(1)), insert(owner_of(1))));
        both("a token is not inserted twice in one transaction", twice(insert(entry_of(1)), insert(entry_of(1))));
        both("a key is not inserted twice in one transaction",
             twice(insert(key_of(9, 91, 1)), insert(key_of(9, 91, 2))));
        credential next = owner_of(9);
        next.version = 2;
        both("a version is not written twice in one transaction", twice(update(next), update(next)));
        credential after_next = next;
        after_next.version = 3;
        both("two versions are written in one transaction", twice(update(next), update(after_next)));
        both("a credential can be proved as soon as it was inserted", [&](auto& tx) -> result<void> {
            auto done = tx.insert(owner_of(8));
            return done ? tx.prove(id_of(8), {}, proof_of(7)) : done;
        });
        both("a credential that is missing is not proved",
             twice(insert(owner_of(1)), [](auto& tx) -> result<void> { return tx.prove(id_of(2), {}, proof_of(2)); }));
        both("a hash is bound once", [](auto& tx) -> result<void> {
            auto first = tx.bind_hash("instance", hash_name{"first-hash"});
            auto second = tx.bind_hash("instance", hash_name{"second-hash"});
            if (!first || !second) return error{errc::unavailable, "a hash cannot be bound"};
            if (!(*second == hash_name{"first-hash"})) return error{errc::corrupt, "the second name was accepted"};
            return {};
        });
        store_questions asked{.formats = {"instance"},
                              .tenants = {""},
                              .credentials = {id_of(1), id_of(8), id_of(9)},
                              .handles = {handle{91}},
                              .tokens = {entry_of(1).token},
                              .moments = {from_unix_ms(start)},
                              .proof_keys = {proof_of(1).key, proof_of(9).key, entry_of(1).proof.key}};
        const auto wrong = store_transcript{place.store(), asked}.difference_from(store_transcript{model, asked});
        m_seen->check(!wrong, "a failed transaction leaves nothing", wrong.value_or(""));
    }
};

}  // namespace shearline::inline v0_1::testing::detail
