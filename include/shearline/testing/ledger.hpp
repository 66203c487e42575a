// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A record of what a store has acknowledged, and a check of what is left after a power cut, a kill or a fault.
// Depends on authority.hpp; never on one store, nor on how it was damaged.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <shearline/authority.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/policies.hpp>

namespace shearline::inline v0_1::testing {

/// The policies of the durability tests.
using durable_bundle = policies<key_format<"durable">, recoverable>;

/// Numbers of findings; all are 0 if the store kept its promises.
struct ledger_findings {
    std::uint64_t lost = 0;    ///< keys that were acknowledged, and are missing or denied
    std::uint64_t undone = 0;  ///< keys whose revocation was acknowledged, and that are not revoked
    std::uint64_t halves = 0;  ///< credentials, keys, changes or audit events without the others

    [[nodiscard]] bool good() const noexcept { return lost == 0 && undone == 0 && halves == 0; }
    void add(const ledger_findings& other) noexcept {
        lost += other.lost;
        undone += other.undone;
        halves += other.halves;
    }
};

/// What was acknowledged, as lines: "issued <handle> <text>"; "revoking <handle>" before a revocation is requested;
/// "revoked <handle>" after it returned. Other lines are ignored.
///
/// Example:
///     auto findings_after_a_kill = [](auto& store, const shearline::keyring& ring, const auto& lines) {
///         shearline::testing::ledger acknowledged;
///         for (const std::string& line : lines) acknowledged.take(line);  // from `make_durable_change`
///         return acknowledged.compare(store, ring);
///     };
class ledger {
public:
    void take(std::string_view line) {
        const std::size_t blank = line.find(' ');
        const std::string_view what = line.substr(0, blank);
        const std::string_view rest = blank == std::string_view::npos ? std::string_view{} : line.substr(blank + 1);
        std::uint64_t number = 0;
        const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (end.ec != std::errc{}) return;
        entry& key = m_keys[number];
        if (what == "issued") key.text = std::string{end.ptr + 1, rest.data() + rest.size()};
        if (what == "revoking") key.may_be_dead = true;
        if (what == "revoked") key.is_dead = true;
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_keys.size(); }

    /// Compares the lines with the content of a store, which must be opened with the keyring of its keys.
    template <typename Store>
    [[nodiscard]] ledger_findings compare(Store& store, const keyring& ring) const {
        ledger_findings found;
        const auto keys = authority<durable_bundle, Store>::open(store, ring);
        if (!keys) {
            found.lost = m_keys.size() + 1;
            return found;
        }
        for (const auto& [number, key] : m_keys) {
            const auto view = store.look_up(durable_bundle::format::name, handle{number});
            const bool is_there = view && *view;
            const bool is_revoked = is_there && (**view).key.state == key_state::revoked;
            if (key.is_dead && !is_revoked) ++found.undone;
            if (key.text.empty()) continue;  // its issue was not acknowledged, only its revocation requested
            if (!is_there || (!key.may_be_dead && !keys->verify(key.text))) ++found.lost;
        }
        found.halves = halves_in(store);
        return found;
    }

    /// The number of credentials, keys, changes and audit events of a store without those that were written together
    /// with them.
    template <typename Store>
    [[nodiscard]] static std::uint64_t halves_in(Store& store) {
        constexpr std::size_t at_once = 1'000;
        std::vector<change> changes;
        for (bool more = true; more;) {
            const auto some = store.changes_after(changes.size(), at_once);
            if (!some) return 1;
            changes.insert(changes.end(), some->begin(), some->end());
            more = some->size() == at_once;
        }
        std::vector<audit_event> events;  // newest first
        for (page_request which{.limit = at_once};;) {
            const auto page = store.audit(which, "");
            if (!page) return 1;
            events.insert(events.end(), page->items.begin(), page->items.end());
            if (page->next.empty()) break;
            which.cursor = page->next;
        }
        // A reveal is not a change.
        std::erase_if(events, [](const audit_event& event) { return event.action == "reveal"; });
        std::uint64_t halves =
            changes.size() > events.size() ? changes.size() - events.size() : events.size() - changes.size();
        std::map<credential_id, std::set<std::uint64_t>> dead;  // keys that are revoked according to the audit
        std::set<credential_id> issued;
        for (std::size_t i = 0; i < std::min(changes.size(), events.size()); ++i) {
            const audit_event& event = events[events.size() - 1 - i];
            if (changes[i].sequence != i + 1 || event.credential != changes[i].credential) ++halves;
            if (changes[i].kind == change_kind::issued) issued.insert(changes[i].credential);
            if (changes[i].kind == change_kind::key_revoked && event.handle)
                dead[changes[i].credential].insert(event.handle->value);
        }
        constexpr std::uint32_t kept = authority<durable_bundle, Store>::kept_generations;
        std::size_t listed = 0;
        for (page_request which{.limit = at_once};;) {
            const auto page = store.list(which, "");
            if (!page) return halves + 1;
            for (const credential_view& view : page->items) {
                ++listed;
                if (!issued.contains(view.about.id) || view.keys.size() != std::min(view.about.generation, kept))
                    ++halves;
                for (const record& key : view.keys)
                    if (dead[view.about.id].contains(key.handle.value) && key.state != key_state::revoked) ++halves;
            }
            if (page->next.empty()) break;
            which.cursor = page->next;
        }
        return halves + (listed > issued.size() ? listed - issued.size() : issued.size() - listed);
    }

private:
    struct entry {
        std::string text{};
        bool may_be_dead = false;
        bool is_dead = false;
    };

    std::map<std::uint64_t, entry> m_keys;
};

/// Issues or revokes one key, and passes the lines for a `ledger` to `say(line)`. Returns whether it succeeded.
template <typename Authority, typename Say>
bool make_durable_change(Authority& keys, std::vector<handle>& alive, std::mt19937_64& random, Say say) {
    if (alive.empty() || random() % 3 != 0) {
        const auto made = keys.issue({.tenant = "acme", .name = "durable"}, {.actor = "trial"});
        if (!made) return false;
        alive.push_back(made->handle);
        std::string line = "issued " + std::to_string(made->handle.value) + " ";
        line += made->text.reveal(unsafe_reveal);
        say(line);
        return true;
    }
    const std::size_t at = random() % alive.size();
    const handle key = alive[at];
    alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(at));
    say("revoking " + std::to_string(key.value));
    const auto done = keys.revoke(key, {.actor = "trial"});
    if (done) say("revoked " + std::to_string(key.value));
    return static_cast<bool>(done);
}

}  // namespace shearline::inline v0_1::testing
