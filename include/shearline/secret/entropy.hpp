// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The entropy of the system: the `entropy_source` that products use.
// Depends on secret/sodium.hpp; never on format/.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/sodium.hpp>

namespace shearline::inline v0_1 {

/// The system's generator through libsodium (getrandom on Linux). Thread-safe, and safe across `fork`. On a system
/// without any entropy libsodium aborts the process instead of returning weak bytes.
struct system_entropy {
    /// Fills all of `out`; linear in its size. Errors: `unavailable` if libsodium cannot start.
    result<void> fill(std::span<std::byte> out) noexcept {
        if (auto ready = sodium_ready(); !ready) return ready;
        if (!out.empty()) ::randombytes_buf(out.data(), out.size());
        return {};
    }
};

namespace detail {

/// Fills an object, such as a number or an array of bytes, with random bytes. Errors: those of `system_entropy`.
template <typename T>
[[nodiscard]] result<void> fill_object(T& out) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    return system_entropy{}.fill({reinterpret_cast<std::byte*>(&out), sizeof(T)});
}

}  // namespace detail

}  // namespace shearline::inline v0_1
