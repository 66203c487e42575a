// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The credentials that the lines of a mirror belong to: what is read on demand, once for all keys of a credential.
// Depends on verdict.hpp and mirror/page_block.hpp; never on a store.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shearline/credential/credential_id.hpp>
#include <shearline/mirror/line.hpp>
#include <shearline/mirror/page_block.hpp>
#include <shearline/result.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0 {

/// An array that grows at its end and never moves: one writer appends, readers use what they were told the number of.
/// A page that was not reached yet takes no memory.
template <typename T, std::uint32_t PerBlock = 65'536, std::uint32_t MostBlocks = 4'096>
class stable_array {
    static_assert(std::is_trivially_copyable_v<T>, "stable_array<T>: T must be trivially copyable");

public:
    /// Its number, from 0. `unavailable` where the system gives no memory, or all blocks are full: 2^28 of them.
    [[nodiscard]] result<std::uint32_t> append(const T& value) {
        if (m_size == PerBlock * MostBlocks)
            return error{errc::unavailable,
                         "a mirror holds no more than " + std::to_string(PerBlock * MostBlocks) + " of them"};
        if (m_size % PerBlock == 0) {
            // NOLINTNEXTLINE(bugprone-sizeof-expression): T may well be a pointer
            auto block = page_block::make(PerBlock * sizeof(T));
            if (!block) return std::move(block).error();
            m_first[m_size / PerBlock].store(reinterpret_cast<T*>(block->data()), std::memory_order_release);
            m_blocks.push_back(*std::move(block));
        }
        at(m_size) = value;
        return m_size++;
    }

    [[nodiscard]] const T& operator[](std::uint32_t number) const noexcept {
        return m_first[number / PerBlock].load(std::memory_order_acquire)[number % PerBlock];
    }
    /// For the writer, and for what readers do not read.
    [[nodiscard]] T& at(std::uint32_t number) noexcept {
        return m_first[number / PerBlock].load(std::memory_order_relaxed)[number % PerBlock];
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return m_size; }

private:
    std::array<std::atomic<T*>, MostBlocks> m_first{};  // of each block
    std::vector<page_block> m_blocks;
    std::uint32_t m_size = 0;
};

/// A credential as a mirror keeps it. What readers see of it never changes: one that did change gets another number.
struct mirrored_credential {
    grant_subject subject;
    line_seconds not_before = 0;  ///< the first second in which it is good
    std::uint32_t version = 0;    ///< the low half; for the writer alone
};

/// Credentials by number, and the sets of scopes and profiles that they share. Nothing is taken out: what a grant
/// points to lives as long as this. What a credential costs is 32 bytes, and the words of tenant and scopes once for
/// all that have the same. One writer, any number of readers.
class roster {
public:
    /// What is kept of a credential.
    struct facts {
        credential_id id;
        std::string_view tenant;
        std::string_view scopes;  ///< with one space between two
        std::optional<timestamp> not_before;
        std::uint64_t version = 0;
    };

    /// A new number for a credential.
    [[nodiscard]] result<std::uint32_t> add(const facts& of) {
        return m_credentials.append({{of.id, profile_of(of)}, first_second(of.not_before), low(of.version)});
    }

    /// Whether the credential of this number is what these facts say, but for the version.
    [[nodiscard]] bool is_same(std::uint32_t number, const facts& of) {
        const mirrored_credential& known = m_credentials[number];
        return known.subject.credential == of.id && known.subject.profile == profile_of(of) &&
               known.not_before == first_second(of.not_before);
    }

    /// Whether what is known is of a later version. (The low halves are compared: they differ by less than 2^31.)
    [[nodiscard]] bool is_later(std::uint32_t number, std::uint64_t counted) const noexcept {
        return static_cast<std::int32_t>(m_credentials[number].version - low(counted)) > 0;
    }
    void set_version(std::uint32_t number, std::uint64_t counted) noexcept {
        m_credentials.at(number).version = low(counted);
    }

    /// The number of a set of scopes.
    [[nodiscard]] result<std::uint32_t> scopes_of(std::string_view scopes) {
        if (const auto known = m_set_numbers.find(scopes); known != m_set_numbers.end()) return known->second;
        auto set = std::make_unique<scope_set>();
        for (std::string& one : split_scopes(scopes))
            if (is_scope(one)) set->all.push_back(std::move(one));  // another covers nothing
        if (!set->all.empty()) set->first = set->all.front();
        auto number = m_sets.append(set.get());
        if (!number) return number;
        m_owned_sets.push_back(std::move(set));
        m_set_numbers.emplace(scopes, *number);
        return number;
    }

    [[nodiscard]] const mirrored_credential& operator[](std::uint32_t number) const noexcept {
        return m_credentials[number];
    }

    /// Whether a set of scopes covers a required one. Where it is the first of them, that is seen without a look at
    /// its parts: what is in a set is a scope.
    [[nodiscard]] bool covers(std::uint32_t set, std::string_view required) const noexcept {
        const scope_set& held = *m_sets[set];
        return is_same_text(held.first, required) || covers_by_parts(held, required);
    }

    [[nodiscard]] std::uint32_t size() const noexcept { return m_credentials.size(); }

private:
    struct scope_set {
        std::vector<std::string> all;
        std::string_view first;  ///< of them, or empty
    };
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };

    /// Most scopes have 8 to 16 characters: those are compared as two words, which is less than a call of memcmp. Two
    /// empty texts are not the same: a set without scopes covers nothing.
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

    [[gnu::noinline]] static bool covers_by_parts(const scope_set& held, std::string_view required) noexcept {
        return scopes_cover(held.all, required);
    }

    static std::uint32_t low(std::uint64_t counted) noexcept { return static_cast<std::uint32_t>(counted); }

    /// Not before its moment: the second after the one in which it lies, unless it is a whole second.
    static line_seconds first_second(std::optional<timestamp> from) noexcept {
        if (!from) return 0;
        const line_seconds second = to_line_seconds(*from);
        return from_line_seconds(second) < *from ? second + 1 : second;
    }

    const grant_profile* profile_of(const facts& of) {
        m_profile_name.assign(of.scopes).append(1, '\n').append(of.tenant);
        auto& profile = m_profiles[m_profile_name];
        if (!profile)
            profile = std::make_unique<grant_profile>(grant_profile{std::string{of.tenant}, split_scopes(of.scopes)});
        return profile.get();
    }

    stable_array<mirrored_credential> m_credentials;
    stable_array<const scope_set*> m_sets;
    std::vector<std::unique_ptr<scope_set>> m_owned_sets;
    std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>> m_set_numbers;
    std::unordered_map<std::string, std::unique_ptr<grant_profile>> m_profiles;
    std::string m_profile_name;  // kept for its memory
};

}  // namespace shearline::inline v0
