// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The policy contracts: the architecture on one page. A type of yours that models one can replace ours.
// Depends on fwd.hpp and result.hpp; never on an implementation.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/error.hpp>
#include <shearline/fwd.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

template <typename Format>  // NOLINTNEXTLINE(readability-redundant-declaration): format/parse.hpp defines it
constexpr result<parsed_key, format_error> parse(std::string_view text) noexcept;

namespace detail {

/// A value that is known at compile time, and of this type.
template <auto Value, typename Type>
concept constant = std::same_as<std::remove_const_t<decltype(Value)>, Type>;

/// What `basic_alphabet` has, each with the meaning that it has there.
template <typename T>
concept spells_digits = requires(char c, std::uint8_t digit) {
    requires constant<T::size, std::size_t>;
    requires constant<T::no_digit, std::uint8_t>;
    { T::chars } -> std::same_as<const std::string_view&>;
    { T::encode(digit) } noexcept -> std::same_as<char>;
    { T::decode(c) } noexcept -> std::same_as<std::uint8_t>;
    { T::decode_high(c) } noexcept -> std::same_as<std::uint16_t>;
    { std::begin(T::runs)->first } -> std::same_as<const std::uint8_t&>;
    { std::begin(T::runs)->span } -> std::same_as<const std::uint8_t&>;
    { std::begin(T::runs)->last() } -> std::same_as<std::uint8_t>;
};

/// The `checksum_type` of a format has what `checksum_field` has, and its algorithm what `crc32` has.
template <typename T>
concept names_its_checksum = requires(std::string_view text) {
    requires constant<T::checksum_type::covered, covers>;
    { T::checksum_type::algorithm::name } -> std::same_as<const std::string_view&>;
    requires constant<T::checksum_type::algorithm::greatest, std::uint32_t>;
    { T::checksum_type::algorithm::of(text) } noexcept -> std::same_as<std::uint32_t>;
    { T::checksum_type::algorithm::of_vartime(text) } noexcept -> std::same_as<std::uint32_t>;
};

}  // namespace detail

/// The grammar of a key, fixed at compile time: `basic_format` and its aliases.
/// `name` identifies the format in stores and subkeys: it is unique, and never changes.
template <typename T>
concept format_policy = requires(std::string_view text) {
    { T::name } -> std::same_as<const std::string_view&>;
    requires detail::constant<T::environment_of, environment>;
    requires detail::spells_digits<typename T::alphabet>;
    { *std::begin(T::layout) } -> std::same_as<const placed_part&>;  // all parts, in the order of the text
    requires detail::constant<std::begin(T::layout)->chars, std::size_t>;
    requires detail::constant<T::chars, std::size_t>;
    { T::prefix } -> std::same_as<const std::string_view&>;
    requires detail::constant<T::has_handle, bool>;
    requires detail::constant<T::greatest_handle, std::uint64_t>;
    { T::handle_part } -> std::same_as<const placed_part&>;
    requires detail::constant<T::handle_part.offset, std::size_t>;
    { T::secret_part } -> std::same_as<const placed_part&>;
    requires detail::constant<T::secret_part.offset, std::size_t>;
    requires detail::constant<T::secret_chars, std::size_t>;
    requires detail::constant<T::secret_bits, std::size_t>;
    requires detail::constant<T::has_checksum, bool>;
    { T::checksum_part } -> std::same_as<const placed_part&>;
    requires detail::constant<T::checksum_part.offset, std::size_t>;
    { T::covered_by_checksum(text) } noexcept -> std::same_as<std::string_view>;
    requires !T::has_checksum || detail::names_its_checksum<T>;
    { parse<T>(text) } -> std::same_as<result<parsed_key, format_error>>;
};

/// A keyed hash with a precomputed key, which makes the stored digest from the text of a key. `key_state` is trivially
/// copyable, so that it can be kept in guarded memory, where `prepare` makes it; `mac` is constant-time in the key and
/// in the message, and wipes what it copies of the state. `name`, 1 to 32 characters of `[a-z0-9-]`, is stored with
/// each digest and never changes; hashes with the same name give the same digests. Thread-safe.
template <typename T>
concept hash_policy = requires(const typename T::key_state& state, const std::span<const std::byte, 32> key,
                               const std::span<const std::byte> message) {
    requires std::is_trivially_copyable_v<typename T::key_state>;
    requires detail::constant<std::string_view{T::name}.size(), std::size_t>;
    { T::name } -> std::convertible_to<std::string_view>;
    { T::prepare(key) } -> std::same_as<typename T::key_state>;
    { T::mac(state, message) } noexcept -> std::same_as<digest_bytes>;
};

/// What happens to the active key of a credential when a new one is made: `immediate`, `overlap<…>`. `replace` moves
/// the old record to a later state, by `retire` or `revoke`; it never makes a revoked key valid. One that leaves it
/// active is an error of the rotation (`illegal_state`); a type that takes a copy of the record is none.
template <typename T>
concept rotation_policy = requires(record& old, const timestamp now) {
    { T::replace(old, now) } -> std::same_as<result<void>>;
} && !requires(const record& old, const timestamp now) { T::replace(old, now); };

namespace detail {

template <typename T>
concept seals_and_opens = requires(const secret_bytes<32>& key, const std::uint32_t key_number,
                                   const seal_binding& binding, const secret_text& text, const sealed_text& sealed) {
    { T::seal(key, key_number, binding, text) } -> std::same_as<result<sealed_text>>;
    { T::open(key, binding, sealed) } -> std::same_as<result<secret_text>>;
};

template <typename T>
concept makes_tags = requires(const typename T::key& with, const std::string_view text, const typename T::tag& tag) {
    requires std::same_as<typename T::tag, std::array<std::uint64_t, 2>>;
    { T::of(with, text) } noexcept -> std::same_as<typename T::tag>;
    { T::same(tag, tag) } noexcept -> std::same_as<bool>;
};

/// A memo that makes tags of several texts at once.
template <typename T>
concept makes_tags_of_many = requires {
    {
        T::of_many()
    } noexcept -> std::same_as<void (*)(const typename T::key& with, const char* const* texts, std::size_t size,
                                        std::size_t count, typename T::tag* tags) noexcept>;
};

}  // namespace detail

/// Whether a key can be shown again: `show_once`, or `recoverable`. One that keeps the text (`keeps_text`) has `seal`
/// and `open`. Thread-safe.
template <typename T>
concept custody_policy = requires {
    typename std::bool_constant<T::keeps_text>;
    requires !T::keeps_text || detail::seals_and_opens<T>;
};

/// Whether a verifier remembers that a text matched a digest: `no_memo`, or `siphash_memo`. One that remembers has a
/// `tag` (two words of 64 bits), `of` and `same`, both constant-time; and it may have `of_many`, as `siphash_memo` has,
/// which gives a function that makes the same tags for texts of one length, several at once. Thread-safe.
template <typename T>
concept memo_policy = requires {
    typename std::bool_constant<T::remembers>;
    { T::make_key() } noexcept -> std::same_as<typename T::key>;
    requires std::is_trivially_copyable_v<typename T::key>;
    requires !T::remembers || detail::makes_tags<T>;
    requires !requires { T::of_many(); } || detail::makes_tags_of_many<T>;
};

/// A source of independent, uniform, unpredictable bytes. `fill` fills all of `out` or returns an error; after an error
/// `out` is not used. Keys from a weak source can be guessed.
template <typename T>
concept entropy_source = requires(T& source, const std::span<std::byte> out) {
    { source.fill(out) } noexcept -> std::same_as<result<void>>;
};

/// A clock. Thread-safe.
template <typename T>
concept clock_source = std::copy_constructible<T> && requires(const T& clock) {
    { clock.now() } noexcept -> std::same_as<timestamp>;
};

/// What `verifier::run` ends by: std::stop_token, or a type of yours that can be asked from another thread.
template <typename T>
concept stop_signal = requires(const T& stop) {
    { stop.stop_requested() } -> std::convertible_to<bool>;
};

/// One transaction of a store, as its body sees it: what it has read does not change before the commit. `find` gives an
/// empty optional if there is no such row, and `corrupt` for a row that `insert` would not have written
/// (`key_state_from` reads a state). Used by one thread.
///
/// A `conflict` is: `insert` of a name that is taken; `insert` of a key without its credential; `update` of a
/// credential whose stored version is not one below the new one; `update` of a key that is missing or another
/// credential's. Scopes that are not `can_join` are an `invalid_argument`. Once an idempotency entry has expired, its
/// token is free again.
template <typename T>
concept store_transaction =
    requires(T& tx, const credential_id& id, std::string_view format, const handle& key, const credential& owner,
             const record& stored, std::uint32_t generation, const change& what, const audit_event& event,
             const idempotency_entry& entry, const digest_bytes& token, const store_identity& identity,
             const row_proof& proof, const hash_name& hash, timestamp now) {
        { tx.find(id) } -> std::same_as<result<std::optional<credential>>>;
        { tx.find(format, key) } -> std::same_as<result<std::optional<record>>>;
        { tx.keys_of(id) } -> std::same_as<result<std::vector<record>>>;       // the newest max_keys_read, newest first
        { tx.live_keys_of(id) } -> std::same_as<result<std::vector<record>>>;  // all that are not revoked, newest first
        { tx.insert(owner) } -> std::same_as<result<void>>;
        { tx.update(owner) } -> std::same_as<result<void>>;
        { tx.insert(stored) } -> std::same_as<result<void>>;
        { tx.update(stored) } -> std::same_as<result<void>>;  // not the usage: that is counted apart
        // Deletes revoked keys of generations below this one, oldest first, at most max_pruned; returns how many.
        { tx.prune(id, generation) } -> std::same_as<result<std::size_t>>;
        { tx.append(what) } -> std::same_as<result<void>>;   // the store sets the sequence, and keeps the tag
        { tx.append(event) } -> std::same_as<result<void>>;  // the store sets the sequence
        { tx.head() } -> std::same_as<result<feed_head>>;    // includes what this transaction appended
        { tx.find_idempotent(token, now) } -> std::same_as<result<std::optional<idempotency_entry>>>;
        { tx.insert(entry) } -> std::same_as<result<void>>;  // and deletes the entries that have expired
        { tx.identity() } -> std::same_as<result<std::optional<store_identity>>>;
        { tx.put(identity) } -> std::same_as<result<void>>;  // in the place of the one before
        // Replaces metadata digest and proof of a credential, and nothing else; `conflict` if it is missing.
        { tx.prove(id, token, proof) } -> std::same_as<result<void>>;
        // Whether a credential, or an idempotency entry, has a proof that was made with the proof key of this number.
        { tx.is_proof_key_used(generation) } -> std::same_as<result<bool>>;
        { tx.bind_hash(format, hash) } -> std::same_as<result<hash_name>>;  // the first hash bound to the format
    };

namespace detail {

/// Stands for any sink in the concept below; its members are never defined. Not copied: a store that took a copy would
/// leave what the caller's sink holds to be lost.
struct any_scan_sink {
    any_scan_sink(const any_scan_sink&) = delete;
    any_scan_sink& operator=(const any_scan_sink&) = delete;
    result<void> begin(std::uint64_t credentials, std::uint64_t keys);
    result<void> take(const scanned_credential& owner, std::span<const scanned_key> keys);
};

}  // namespace detail

/// Receives the rows of a scan (see store/scan.hpp).
template <typename T>
concept scan_sink =
    requires(T& sink, std::uint64_t count, const scanned_credential& owner, const std::span<const scanned_key> keys) {
        { sink.begin(count, count) } -> std::same_as<result<void>>;
        { sink.take(owner, keys) } -> std::same_as<result<void>>;
    };

/// A store that several threads can read at once, each a part (see store/scan.hpp).
template <typename T>
concept parts_can_be_scanned =
    requires(const T& store, const std::string_view format, const std::span<detail::any_scan_sink> sinks) {
        { store.scan_parts(format, sinks) } -> std::same_as<result<feed_head>>;
    };

/// What a verifier fills and updates its copy in memory from. `change_count` is one load. It increases after a change
/// to any credential or key is committed, and before it is acknowledged, in this process or another one on the same
/// machine: a read that begins after the increase sees the change. It may increase without one, but not in a body. (Of
/// a `remote_feed` it only counts what this process has heard, and promises nothing about other machines.)
/// `hears_changes` says whether this still holds: it does not once the files of the store were moved or replaced.
/// `changes_after` gives changes in the order of their commits, without gaps; of changes that the store has deleted
/// since, which are the oldest and never the newest, it gives none, and begins with the oldest that is left.
/// `read_live` gives a credential and all its keys that are not revoked, newest first; a key that is missing there is
/// revoked. Its work is bounded, however many keys are revoked, because a thread that verifies calls it. Thread-safe.
template <typename T>
concept key_feed = requires(T& store, const credential_id& id, const std::string_view text, const std::uint64_t after,
                            const std::size_t limit, const std::span<const usage> used, detail::any_scan_sink& sink) {
    { store.identity() } -> std::same_as<result<std::optional<store_identity>>>;
    { store.scan(text, sink) } -> std::same_as<result<feed_head>>;  // one consistent read, as of this head
    { store.read_live(id) } -> std::same_as<result<std::optional<credential_view>>>;
    { store.changes_after(after, limit) } -> std::same_as<result<std::vector<change>>>;
    { store.change_count() } noexcept -> std::same_as<std::uint64_t>;
    { store.hears_changes() } noexcept -> std::same_as<bool>;
    { store.record_usage(used) } -> std::same_as<result<void>>;  // adds uses, moves last_used_at forward only
};

/// The feed of a store that is shared over a network. Its verifiers are `bounded` (consistency.hpp): no thread that
/// verifies calls it, and another one follows it. `read_many` gives those of the credentials that exist, each as
/// `read_live` gives it, in any order. `wait_for_change` returns once `change_count` or `epoch` has moved, or after
/// that time, or earlier; several threads may wait. `epoch` is one load. It changes when the store may have another
/// history (a failover, a restore), before any answer from that history is given. Thread-safe.
template <typename T>
concept remote_feed =
    key_feed<T> && requires(T& store, const std::span<const credential_id> ids, const std::chrono::milliseconds most) {
        { store.read_many(ids) } -> std::same_as<result<std::vector<credential_view>>>;
        { store.wait_for_change(most) } -> std::same_as<void>;
        { store.epoch() } noexcept -> std::same_as<std::uint64_t>;
    };

namespace detail {

/// Any value that a transaction can give, for the concept below: it can be moved, and not copied.
struct any_outcome {
    any_outcome() noexcept = default;
    any_outcome(any_outcome&&) noexcept = default;
    any_outcome& operator=(any_outcome&&) noexcept = default;
};

}  // namespace detail

/// The system of record. `transact(body)` runs `body(transaction&) -> result<T>` once, and commits if and only if the
/// body succeeds; what it then returns is durable, and commits are in the order of the feed. `in_doubt` is a commit
/// that failed and may have taken effect. All other members read committed data. All may be called from any thread.
template <typename T>
concept key_store = key_feed<T> && requires(T& store, const credential_id& id, const std::string_view text,
                                            const handle& key, const page_request& which) {
    requires store_transaction<typename T::transaction>;
    {
        store.transact([](typename T::transaction&) -> result<void> { return {}; })
    } -> std::same_as<result<void>>;
    {
        store.transact([](typename T::transaction&) -> result<detail::any_outcome> { return detail::any_outcome{}; })
    } -> std::same_as<result<detail::any_outcome>>;
    { store.look_up(text, key) } -> std::same_as<result<std::optional<key_view>>>;
    { store.head() } -> std::same_as<result<feed_head>>;
    { store.read(id) } -> std::same_as<result<std::optional<credential_view>>>;  // with its newest max_keys_read
    { store.list(which, text) } -> std::same_as<result<page<credential_view>>>;  // oldest first; text: tenant or ""
    { store.audit(which, text) } -> std::same_as<result<page<audit_event>>>;     // newest first; text: tenant or ""
};

}  // namespace shearline::inline v0_1
