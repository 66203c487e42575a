// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Cases for a second opening of one store: each reads and hears of the other's changes at once.
// Depends on testing/detail/store_case.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <shearline/testing/detail/has_counted.hpp>
#include <shearline/testing/detail/store_case.hpp>

namespace shearline::inline v0_1::testing::detail {

template <typename MakePlace>
class opening_cases : store_case<MakePlace> {
    using typename store_case<MakePlace>::place_type;
    using store_case<MakePlace>::start, store_case<MakePlace>::id_of, store_case<MakePlace>::owner_of,
        store_case<MakePlace>::key_of, store_case<MakePlace>::proof_of, store_case<MakePlace>::identity_of,
        store_case<MakePlace>::change_of, store_case<MakePlace>::both, store_case<MakePlace>::compare,
        store_case<MakePlace>::m_seen, store_case<MakePlace>::m_make_place;

public:
    using store_case<MakePlace>::store_case;

    /// If the place supports it: what one opening writes, the other reads and hears of at once, as in another process.
    void run() {
        if constexpr (requires(place_type& place) { place.another(); }) {
            place_type place = (*m_make_place)();
            plain_store model;
            auto other = place.another();
            const auto write = [&](auto& store, std::uint8_t number) {
                const std::uint64_t before = place.store().change_count();
                const std::uint64_t before_there = other->change_count();
                both(store, model, "each of two openings can write", [&](auto& tx) -> result<void> {
                    auto done = tx.insert(owner_of(number));
                    if (done) done = tx.insert(key_of(number, number + 1U));
                    if (done) done = tx.append(change_of(number, 1));
                    return done;
                });
                m_seen->check(has_counted(place.store(), before) && has_counted(*other, before_there),
                              "the change count of every opening moves before a change returns");
                compare(place.store(), model, "what one opening writes, every opening reads at once");
                compare(*other, model, "what one opening writes, every opening reads at once");
            };
            for (std::uint8_t number = 1; number < 9; ++number) {
                if (number % 2 == 0)
                    write(place.store(), number);
                else
                    write(*other, number);
            }
            compare_readings(place.store(), model, "what one opening writes, every opening reads at once");
            change_all(*other, model);
            compare_readings(place.store(), model,
                             "an opening rereads what it had read before another opening changed it");
            compare_readings(*other, model, "what another opening writes, every opening reads");
            change_all(place.store(), model);
            compare_readings(*other, model, "an opening rereads what it had read before another opening changed it");
            compare(place.store(), model, "what one opening changes, every opening reads");
            compare(*other, model, "what one opening changes, every opening reads");
        }
    }

private:
    /// Compares all content, after a transaction and a count of uses.
    template <typename Store>
    void change_all(Store& store, plain_store& model) {
        both(store, model, "an opening can change what another one wrote", [&](auto& tx) -> result<void> {
            result<void> done;
            for (std::uint8_t number = 1; done && number < 9; ++number) {
                auto owner = tx.find(id_of(number));
                auto key = tx.find("instance", handle{number + 1U});
                if (!owner || !*owner || !key || !*key) return error{errc::not_found, "the rows written before"};
                ++(*owner)->version;
                (*owner)->suspended = !(*owner)->suspended;
                (*owner)->name += "!";
                done = tx.update(**owner);
                if ((*key)->state == key_state::active && number % 2 == 0) {
                    (*key)->state = key_state::revoked;
                    (*key)->revoked_at = from_unix_ms(start);
                }
                if (done) done = tx.update(**key);
                if (done) done = tx.append(change_of(number, (*owner)->version));
            }
            auto known = tx.identity();
            if (!known) return std::move(known).error();
            if (done) done = tx.put(identity_of(*known ? std::to_integer<std::uint8_t>((*known)->id[0]) + 1U : 1U));
            if (done) done = tx.prove(id_of(1), {std::byte{9}}, proof_of(*known ? 7 : 8));
            return done;
        });
        const usage used{"instance", handle{2}, from_unix_ms(start + 5), 3};
        m_seen->check(model.record_usage({&used, 1}) && store.record_usage({&used, 1}), "uses can be counted");
    }

    /// By reads only: a transaction could make an opening refresh what it knows.
    template <typename Store>
    void compare_readings(Store& store, plain_store& model, std::string_view claim) {
        store_questions asked{.formats = {"instance"},
                              .tenants = {"", "acme"},
                              .changes = model.contents().changes.size(),
                              .inside = false};
        for (const credential& one : model.contents().credentials) asked.credentials.push_back(one.id);
        for (const record& key : model.contents().records) asked.handles.push_back(key.handle);
        const auto wrong = store_transcript{store, asked}.difference_from(store_transcript{model, asked});
        m_seen->check(!wrong, claim, wrong.value_or(""));
    }
};

}  // namespace shearline::inline v0_1::testing::detail
