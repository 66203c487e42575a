// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// `result<T>`: a value, or the error that stood in its way.
// Depends on error.hpp; never on exceptions.
#pragma once

#include <concepts>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>

#include <shearline/error.hpp>

namespace shearline::inline v0_1 {

/// A `T`, or an `E` that says why not. Reading the one that is not there aborts the process: an unread failure is
/// never taken for a value. `constexpr` throughout; no thread safety of its own.
///
/// Of a temporary, `*` and `error()` give a value of its own, and `->` does not compile: what it leads to would be gone
/// at the end of the statement. Give the result a name first, and check it.
template <typename T, typename E = error>
class [[nodiscard]] result {
    static_assert(!std::is_reference_v<T>, "result<T&>: return a pointer, or std::reference_wrapper<T>, instead");

public:
    using value_type = T;
    using error_type = E;

    template <typename U = T>
        requires(std::constructible_from<T, U> && !std::same_as<std::remove_cvref_t<U>, result> &&
                 !std::same_as<std::remove_cvref_t<U>, E>)
    constexpr result(U&& value) : m_value{std::in_place, std::forward<U>(value)} {}  // NOLINT(*-explicit-*)

    constexpr result(E failure) : m_error{std::move(failure)} {}  // NOLINT(*-explicit-*)

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return m_value.has_value(); }

    [[nodiscard]] constexpr T& operator*() & noexcept { return have(), *m_value; }
    [[nodiscard]] constexpr const T& operator*() const& noexcept { return have(), *m_value; }
    [[nodiscard]] constexpr T operator*() && noexcept { return have(), *std::move(m_value); }
    [[nodiscard]] constexpr T* operator->() & noexcept { return have(), &*m_value; }
    [[nodiscard]] constexpr const T* operator->() const& noexcept { return have(), &*m_value; }
    const T* operator->() const&& = delete;  // would lead into what is gone: give the result a name

    [[nodiscard]] constexpr E& error() & noexcept { return failed(), *m_error; }
    [[nodiscard]] constexpr const E& error() const& noexcept { return failed(), *m_error; }
    [[nodiscard]] constexpr E error() && noexcept { return failed(), *std::move(m_error); }

private:
    constexpr void have() const noexcept {
        if (!m_value.has_value()) std::abort();
    }
    constexpr void failed() const noexcept {
        if (!m_error.has_value()) std::abort();
    }

    std::optional<T> m_value;
    std::optional<E> m_error;
};

/// A success that carries nothing, or an `E`. `return {};` is the success.
template <typename E>
class [[nodiscard]] result<void, E> {
public:
    using value_type = void;
    using error_type = E;

    constexpr result() noexcept = default;
    constexpr result(E failure) : m_error{std::move(failure)} {}  // NOLINT(*-explicit-*)

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return !m_error.has_value(); }

    [[nodiscard]] constexpr E& error() & noexcept { return failed(), *m_error; }
    [[nodiscard]] constexpr const E& error() const& noexcept { return failed(), *m_error; }
    [[nodiscard]] constexpr E error() && noexcept { return failed(), *std::move(m_error); }

private:
    constexpr void failed() const noexcept {
        if (!m_error.has_value()) std::abort();
    }

    std::optional<E> m_error;
};

}  // namespace shearline::inline v0_1
