// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What of a key may be logged or shown: "instance_0abcDEFGhij***".
// Depends on parse.hpp and render.hpp; never on a crypto library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string_view>

#include <shearline/format/basic_format.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/render.hpp>

namespace shearline::inline v0_1 {

/// The public start of a key and "***" in place of the rest. A value without a heap; safe to log.
class masked_key {
public:
    /// Masks what comes after `shown`, whose characters are all public. Aborts on more than `max_key_chars` of them.
    constexpr explicit masked_key(std::string_view shown) noexcept : m_size{shown.size() + rest.size()} {
        if (shown.size() > max_key_chars) std::abort();
        shown.copy(m_chars.data(), shown.size());
        rest.copy(m_chars.data() + shown.size(), rest.size());
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {m_chars.data(), m_size}; }

private:
    static constexpr std::string_view rest = "***";

    std::array<char, max_key_chars + rest.size()> m_chars{};
    std::size_t m_size;
};

/// What of `text` may be logged: of a key, all before its secret; of a text that is none, the prefix where it begins
/// with it (a key with a typing error holds most of a secret, wherever that is), else nothing. Never allocates.
/// Variable time; O(prefix) for a wrong length, else O(chars). Thread-safe.
template <typename Format>
[[nodiscard]] constexpr masked_key mask(std::string_view text) noexcept {
    if (const auto key = parse<Format>(text)) return masked_key{{text.data(), Format::secret_part.offset}};
    return masked_key{text.starts_with(Format::prefix) ? Format::prefix : std::string_view{}};
}

/// The same of a key of which the handle is known: from 1 to `Format::greatest_handle`, anything else aborts. O(chars).
template <typename Format>
[[nodiscard]] constexpr masked_key mask(handle name) noexcept {
    std::array<char, Format::secret_part.offset> shown{};
    detail::render_public_parts<Format>(name, shown);
    return masked_key{{shown.data(), shown.size()}};
}

}  // namespace shearline::inline v0_1
