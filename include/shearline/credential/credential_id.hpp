// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The name of a credential: 16 random bytes, written as a version 4 UUID. Public: it grants nothing.
// Depends on format/alphabet.hpp and result.hpp; never on a crypto library.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <shearline/error.hpp>
#include <shearline/format/alphabet.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// The name of a credential in calls, logs and rows. An ordinary value; the default one names no credential. Each
/// member is O(1); const members may be called from any thread.
class credential_id {
public:
    static constexpr std::size_t text_chars = 36;
    using bytes_type = std::array<std::uint8_t, 16>;

    constexpr credential_id() noexcept = default;

    /// A version 4 UUID (RFC 9562 §5.4) from 16 random bytes; version and variant replace six of their bits.
    [[nodiscard]] static constexpr credential_id from_random(bytes_type random) noexcept {
        random[6] = static_cast<std::uint8_t>((random[6] & 0x0fU) | 0x40U);
        random[8] = static_cast<std::uint8_t>((random[8] & 0x3fU) | 0x80U);
        return credential_id{random};
    }

    /// The credential of these bytes, as a database keeps a UUID. `invalid_argument` where they are no UUID of
    /// version 4.
    [[nodiscard]] static result<credential_id> from_bytes(const bytes_type& bytes) {
        if ((bytes[6] & 0xf0U) != 0x40U || (bytes[8] & 0xc0U) != 0x80U)
            return error{errc::invalid_argument, "a credential id must be a version 4 UUID"};
        return credential_id{bytes};
    }

    /// Reads the spelling that `to_string` writes: 36 characters, lower case. `invalid_argument` for any other text.
    [[nodiscard]] static result<credential_id> parse(std::string_view text) {
        bytes_type bytes{};
        unsigned wrong = text.size() == text_chars ? 0 : 0x80;
        std::size_t at = 0;
        for (std::size_t i = 0; wrong == 0 && i < bytes.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) wrong |= text[at++] == '-' ? 0U : 0x80U;
            const unsigned high = hexadecimal::decode(text[at++]);
            const unsigned low = hexadecimal::decode(text[at++]);
            wrong |= (high | low) & 0x80U;
            bytes[i] = static_cast<std::uint8_t>((high << 4U) | low);
        }
        if (wrong != 0) return error{errc::invalid_argument, "a credential id must be a lower-case version 4 UUID"};
        return from_bytes(bytes);
    }

    /// The 16 bytes, in the order of the text.
    [[nodiscard]] constexpr const bytes_type& bytes() const noexcept { return m_bytes; }

    /// 8-4-4-4-12 lower-case hexadecimal digits.
    [[nodiscard]] std::string to_string() const {
        std::string text;
        text.reserve(text_chars);
        for (std::size_t i = 0; i < m_bytes.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
            text += hexadecimal::encode(m_bytes[i] >> 4U);
            text += hexadecimal::encode(m_bytes[i] & 0x0fU);
        }
        return text;
    }

    friend constexpr auto operator<=>(const credential_id&, const credential_id&) = default;

private:
    using hexadecimal = basic_alphabet<"0123456789abcdef">;

    constexpr explicit credential_id(const bytes_type& bytes) noexcept : m_bytes{bytes} {}

    bytes_type m_bytes{};
};

}  // namespace shearline::inline v0_1
