// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Several fields as one message that reads only one way: each text comes after its length.
// Depends on std; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace shearline::inline v0 {

/// What is hashed, or authenticated beside a ciphertext, when it is more than one thing. Two different lists of fields
/// never give the same bytes. Not for secrets: it is not wiped.
class framed_message {
public:
    /// A text of up to 4 GiB: its length in 4 bytes, then its bytes.
    framed_message& text(std::string_view field) {
        number(static_cast<std::uint32_t>(field.size()));
        m_bytes += field;
        return *this;
    }

    /// A number in all its bytes, the most significant one first.
    template <typename Number>
    framed_message& number(Number value) {
        for (unsigned i = sizeof(Number); i-- > 0;)
            m_bytes += static_cast<char>(static_cast<unsigned char>(static_cast<std::uint64_t>(value) >> (8U * i)));
        return *this;
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return std::as_bytes(std::span{m_bytes}); }

private:
    std::string m_bytes;
};

}  // namespace shearline::inline v0
