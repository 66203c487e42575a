// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A simple model of what a store should contain after calls of an authority, and a comparison of every read with it.
// Depends on store/change.hpp and concepts.hpp; never on one store, nor on an authority.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0_1::testing::detail {

struct expected_key {
    shearline::handle handle;
    std::uint32_t generation = 1;
    key_state state = key_state::active;
    std::optional<timestamp> retires_at{};
    std::string text{};
    std::uint64_t uses = 0;
};
struct expected_credential {
    credential_id id;
    std::string tenant;
    std::optional<timestamp> expires_at{};
    bool suspended = false;
    bool revoked = false;
    std::uint64_t version = 1;
    std::uint32_t generation = 1;
    std::vector<expected_key> keys{};  // newest first

    /// Whether these are its keys that are not revoked, newest first.
    [[nodiscard]] bool has_live_keys(const std::vector<record>& read) const {
        std::vector<expected_key> alive = keys;
        std::erase_if(alive, [](const expected_key& key) { return key.state == key_state::revoked; });
        return std::equal(read.begin(), read.end(), alive.begin(), alive.end(),
                          [](const record& key, const expected_key& wanted) { return key.handle == wanted.handle; });
    }

    /// Prunes revoked keys of older generations; returns their number.
    std::size_t forget(std::uint32_t below_generation) {
        return std::erase_if(keys, [below_generation](const expected_key& key) {
            return key.state == key_state::revoked && key.generation < below_generation;
        });
    }
};
struct expected_change {
    change_kind kind;
    credential_id credential;
    std::uint64_t version;
};

/// The model. Make every call here too.
class authority_model {
public:
    std::vector<expected_credential> credentials{};  ///< in the order of issue
    std::uint64_t events = 0;                        ///< of the audit

    /// Records a change: one entry of the feed and one audit event.
    void note(const expected_credential& owner, change_kind kind) {
        m_changes.push_back({kind, owner.id, owner.version});
        ++events;
    }

    /// Whether a key or its credential has expired.
    [[nodiscard]] static bool is_over(const expected_credential& owner, const expected_key& key, timestamp now) {
        return (owner.expires_at && now >= *owner.expires_at) ||
               (key.state == key_state::retiring && now >= *key.retires_at);
    }

    /// Reads everything that can be read, and returns the first difference in words. `verify(text) -> bool` tells
    /// whether a key is granted, which counts as a use; `flushed` says that all uses were written to the store.
    template <typename Store, typename Verify>
    [[nodiscard]] std::optional<std::string> difference(Store& store, std::string_view format, timestamp now,
                                                        bool flushed, Verify verify) {
        m_failure.reset();
        compare_lists(store);
        compare_feed(store);
        for (expected_credential& owner : credentials) {
            compare_credential(store, owner, now, flushed, verify);
            compare_live_keys(store, owner);
        }
        compare_scan(store, format);
        return m_failure;
    }

private:
    void expect(bool held, std::string_view claim) {
        if (!held && !m_failure) m_failure = claim;
    }
    template <typename T>
    bool succeeded(const result<T>& outcome) {
        if (!outcome) expect(false, "a read failed with " + outcome.error().message());
        return static_cast<bool>(outcome);
    }

    template <typename Store>
    void compare_lists(Store& store) {
        for (const std::string_view tenant : {"", "acme", "umbrella"}) {
            std::vector<credential_id> expected;
            for (const expected_credential& owner : credentials)
                if (tenant.empty() || owner.tenant == tenant) expected.push_back(owner.id);
            std::vector<credential_id> listed;
            for (page_request which{.limit = 3};;) {
                const auto page = store.list(which, tenant);
                if (!succeeded(page)) return;
                for (const credential_view& view : page->items) listed.push_back(view.about.id);
                if (page->next.empty() || listed.size() > expected.size()) break;
                which.cursor = page->next;
            }
            expect(listed == expected, "the list differs from what was issued, in that order");
        }
        const auto newest = store.audit({.limit = 1}, "");
        if (!succeeded(newest)) return;
        expect((newest->items.empty() ? 0 : newest->items[0].sequence) == events,
               "there is exactly one audit event for each change");
    }

    template <typename Store>
    void compare_feed(Store& store) {
        const std::size_t half = m_changes.size() / 2;
        for (const std::size_t after : {std::size_t{0}, half, m_changes.size()}) {
            const auto feed = store.changes_after(after, m_changes.size() + 1);
            if (!succeeded(feed)) return;
            expect(feed->size() == m_changes.size() - after, "the feed has one entry for each change");
            for (std::size_t i = 0; !m_failure && i < feed->size(); ++i) {
                const change& seen = (*feed)[i];
                const expected_change& wanted = m_changes[after + i];
                expect(seen.sequence == after + i + 1, "the feed has a gap");
                expect(
                    seen.kind == wanted.kind && seen.credential == wanted.credential && seen.version == wanted.version,
                    "the feed has another change");
                if (after + i == m_tags.size()) {
                    expect(std::find(m_tags.begin(), m_tags.end(), seen.tag) == m_tags.end(),
                           "two changes have the same tag");
                    m_tags.push_back(seen.tag);
                }
                expect(seen.tag == m_tags[after + i], "a change has another tag than before");
            }
        }
        const auto head = store.head();
        if (!succeeded(head)) return;
        expect(*head == expected_head(), "the head is not the newest change");
        const std::uint64_t count = store.change_count();
        expect(m_changes.size() == m_seen_changes || count != m_seen_count, "the change count did not move");
        m_seen_changes = m_changes.size();
        m_seen_count = count;
    }

    [[nodiscard]] feed_head expected_head() const {
        return m_tags.empty() ? feed_head{} : feed_head{m_tags.size(), m_tags.back()};
    }

    template <typename Store, typename Verify>
    void compare_credential(Store& store, expected_credential& owner, timestamp now, bool flushed, Verify verify) {
        const auto view = store.read(owner.id);
        if (!succeeded(view) || !view->has_value()) return expect(false, "a credential is missing");
        const credential& about = (*view)->about;
        expect(about.tenant == owner.tenant && about.expires_at == owner.expires_at &&
                   about.suspended == owner.suspended && about.revoked_at.has_value() == owner.revoked &&
                   about.generation == owner.generation,
               "a credential differs from the model");
        expect(about.version == owner.version, "a credential has another version");
        expect((*view)->keys.size() == owner.keys.size(), "a credential has other keys");
        for (std::size_t i = 0; !m_failure && i < owner.keys.size(); ++i) {
            expected_key& key = owner.keys[i];
            const record& stored = (*view)->keys[i];
            expect(stored.handle == key.handle && stored.generation == key.generation, "keys are not newest first");
            expect(stored.state == key.state, "a key is in another state");
            expect(stored.retires_at == key.retires_at, "a key retires at another time");
            expect(stored.sealed.has_value() == (key.state != key_state::revoked), "a dead key keeps its sealed text");
            expect(!flushed || stored.uses == key.uses, "a key was used another number of times");
            const bool good =
                !owner.revoked && !owner.suspended && key.state != key_state::revoked && !is_over(owner, key, now);
            expect(static_cast<bool>(verify(key.text)) == good,
                   good ? "a valid key was denied" : "a dead key was granted");
            key.uses += good ? 1U : 0U;
        }
    }

    template <typename Store>
    void compare_live_keys(Store& store, const expected_credential& owner) {
        const auto view = store.read_live(owner.id);
        if (!succeeded(view) || !view->has_value())
            return expect(false, "a credential is missing for a follower of the feed");
        expect((*view)->about.version == owner.version, "a follower of the feed reads another version");
        expect(owner.has_live_keys((*view)->keys),
               "a follower of the feed reads other keys than those that are not revoked");
    }

    template <typename Store>
    void compare_scan(Store& store, std::string_view format) {
        struct sink {
            result<void> begin(std::uint64_t owners, std::uint64_t keys) {
                promised = owners + keys;
                return {};
            }
            result<void> take(const scanned_credential& owner, std::span<const scanned_key> keys) {
                ++taken;
                for (const scanned_key& key : keys) {
                    taken += key.format == format ? 1U : 0U;
                    handles.emplace_back(owner.id, key.handle.value);
                }
                return {};
            }
            std::string_view format;
            std::uint64_t promised = 0, taken = 0;
            std::vector<std::pair<credential_id, std::uint64_t>> handles{};
        } seen{format};
        const auto head = store.scan(format, seen);
        if (!succeeded(head)) return;
        expect(*head == expected_head(), "a scan returns the last change");
        expect(seen.taken == seen.promised, "a scan gives the announced numbers of items");
        std::vector<std::pair<credential_id, std::uint64_t>> alive;
        for (const expected_credential& owner : credentials)
            for (const expected_key& key : owner.keys)
                if (key.state != key_state::revoked) alive.emplace_back(owner.id, key.handle.value);
        std::sort(alive.begin(), alive.end());
        std::sort(seen.handles.begin(), seen.handles.end());
        expect(alive == seen.handles, "a scan gives each credential with its keys that are not revoked");
    }

    std::vector<expected_change> m_changes;
    std::vector<std::uint64_t> m_tags;  // as the store returned them first
    std::uint64_t m_seen_changes = 0;
    std::uint64_t m_seen_count = 0;
    std::optional<std::string> m_failure;
};

}  // namespace shearline::inline v0_1::testing::detail
