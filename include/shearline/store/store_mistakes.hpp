// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Names the member that a store lacks, in the first error of the compiler.
// Depends on concepts.hpp; never on one store.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/concepts.hpp>

namespace shearline::inline v0_1::detail {

// Each line of `key_feed`, `key_store` and `store_transaction` as a concept of its own, about the store. (Clang 14
// takes a requires-expression in a static_assert for an error where its parameters name a type that is not there.)

template <typename T>
concept store_scans = requires(T& store, std::string_view format, any_scan_sink& sink) {
    { store.scan(format, sink) } -> std::same_as<result<feed_head>>;
};
template <typename T>
concept store_reads_live = requires(T& store, const credential_id& id) {
    { store.read_live(id) } -> std::same_as<result<std::optional<credential_view>>>;
};
template <typename T>
concept store_has_identity = requires(T& store) {
    { store.identity() } -> std::same_as<result<std::optional<store_identity>>>;
};
template <typename T>
concept store_gives_changes = requires(T& store, const std::uint64_t after, const std::size_t limit) {
    { store.changes_after(after, limit) } -> std::same_as<result<std::vector<change>>>;
};
template <typename T>
concept store_counts_changes = requires(T& store) {
    { store.change_count() } noexcept -> std::same_as<std::uint64_t>;
};
template <typename T>
concept store_hears_changes = requires(T& store) {
    { store.hears_changes() } noexcept -> std::same_as<bool>;
};
template <typename T>
concept store_records_usage = requires(T& store, const std::span<const usage> used) {
    { store.record_usage(used) } -> std::same_as<result<void>>;
};
// A store with one of these is shared over a network. If others of them are missing or take something else, it would be
// taken for a store on this machine, whose verifiers are strict.
template <typename T>
concept store_is_remote = requires(T& store, const std::span<const credential_id> ids) { store.read_many(ids); } ||
                          requires(T& store, const std::chrono::milliseconds most) { store.wait_for_change(most); } ||
                          requires(T& store) { store.epoch(); };
template <typename T>
concept store_reads_many = requires(T& store, const std::span<const credential_id> ids) {
    { store.read_many(ids) } -> std::same_as<result<std::vector<credential_view>>>;
};
template <typename T>
concept store_waits = requires(T& store, const std::chrono::milliseconds most) {
    { store.wait_for_change(most) } -> std::same_as<void>;
};
template <typename T>
concept store_has_epoch = requires(T& store) {
    { store.epoch() } noexcept -> std::same_as<std::uint64_t>;
};
template <typename T>
concept store_looks_up = requires(T& store, std::string_view format, const handle& key) {
    { store.look_up(format, key) } -> std::same_as<result<std::optional<key_view>>>;
};
template <typename T>
concept store_has_head = requires(T& store) {
    { store.head() } -> std::same_as<result<feed_head>>;
};
template <typename T>
concept store_reads = requires(T& store, const credential_id& id) {
    { store.read(id) } -> std::same_as<result<std::optional<credential_view>>>;
};
template <typename T>
concept store_lists = requires(T& store, const page_request& which, std::string_view tenant) {
    { store.list(which, tenant) } -> std::same_as<result<page<credential_view>>>;
};
template <typename T>
concept store_has_audit = requires(T& store, const page_request& which, std::string_view tenant) {
    { store.audit(which, tenant) } -> std::same_as<result<page<audit_event>>>;
};

template <typename T>
concept has_transaction = requires { typename T::transaction; };
template <typename T>
concept transaction_finds_credential = requires(typename T::transaction& tx, const credential_id& id) {
    { tx.find(id) } -> std::same_as<result<std::optional<credential>>>;
};
template <typename T>
concept transaction_finds_record = requires(typename T::transaction& tx, std::string_view format, const handle& key) {
    { tx.find(format, key) } -> std::same_as<result<std::optional<record>>>;
};
template <typename T>
concept transaction_has_keys_of = requires(typename T::transaction& tx, const credential_id& id) {
    { tx.keys_of(id) } -> std::same_as<result<std::vector<record>>>;
};
template <typename T>
concept transaction_has_live_keys_of = requires(typename T::transaction& tx, const credential_id& id) {
    { tx.live_keys_of(id) } -> std::same_as<result<std::vector<record>>>;
};
template <typename T, typename What>
concept transaction_inserts = requires(typename T::transaction& tx, const What& what) {
    { tx.insert(what) } -> std::same_as<result<void>>;
};
template <typename T, typename What>
concept transaction_updates = requires(typename T::transaction& tx, const What& what) {
    { tx.update(what) } -> std::same_as<result<void>>;
};
template <typename T, typename What>
concept transaction_appends = requires(typename T::transaction& tx, const What& what) {
    { tx.append(what) } -> std::same_as<result<void>>;
};
template <typename T>
concept transaction_prunes = requires(typename T::transaction& tx, const credential_id& id, std::uint32_t generation) {
    { tx.prune(id, generation) } -> std::same_as<result<std::size_t>>;
};
template <typename T>
concept transaction_has_head = requires(typename T::transaction& tx) {
    { tx.head() } -> std::same_as<result<feed_head>>;
};
template <typename T>
concept transaction_finds_idempotent = requires(typename T::transaction& tx, const digest_bytes& token, timestamp now) {
    { tx.find_idempotent(token, now) } -> std::same_as<result<std::optional<idempotency_entry>>>;
};
template <typename T>
concept transaction_has_identity = requires(typename T::transaction& tx) {
    { tx.identity() } -> std::same_as<result<std::optional<store_identity>>>;
};
template <typename T>
concept transaction_puts_identity = requires(typename T::transaction& tx, const store_identity& identity) {
    { tx.put(identity) } -> std::same_as<result<void>>;
};
template <typename T>
concept transaction_proves = requires(typename T::transaction& tx, const credential_id& id,
                                      const digest_bytes& metadata, const row_proof& proof) {
    { tx.prove(id, metadata, proof) } -> std::same_as<result<void>>;
};
template <typename T>
concept transaction_knows_proof_keys = requires(typename T::transaction& tx, std::uint32_t number) {
    { tx.is_proof_key_used(number) } -> std::same_as<result<bool>>;
};
template <typename T>
concept transaction_binds_hash = requires(typename T::transaction& tx, std::string_view format, const hash_name& hash) {
    { tx.bind_hash(format, hash) } -> std::same_as<result<hash_name>>;
};
template <typename T>
concept store_transacts = requires(T& store) {
    {
        store.transact([](typename T::transaction&) -> result<void> { return {}; })
    } -> std::same_as<result<void>>;
};
template <typename T>
concept store_transacts_anything = requires(T& store) {
    {
        store.transact([](typename T::transaction&) -> result<any_outcome> { return any_outcome{}; })
    } -> std::same_as<result<any_outcome>>;
};

template <typename T>
concept is_defined = requires { sizeof(T); };

/// Says what is no class where a store is asked for.
template <typename T>
struct store_class_mistakes {
    static_assert(!std::is_pointer_v<T> && !std::is_reference_v<T>,
                  "Store is a pointer or a reference: give its class, as in authority<Policies, sqlite_store>");
    static_assert(!is_result<T>, "Store is a result: check it, and give the class of its value");
    static_assert(
        is_defined<T>,
        "Store is only declared: include the header that defines it, such as <shearline/store/sqlite_store.hpp>");
};

/// What `open` of an authority or a verifier is given, where that is no store with a name, or no keyring.
template <typename Given, typename Ring>
concept opens_nothing = !std::is_lvalue_reference_v<Given> || is_result<std::remove_cvref_t<Given>> || is_result<Ring>;
template <typename Given, typename Ring>
struct open_mistakes {
    static_assert(!is_result<std::remove_cvref_t<Given>>, "open: `store` is a result: check it, and give *store");
    static_assert(!is_result<Ring>, "open: `ring` is a result: check it, and give *ring");
    static_assert(is_result<std::remove_cvref_t<Given>> || std::is_lvalue_reference_v<Given>,
                  "open: the store is a temporary: give one that has a name, since it is borrowed");
};

/// Says what a store lacks that a verifier reads: a line for each member.
template <typename T>
struct feed_mistakes : store_class_mistakes<T> {
    static_assert(
        store_scans<T>,
        "Store lacks `template <typename Sink> result<feed_head> scan(std::string_view format, Sink&)`, where "
        "Sink is any scan_sink");
    static_assert(store_has_identity<T>, "Store lacks `result<std::optional<store_identity>> identity()`");
    static_assert(store_reads_live<T>,
                  "Store lacks `result<std::optional<credential_view>> read_live(const credential_id&)`");
    static_assert(store_gives_changes<T>,
                  "Store lacks `result<std::vector<change>> changes_after(std::uint64_t after, std::size_t limit)`");
    static_assert(store_counts_changes<T>, "Store lacks `std::uint64_t change_count() noexcept`");
    static_assert(store_hears_changes<T>, "Store lacks `bool hears_changes() noexcept`");
    static_assert(store_records_usage<T>, "Store lacks `result<void> record_usage(std::span<const usage>)`");

    static constexpr bool is_local = !store_is_remote<T>;
    static_assert(is_local || store_reads_many<T>,
                  "Store has `wait_for_change` or `epoch`, as a remote_feed does, and lacks "
                  "`result<std::vector<credential_view>> "
                  "read_many(std::span<const credential_id>)`");
    static_assert(is_local || store_waits<T>,
                  "Store has `read_many` or `epoch`, as a remote_feed does, and lacks `void "
                  "wait_for_change(std::chrono::milliseconds most)`");
    static_assert(is_local || store_has_epoch<T>,
                  "Store has `read_many`, as a remote_feed does, and lacks `std::uint64_t epoch() noexcept`");
};

/// Says what a store lacks that an authority calls: a line for each member, and for each of its transaction.
template <typename T>
struct store_mistakes : feed_mistakes<T> {
    static_assert(store_looks_up<T>,
                  "Store lacks `result<std::optional<key_view>> look_up(std::string_view format, const handle&)`");
    static_assert(store_has_head<T>, "Store lacks `result<feed_head> head()`");
    static_assert(store_reads<T>, "Store lacks `result<std::optional<credential_view>> read(const credential_id&)`");
    static_assert(store_lists<T>,
                  "Store lacks `result<page<credential_view>> list(const page_request&, std::string_view tenant)`");
    static_assert(store_has_audit<T>,
                  "Store lacks `result<page<audit_event>> audit(const page_request&, std::string_view tenant)`");

    static constexpr bool no_transaction = !has_transaction<T>;
    static_assert(!no_transaction, "Store lacks `transaction`, the type that transact gives to its body");
    static_assert(no_transaction || transaction_finds_credential<T>,
                  "Store::transaction lacks `result<std::optional<credential>> find(const credential_id&)`");
    static_assert(
        no_transaction || transaction_finds_record<T>,
        "Store::transaction lacks `result<std::optional<record>> find(std::string_view format, const handle&)`");
    static_assert(no_transaction || transaction_has_keys_of<T>,
                  "Store::transaction lacks `result<std::vector<record>> keys_of(const credential_id&)`");
    static_assert(no_transaction || transaction_has_live_keys_of<T>,
                  "Store::transaction lacks `result<std::vector<record>> live_keys_of(const credential_id&)`");
    static_assert(no_transaction || transaction_inserts<T, credential>,
                  "Store::transaction lacks `result<void> insert(const credential&)`");
    static_assert(no_transaction || transaction_updates<T, credential>,
                  "Store::transaction lacks `result<void> update(const credential&)`");
    static_assert(no_transaction || transaction_inserts<T, record>,
                  "Store::transaction lacks `result<void> insert(const record&)`");
    static_assert(no_transaction || transaction_updates<T, record>,
                  "Store::transaction lacks `result<void> update(const record&)`");
    static_assert(
        no_transaction || transaction_prunes<T>,
        "Store::transaction lacks `result<std::size_t> prune(const credential_id&, std::uint32_t generation)`");
    static_assert(no_transaction || transaction_appends<T, change>,
                  "Store::transaction lacks `result<void> append(const change&)`");
    static_assert(no_transaction || transaction_appends<T, audit_event>,
                  "Store::transaction lacks `result<void> append(const audit_event&)`");
    static_assert(no_transaction || transaction_has_head<T>, "Store::transaction lacks `result<feed_head> head()`");
    static_assert(no_transaction || transaction_finds_idempotent<T>,
                  "Store::transaction lacks `result<std::optional<idempotency_entry>> find_idempotent(const "
                  "digest_bytes& token, timestamp now)`");
    static_assert(no_transaction || transaction_inserts<T, idempotency_entry>,
                  "Store::transaction lacks `result<void> insert(const idempotency_entry&)`");
    static_assert(no_transaction || transaction_has_identity<T>,
                  "Store::transaction lacks `result<std::optional<store_identity>> identity()`");
    static_assert(no_transaction || transaction_puts_identity<T>,
                  "Store::transaction lacks `result<void> put(const store_identity&)`");
    static_assert(no_transaction || transaction_proves<T>,
                  "Store::transaction lacks `result<void> prove(const credential_id&, const digest_bytes& metadata, "
                  "const row_proof&)`");
    static_assert(no_transaction || transaction_knows_proof_keys<T>,
                  "Store::transaction lacks `result<bool> is_proof_key_used(std::uint32_t number)`");
    static_assert(no_transaction || transaction_binds_hash<T>,
                  "Store::transaction lacks `result<hash_name> bind_hash(std::string_view format, const hash_name&)`");
    static_assert(
        no_transaction || store_transacts<T>,
        "Store lacks `template <typename Body> auto transact(Body body)`, which gives what body(transaction&) "
        "gives");
    static_assert(
        no_transaction || !store_transacts<T> || store_transacts_anything<T>,
        "the `transact` of Store takes one type of result alone: make it a template, which gives the result<T> "
        "of body(transaction&) for any T");
};

}  // namespace shearline::inline v0_1::detail
