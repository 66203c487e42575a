// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The name of a hash, as it is in stored digests and stores.
// Depends on std; never on an algorithm.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// 1 to 32 characters of `[a-z0-9-]`, such as `hmac-sha256`. A value that never allocates, because a scan reads
/// millions of them. Each member is O(1); const members may be called from any thread.
class hash_name {
public:
    static constexpr std::size_t max_chars = 32;

    /// Whether a text is a valid name.
    [[nodiscard]] static constexpr bool is_valid(std::string_view text) noexcept {
        for (const char c : text)
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
        return !text.empty() && text.size() <= max_chars;
    }

    /// The name. An invalid text aborts; in a constant expression it does not compile.
    constexpr explicit hash_name(std::string_view text) noexcept {
        if (!is_valid(text)) std::abort();
        assign(text);
    }

    /// The name, or nothing for an invalid text.
    [[nodiscard]] static constexpr std::optional<hash_name> parse(std::string_view text) noexcept {
        if (!is_valid(text)) return std::nullopt;
        hash_name read;
        read.assign(text);
        return read;
    }

    [[nodiscard]] constexpr std::string_view view() const& noexcept { return {m_chars.data(), m_size}; }
    std::string_view view() const&& = delete;  // would dangle: give the owner a name

    friend constexpr bool operator==(const hash_name&, const hash_name&) = default;

private:
    constexpr hash_name() noexcept = default;

    constexpr void assign(std::string_view valid) noexcept {
        m_size = static_cast<std::uint8_t>(valid.size());
        for (std::size_t i = 0; i < valid.size(); ++i) m_chars[i] = valid[i];
    }

    std::array<char, max_chars> m_chars{};
    std::uint8_t m_size = 0;
};

}  // namespace shearline::inline v0_1
