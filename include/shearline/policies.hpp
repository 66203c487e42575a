// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The bundle: which format, hash, rotation, custody and memo a product's keys have, in any order.
// Depends on concepts.hpp and the default policies; never on a store.
#pragma once

#include <cstddef>
#include <type_traits>

#include <shearline/concepts.hpp>
#include <shearline/custody/show_once.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/memo.hpp>
#include <shearline/rotation/immediate.hpp>

namespace shearline::inline v0_1 {

namespace detail {

template <typename T>
inline constexpr std::size_t contracts_of =
    std::size_t{format_policy<T>} + std::size_t{hash_policy<T>} + std::size_t{rotation_policy<T>} +
    std::size_t{custody_policy<T>} + std::size_t{memo_policy<T>};

template <typename T>
struct type_is {
    using type = T;
};

/// The first of `Ts` for which `Is` holds, or else `Default`.
template <template <typename> typename Is, typename Default, typename... Ts>
struct first_that : type_is<Default> {};

template <template <typename> typename Is, typename Default, typename T, typename... Ts>
struct first_that<Is, Default, T, Ts...>
    : std::conditional_t<Is<T>::value, type_is<T>, first_that<Is, Default, Ts...>> {};

template <typename T>
using is_format = std::bool_constant<format_policy<T>>;
template <typename T>
using is_hash = std::bool_constant<hash_policy<T>>;
template <typename T>
using is_rotation = std::bool_constant<rotation_policy<T>>;
template <typename T>
using is_custody = std::bool_constant<custody_policy<T>>;
template <typename T>
using is_memo = std::bool_constant<memo_policy<T>>;

}  // namespace detail

/// A product's choice of policies: `policies<key_format<"instance">, recoverable>`. The order does not matter; what is
/// left out is `hmac_sha256`, `immediate`, `show_once` and `siphash_memo`; a format has no default. To alter a bundle,
/// write another.
template <typename... Policies>
struct policies {
    static_assert(
        ((detail::contracts_of<Policies> >= 1) && ...),
        "policies<…>: an argument is no policy: give a key format, a hash, a rotation, a custody or a memo (see "
        "shearline/concepts.hpp for what each must have)");
    static_assert(((detail::contracts_of<Policies> <= 1) && ...),
                  "policies<…>: an argument models two contracts at once: split it into two types");
    static_assert((std::size_t{format_policy<Policies>} + ... + 0) == 1,
                  "policies<…>: name exactly one key format, such as key_format<\"instance\">");
    static_assert((std::size_t{hash_policy<Policies>} + ... + 0) <= 1, "policies<…>: name at most one hash");
    static_assert((std::size_t{rotation_policy<Policies>} + ... + 0) <= 1,
                  "policies<…>: name at most one rotation: `immediate` or `overlap<…>`");
    static_assert((std::size_t{custody_policy<Policies>} + ... + 0) <= 1,
                  "policies<…>: name at most one custody: `show_once` or `recoverable`");
    static_assert((std::size_t{memo_policy<Policies>} + ... + 0) <= 1,
                  "policies<…>: name at most one memo: `siphash_memo` or `no_memo`");

    using format = typename detail::first_that<detail::is_format, void, Policies...>::type;
    using hash = typename detail::first_that<detail::is_hash, hmac_sha256, Policies...>::type;
    using rotation = typename detail::first_that<detail::is_rotation, immediate, Policies...>::type;
    using custody = typename detail::first_that<detail::is_custody, show_once, Policies...>::type;
    using memo = typename detail::first_that<detail::is_memo, siphash_memo, Policies...>::type;
};

}  // namespace shearline::inline v0_1
