// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether a text is the key of a line: by its memo, or else by its digest under a pepper of the keyring.
// Depends on keyring/digester.hpp, verifier/line.hpp and posix/fork_wiped.hpp; never on a table or a store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <shearline/concepts.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/keyring.hpp>
#include <shearline/keyring/digester.hpp>
#include <shearline/posix/fork_wiped.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/verdict.hpp>
#include <shearline/verifier/line.hpp>

namespace shearline::inline v0_1::detail {

/// What a memo makes tags of many texts with on this processor, if it has something of that kind.
template <typename Memo>
struct chosen_of_many {};
template <makes_tags_of_many Memo>
struct chosen_of_many<Memo> {
    decltype(Memo::of_many()) tags = Memo::of_many();
};

/// The peppers of one keyring, and a memo key made with them: after a change of keyring no earlier tag matches.
/// Constant-time in peppers, digests and tags. Immutable and thread-safe.
template <typename Policies>
class proofs {
    using format = typename Policies::format;
    using memo = typename Policies::memo;
    using memo_key = typename memo::key;
    struct nothing {};
    static constexpr std::size_t remembered_chars = format::chars - format::prefix.size();

public:
    /// `unavailable` if the system gives no guarded memory.
    [[nodiscard]] static result<proofs> make(const keyring& ring) {
        auto digests = digester<typename Policies::hash>::make(ring, "key", format::name, format::environment_of);
        if (!digests) return std::move(digests).error();
        auto key = fork_wiped<const memo_key>::make([] { return memo::make_key(); });
        if (!key) return std::move(key).error();
        return proofs{ring.current_pepper(), *std::move(digests), *std::move(key)};
    }

    /// The tag of a text for `refute`; nothing with a memo that remembers nothing. It needs no line, so that it is
    /// computed while a line is on its way from memory. `may_be_key` must hold for the text.
    [[nodiscard]] auto tag_of(std::string_view text) const noexcept {
        if constexpr (memo::remembers)
            return memo::of(m_memo_key.reveal(unsafe_reveal), text.substr(format::prefix.size()));
        else
            return nothing{};
    }

    /// The same for many texts, each given by what follows its prefix.
    template <typename Tag>
    void tags_of(const char* const* after_prefix, std::size_t count, Tag* tags) const noexcept {
        if constexpr (makes_tags_of_many<memo>) {
            m_of_many.tags(m_memo_key.reveal(unsafe_reveal), after_prefix, remembered_chars, count, tags);
        } else if constexpr (memo::remembers) {
            for (std::size_t i = 0; i < count; ++i)
                tags[i] =
                    memo::of(m_memo_key.reveal(unsafe_reveal), std::string_view{after_prefix[i], remembered_chars});
        }
    }

    /// Whether a line remembers the text with this tag. `may_be_key` must hold for the text: its length and its prefix
    /// have been compared. The memo covers all other bytes, so a text whose memo matches is, byte for byte, one that
    /// passed the whole check before; nothing else of it is checked again. The memo key belongs to these peppers: with
    /// others, nothing is remembered.
    template <typename Tag>
    [[nodiscard, gnu::always_inline]] bool remembers(const Tag& tag, const line& known) const noexcept {
        if constexpr (memo::remembers)
            return memo::same(tag, known.memo());
        else
            return false;
    }

    /// Why a text with this tag is not the key of a line; `std::nullopt` if it is, and then the line remembers it.
    template <typename Tag>
    [[nodiscard, gnu::noinline]] std::optional<reason> refute(std::string_view text, const Tag& tag, line& known,
                                                              const line_details& details,
                                                              std::uint32_t pepper) const noexcept {
        __builtin_prefetch(&details);  // they are needed once the digest is computed
        const auto refuted = refute_by_digest(text, details.digest, pepper);
        if constexpr (memo::remembers)
            if (!refuted) known.set_memo(tag);
        return refuted;
    }

    /// Whether keys under this pepper should be rotated, because another pepper is current.
    [[nodiscard]] bool is_outdated(std::uint32_t pepper) const noexcept { return pepper != m_current; }

private:
    proofs(std::uint32_t current, digester<typename Policies::hash> digests, fork_wiped<const memo_key> key) noexcept
        : m_current{current}, m_digests{std::move(digests)}, m_memo_key{std::move(key)} {}

    [[nodiscard]] std::optional<reason> refute_by_digest(std::string_view text, const line_digest& known,
                                                         std::uint32_t pepper) const noexcept {
        const auto parsed = parse<format>(text);
        if (!parsed) return reason_of(parsed.error());
        const auto mac = m_digests.digest_under(pepper, std::as_bytes(std::span{parsed->authenticated}));
        if (!mac) return pepper == no_pepper ? reason::wrong_hash : reason::pepper_dropped;
        return constant_time_equal_words(to_line_digest(*mac), known) ? std::nullopt
                                                                      : std::optional{reason::wrong_secret};
    }

    std::uint32_t m_current;
    digester<typename Policies::hash> m_digests;
    fork_wiped<const memo_key> m_memo_key;
    chosen_of_many<memo> m_of_many;
};

}  // namespace shearline::inline v0_1::detail
