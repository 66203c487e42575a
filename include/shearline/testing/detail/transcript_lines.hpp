// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Values of a store, one line per field, and the first difference of two such lists.
// Depends on credential/, store/change.hpp and testing/detail/shown.hpp; never on a store.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/store/change.hpp>
#include <shearline/testing/detail/shown.hpp>

namespace shearline::inline v0_1::testing::detail {

/// The lines in order. A place is stored once, however many fields it has.
class transcript_lines {
public:
    /// The first difference, in words, or nothing.
    [[nodiscard]] std::optional<std::string> difference_from(const transcript_lines& wanted) const {
        const std::size_t common = std::min(m_lines.size(), wanted.m_lines.size());
        for (std::size_t i = 0; i < common; ++i) {
            const line& here = m_lines[i];
            const line& there = wanted.m_lines[i];
            const bool is_same_place =
                here.field == there.field && m_places[here.place] == wanted.m_places[there.place];
            if (is_same_place && here.value == there.value) continue;
            return name_of(here) + " is " + here.value + ", and must be " +
                   (is_same_place ? there.value : "followed by " + wanted.name_of(there));
        }
        if (m_lines.size() > common) return name_of(m_lines[common]) + " is there, and must not be";
        if (wanted.m_lines.size() > common) return wanted.name_of(wanted.m_lines[common]) + " is missing";
        return std::nullopt;
    }

protected:
    struct line {
        std::size_t place;  // of m_places
        std::string_view field;
        std::string value;
    };

    /// The place of the lines that follow.
    void go_to(std::string where) { m_places.push_back(std::move(where)); }
    void add(std::string_view field, std::string value) {
        m_lines.push_back({m_places.size() - 1, field, std::move(value)});
    }
    void say(std::string where, std::string value) {
        go_to(std::move(where));
        add({}, std::move(value));
    }
    [[nodiscard]] std::string name_of(const line& one) const { return m_places[one.place] + std::string{one.field}; }

    template <typename T, typename Tell>
    void with(const std::string& where, const result<T>& outcome, Tell tell_it) {
        if (outcome) return tell_it(*outcome);
        say(where, "an error: " + std::string{to_string(outcome.error().code())});
    }

    static std::string text_of(const handle& key) { return std::string{key.to_text().view()}; }
    static std::string text_of(timestamp at) { return std::to_string(to_unix_ms(at)) + " ms"; }
    template <typename T>
    static std::string text_of(const std::optional<T>& value) {
        return value ? text_of(*value) : "nothing";
    }

    void tell(const std::string& where, const feed_head& head) {
        say(where, std::to_string(head.sequence) + " with tag " + std::to_string(head.tag));
    }

    void tell(const std::string& where, const credential& one) {
        go_to(where);
        add(".id", one.id.to_string());
        add(".tenant", shown(one.tenant));
        add(".name", shown(one.name));
        std::string scopes;
        for (const std::string& scope : one.scopes) scopes += shown(scope) + ' ';
        add(".scopes", scopes);
        std::string metadata;
        for (const auto& [label, value] : one.metadata) metadata += shown(label) + '=' + shown(value) + ' ';
        add(".metadata", metadata);
        add(".not_before", text_of(one.not_before));
        add(".expires_at", text_of(one.expires_at));
        add(".suspended", one.suspended ? "true" : "false");
        add(".generation", std::to_string(one.generation));
        add(".version", std::to_string(one.version));
        add(".created_at", text_of(one.created_at));
        add(".revoked_at", text_of(one.revoked_at));
    }

    void tell(const std::string& where, const stored_digest& digest) {
        go_to(where);
        add(".pepper", std::to_string(digest.pepper));
        add(".mac", shown(digest.mac));
        add(".hash", std::string{digest.hash.view()});
    }

    void tell(const std::string& where, const record& one) {
        go_to(where);
        add(".format", one.format);
        add(".handle", text_of(one.handle));
        add(".credential", one.credential.to_string());
        add(".generation", std::to_string(one.generation));
        add(".state", std::string{to_string(one.state)});
        add(".created_at", text_of(one.created_at));
        add(".retires_at", text_of(one.retires_at));
        add(".revoked_at", text_of(one.revoked_at));
        add(".last_used_at", text_of(one.last_used_at));
        add(".uses", std::to_string(one.uses));
        add(".sealed", one.sealed ? std::to_string(one.sealed->sealing_key) + ' ' + shown(one.sealed->nonce) + ' ' +
                                        shown(one.sealed->box)
                                  : "nothing");
        tell(where + ".digest", one.digest);
    }

    void tell(const std::string& where, const std::vector<record>& keys) {
        go_to(where);
        add(".size()", std::to_string(keys.size()));
        for (std::size_t i = 0; i < keys.size(); ++i) tell(where + '[' + std::to_string(i) + ']', keys[i]);
    }

    void tell(const std::string& where, const credential_view& view) {
        tell(where + ".about", view.about);
        tell(where + ".keys", view.keys);
    }

    void tell(const std::string& where, const audit_event& event) {
        go_to(where);
        add(".sequence", std::to_string(event.sequence));
        add(".at", text_of(event.at));
        add(".actor", shown(event.actor));
        add(".action", shown(event.action));
        add(".tenant", shown(event.tenant));
        add(".credential", event.credential.to_string());
        add(".handle", text_of(event.handle));
        add(".source_address", shown(event.source_address));
        add(".reason", shown(event.reason));
    }

    void tell(const std::string& where, const change& one) {
        go_to(where);
        add(".sequence", std::to_string(one.sequence));
        add(".tag", std::to_string(one.tag));
        add(".kind", std::to_string(static_cast<int>(one.kind)));
        add(".credential", one.credential.to_string());
        add(".version", std::to_string(one.version));
        add(".at", text_of(one.at));
    }

private:
    std::vector<std::string> m_places;
    std::vector<line> m_lines;
};

}  // namespace shearline::inline v0_1::testing::detail
