// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A transcript of all answers of a store, one line per field: stores with equal transcripts have equal content.
// Depends on concepts.hpp and testing/detail/shown.hpp; never on one store.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/scan.hpp>
#include <shearline/testing/detail/shown.hpp>
#include <shearline/testing/detail/store_questions.hpp>
#include <shearline/testing/detail/transcript_lines.hpp>

namespace shearline::inline v0_1::testing::detail {

/// The answers, in the order of the questions.
class store_transcript : public transcript_lines {
public:
    store_transcript() = default;
    template <typename Store>
    store_transcript(Store& store, const store_questions& asked) {
        tell_of(store, asked);
    }

    /// The answers of a store, in the place of those of before.
    template <typename Store>
    void tell_of(Store& store, const store_questions& asked) {
        clear();
        tell_lists(store, asked);
        tell_feed(store, asked);
        for (const credential_id& id : asked.credentials) tell_credential(store, id);
        for (const std::string& format : asked.formats) {
            for (const handle& key : asked.handles) {
                const std::string where = "look_up(" + format + ", " + text_of(key) + ")";
                with(where, store.look_up(format, key), [&](const std::optional<key_view>& view) {
                    if (!view) return say(where, "nothing");
                    tell(where + ".about", view->about, extent::for_verification);
                    tell(where + ".key", view->key);
                    tell(where + ".others", view->others, extent::for_verification);
                    tell(where + ".head", view->head);
                });
            }
            tell_scan(store, format);
            if constexpr (parts_can_be_scanned<Store>) tell_parts(store, format);
        }
        if (asked.inside) tell_transaction(store, asked);
        say("hears_changes()", store.hears_changes());
    }

    /// The reads inside a transaction.
    template <typename Transaction>
    [[nodiscard]] static store_transcript inside(Transaction& tx, const store_questions& asked) {
        store_transcript made;
        made.tell_inside(tx, asked);
        return made;
    }

private:
    /// All pages of one list, until it ends or is too long.
    template <typename Ask>
    void tell_pages(const std::string& where, std::size_t limit, Ask ask) {
        page_request which{.limit = limit, .cursor = {}};
        for (std::size_t number = 1; number <= 100; ++number) {
            const std::string here = where + " page " + std::to_string(number);
            const auto answer = ask(which);
            if (!answer) return say(here, "an error: " + std::string{to_string(answer.error().code())});
            say(here + " size", answer->items.size());
            for (std::size_t i = 0; i < answer->items.size(); ++i) tell(numbered(here, i), answer->items[i]);
            say(here + " next", answer->next.empty() ? "nothing" : "another page");
            if (limit < 10) {  // again, with another page read in between
                (void)ask(page_request{.limit = 1, .cursor = {}});
                const auto again = ask(which);
                say(here + " again", again ? std::to_string(again->items.size()) : "an error");
                if (again && !again->items.empty()) tell(here + " again", again->items.front());
            }
            if (answer->next.empty()) return;
            which.cursor = answer->next;
        }
    }

    template <typename Store>
    void tell_lists(Store& store, const store_questions& asked) {
        for (const std::string& tenant : asked.tenants)
            for (const std::size_t limit : {2U, 1'000U}) {
                const std::string with_limit = "(" + shown(tenant) + ", limit " + std::to_string(limit) + ")";
                tell_pages("list" + with_limit, limit,
                           [&](const page_request& which) { return store.list(which, tenant); });
                tell_pages("audit" + with_limit, limit,
                           [&](const page_request& which) { return store.audit(which, tenant); });
            }
        for (const page_request& none :
             {page_request{.limit = 0, .cursor = {}}, page_request{.limit = 1'001, .cursor = {}},
              page_request{.limit = 5, .cursor = "x"}, page_request{.limit = 5, .cursor = "-1"},
              page_request{.limit = 5, .cursor = "2x"}, page_request{.limit = 5, .cursor = " 2"},
              page_request{.limit = 5, .cursor = std::string(30, '9')}}) {
            const std::string where = "(limit " + std::to_string(none.limit) + ", cursor " + shown(none.cursor) + ")";
            with("list" + where, store.list(none, ""), [&](const auto&) { say("list" + where, "taken"); });
            with("audit" + where, store.audit(none, ""), [&](const auto&) { say("audit" + where, "taken"); });
        }
    }

    template <typename Store>
    void tell_feed(Store& store, const store_questions& asked) {
        constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
        for (const std::uint64_t after : {std::uint64_t{0}, asked.changes / 2, asked.changes, asked.changes + 1, most})
            for (const std::size_t limit : {std::size_t{0}, std::size_t{2}, std::size_t{1'000}}) {
                const std::string where = "changes_after(" + std::to_string(after) + ", " + std::to_string(limit) + ")";
                with(where, store.changes_after(after, limit), [&](const std::vector<change>& all) {
                    go_to(where);
                    add(".size()", all.size());
                    for (std::size_t i = 0; i < all.size(); ++i) tell(numbered(where, i), all[i]);
                });
            }
        with("head()", store.head(), [&](const feed_head& head) { tell("head()", head); });
        tell_identity("identity()", store.identity());
    }

    void tell_identity(const std::string& where, const result<std::optional<store_identity>>& known) {
        with(where, known, [&](const std::optional<store_identity>& identity) {
            if (!identity) return say(where, "nothing");
            tell(where, *identity);
        });
    }

    template <typename Store>
    void tell_credential(Store& store, const credential_id& id) {
        const auto tell_view = [&](const std::string& where) {
            return [this, where](const std::optional<credential_view>& view) {
                if (!view) return say(where, "nothing");
                tell(where, *view);
            };
        };
        const std::string of = "(" + id.to_string() + ")";
        with("read" + of, store.read(id), tell_view("read" + of));
        with("read_live" + of, store.read_live(id), tell_view("read_live" + of));
    }

    /// A scanned credential. Its keys have no order: they are told newest first.
    void tell_scanned(const std::string& here, const scanned_credential& one, std::span<const scanned_key> keys) {
        tell(here, one);
        add(".keys.size()", keys.size());
        std::vector<scanned_key> sorted{keys.begin(), keys.end()};
        std::sort(sorted.begin(), sorted.end(), [](const scanned_key& a, const scanned_key& b) {
            return std::tie(b.generation, a.format, a.handle) < std::tie(a.generation, b.format, b.handle);
        });
        for (std::size_t i = 0; i < sorted.size(); ++i) tell(numbered(here + ".keys", i), sorted[i]);
    }

    /// The credentials are in their order.
    template <typename Store>
    void tell_scan(Store& store, const std::string& format) {
        struct teller {
            result<void> begin(std::uint64_t credentials, std::uint64_t keys) {
                to->say(where + " begins", std::to_string(credentials) + " credentials, " + std::to_string(keys) +
                                               " keys" + (begun ? ", again" : ""));
                begun = true;
                return {};
            }
            result<void> take(const scanned_credential& one, std::span<const scanned_key> keys) {
                const std::string here = numbered(where, taken++);
                if (!begun) to->say(here, "before the scan has begun");
                to->tell_scanned(here, one, keys);
                return {};
            }
            store_transcript* to;
            std::string where;
            bool begun = false;
            std::size_t taken = 0;
        } all{this, "scan(" + format + ")"};
        const auto head = store.scan(format, all);
        if (!head) return say(all.where, "an error: " + std::string{to_string(head.error().code())});
        tell(all.where, *head);
    }

    /// What a scan in parts gives otherwise than a scan; of one that gives the same, nothing.
    template <typename Store>
    void tell_parts(Store& store, const std::string& format) {
        struct collector {
            result<void> begin(std::uint64_t credentials, std::uint64_t keys) {
                begun.emplace_back(credentials, keys);
                return {};
            }
            result<void> take(const scanned_credential& one, std::span<const scanned_key> keys) {
                taken.emplace_back().tell_scanned("a credential", one, keys);
                return {};
            }
            std::vector<std::pair<std::uint64_t, std::uint64_t>> begun{};
            std::vector<store_transcript> taken{};
        };
        collector whole;
        std::array<collector, 3> parts;
        const auto head = store.scan(format, whole);
        const auto head_of_parts = store.scan_parts(format, std::span<collector>{parts});
        const std::string here = "scan_parts(" + format + ")";
        if (!head || !head_of_parts || *head != *head_of_parts) say(here, "another outcome than a scan");
        for (std::size_t i = 1; i < parts.size(); ++i) {
            for (const auto& numbers : parts[i].begun) parts[0].begun.push_back(numbers);
            for (store_transcript& one : parts[i].taken) parts[0].taken.push_back(std::move(one));
        }
        if (parts[0].begun != whole.begun) say(here, "begins otherwise than a scan");
        if (parts[0].taken.size() != whole.taken.size()) return say(here, "another number of credentials than a scan");
        for (std::size_t i = 0; i < whole.taken.size(); ++i)
            if (const auto wrong = parts[0].taken[i].difference_from(whole.taken[i]))
                return say(numbered(here, i), "not as in a scan: " + *wrong);
    }

    template <typename Store>
    void tell_transaction(Store& store, const store_questions& asked) {
        // Fails at the end, so that nothing that a read would change is kept.
        const auto done = store.transact([&](typename Store::transaction& tx) -> result<void> {
            tell_inside(tx, asked);
            return error{errc::not_recoverable, "a reading"};
        });
        say("a transaction that fails", done ? "succeeded" : std::string{to_string(done.error().code())});
    }

    template <typename Transaction>
    void tell_inside(Transaction& tx, const store_questions& asked) {
        for (const credential_id& id : asked.credentials) {
            const std::string of = "(" + id.to_string() + ") in a transaction";
            with("find" + of, tx.find(id), [&](const std::optional<credential>& found) {
                if (!found) return say("find" + of, "nothing");
                tell("find" + of, *found);
            });
            with("keys_of" + of, tx.keys_of(id), [&](const auto& keys) { tell("keys_of" + of, keys); });
            with("live_keys_of" + of, tx.live_keys_of(id), [&](const auto& keys) { tell("live_keys_of" + of, keys); });
        }
        for (const std::string& format : asked.formats) {
            for (const handle& key : asked.handles) {
                const std::string where = "find(" + format + ", " + text_of(key) + ") in a transaction";
                with(where, tx.find(format, key), [&](const std::optional<record>& found) {
                    if (!found) return say(where, "nothing");
                    tell(where, *found);
                });
            }
            const std::string where = "bind_hash(" + format + ")";
            with(where, tx.bind_hash(format, hash_name{"a-probe"}),
                 [&](const hash_name& name) { say(where, name.view()); });
        }
        with("head() in a transaction", tx.head(),
             [&](const feed_head& head) { tell("head() in a transaction", head); });
        for (const digest_bytes& token : asked.tokens)
            for (const timestamp at : asked.moments) {
                const std::string where = "find_idempotent(" + shown(token).substr(0, 8) + "…, " + text_of(at) + ")";
                with(where, tx.find_idempotent(token, at), [&](const std::optional<idempotency_entry>& found) {
                    if (!found) return say(where, "nothing");
                    tell(where, *found);
                });
            }
        tell_identity("identity() in a transaction", tx.identity());
        for (const std::uint32_t number : asked.proof_keys) {
            const std::string where = "is_proof_key_used(" + std::to_string(number) + ")";
            with(where, tx.is_proof_key_used(number), [&](bool used) { say(where, used); });
        }
    }
};

}  // namespace shearline::inline v0_1::testing::detail
