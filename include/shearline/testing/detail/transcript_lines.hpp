// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Values of a store, one line per field, and the first difference of two such lists.
// Depends on credential/, store/ and testing/detail/shown.hpp; never on a store.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/scan.hpp>
#include <shearline/testing/detail/shown.hpp>

namespace shearline::inline v0_1::testing::detail {

/// The lines in order. All of their text is stored in one string, because a suite makes millions of lines; a place is
/// stored once, however many fields it has.
class transcript_lines {
public:
    /// The first difference, in words, or nothing.
    [[nodiscard]] std::optional<std::string> difference_from(const transcript_lines& wanted) const {
        const std::size_t common = std::min(m_lines.size(), wanted.m_lines.size());
        for (std::size_t i = 0; i < common; ++i) {
            const line& here = m_lines[i];
            const line& there = wanted.m_lines[i];
            const bool is_same_place =
                here.field == there.field && text(m_places[here.place]) == wanted.text(wanted.m_places[there.place]);
            const std::string_view value = text(here.value);
            const std::string_view other = wanted.text(there.value);
            if (is_same_place && (value == other || value == there.left_out)) continue;
            return name_of(here) + " is " + std::string{value} + ", and must be " +
                   (is_same_place ? std::string{other} : "followed by " + wanted.name_of(there));
        }
        if (m_lines.size() > common) return name_of(m_lines[common]) + " is there, and must not be";
        if (wanted.m_lines.size() > common) return wanted.name_of(wanted.m_lines[common]) + " is missing";
        return std::nullopt;
    }

protected:
    /// Begins anew, in the same memory.
    void clear() noexcept {
        m_text.clear();
        m_places.clear();
        m_lines.clear();
    }

    /// How much a read must give: one for a verification may leave out what that does not need.
    enum class extent : bool { whole, for_verification };

    /// The place of the lines that follow.
    void go_to(std::string_view where) {
        const std::uint32_t begin = end();
        m_text += where;
        m_places.push_back({begin, end()});
    }
    /// A field; one that the store may leave out then has the value `left_out`.
    template <typename T>
    void add(std::string_view field, const T& value, std::string_view left_out = never) {
        const std::uint32_t begin = end();
        write(value);
        m_lines.push_back({static_cast<std::uint32_t>(m_places.size() - 1), {begin, end()}, field, left_out});
    }
    template <typename T>
    void say(std::string_view where, const T& value) {
        go_to(where);
        add({}, value);
    }
    template <typename T, typename Tell>
    void with(std::string_view where, const result<T>& outcome, Tell tell_it) {
        if (outcome) return tell_it(*outcome);
        say(where, "an error: " + std::string{to_string(outcome.error().code())});
    }

    static std::string text_of(const handle& key) { return std::string{key.to_text().view()}; }
    static std::string text_of(timestamp at) { return std::to_string(to_unix_ms(at)) + " ms"; }

    void tell(std::string_view where, const feed_head& head) {
        go_to(where);
        add(".sequence", head.sequence);
        add(".tag", head.tag);
        add(".closed", head.closed);
    }

    void tell(std::string_view where, const credential& one, extent how = extent::whole) {
        go_to(where);
        add(".id", one.id);
        add(".tenant", quoted{one.tenant});
        add(".name", quoted{one.name});
        add(".scopes", one.scopes);
        add(".metadata", one.metadata, how == extent::whole ? never : "");
        tell_terms(one);
    }

    void tell(std::string_view where, const scanned_credential& one) {
        go_to(where);
        add(".id", one.id);
        add(".tenant", quoted{one.tenant});
        add(".name", quoted{one.name});
        add(".scopes", quoted{one.scopes});
        tell_terms(one);
    }

    void tell(std::string_view where, const store_identity& one) {
        go_to(where);
        add(".id", one.id);
        add(".keyring", quoted{one.keyring});
        add(".proof", one.proof);
    }

    void tell(std::string_view where, const record& one, extent how = extent::whole) {
        go_to(where);
        tell_key(one);
        const bool is_whole = how == extent::whole;
        add(".credential", one.credential);
        add(".last_used_at", one.last_used_at, is_whole ? never : "nothing");
        add(".uses", one.uses, is_whole ? never : "0");
        add(".sealed", one.sealed, is_whole ? never : "nothing");
    }

    void tell(std::string_view where, const scanned_key& one) {
        go_to(where);
        tell_key(one);
    }

    void tell(std::string_view where, const std::vector<record>& keys, extent how = extent::whole) {
        go_to(where);
        add(".size()", keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) tell(numbered(where, i), keys[i], how);
    }

    void tell(std::string_view where, const credential_view& view) {
        std::string place{where};
        tell(place.append(".about"), view.about);
        tell(place.replace(where.size(), std::string::npos, ".keys"), view.keys);
    }

    void tell(std::string_view where, const audit_event& event) {
        go_to(where);
        add(".sequence", event.sequence);
        add(".at", event.at);
        add(".actor", quoted{event.actor});
        add(".action", quoted{event.action});
        add(".tenant", quoted{event.tenant});
        add(".credential", event.credential);
        add(".handle", event.handle);
        add(".source_address", quoted{event.source_address});
        add(".reason", quoted{event.reason});
    }

    void tell(std::string_view where, const change& one) {
        go_to(where);
        add(".sequence", one.sequence);
        add(".tag", one.tag);
        add(".kind", static_cast<std::uint64_t>(one.kind));
        add(".credential", one.credential);
        add(".version", one.version);
        add(".at", one.at);
    }

    void tell(std::string_view where, const idempotency_entry& entry) {
        go_to(where);
        add(".token", entry.token);
        add(".arguments", entry.arguments);
        add(".credential", entry.credential);
        add(".handle", entry.handle);
        add(".created_at", entry.created_at);
        add(".expires_at", entry.expires_at);
        add(".proof", entry.proof);
    }

    /// `where[number]`
    static std::string numbered(std::string_view where, std::size_t number) {
        return std::string{where}.append("[").append(std::to_string(number)).append("]");
    }

private:
    struct part {  // of m_text
        std::uint32_t begin;
        std::uint32_t end;
    };
    struct line {
        std::uint32_t place;  // of m_places
        part value;
        std::string_view field;
        std::string_view left_out;
    };
    struct quoted {
        std::string_view text;
    };
    static constexpr std::string_view never = "\n";  // no value is this

    [[nodiscard]] std::uint32_t end() const noexcept { return static_cast<std::uint32_t>(m_text.size()); }
    [[nodiscard]] std::string_view text(const part& of) const noexcept {
        return std::string_view{m_text}.substr(of.begin, of.end - of.begin);
    }
    [[nodiscard]] std::string name_of(const line& one) const {
        return std::string{text(m_places[one.place])}.append(one.field);
    }

    /// What a credential and one of a scan have in common.
    template <typename Credential>
    void tell_terms(const Credential& one) {
        add(".not_before", one.not_before);
        add(".expires_at", one.expires_at);
        add(".suspended", one.suspended);
        add(".generation", one.generation);
        add(".version", one.version);
        add(".created_at", one.created_at);
        add(".revoked_at", one.revoked_at);
        add(".metadata_digest", one.metadata_digest);
        add(".proof", one.proof);
    }
    /// What a key and one of a scan have in common.
    template <typename Key>
    void tell_key(const Key& one) {
        add(".format", one.format);
        add(".handle", one.handle);
        add(".generation", one.generation);
        add(".state", to_string(one.state));
        add(".created_at", one.created_at);
        add(".retires_at", one.retires_at);
        add(".revoked_at", one.revoked_at);
        add(".digest.pepper", one.digest.pepper);
        add(".digest.mac", one.digest.mac);
        add(".digest.hash", one.digest.hash.view());
    }

    void write(std::string_view value) { m_text += value; }
    void write(const quoted& value) { append_shown(m_text, value.text); }
    void write(const std::vector<std::string>& scopes) {
        for (const std::string& scope : scopes) {
            append_shown(m_text, scope);
            m_text += ' ';
        }
    }
    void write(const metadata& labels) {
        for (const auto& [label, value] : labels) {
            append_shown(m_text, label);
            m_text += '=';
            append_shown(m_text, value);
            m_text += ' ';
        }
    }
    template <std::same_as<bool> Truth>  // to which a literal would be converted
    void write(Truth value) {
        m_text += value ? "true" : "false";
    }
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    void write(Number value) {
        std::array<char, 24> digits{};
        m_text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    }
    void write(timestamp at) {
        write(to_unix_ms(at));
        m_text += " ms";
    }
    void write(const handle& key) { m_text += key.to_text().view(); }
    void write(const credential_id& id) { m_text += id.to_string(); }
    void write(std::span<const std::byte> bytes) { append_shown(m_text, bytes); }
    template <std::size_t Bytes>
    void write(const std::array<std::byte, Bytes>& bytes) {
        write(std::span<const std::byte>{bytes});
    }
    void write(const row_proof& proof) {
        write(proof.key);
        m_text += ' ';
        write(proof.mac);
    }
    void write(const sealed_text& sealed) {
        write(sealed.sealing_key);
        m_text += ' ';
        write(sealed.nonce);
        m_text += ' ';
        write(std::span<const std::byte>{sealed.box});
    }
    template <typename T>
    void write(const std::optional<T>& value) {
        if (!value) return write(std::string_view{"nothing"});
        write(*value);
    }

    std::string m_text;
    std::vector<part> m_places;
    std::vector<line> m_lines;
};

}  // namespace shearline::inline v0_1::testing::detail
