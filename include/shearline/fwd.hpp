// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every public name of the core once, and the default policies once.
// Depends on std; never on a definition of ours.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace shearline::inline v0_1 {

// 0
class error;
struct format_error;
enum class errc : std::uint8_t;
enum class format_errc : std::uint8_t;
template <typename T, typename E>
class result;
using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
struct system_clock;
struct coarse_clock;
class manual_clock;

// 1: key text
enum class environment : std::uint8_t;
struct handle;
struct parsed_key;
class masked_key;
template <typename Format>  // NOLINTNEXTLINE(readability-redundant-declaration): the concepts need it
constexpr result<parsed_key, format_error> parse(std::string_view text) noexcept;

// 1: secrets
struct reveal_token;
class secret_text;
template <std::size_t Bytes>
class secret_bytes;
template <typename T>
class guarded;
struct system_entropy;

// 2
using digest_bytes = std::array<std::byte, 32>;
class hash_name;
struct stored_digest;
struct hmac_sha256;
class keyring;
enum class key_kind : std::uint8_t;

// 3
class credential_id;
struct new_credential;
struct credential;
struct record;
enum class key_state : std::uint8_t;
enum class key_standing : std::uint8_t;
struct request_context;
struct audit_event;
struct immediate;
struct show_once;
struct recoverable;
struct sealed_text;
template <typename Any>
class text_or;
enum class reason : std::uint8_t;
enum class face : std::uint8_t;
class grant;
class denial;
class verdict;

// 4
enum class change_kind : std::uint8_t;
struct change;
struct feed_head;
struct usage;
struct idempotency_entry;
struct keyring_check;
struct key_view;
struct credential_view;
struct page_request;
struct scanned_credential;
struct scanned_key;
template <typename T>
struct page;
class memory_store;
struct sqlite_options;
class sqlite_store;
template <typename... Policies>
struct policies;

struct siphash_memo;
struct no_memo;

// 5
struct issued_key;
template <typename Policies, typename Store, typename Clock = system_clock>
class authority;
template <typename Policies, typename Store>
class verifier;

}  // namespace shearline::inline v0_1
