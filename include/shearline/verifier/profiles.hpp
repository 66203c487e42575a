// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Profiles: tenant and scopes, stored once for all credentials with the same pair, by number.
// Depends on verdict.hpp and posix/page_block.hpp; never on a store.
#pragma once

#include <algorithm>
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
template <typename T, std::uint32_t PerBlock = 32'768, std::uint32_t MostBlocks = 8'192>
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

/// A profile, and beside it what most verifications compare: its first valid scope, so that they read this alone.
struct alignas(32) mirrored_profile {
    const grant_profile* shown = nullptr;
    std::uint32_t first_number = 0;  ///< of that scope
    std::uint32_t first_chars = 0;   ///< its length; 0 if no scope is valid
    std::array<std::uint64_t, 2> first_words{};

    mirrored_profile() = default;
    explicit mirrored_profile(const grant_profile& of) noexcept : shown{&of} {
        const auto is_valid = [](const std::string& one) { return is_scope(one); };
        const auto first = std::find_if(of.scopes.begin(), of.scopes.end(), is_valid);
        if (first == of.scopes.end()) return;
        first_number = static_cast<std::uint32_t>(first - of.scopes.begin());
        first_chars = static_cast<std::uint32_t>(first->size());
        if (is_two_words(*first)) first_words = words_of(*first);
    }

    /// Whether its scopes cover a required one. If that is the first scope itself, the parts are not compared.
    [[nodiscard, gnu::always_inline]] bool covers(std::string_view required) const noexcept {
        if (is_two_words(required) && required.size() == first_chars && words_of(required) == first_words) [[likely]]
            return true;
        return covers_otherwise(required);
    }

private:
    /// Most scopes have 8 to 16 characters: those are compared as two words, which may overlap.
    [[gnu::always_inline]] static bool is_two_words(std::string_view text) noexcept {
        return text.size() >= 8 && text.size() <= 16;
    }
    [[gnu::always_inline]] static std::array<std::uint64_t, 2> words_of(std::string_view text) noexcept {
        std::array<std::uint64_t, 2> words;  // filled below
        std::memcpy(words.data(), text.data(), sizeof(std::uint64_t));
        std::memcpy(words.data() + 1, text.data() + text.size() - sizeof(std::uint64_t), sizeof(std::uint64_t));
        return words;
    }

    [[gnu::noinline]] bool covers_otherwise(std::string_view required) const noexcept {
        return (first_chars != 0 && shown->scopes[first_number] == required) || scopes_cover(shown->scopes, required);
    }
};
static_assert(sizeof(mirrored_profile) == 32);

/// Profiles by number. No profile is ever removed: a grant may point to it. Memory grows with the number of distinct
/// pairs of tenant and scopes seen so far. One writer, any number of readers. (A template, so that only who opens a
/// verifier pays for its compilation.)
template <typename Profile, typename Number>
class basic_profile_table {
public:
    /// The number of a profile, which is added if it is new. `scopes` are separated by one space. `unavailable` if
    /// memory runs out.
    [[nodiscard]] result<Number> number_of(std::string_view tenant, std::string_view scopes) {
        m_name.assign(scopes).append(1, '\n').append(tenant);
        if (const auto known = m_numbers.find(m_name); known != m_numbers.end()) return known->second;
        m_profiles.push_back({std::string{tenant}, split_scopes(scopes)});
        auto number = m_by_number.append(mirrored_profile{m_profiles.back()});
        if (number)
            m_numbers.emplace(m_name, *number);
        else
            m_profiles.pop_back();
        return number;
    }

    [[nodiscard]] const mirrored_profile& operator[](std::uint32_t number) const noexcept {
        return m_by_number[number];
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return m_by_number.size(); }

private:
    stable_array<mirrored_profile> m_by_number;
    std::deque<Profile> m_profiles;  // a deque does not move its elements
    std::unordered_map<std::string, Number> m_numbers;
    std::string m_name;  // kept for its memory
};
using profile_table = basic_profile_table<grant_profile, std::uint32_t>;

}  // namespace shearline::inline v0_1::detail
