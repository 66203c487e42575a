// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every public type that can be forward-declared, and, once, the default arguments of its template.
// Depends on result.hpp; never on another definition of ours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <shearline/chrono.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>

// Not here, because they cannot be forward-declared: concepts (concepts.hpp), alias templates (`key_format`,
// `github_format`, …), and templates with a parameter of class type (`basic_alphabet`, `literal`, `basic_format`,
// `overlap`, `bounded`), which need the definition of that class. The names of testing/ are in testing/fwd.hpp.

namespace shearline::inline v0_1 {

// 0 (errors and results: result.hpp, which is included here)
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
struct system_clock;
struct coarse_clock;
class manual_clock;
struct strict;
struct staleness_bound;

// 1: key text (format/fwd.hpp has these alone)
enum class format_errc : std::uint8_t;
struct format_error;
template <std::size_t Size>
struct fixed_string;
enum class environment : std::uint8_t;
struct handle;
enum class part_kind : std::uint8_t;
enum class covers : std::uint8_t;
struct placed_part;
template <std::size_t Chars>
struct handle_field;
template <std::size_t Chars>
struct secret_field;
template <std::size_t Chars, typename Algorithm, covers Covered>
struct checksum_field;
struct crc32;
template <typename Format>
struct unsafe_short_secret;
struct parsed_key;
class masked_key;
template <typename Format>
struct grammar;

// 1: secrets
struct reveal_token;
class secret_text;
template <std::size_t Bytes>
class secret_bytes;
template <typename T>
class guarded;
template <typename T>
class wipe_on_exit;
struct system_entropy;

// 2
using digest_bytes = std::array<std::byte, 32>;
class hash_name;
class hash_context;
struct stored_digest;
struct parsed_digest;
struct row_proof;
struct hmac_sha256;
struct openssl_hmac_sha256;
struct siphash_memo;
struct no_memo;
enum class key_kind : std::uint8_t;
enum class key_status : std::uint8_t;
template <typename Contents>
class basic_keyring;
namespace detail::keyring_file {
struct contents;
}
using keyring = basic_keyring<detail::keyring_file::contents>;
template <typename Format>
struct generated_key;

// 3
class credential_id;
struct new_credential;
struct credential;
enum class key_state : std::uint8_t;
enum class key_standing : std::uint8_t;
struct record;
struct sealed_text;
struct seal_binding;
struct request_context;
struct audit_event;
struct issued_key;
struct immediate;
struct grace_period;
struct show_once;
struct recoverable;
template <typename Any>
class text_or;
struct any_scope_t;
struct all_tenants_t;
enum class reason : std::uint8_t;
enum class face : std::uint8_t;
struct reason_row;
struct grant_profile;
class grant;
class denial;
class verdict;

// 4
enum class change_kind : std::uint8_t;
struct change;
struct feed_head;
struct usage;
struct idempotency_entry;
struct store_identity;
struct key_view;
struct credential_view;
struct reproved;
struct page_request;
template <typename T>
struct page;
struct scanned_credential;
struct scanned_key;
struct written_rows;
struct sqlite_options;
template <typename Connection>
class basic_sqlite_store;
namespace detail::sqlite {
class connection;
}
using sqlite_store = basic_sqlite_store<detail::sqlite::connection>;
struct postgres_options;
template <typename Connection>
class basic_postgres_store;
namespace detail::postgres {
class connection;
}
using postgres_store = basic_postgres_store<detail::postgres::connection>;
template <typename... Policies>
struct policies;

// 5
template <typename Policies, typename Store, typename Clock = system_clock>
class authority;
struct moved_store;
struct store_vouching;
enum class more_stores : bool;
struct verifier_options;
struct verifier_size;
namespace detail {
template <typename Store>
struct consistency_of;  // strict or bounded, by the store: see consistency.hpp
}
template <typename Policies, typename Store, typename Consistency = detail::consistency_of<Store>>
class verifier;

// 6
struct header_field;
enum class credential_errc : std::uint8_t;
struct credential_error;
enum class other_schemes : std::uint8_t;
struct problem;
struct response_field;
struct refusal;
template <typename Request>
struct request_traits;
template <typename Keys>
class request_guard;

}  // namespace shearline::inline v0_1
