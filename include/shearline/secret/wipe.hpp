// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Wipes a plain object when its block ends, on every way out.
// Depends on libsodium; never on another definition of ours.
#pragma once

#include <sodium.h>

#include <type_traits>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// Overwrites `object` with zeros when the block ends, in a way that the compiler may not leave out. For locals that
/// hold key material and have no wiping owner of their own: digits, digests, copies of a hash state. What the compiler
/// spilled into other stack slots or registers is out of its reach. The object must outlive this.
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
