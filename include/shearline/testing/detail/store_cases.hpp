// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Cases that random sequences do not reach: ends of ranges, many keys, bodies that throw, sinks that refuse.
// Depends on testing/detail/store_case.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/testing/detail/store_case.hpp>

namespace shearline::inline v0_1::testing::detail {

template <typename MakePlace>
class store_cases : store_case<MakePlace> {
    using typename store_case<MakePlace>::place_type;
    using transaction = typename place_type::store_type::transaction;
    using store_case<MakePlace>::start, store_case<MakePlace>::id_of, store_case<MakePlace>::owner_of,
        store_case<MakePlace>::identity_of, store_case<MakePlace>::key_of, store_case<MakePlace>::both,
        store_case<MakePlace>::compare, store_case<MakePlace>::m_seen, store_case<MakePlace>::m_make_place;

public:
    using store_case<MakePlace>::store_case;

    void run() {
        many_keys();
        many_live_keys();
        many_credentials();
        ends_of_ranges();
        results_of_bodies();
        sinks_that_refuse();
    }

private:
    /// More keys than are read at once, and more than one `prune` deletes.
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
        compare(place.store(), model, "the newest max_keys_read keys of a credential are read, and all live ones");
        for (const std::uint32_t below : {generations - 10, generations - 10, generations + 1}) {
            std::size_t pruned[2] = {0, 0};
            std::size_t run = 0;
            both(place.store(), model, "keys can be pruned", [&](auto& tx) -> result<std::size_t> {
                auto done = tx.prune(id_of(1), below);
                if (done) pruned[run++] = *done;
                return done;
            });
            m_seen->check(pruned[0] == pruned[1], "a prune deletes the oldest revoked keys, up to max_pruned",
                          std::to_string(pruned[1]) + " and not " + std::to_string(pruned[0]));
            compare(place.store(), model, "a prune deletes revoked keys of older generations, and nothing else");
        }
    }

    /// More keys than any page or other limit: all of them are read.
    void many_live_keys() {
        place_type place = (*m_make_place)();
        plain_store model;
        constexpr std::uint32_t generations = 110;
        both(place.store(), model, "a credential can have many live keys", [&](auto& tx) -> result<void> {
            auto done = tx.insert(owner_of(1, generations));
            for (std::uint32_t g = 1; done && g <= generations; ++g) done = tx.insert(key_of(1, 1'000 + g, g));
            return done;
        });
        compare(place.store(), model, "all live keys of a credential are read, however many there are");
    }

    void many_credentials() {
        place_type place = (*m_make_place)();
        plain_store model;
        constexpr std::uint8_t count = 150;
        both(place.store(), model, "a store holds many credentials", [&](auto& tx) -> result<void> {
            result<void> done;
            for (std::uint8_t number = 1; done && number <= count; ++number) {
                done = tx.insert(owner_of(number));
                if (done) done = tx.insert(key_of(number, 2'000U + number));
                audit_event event;
                event.at = from_unix_ms(start);
                event.actor = "actor " + std::to_string(number);
                event.tenant = "acme";
                event.credential = id_of(number);
                if (done) done = tx.append(event);
            }
            return done;
        });
        compare(place.store(), model, "lists and scans are complete, however long they are");
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
        widest.metadata_digest.fill(std::byte{0xff});
        widest.proof.mac.fill(std::byte{0xfe});
        record key = key_of(1, std::numeric_limits<std::uint64_t>::max(), widest.generation);
        key.digest.pepper = std::numeric_limits<std::uint32_t>::max();
        key.digest.mac.fill(std::byte{0xff});
        record first = key_of(1, 1, 1);
        first.sealed =
            sealed_text{std::numeric_limits<std::uint32_t>::max(), {}, std::vector<std::byte>(300, std::byte{0})};
        both(place.store(), model, "values at the ends of their ranges can be stored", [&](auto& tx) -> result<void> {
            auto done = tx.insert(widest);
            if (done) done = tx.insert(first);
            if (done) done = tx.insert(key);
            audit_event event;
            event.at = from_unix_ms(253'402'300'799'999);
            event.actor = std::string(255, 'a');
            event.action = std::string(64, 'b');
            event.tenant = widest.tenant;
            event.credential = widest.id;
            event.handle = key.handle;
            event.source_address = std::string(255, '1');
            event.reason = std::string(1'000, 'r');
            if (done) done = tx.append(event);
            idempotency_entry entry;
            entry.token.fill(std::byte{0xff});
            entry.arguments.fill(std::byte{0xfe});
            entry.credential = widest.id;
            entry.handle = key.handle;
            entry.created_at = from_unix_ms(0);
            entry.expires_at = from_unix_ms(253'402'300'799'999);
            entry.proof.key = std::numeric_limits<std::uint32_t>::max();
            entry.proof.mac.fill(std::byte{0xff});
            if (done) done = tx.insert(entry);
            store_identity identity{{}, std::string(50'000, 'k'), entry.proof};
            identity.id.fill(std::byte{0xff});
            if (done) done = tx.put(identity);
            row_proof proof = widest.proof;
            proof.key = std::numeric_limits<std::uint32_t>::max() - 1;
            if (done) done = tx.prove(widest.id, widest.metadata_digest, proof);
            if (done)
                done = tx.append(change{.sequence = 0,
                                        .tag = std::numeric_limits<std::uint64_t>::max(),
                                        .kind = change_kind::resumed,
                                        .credential = widest.id,
                                        .version = widest.version,
                                        .at = from_unix_ms(253'402'300'799'999)});
            return done;
        });
        const usage used[] = {{"instance", key.handle, from_unix_ms(1), (1ULL << 32U) + 1},
                              {"instance", key.handle, from_unix_ms(253'402'300'799'999), 7},
                              {"instance", key.handle, from_unix_ms(2), 1}};
        m_seen->check(model.record_usage(used) && place.store().record_usage(used), "uses can be counted");
        compare(place.store(), model, "values at the ends of their ranges are read unaltered");
    }

    void results_of_bodies() {
        place_type place = (*m_make_place)();
        auto& store = place.store();
        const auto owned =
            store.transact([](transaction&) -> result<std::unique_ptr<int>> { return std::make_unique<int>(42); });
        m_seen->check(owned && **owned == 42, "transact() returns what its body returns, even if that is move-only");
        int runs = 0;
        for (const errc code :
             {errc::not_recoverable, errc::conflict, errc::not_found, errc::unavailable, errc::in_doubt, errc::corrupt,
              errc::invalid_argument, errc::permission_denied, errc::illegal_state}) {
            runs = 0;
            const auto failed = store.transact([&](transaction&) -> result<int> {
                ++runs;
                return error{code, "why"};
            });
            m_seen->check(!failed && failed.error().code() == code && failed.error().context() == "why",
                          "transact() returns the error of its body", to_string(code));
            m_seen->check(runs == 1, "transact() runs its body once", to_string(code));
        }
        runs = 0;
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
                (void)tx.insert(key_of(1, 5));
                change what;
                what.credential = id_of(1);
                what.version = 1;
                what.at = from_unix_ms(start);
                (void)tx.append(what);
                audit_event event;
                event.at = from_unix_ms(start);
                event.credential = id_of(1);
                (void)tx.append(event);
                (void)tx.put(identity_of(1));
                (void)tx.bind_hash("instance", hash_name{"hmac-sha256"});
                throw 1;
            });
        } catch (int) {
            thrown = true;
        }
        m_seen->check(thrown, "the exception of a body is propagated");
        plain_store nothing;
        const store_questions asked{.formats = {"instance"},
                                    .tenants = {""},
                                    .credentials = {id_of(1)},
                                    .handles = {handle{5}},
                                    .proof_keys = {owner_of(1).proof.key}};
        const auto wrong = store_transcript{store, asked}.difference_from(store_transcript{nothing, asked});
        m_seen->check(!wrong, "a body that throws leaves nothing", wrong.value_or(""));
        const auto next = store.transact([](transaction& tx) { return tx.insert(owner_of(1)); });
        m_seen->check(static_cast<bool>(next), "the store is usable after a body that threw");
#endif
    }

    /// Takes this many items, then refuses.
    struct short_sink {
        result<void> begin(std::uint64_t, std::uint64_t) { return step(); }
        result<void> take(const scanned_credential&, std::span<const scanned_key>) { return step(); }
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
            if (done) done = tx.insert(owner_of(2));
            return done;
        });
        for (std::size_t most = 0; most < 3; ++most) {
            short_sink sink{most};
            const auto outcome = place.store().scan("instance", sink);
            m_seen->check(!outcome && outcome.error().code() == errc::not_recoverable && sink.taken == most,
                          "a scan ends with the first error of its sink, and returns it",
                          "after " + std::to_string(most));
        }
        both(place.store(), model, "the store is usable after a scan whose sink failed",
             [&](auto& tx) { return tx.insert(owner_of(3)); });
        compare(place.store(), model, "the store gives the same answers after a scan whose sink failed");
    }
};

}  // namespace shearline::inline v0_1::testing::detail
