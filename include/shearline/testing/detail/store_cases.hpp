// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What random sequences do not come to: the ends of ranges, many keys, bodies that throw, sinks that refuse, and a
// second opening of the same store.
// Depends on testing/detail/plain_store.hpp, store_transcript.hpp and testing/report.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/testing/detail/plain_store.hpp>
#include <shearline/testing/detail/store_transcript.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing::detail {

/// A new store beside its model.
template <typename MakePlace>
class store_cases {
    using place_type = decltype(std::declval<MakePlace&>()());
    using transaction = typename place_type::store_type::transaction;

public:
    store_cases(report& seen, MakePlace& make_place) : m_seen{&seen}, m_make_place{&make_place} {}

    void run() {
        many_keys();
        ends_of_ranges();
        results_of_bodies();
        sinks_that_refuse();
        a_second_opening();
    }

private:
    static constexpr std::int64_t start = 1'736'942'400'000;

    static credential_id id_of(std::uint8_t number) { return credential_id::from_random({number, 7, 7}); }

    static credential owner_of(std::uint8_t number, std::uint32_t generation = 1) {
        return {.id = id_of(number),
                .tenant = "acme",
                .name = "integration",
                .scopes = {"contacts:read"},
                .metadata = {},
                .not_before = {},
                .expires_at = {},
                .generation = generation,
                .created_at = from_unix_ms(start)};
    }
    static record key_of(std::uint8_t number, std::uint64_t handle_value, std::uint32_t generation = 1,
                         key_state state = key_state::active) {
        return {.format = "instance",
                .handle = handle{handle_value},
                .credential = id_of(number),
                .generation = generation,
                .state = state,
                .digest = {.pepper = 1, .mac = {static_cast<std::byte>(generation)}},
                .created_at = from_unix_ms(start)};
    }

    /// Makes one transaction in both, which must succeed in both.
    template <typename Store, typename Body>
    void both(Store& store, plain_store& model, std::string_view claim, Body body) {
        const auto wanted = model.transact(body);
        const auto got = store.transact(body);
        m_seen->check(static_cast<bool>(wanted) == static_cast<bool>(got), claim,
                      got ? std::string{"succeeded"} : got.error().message());
    }

    template <typename Store>
    void compare(Store& store, plain_store& model, std::string_view claim) {
        store_questions asked{
            .formats = {"instance"}, .tenants = {"", "acme"}, .changes = model.contents().changes.size()};
        for (const credential& one : model.contents().credentials) asked.credentials.push_back(one.id);
        for (const record& key : model.contents().records) asked.handles.push_back(key.handle);
        asked.handles.push_back(handle{1});
        const auto wrong = store_transcript{store, asked}.difference_from(store_transcript{model, asked});
        m_seen->check(!wrong, claim, wrong.value_or(""));
    }

    /// More than are read at once, and more than one `prune` forgets.
    void many_keys() {
        place_type place = (*m_make_place)();
        plain_store model;
        constexpr std::uint32_t generations = 300;
        both(place.store(), model, "a credential can have many keys", [&](auto& tx) -> result<void> {
            auto done = tx.insert(owner_of(1, generations));
            if (done) done = tx.insert(owner_of(2, 2));
            if (done) done = tx.insert(key_of(2, 900, 1, key_state::revoked));
            for (std::uint32_t g = 1; done && g <= generations; ++g)
                done = tx.insert(key_of(1, 1'000 + g, g, g % 100 == 0 ? key_state::active : key_state::revoked));
            return done;
        });
        compare(place.store(), model, "the newest keys of a credential are read, to max_keys_read, and all live ones");
        for (const std::uint32_t below : {generations - 10, generations - 10, generations + 1}) {
            std::size_t pruned[2] = {0, 0};
            std::size_t run = 0;
            both(place.store(), model, "keys can be pruned", [&](auto& tx) -> result<std::size_t> {
                auto done = tx.prune(id_of(1), below);
                if (done) pruned[run++] = *done;
                return done;
            });
            m_seen->check(pruned[0] == pruned[1], "a prune forgets the oldest revoked keys, to max_pruned",
                          std::to_string(pruned[1]) + " and not " + std::to_string(pruned[0]));
            compare(place.store(), model, "a prune forgets revoked keys of older generations, and nothing else");
        }
    }

    void ends_of_ranges() {
        place_type place = (*m_make_place)();
        plain_store model;
        credential widest = owner_of(1, std::numeric_limits<std::uint32_t>::max());
        widest.tenant = std::string(255, 't');
        widest.name = std::string(255, '\xff');  // not UTF-8: a store keeps bytes
        widest.scopes.clear();
        for (int i = 0; i < 64; ++i)
            widest.scopes.push_back("resource-" + std::to_string(i) + std::string(100, 'x') + ":write");
        for (int i = 0; i < 64; ++i) widest.metadata.emplace_back(std::string(255, 'l'), std::string(1'000, 'v'));
        widest.not_before = from_unix_ms(0);
        widest.expires_at = from_unix_ms(253'402'300'799'999);  // the end of the year 9999
        widest.version = std::numeric_limits<std::int64_t>::max() - 1;
        record key = key_of(1, std::numeric_limits<std::uint64_t>::max(), widest.generation);
        key.digest.pepper = std::numeric_limits<std::uint32_t>::max();
        key.digest.mac.fill(std::byte{0xff});
        record first = key_of(1, 1, 1);
        first.sealed =
            sealed_text{std::numeric_limits<std::uint32_t>::max(), {}, std::vector<std::byte>(300, std::byte{0})};
        both(place.store(), model, "values at the ends of their ranges can be kept", [&](auto& tx) -> result<void> {
            auto done = tx.insert(widest);
            if (done) done = tx.insert(first);
            if (done) done = tx.insert(key);
            if (done)
                done = tx.append(change{.sequence = 0,
                                        .tag = std::numeric_limits<std::uint64_t>::max(),
                                        .kind = change_kind::resumed,
                                        .credential = widest.id,
                                        .version = widest.version,
                                        .at = from_unix_ms(253'402'300'799'999)});
            return done;
        });
        compare(place.store(), model, "values at the ends of their ranges come back as they were");
    }

    void results_of_bodies() {
        place_type place = (*m_make_place)();
        auto& store = place.store();
        const auto owned =
            store.transact([](transaction&) -> result<std::unique_ptr<int>> { return std::make_unique<int>(42); });
        m_seen->check(owned && **owned == 42, "transact() gives what its body gives, even if that only moves");
        const auto failed = store.transact([](transaction&) -> result<int> {
            return error{errc::not_recoverable, "why"};
        });
        m_seen->check(!failed && failed.error().code() == errc::not_recoverable && failed.error().context() == "why",
                      "transact() gives the error of its body");
        int runs = 0;
        const auto done = store.transact([&](transaction&) -> result<void> {
            ++runs;
            return {};
        });
        m_seen->check(done && runs == 1, "transact() runs its body once", std::to_string(runs));
#if defined(__cpp_exceptions)
        bool thrown = false;
        try {
            (void)store.transact([](transaction& tx) -> result<void> {
                (void)tx.insert(owner_of(1));
                throw 1;
            });
        } catch (int) {
            thrown = true;
        }
        const auto left = store.read(id_of(1));
        m_seen->check(thrown && left && !*left, "a body that throws leaves nothing, and its exception goes on");
        const auto next = store.transact([](transaction& tx) { return tx.insert(owner_of(1)); });
        m_seen->check(static_cast<bool>(next), "after a body that threw, the store is as usable as before");
#endif
    }

    /// Takes so many, and then refuses.
    struct short_sink {
        result<void> begin(std::uint64_t, std::uint64_t) { return step(); }
        result<void> take(const scanned_credential&) { return step(); }
        result<void> take(const scanned_key&) { return step(); }
        result<void> step() {
            if (left == 0) return error{errc::not_recoverable, "enough"};
            --left;
            ++taken;
            return {};
        }
        std::size_t left;
        std::size_t taken = 0;
    };

    void sinks_that_refuse() {
        place_type place = (*m_make_place)();
        plain_store model;
        both(place.store(), model, "a credential and its key can be written", [&](auto& tx) -> result<void> {
            auto done = tx.insert(owner_of(1));
            if (done) done = tx.insert(key_of(1, 2));
            return done;
        });
        for (std::size_t most = 0; most < 3; ++most) {
            short_sink sink{most};
            const auto outcome = place.store().scan("instance", sink);
            m_seen->check(!outcome && outcome.error().code() == errc::not_recoverable && sink.taken == most,
                          "a scan ends with the first error of its sink, and gives it",
                          "after " + std::to_string(most));
        }
        both(place.store(), model, "after a scan that was refused, the store is as usable as before",
             [&](auto& tx) { return tx.insert(owner_of(2)); });
        compare(place.store(), model, "after a scan that was refused, the store answers as before");
    }

    /// Where the place can, as in another process: what one writes the other reads at once, and hears of.
    void a_second_opening() {
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
                    change what;
                    what.tag = number;
                    what.credential = id_of(number);
                    what.version = 1;
                    what.at = from_unix_ms(start);
                    if (done) done = tx.append(what);
                    return done;
                });
                m_seen->check(place.store().change_count() != before && other->change_count() != before_there,
                              "the change count of every opening moves before a change returns");
                compare(place.store(), model, "what one opening writes, every opening reads");
                compare(*other, model, "what one opening writes, every opening reads");
            };
            for (std::uint8_t number = 1; number < 9; ++number) {
                if (number % 2 == 0)
                    write(place.store(), number);
                else
                    write(*other, number);
            }
        }
    }

    report* m_seen;
    MakePlace* m_make_place;
};

}  // namespace shearline::inline v0_1::testing::detail
