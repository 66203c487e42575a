// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Wipes a plain object at the end of its block, however the block is left.
// Depends on libsodium; never on another header of ours.
#pragma once

#include <sodium.h>

#include <type_traits>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// Overwrites `object` with zeros at the end of the block; the compiler cannot optimise this away. For local variables
/// with key material whose type does not wipe itself: digits, digests, copies of a hash state. It does not reach copies
/// that the compiler made in registers or other stack slots. `object` must outlive this. Linear in `sizeof(T)`.
template <typename T>
class [[nodiscard]] wipe_on_exit {
    static_assert(std::is_trivially_copyable_v<T>, "wipe_on_exit<T>: T owns other memory; wipe that through its owner");

public:
    explicit wipe_on_exit(T& object) noexcept : m_object{object} {}
    ~wipe_on_exit() { ::sodium_memzero(&m_object, sizeof(T)); }

    wipe_on_exit(const wipe_on_exit&) = delete;
    wipe_on_exit& operator=(const wipe_on_exit&) = delete;

private:
    T& m_object;
};

}  // namespace shearline::inline v0_1
