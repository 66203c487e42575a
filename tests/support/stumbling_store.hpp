// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A memory_store whose n-th call fails, inside or outside a transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <shearline/concepts.hpp>
#include <shearline/store/memory_store.hpp>

namespace support {

/// Decides which call fails: every call counts.
class stumble {
public:
    /// Only the call after this many successful ones fails.
    void after(std::size_t good) noexcept { m_left = good, m_stumbled = false; }
    void never() noexcept { m_left = std::numeric_limits<std::size_t>::max(); }
    [[nodiscard]] bool has_been() const noexcept { return m_stumbled; }

    /// The outcome of a call, or the planned failure.
    template <typename Call>
    auto call(Call make) -> decltype(make()) {
        if (m_left-- != 0) return make();
        m_stumbled = true;
        return shearline::error{shearline::errc::unavailable, "stumbled"};
    }

private:
    std::size_t m_left = std::numeric_limits<std::size_t>::max();
    bool m_stumbled = false;
};

class stumbling_transaction {
    using real = shearline::memory_store::transaction;

public:
    stumbling_transaction(real& of, stumble& over) noexcept : m_of{&of}, m_over{&over} {}

    template <typename... Name>
    auto find(const Name&... name) const {
        return m_over->call([&] { return m_of->find(name...); });
    }
    auto keys_of(const shearline::credential_id& id) const {
        return m_over->call([&] { return m_of->keys_of(id); });
    }
    auto live_keys_of(const shearline::credential_id& id) const {
        return m_over->call([&] { return m_of->live_keys_of(id); });
    }
    template <typename What>
    shearline::result<void> insert(const What& what) {
        return m_over->call([&] { return m_of->insert(what); });
    }
    template <typename What>
    shearline::result<void> update(const What& what) {
        return m_over->call([&] { return m_of->update(what); });
    }
    template <typename What>
    shearline::result<void> append(What what) {
        return m_over->call([&] { return m_of->append(std::move(what)); });
    }
    auto prune(const shearline::credential_id& id, std::uint32_t below) {
        return m_over->call([&] { return m_of->prune(id, below); });
    }
    auto head() const {
        return m_over->call([&] { return m_of->head(); });
    }
    auto find_idempotent(const shearline::digest_bytes& token, shearline::timestamp now) const {
        return m_over->call([&] { return m_of->find_idempotent(token, now); });
    }
    auto identity() const {
        return m_over->call([&] { return m_of->identity(); });
    }
    shearline::result<void> put(const shearline::store_identity& identity) {
        return m_over->call([&] { return m_of->put(identity); });
    }
    shearline::result<void> prove(const shearline::credential_id& id, const shearline::digest_bytes& metadata,
                                  const shearline::row_proof& proof) {
        return m_over->call([&] { return m_of->prove(id, metadata, proof); });
    }
    auto is_proof_key_used(std::uint32_t number) const {
        return m_over->call([&] { return m_of->is_proof_key_used(number); });
    }
    auto bind_hash(std::string_view format, const shearline::hash_name& hash) {
        return m_over->call([&] { return m_of->bind_hash(format, hash); });
    }

private:
    real* m_of;
    stumble* m_over;
};

struct stumbling_store {
    using transaction = stumbling_transaction;

    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) -> decltype(body(std::declval<transaction&>())) {
        return of.transact([&](shearline::memory_store::transaction& tx) {
            transaction each{tx, over};
            return body(each);
        });
    }
    auto look_up(std::string_view format, const shearline::handle& key) const {
        return over.call([&] { return of.look_up(format, key); });
    }
    auto head() const {
        return over.call([&] { return of.head(); });
    }
    auto identity() const {
        return over.call([&] { return of.identity(); });
    }
    auto read(const shearline::credential_id& id) const {
        return over.call([&] { return of.read(id); });
    }
    auto read_live(const shearline::credential_id& id) const {
        return over.call([&] { return of.read_live(id); });
    }
    auto list(const shearline::page_request& which, std::string_view tenant) const {
        return over.call([&] { return of.list(which, tenant); });
    }
    auto audit(const shearline::page_request& which, std::string_view tenant) const {
        return over.call([&] { return of.audit(which, tenant); });
    }
    auto changes_after(std::uint64_t sequence, std::size_t limit) const {
        return over.call([&] { return of.changes_after(sequence, limit); });
    }
    template <typename Sink>
    auto scan(std::string_view format, Sink& sink) const {
        return over.call([&] { return of.scan(format, sink); });
    }
    shearline::result<void> record_usage(std::span<const shearline::usage> used) {
        return over.call([&] { return of.record_usage(used); });
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return of.change_count(); }
    [[nodiscard]] bool hears_changes() const noexcept { return of.hears_changes(); }

    shearline::memory_store of;
    mutable stumble over;
};
static_assert(shearline::key_store<stumbling_store>);

}  // namespace support
