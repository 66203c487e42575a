// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a derived key or a sealed text is bound to: fields of bytes that read only one way.
// Depends on std; never on a crypto library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// A sequence of fields, each with its length before it (8 bytes, most significant first), so that no two sequences of
/// the same kinds of fields give the same bytes. The first field says what the context is for. Public: no secret goes
/// in.
class hash_context {
public:
    explicit hash_context(std::string_view purpose) { text(purpose); }

    hash_context& text(std::string_view field) {
        number(field.size());
        m_bytes += field;
        return *this;
    }

    /// A number takes 8 bytes, whatever its type.
    hash_context& number(std::uint64_t field) {
        for (unsigned shift = 64; shift > 0; shift -= 8) m_bytes += static_cast<char>((field >> (shift - 8)) & 0xff);
        return *this;
    }

    [[nodiscard]] std::span<const std::byte> bytes() const& noexcept { return std::as_bytes(std::span{m_bytes}); }
    std::span<const std::byte> bytes() const&& = delete;  // would outlive its owner: name the owner

private:
    std::string m_bytes;
};

}  // namespace shearline::inline v0_1
