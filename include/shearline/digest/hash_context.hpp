// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a derived key or a sealed text is bound to: a sequence of fields that can be read in one way only.
// Depends on std; never on a crypto library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// A sequence of fields. A text has its length before it (8 bytes, most significant first), so that different sequences
/// of the same kinds of fields give different bytes. The first field is the purpose. Not secret: put no secret into it.
/// Appending is linear in the field; it throws `std::bad_alloc` if memory runs out. Not thread-safe while appending.
class hash_context {
public:
    explicit hash_context(std::string_view purpose) { text(purpose); }

    /// Takes memory for this many bytes at once.
    void reserve(std::size_t bytes) { m_bytes.reserve(bytes); }

    hash_context& text(std::string_view field) {
        number(field.size());
        m_bytes += field;
        return *this;
    }

    /// 8 bytes, most significant first, whatever the type of the number.
    hash_context& number(std::uint64_t field) {
        const auto byte = [field](unsigned shift) { return static_cast<char>(field >> shift); };
        const std::array<char, 8> spelled{byte(56), byte(48), byte(40), byte(32), byte(24), byte(16), byte(8), byte(0)};
        m_bytes.append(spelled.data(), spelled.size());
        return *this;
    }

    /// Bytes of a length that the purpose fixes, as they are.
    template <typename Byte, std::size_t Count>
    hash_context& bytes(const std::array<Byte, Count>& field) {
        static_assert(sizeof(Byte) == 1);
        m_bytes.append(reinterpret_cast<const char*>(field.data()), Count);
        return *this;
    }

    [[nodiscard]] std::span<const std::byte> bytes() const& noexcept {
        return {reinterpret_cast<const std::byte*>(m_bytes.data()), m_bytes.size()};
    }
    std::span<const std::byte> bytes() const&& = delete;  // would dangle: give the owner a name

private:
    std::string m_bytes;
};

}  // namespace shearline::inline v0_1
