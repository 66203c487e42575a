// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The name of a credential: 16 random bytes, written as a version 4 UUID. Public; it opens nothing.
// Depends on result.hpp; never on a crypto library.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <shearline/result.hpp>

namespace shearline::inline v0 {

/// Names a credential in calls, logs and rows. An ordinary value; the default one names nothing.
class credential_id {
public:
    static constexpr std::size_t text_chars = 36;
    using bytes_type = std::array<std::uint8_t, 16>;

    constexpr credential_id() noexcept = default;

    /// A version 4 UUID (RFC 9562 §5.4) of 16 random bytes, of which six bits give way to version and variant.
    [[nodiscard]] static constexpr credential_id from_random(bytes_type random) noexcept {
        random[6] = static_cast<std::uint8_t>((random[6] & 0x0fU) | 0x40U);
        random[8] = static_cast<std::uint8_t>((random[8] & 0x3fU) | 0x80U);
        return credential_id{random};
    }

    /// Reads the one spelling that `to_string` writes: 36 characters, lower case. `invalid_argument` for any other.
    [[nodiscard]] static result<credential_id> parse(std::string_view text) {
        bytes_type bytes{};
        std::size_t nibble = 0;
        bool good = text.size() == text_chars;
        for (std::size_t i = 0; good && i < text_chars; ++i) {
            const char c = text[i];
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                good = c == '-';
                continue;
            }
            const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            good = digit >= 0;
            if (good) bytes[nibble / 2] = static_cast<std::uint8_t>((bytes[nibble / 2] << 4U) | digit);
            ++nibble;
        }
        if (!good || (bytes[6] & 0xf0U) != 0x40U || (bytes[8] & 0xc0U) != 0x80U)
            return error{errc::invalid_argument, "a credential is named by a lower-case version 4 UUID"};
        return credential_id{bytes};
    }

    /// 8-4-4-4-12 lower-case hexadecimal digits.
    [[nodiscard]] std::string to_string() const {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        text.reserve(text_chars);
        for (std::size_t i = 0; i < m_bytes.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
            text += digits[m_bytes[i] >> 4U];
            text += digits[m_bytes[i] & 0x0fU];
        }
        return text;
    }

    [[nodiscard]] constexpr const bytes_type& bytes() const noexcept { return m_bytes; }

    friend constexpr auto operator<=>(const credential_id&, const credential_id&) = default;

private:
    constexpr explicit credential_id(const bytes_type& bytes) noexcept : m_bytes{bytes} {}

    bytes_type m_bytes{};
};

}  // namespace shearline::inline v0
