// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The part of a key that may be logged or shown: "instance_0abcDEFGhij***".
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

/// The public start of a key, followed by "***" for the rest. A value that never allocates; safe to log.
class masked_key {
public:
    /// `shown` followed by "***". All of `shown` is public; more than `max_key_chars` characters abort. O(size).
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

/// Masks `text` for a log. Of a valid key, everything before the secret is shown; of any other text only the prefix, if
/// it begins with it, because a mistyped key contains most of a secret. Variable time: for presented text. O(prefix)
/// for a wrong length, else O(chars); never allocates. Thread-safe.
///
/// Example:
///     #include <shearline/format/key_format.hpp>
///     using instance_keys = shearline::key_format<"instance">;
///     const auto shown = shearline::mask<instance_keys>("instance_typo");                    // "instance_***"
///     const auto listed = shearline::mask<instance_keys>(shearline::handle{.value = 4711});  // with its handle
///     const std::string_view for_the_log = shown.view();
template <typename Format>
[[nodiscard]] constexpr masked_key mask(std::string_view text) noexcept {
    if (const auto key = parse<Format>(text)) return masked_key{{text.data(), Format::secret_part.offset}};
    return masked_key{text.starts_with(Format::prefix) ? Format::prefix : std::string_view{}};
}

/// Masks the key that has this handle: from 1 to `Format::greatest_handle`, any other aborts. Variable time; O(chars);
/// never allocates. Thread-safe.
template <typename Format>
[[nodiscard]] constexpr masked_key mask(handle name) noexcept {
    std::array<char, Format::secret_part.offset> shown{};
    detail::render_public_parts<Format>(name, shown);
    return masked_key{{shown.data(), shown.size()}};
}

}  // namespace shearline::inline v0_1
