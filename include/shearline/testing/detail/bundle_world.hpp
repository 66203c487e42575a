// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One bundle with its authority and its verifier over a store in memory, under a manual clock.
// Depends on authority.hpp, verifier.hpp and testing/report.hpp; never on one policy.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/authority.hpp>
#include <shearline/clock.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/render.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/testing/report.hpp>
#include <shearline/testing/temporary_folder.hpp>
#include <shearline/verifier.hpp>

namespace shearline::inline v0_1::testing::detail {

template <typename Policies>
class bundle_world {
protected:
    using format = typename Policies::format;
    using authority_type = authority<Policies, memory_store, manual_clock>;
    using verifier_type = verifier<Policies, memory_store>;
    static constexpr std::string_view scope = "contacts:write";

    struct known {
        credential_id credential;
        handle key;
        std::string text;
    };

    new_credential asked(std::string tenant = "acme") const {
        return {.tenant = std::move(tenant), .name = "integration", .scopes = {std::string{scope}}, .metadata = {}};
    }

    std::optional<known> took(const result<issued_key>& made, std::string_view claim) {
        if (!m_seen.check(static_cast<bool>(made), claim, made ? "" : made.error().message())) return std::nullopt;
        return known{made->credential, made->handle, std::string{made->text.reveal(unsafe_reveal)}};
    }
    std::optional<known> issue(const new_credential& what) {
        ++m_events;
        return took(m_keys->issue(what, m_by), "a credential is issued");
    }

    /// Gives a credential a scope as an attacker would who can write to the database.
    bool edit_by_hand(const credential_id& id) {
        return static_cast<bool>(m_store.transact([&](memory_store::transaction& tx) -> result<void> {
            auto owner = **tx.find(id);
            owner.scopes.emplace_back("deals:write");
            ++owner.version;
            const auto done = tx.update(owner);
            return done ? tx.append(change{.credential = id, .version = owner.version, .at = m_clock.now()}) : done;
        }));
    }

    /// Both must give this answer for a text.
    void expect(const std::string& text, bool good, std::string_view claim, std::optional<face> shown = std::nullopt) {
        for (int time = 0; time < 2; ++time) {  // the second answer of a verifier may come from its memo
            const verdict strict = m_keys->verify(text, scope);
            const verdict fast = m_reader->verify(text, m_clock.now(), scope);
            for (const auto& [by, answer] : {std::pair{"authority", &strict}, std::pair{"verifier", &fast}}) {
                std::string words = by;
                words += *answer ? " grants" : " denies: " + std::string{row_of(answer->denial().reason()).name};
                m_seen.check(static_cast<bool>(*answer) == good, claim, words);
                if (!*answer && shown) m_seen.check(answer->denial().face() == *shown, claim, words);
            }
        }
    }

    /// The text of `of`, with the secret of `from`; its checksum is right.
    static std::string with_secret_of(const known& of, const known& from) {
        std::array<std::uint8_t, format::secret_chars> digits{};
        for (std::size_t i = 0; i < digits.size(); ++i)
            digits[i] = format::alphabet::decode(from.text[format::secret_part.offset + i]);
        std::string text(format::chars, '\0');
        render<format>(of.key, digits, std::span<char, format::chars>{text});
        return text;
    }

    static std::string text_of(const std::vector<std::byte>& bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    report m_seen;
    temporary_folder m_folder;
    memory_store m_store;
    manual_clock m_clock{from_unix_ms(1'736'942'400'000)};
    request_context m_by{.actor = "trial"};
    std::uint64_t m_events = 0;
    timestamp m_rotated_at{};
    std::optional<keyring> m_ring;
    std::optional<authority_type> m_keys;
    std::optional<verifier_type> m_fast;
    std::optional<typename verifier_type::reader> m_reader;
};

}  // namespace shearline::inline v0_1::testing::detail
