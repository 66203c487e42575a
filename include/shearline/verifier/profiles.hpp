// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Profiles: tenant and scopes, stored once for all credentials with the same pair, by number.
// Depends on verdict.hpp and posix/page_block.hpp; never on a store.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shearline/error.hpp>
#include <shearline/posix/page_block.hpp>
#include <shearline/result.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1::detail {

/// An array that grows at its end and never moves its elements. One writer appends; readers use the numbers that they
/// were given. A page that was not touched yet takes no memory.
template <typename T, std::uint32_t PerBlock = 65'536, std::uint32_t MostBlocks = 4'096>
class stable_array {
    static_assert(std::is_trivially_copyable_v<T>, "stable_array<T>: T must be trivially copyable");

public:
    /// Appends a value and returns its number, from 0. `unavailable` if the system gives no memory, or all blocks are
    /// full (2^28 values by default).
    [[nodiscard]] result<std::uint32_t> append(const T& value) {
        if (m_size == PerBlock * MostBlocks)
            return error{errc::unavailable, "a mirror holds at most " + std::to_string(PerBlock * MostBlocks) +
                                                " distinct pairs of tenant and scopes"};
        if (m_size % PerBlock == 0) {
            // NOLINTNEXTLINE(bugprone-sizeof-expression): T may be a pointer
            auto block = page_block::make(PerBlock * sizeof(T));
            if (!block) return std::move(block).error();
            m_first[m_size / PerBlock].store(reinterpret_cast<T*>(block->data()), std::memory_order_release);
            m_blocks.push_back(*std::move(block));
        }
        m_first[m_size / PerBlock].load(std::memory_order_relaxed)[m_size % PerBlock] = value;
        return m_size++;
    }

    [[nodiscard]] const T& operator[](std::uint32_t number) const noexcept {
        return m_first[number / PerBlock].load(std::memory_order_acquire)[number % PerBlock];
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return m_size; }

private:
    std::array<std::atomic<T*>, MostBlocks> m_first{};  // of each block
    std::vector<page_block> m_blocks;
    std::uint32_t m_size = 0;
};

/// A profile, with its first scope for a fast comparison.
struct mirrored_profile {
    grant_profile shown;
    std::string_view first_scope{};  ///< the first of its scopes that is valid, or empty

    /// Whether its scopes cover a required one. If that is the first scope itself, the parts are not compared.
    [[nodiscard, gnu::always_inline]] bool covers(std::string_view required) const noexcept {
        return is_same_text(first_scope, required) || covers_by_parts(required);
    }

private:
    /// Most scopes have 8 to 16 characters: those are compared as two words, which costs less than a call of memcmp.
    /// Two empty texts are not the same: a profile without scopes covers nothing.
    static bool is_same_text(std::string_view a, std::string_view b) noexcept {
        if (a.size() != b.size()) return false;
        if (a.size() < 8 || a.size() > 16) return !a.empty() && a == b;
        const auto word = [](const char* from) {
            std::uint64_t bytes = 0;
            std::memcpy(&bytes, from, sizeof(bytes));
            return bytes;
        };
        const std::size_t last = a.size() - 8;
        return ((word(a.data()) ^ word(b.data())) | (word(a.data() + last) ^ word(b.data() + last))) == 0;
    }

    [[gnu::noinline]] bool covers_by_parts(std::string_view required) const noexcept {
        return scopes_cover(shown.scopes, required);
    }
};

/// Profiles by number. No profile is ever removed: a grant may point to it. Memory grows with the number of distinct
/// pairs of tenant and scopes seen so far. One writer, any number of readers.
class profile_table {
public:
    /// The number of a profile, which is added if it is new. `scopes` are separated by one space. `unavailable` if
    /// memory runs out.
    [[nodiscard]] result<std::uint32_t> number_of(std::string_view tenant, std::string_view scopes) {
        m_name.assign(scopes).append(1, '\n').append(tenant);
        if (const auto known = m_numbers.find(m_name); known != m_numbers.end()) return known->second;
        mirrored_profile& made = m_profiles.emplace_back();
        made.shown = {std::string{tenant}, split_scopes(scopes)};
        for (const std::string& one : made.shown.scopes)
            if (made.first_scope.empty() && is_scope(one)) made.first_scope = one;
        const auto number = m_by_number.append(&made);
        if (number)
            m_numbers.emplace(m_name, *number);
        else
            m_profiles.pop_back();
        return number;
    }

    [[nodiscard]] const mirrored_profile& operator[](std::uint32_t number) const noexcept {
        return *m_by_number[number];
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return m_by_number.size(); }

private:
    stable_array<const mirrored_profile*> m_by_number;
    std::deque<mirrored_profile> m_profiles;  // a deque does not move its elements
    std::unordered_map<std::string, std::uint32_t> m_numbers;
    std::string m_name;  // kept for its memory
};

}  // namespace shearline::inline v0_1::detail
