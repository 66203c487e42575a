// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Bytes as hexadecimal text, as other programs print them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

inline std::string hex_of(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte each : bytes) {
        text += digits[std::to_integer<std::size_t>(each >> 4U)];
        text += digits[std::to_integer<std::size_t>(each & std::byte{0x0f})];
    }
    return text;
}

/// Exactly as many bytes as the array has; `Byte` is std::byte or std::uint8_t.
template <std::size_t Size, typename Byte = std::byte>
std::array<Byte, Size> from_hex(const std::string& text) {
    if (text.size() != 2 * Size) throw std::runtime_error{"not " + std::to_string(Size) + " bytes: " + text};
    std::array<Byte, Size> bytes{};
    for (std::size_t i = 0; i < Size; ++i) bytes[i] = static_cast<Byte>(std::stoi(text.substr(2 * i, 2), nullptr, 16));
    return bytes;
}

}  // namespace support
