// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// `result<T>`: a value, or the error that says why there is none.
// Depends on std; never on exceptions. error.hpp has `error`, its default error type.
#pragma once

#include <concepts>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

class error;

/// An error to be returned as a `result` of any value type, like std::unexpected. Needed only if the value type can be
/// constructed from the error; otherwise `return error{…};` does the same. O(1) apart from moving the error.
template <typename E>
class unexpected {
public:
    constexpr explicit unexpected(E failure) : m_error(std::move(failure)) {}

    [[nodiscard]] constexpr const E& error() const& noexcept { return m_error; }
    [[nodiscard]] constexpr E error() && noexcept { return std::move(m_error); }

private:
    E m_error;
};

template <typename T, typename E = error>
class result;

namespace detail {

struct nothing {};
struct as_value {};
struct as_error {};

template <typename T>
inline constexpr bool is_result = false;
template <typename T, typename E>
inline constexpr bool is_result<result<T, E>> = true;
template <typename T>
inline constexpr bool is_result<unexpected<T>> = true;

template <typename T, typename E>
inline constexpr bool are_trivial = std::is_trivially_copyable_v<T> && std::is_trivially_copyable_v<E> &&
                                    std::is_trivially_destructible_v<T> && std::is_trivially_destructible_v<E>;

/// A value or an error, in the same place.
template <typename T, typename E, bool Trivial = are_trivial<T, E>>
struct value_or_error {
    template <typename... From>
    constexpr explicit value_or_error(as_value, From&&... from) : value(std::forward<From>(from)...), has_value{true} {}
    template <typename... From>
    constexpr explicit value_or_error(as_error, From&&... from)
        : error(std::forward<From>(from)...), has_value{false} {}

    union {
        T value;
        E error;
    };
    bool has_value;
};

template <typename T, typename E>
struct value_or_error<T, E, false> {
    static constexpr bool is_copyable = std::is_copy_constructible_v<T> && std::is_copy_constructible_v<E>;
    static constexpr bool moves_quietly =
        std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_constructible_v<E>;

    template <typename... From>
    constexpr explicit value_or_error(as_value, From&&... from) : value(std::forward<From>(from)...), has_value{true} {}
    template <typename... From>
    constexpr explicit value_or_error(as_error, From&&... from)
        : error(std::forward<From>(from)...), has_value{false} {}

    value_or_error(const value_or_error& other)
        requires(is_copyable)
        : has_value{other.has_value} {
        fill_from(other);
    }
    value_or_error(value_or_error&& other) noexcept(moves_quietly) : has_value{other.has_value} {
        fill_from(std::move(other));
    }
    value_or_error& operator=(const value_or_error& other)
        requires(is_copyable)
    {
        return *this = value_or_error{other};  // NOLINT(misc-unconventional-assign-operator)
    }
    value_or_error& operator=(value_or_error&& other) noexcept {
        static_assert(moves_quietly, "result: assignment needs a value and an error that do not throw when moved");
        if (this == &other) return *this;
        empty();
        has_value = other.has_value;
        fill_from(std::move(other));
        return *this;
    }
    ~value_or_error() { empty(); }

    union {
        T value;
        E error;
    };
    bool has_value;

private:
    template <typename Other>
    void fill_from(Other&& other) {
        if (has_value)
            ::new (static_cast<void*>(&value)) T(std::forward<Other>(other).value);
        else
            ::new (static_cast<void*>(&error)) E(std::forward<Other>(other).error);
    }
    void empty() noexcept {
        if (has_value)
            value.~T();
        else
            error.~E();
    }
};

}  // namespace detail

/// A `T`, or an `E` that says why there is none. The members are those of C++23's std::expected (expected.hpp
/// converts), with one difference: reading the value of a failure, or the error of a success, aborts the process, with
/// `*` as with `value()`, with exceptions or without. A `result<void>` holds no value: `return {};` is success.
///
/// On a temporary, `*`, `value()` and `error()` return an object of its own, and `->` does not compile, since its
/// pointer would dangle: give the result a name first, and check it. Each member is O(1) apart from the function that
/// it calls. Usable in constant expressions if both types are trivially copyable. Const members are thread-safe.
///
/// Example:
///     #include <shearline/error.hpp>
///     shearline::result<int> half_of(int number) {
///         if (number % 2 != 0) return shearline::error{shearline::errc::invalid_argument, "the number is odd"};
///         return number / 2;
///     }
///
///     auto half = half_of(84);
///     if (!half) return std::move(half).error();
///     const int quarter = half_of(*half).value_or(0);
template <typename T, typename E>
class [[nodiscard]] result {
    static_assert(!std::is_reference_v<T>, "result<T&>: return a pointer, or std::reference_wrapper<T>, instead");
    static constexpr bool is_void = std::is_void_v<T>;
    using held_type = std::conditional_t<is_void, detail::nothing, T>;
    using reference = std::add_lvalue_reference_t<T>;
    using const_reference = std::add_lvalue_reference_t<const T>;

public:
    using value_type = T;
    using error_type = E;
    using unexpected_type = unexpected<E>;

    constexpr result() noexcept
        requires(is_void)
        : m_held{detail::as_value{}} {}

    template <typename U = T>
        requires(!is_void && std::constructible_from<held_type, U> && !detail::is_result<std::remove_cvref_t<U>>)
    constexpr result(U&& value) : m_held{detail::as_value{}, std::forward<U>(value)} {}  // NOLINT(*-explicit-*)

    constexpr result(E failure)  // NOLINT(*-explicit-*)
        requires(!std::constructible_from<held_type, E>)
        : m_held{detail::as_error{}, std::move(failure)} {}

    template <typename G>
        requires(std::constructible_from<E, G>)
    constexpr result(unexpected<G> failure)  // NOLINT(*-explicit-*)
        : m_held{detail::as_error{}, std::move(failure).error()} {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return m_held.has_value; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return m_held.has_value; }

    [[nodiscard]] constexpr reference operator*() & noexcept { return value(); }
    [[nodiscard]] constexpr const_reference operator*() const& noexcept { return value(); }
    [[nodiscard]] constexpr T operator*() && noexcept { return std::move(*this).value(); }
    [[nodiscard]] constexpr T* operator->() & noexcept { return have(), &m_held.value; }
    [[nodiscard]] constexpr const T* operator->() const& noexcept { return have(), &m_held.value; }
    const T* operator->() const&& = delete;  // its pointer would dangle: give the result a name

    constexpr reference value() & noexcept {
        have();
        if constexpr (!is_void) return m_held.value;
    }
    constexpr const_reference value() const& noexcept {
        have();
        if constexpr (!is_void) return m_held.value;
    }
    constexpr T value() && noexcept {
        have();
        if constexpr (!is_void) return std::move(m_held.value);
    }

    [[nodiscard]] constexpr E& error() & noexcept { return failed(), m_held.error; }
    [[nodiscard]] constexpr const E& error() const& noexcept { return failed(), m_held.error; }
    [[nodiscard]] constexpr E error() && noexcept { return failed(), std::move(m_held.error); }

    /// The value; or `instead`, converted to `T`.
    template <typename U>
    [[nodiscard]] constexpr T value_or(U&& instead) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(instead));
    }
    template <typename U>
    [[nodiscard]] constexpr T value_or(U&& instead) && {
        return has_value() ? *std::move(*this) : static_cast<T>(std::forward<U>(instead));
    }

    /// What `next(value)` returns, a result with the same error type; or this error.
    template <typename F>
    [[nodiscard]] constexpr auto and_then(F&& next) const& {
        return chained(*this, std::forward<F>(next));
    }
    template <typename F>
    [[nodiscard]] constexpr auto and_then(F&& next) && {
        return chained(std::move(*this), std::forward<F>(next));
    }

    /// A result that holds what `change(value)` returns; or this error.
    template <typename F>
    [[nodiscard]] constexpr auto transform(F&& change) const& {
        return transformed(*this, std::forward<F>(change));
    }
    template <typename F>
    [[nodiscard]] constexpr auto transform(F&& change) && {
        return transformed(std::move(*this), std::forward<F>(change));
    }

    /// This value; or what `instead(error)` returns, a result with the same value type.
    template <typename F>
    [[nodiscard]] constexpr auto or_else(F&& instead) const& {
        return replaced(*this, std::forward<F>(instead));
    }
    template <typename F>
    [[nodiscard]] constexpr auto or_else(F&& instead) && {
        return replaced(std::move(*this), std::forward<F>(instead));
    }

    /// This value; or the error that `change(error)` returns.
    template <typename F>
    [[nodiscard]] constexpr auto transform_error(F&& change) const& {
        return with_other_error(*this, std::forward<F>(change));
    }
    template <typename F>
    [[nodiscard]] constexpr auto transform_error(F&& change) && {
        return with_other_error(std::move(*this), std::forward<F>(change));
    }

private:
    constexpr void have() const noexcept {
        if (!m_held.has_value) std::abort();
    }
    constexpr void failed() const noexcept {
        if (m_held.has_value) std::abort();
    }

    /// Calls `function` with the value, or without an argument if `T` is void.
    template <typename Self, typename F>
    static constexpr decltype(auto) called(Self&& self, F&& function) {
        if constexpr (is_void)
            return std::forward<F>(function)();
        else
            return std::forward<F>(function)(std::forward<Self>(self).m_held.value);
    }
    /// This success, with another error type.
    template <typename Other, typename Self>
    static constexpr Other success(Self&& self) {
        if constexpr (is_void)
            return {};
        else
            return std::forward<Self>(self).m_held.value;
    }

    template <typename Self, typename F>
    static constexpr auto chained(Self&& self, F&& next) {
        using next_type = std::remove_cvref_t<decltype(called(std::forward<Self>(self), std::forward<F>(next)))>;
        static_assert(detail::is_result<next_type>,
                      "and_then: the function must return a result; use transform for others");
        if (self.has_value()) return called(std::forward<Self>(self), std::forward<F>(next));
        return next_type{std::forward<Self>(self).error()};
    }
    template <typename Self, typename F>
    static constexpr auto transformed(Self&& self, F&& change) {
        using made =
            result<std::remove_cvref_t<decltype(called(std::forward<Self>(self), std::forward<F>(change)))>, E>;
        if (!self.has_value()) return made{std::forward<Self>(self).error()};
        if constexpr (std::is_void_v<typename made::value_type>) {
            called(std::forward<Self>(self), std::forward<F>(change));
            return made{};
        } else {
            return made{called(std::forward<Self>(self), std::forward<F>(change))};
        }
    }
    template <typename Self, typename F>
    static constexpr auto replaced(Self&& self, F&& instead) {
        using made = std::remove_cvref_t<decltype(std::forward<F>(instead)(std::forward<Self>(self).error()))>;
        static_assert(detail::is_result<made>,
                      "or_else: the function must return a result; use transform_error for others");
        if (self.has_value()) return success<made>(std::forward<Self>(self));
        return std::forward<F>(instead)(std::forward<Self>(self).error());
    }
    template <typename Self, typename F>
    static constexpr auto with_other_error(Self&& self, F&& change) {
        using made =
            result<T, std::remove_cvref_t<decltype(std::forward<F>(change)(std::forward<Self>(self).error()))>>;
        if (self.has_value()) return success<made>(std::forward<Self>(self));
        return made{std::forward<F>(change)(std::forward<Self>(self).error())};
    }

    detail::value_or_error<held_type, E> m_held;
};

}  // namespace shearline::inline v0_1
