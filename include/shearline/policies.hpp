// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The bundle of policies of a product: the format, hash, rotation, custody and memo of its keys, in any order.
// Depends on concepts.hpp and the default policies; never on a store.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <shearline/concepts.hpp>
#include <shearline/custody/show_once.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/memo.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/rotation/immediate.hpp>

namespace shearline::inline v0_1 {

namespace detail {

template <typename T>
inline constexpr std::size_t contracts_of =
    std::size_t{format_policy<T>} + std::size_t{hash_policy<T>} + std::size_t{rotation_policy<T>} +
    std::size_t{custody_policy<T>} + std::size_t{memo_policy<T>};

template <typename T>
concept has_trivial_key_state = std::is_trivially_copyable_v<typename T::key_state>;
template <typename T>
concept prepares_a_key = requires(std::span<const std::byte, 32> key) {
    { T::prepare(key) } -> std::same_as<typename T::key_state>;
};
template <typename T>
concept makes_digests = requires(const typename T::key_state& state, std::span<const std::byte> message) {
    { T::mac(state, message) } -> std::same_as<digest_bytes>;
};
template <typename T>
concept replaces_a_record = requires(record& old, timestamp now) { T::replace(old, now); };
template <typename T>
concept replaces_a_copy = requires(const record& old, timestamp now) { T::replace(old, now); };
template <typename T>
concept makes_memo_keys = requires {
    { T::make_key() } noexcept -> std::same_as<typename T::key>;
};
template <typename T>
concept is_meant_as_hash = requires { typename T::key_state; } || requires { &T::mac; };
template <typename T>
concept is_meant_as_rotation = requires { &T::replace; };
template <typename T>
concept is_meant_as_custody = requires { T::keeps_text; } || requires { &T::seal; } || requires { &T::open; };
template <typename T>
concept is_meant_as_memo = requires { T::remembers; } || requires { &T::make_key; };

template <typename T>
concept is_meant_as_format = requires { T::prefix; } || requires { T::secret_part; } || requires { T::layout; };
template <typename T>
concept has_texts = requires {
    { T::name } -> std::same_as<const std::string_view&>;
    { T::prefix } -> std::same_as<const std::string_view&>;
};
template <typename T>
concept has_environment = requires { requires constant<T::environment_of, environment>; };
template <typename T>
concept has_digits = requires { requires spells_digits<typename T::alphabet>; };
template <typename T>
concept has_layout = requires {
    { *std::begin(T::layout) } -> std::same_as<const placed_part&>;
    requires constant<std::begin(T::layout)->chars, std::size_t>;
};
template <typename T>
concept has_sizes = requires {
    requires constant<T::chars, std::size_t>;
    requires constant<T::secret_chars, std::size_t>;
    requires constant<T::secret_bits, std::size_t>;
};
template <typename T>
concept has_flags = requires {
    requires constant<T::has_handle, bool>;
    requires constant<T::has_checksum, bool>;
    requires constant<T::greatest_handle, std::uint64_t>;
};
template <typename T>
concept has_parts = requires {
    { T::handle_part } -> std::same_as<const placed_part&>;
    { T::secret_part } -> std::same_as<const placed_part&>;
    { T::checksum_part } -> std::same_as<const placed_part&>;
};

/// Says what a type lacks that is meant as a format: a line for each mistake. (One that is one is not looked at.)
template <typename T, bool IsMeant = is_meant_as_format<T> && !format_policy<T>>
struct format_mistakes {};
template <typename T>
struct format_mistakes<T, true> {
    static_assert(has_texts<T>,
                  "policies<...>: a format lacks `name` or `prefix`, each a static constexpr std::string_view");
    static_assert(has_environment<T>, "policies<...>: a format lacks `static constexpr environment environment_of`");
    static_assert(has_digits<T>, "policies<...>: a format lacks `alphabet`, a type that has what base62 has");
    static_assert(has_layout<T>,
                  "policies<...>: a format lacks `layout`, a static constexpr std::array of all its placed_part in the "
                  "order of the text");
    static_assert(has_sizes<T>,
                  "policies<...>: a format lacks `chars`, `secret_chars` or `secret_bits`, each a static constexpr "
                  "std::size_t");
    static_assert(has_flags<T>,
                  "policies<...>: a format lacks `has_handle` or `has_checksum`, each a static constexpr bool, or "
                  "`static constexpr std::uint64_t greatest_handle`");
    static_assert(has_parts<T>,
                  "policies<...>: a format lacks `handle_part`, `secret_part` or `checksum_part`, each a static "
                  "constexpr placed_part");
    static_assert(
        !(has_texts<T> && has_environment<T> && has_digits<T> && has_layout<T> && has_sizes<T> && has_flags<T> &&
          has_parts<T>),
        "policies<...>: a format lacks `covered_by_checksum` or `checksum_type`: declare both as basic_format "
        "does");
};

/// Says what is missing in a type whose members show which policy it is meant to be: one assertion for each mistake.
template <typename T>
struct policy_mistakes : format_mistakes<T> {
    static constexpr bool no_hash = !is_meant_as_hash<T>;
    static_assert(
        no_hash || requires { requires constant<std::string_view{T::name}.size(), std::size_t>; },
        "policies<...>: a hash lacks `static constexpr std::string_view name`, 1 to 32 characters of a-z 0-9 -");
    static_assert(
        no_hash || has_trivial_key_state<T>,
        "policies<...>: a hash lacks `key_state`, the type of its prepared key, or it is not trivially copyable");
    static_assert(no_hash || prepares_a_key<T>,
                  "policies<...>: a hash lacks `static key_state prepare(std::span<const std::byte, 32> key)`");
    static_assert(no_hash || makes_digests<T>,
                  "policies<...>: a hash lacks `static digest_bytes mac(const key_state&, std::span<const std::byte>) "
                  "noexcept`");
    static_assert(no_hash || !(has_trivial_key_state<T> && prepares_a_key<T> && makes_digests<T>) || hash_policy<T>,
                  "policies<...>: the `mac` of a hash may throw: declare it noexcept");

    static constexpr bool no_rotation = !is_meant_as_rotation<T>;
    static_assert(no_rotation || replaces_a_record<T>,
                  "policies<...>: a rotation lacks `static result<void> replace(record& old, timestamp now)`");
    static_assert(no_rotation || !replaces_a_copy<T>,
                  "policies<...>: the `replace` of a rotation must take record&: of a copy it changes nothing");
    static_assert(no_rotation || !replaces_a_record<T> || replaces_a_copy<T> || rotation_policy<T>,
                  "policies<...>: the `replace` of a rotation must return result<void>: return what retire or revoke "
                  "returns");

    static constexpr bool no_custody = !is_meant_as_custody<T>;
    static_assert(
        no_custody || requires { typename std::bool_constant<T::keeps_text>; },
        "policies<...>: a custody lacks `static constexpr bool keeps_text`");
    static_assert(
        no_custody || custody_policy<T>,
        "policies<...>: a custody that keeps the text lacks `seal` or `open`: declare both as recoverable does");

    static constexpr bool no_memo = !is_meant_as_memo<T>;
    static_assert(
        no_memo || requires { typename std::bool_constant<T::remembers>; },
        "policies<...>: a memo lacks `static constexpr bool remembers`");
    static_assert(no_memo || makes_memo_keys<T>,
                  "policies<...>: a memo lacks `key` or `static key make_key() noexcept`");
    static_assert(no_memo || memo_policy<T>,
                  "policies<...>: a memo that remembers lacks `tag`, `of` or `same`, or one of them or `of_many` is of "
                  "another type or may throw: declare them as siphash_memo does");

    static_assert(
        !requires { typename T::rotation; },
        "policies<...>: an argument is a bundle itself: give its policies in its place");
};

template <typename T>
concept is_a_bundle = requires {
    typename T::format;
    typename T::hash;
    typename T::rotation;
    typename T::custody;
    typename T::memo;
};

/// Says what a type is that stands where an authority or a verifier takes a bundle.
template <typename T>
struct bundle_mistakes {
    static_assert(!format_policy<T>,
                  "Policies is a key format and no bundle: write policies<...> around it, as in "
                  "policies<key_format<\"instance\">>");
    static_assert(is_a_bundle<T> || contracts_of<T> == 0 || format_policy<T>,
                  "Policies is one policy and no bundle: write policies<key_format<\"instance\">, ...> with it");
    static_assert(is_a_bundle<T> || contracts_of<T> != 0,
                  "Policies is no bundle: write policies<key_format<\"instance\">, ...>; a store comes after it");
};

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

/// The policies of a product, in any order. The defaults are `hmac_sha256`, `immediate`, `show_once` and
/// `siphash_memo`; the format has none. A bundle cannot be an argument of another one: to change it, write it again.
///
/// Example:
///     #include <shearline/custody/recoverable.hpp>
///     #include <shearline/format/key_format.hpp>
///     #include <shearline/format/parse.hpp>
///     #include <shearline/rotation/overlap.hpp>
///     using crm_keys = shearline::policies<shearline::key_format<"instance">, shearline::recoverable,
///                                          shearline::overlap<std::chrono::hours{24}>>;
///     static_assert(std::same_as<crm_keys::hash, shearline::hmac_sha256>);  // the default
template <typename... Policies>
struct policies {
    static_assert((sizeof(detail::policy_mistakes<Policies>) + ... + 1) > 0);
    static_assert(
        ((detail::contracts_of<Policies> >= 1) && ...),
        "policies<...>: an argument is no policy: give a key format, a hash, a rotation, a custody or a memo, with the "
        "public members that shearline/concepts.hpp asks of it, spelled as there");
    static_assert(((detail::contracts_of<Policies> <= 1) && ...),
                  "policies<...>: an argument models two contracts at once: split it into two types");
    static_assert((std::size_t{format_policy<Policies>} + ... + 0) == 1,
                  "policies<...>: name exactly one key format, such as key_format<\"instance\">");
    static_assert((std::size_t{hash_policy<Policies>} + ... + 0) <= 1, "policies<...>: name at most one hash");
    static_assert((std::size_t{rotation_policy<Policies>} + ... + 0) <= 1,
                  "policies<...>: name at most one rotation: `immediate` or `overlap<...>`");
    static_assert((std::size_t{custody_policy<Policies>} + ... + 0) <= 1,
                  "policies<...>: name at most one custody: `show_once` or `recoverable`");
    static_assert((std::size_t{memo_policy<Policies>} + ... + 0) <= 1,
                  "policies<...>: name at most one memo: `siphash_memo` or `no_memo`");

    using format = typename detail::first_that<detail::is_format, void, Policies...>::type;
    using hash = typename detail::first_that<detail::is_hash, hmac_sha256, Policies...>::type;
    using rotation = typename detail::first_that<detail::is_rotation, immediate, Policies...>::type;
    using custody = typename detail::first_that<detail::is_custody, show_once, Policies...>::type;
    using memo = typename detail::first_that<detail::is_memo, siphash_memo, Policies...>::type;
};

}  // namespace shearline::inline v0_1
