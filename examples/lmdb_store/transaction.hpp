// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One transaction of LMDB: models `store_transaction`, and answers what the store is asked.
#pragma once

#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <shearline/format/checksum.hpp>
#include <shearline/result.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/store/scan.hpp>

#include "row.hpp"

namespace acme {

/// What LMDB or the system says, in the words of the library.
inline error failure(const std::string& path, int code) {
    static constexpr std::pair<int, errc> known[] = {{MDB_INVALID, errc::corrupt},
                                                     {MDB_CORRUPTED, errc::corrupt},
                                                     {MDB_PAGE_NOTFOUND, errc::corrupt},
                                                     {MDB_VERSION_MISMATCH, errc::wrong_version},
                                                     {MDB_BAD_VALSIZE, errc::invalid_argument},
                                                     {ENOENT, errc::not_found},
                                                     {EACCES, errc::permission_denied},
                                                     {EROFS, errc::permission_denied}};
    errc kind = errc::unavailable;
    for (const auto& [number, meaning] : known)
        if (number == code) kind = meaning;
    const char* const advice = code == MDB_MAP_FULL ? ": nothing was written; open the store with a larger map" : "";
    return {kind, path + ": " + ::mdb_strerror(code) + advice};
}

/// One transaction, to read or to write. Once something has failed, all has: later calls return the first error, and so
/// does `commit`. (A `conflict` is an answer, and no failure.) The first letter of its key says what a row is:
///     c id             a credential with its keys, newest first      f number   a change of the feed
///     k format handle  the id of the credential that has this key    a number   an audit event
///     o number         the id of a credential, in order of issue     p number   a check of the keyring
///     i byte           the entries whose token begins with it        h format   the hash of a format
///     t                the time up to which entries are forgotten    # letter   how many numbers there are, from 1
class lmdb_transaction {
public:
    /// Of one credential, because they are in one row. An authority keeps 16.
    static constexpr std::size_t max_keys = 1'000;

    lmdb_transaction(const std::string& path, MDB_dbi rows, MDB_txn* begun)
        : m_path{&path}, m_rows{rows}, m_txn{begun, &::mdb_txn_abort} {}

    result<std::optional<credential>> find(const credential_id& id) {
        const auto owner = get<credential_view>(name('c', id));
        return answer(owner ? std::optional{owner->about} : std::nullopt);
    }
    result<std::optional<record>> find(std::string_view format, const handle& key) {
        auto owner = owner_of(format, key);
        return answer(owner ? std::optional{owner->key()} : std::nullopt);
    }
    result<std::vector<record>> keys_of(const credential_id& id) { return answer(newest(id).value_or(nobody).keys); }
    result<std::vector<record>> live_keys_of(const credential_id& id) { return answer(live(id).value_or(nobody).keys); }

    result<void> insert(const credential& owner) {
        if (!can_join(owner.scopes)) return refuse(errc::invalid_argument, "a scope is empty or contains a space");
        if (!put(name('c', owner.id), credential_view{owner, {}}, MDB_NOOVERWRITE))
            return refuse(errc::conflict, "a credential with this id exists already");
        return add('o', owner.id);
    }
    result<void> update(const credential& owner) {
        if (!can_join(owner.scopes)) return refuse(errc::invalid_argument, "a scope is empty or contains a space");
        auto stored = get<credential_view>(name('c', owner.id));
        if (!stored || stored->about.version + 1 != owner.version)
            return refuse(errc::conflict, "the credential was changed by another call: read it again");
        return put_owner({owner, std::move(stored->keys)});
    }
    result<void> insert(const record& key) {
        auto owner = get<credential_view>(name('c', key.credential));
        if (!owner) return refuse(errc::conflict, "the key's credential is not in the store");
        if (owner->keys.size() == max_keys) return refuse(errc::invalid_argument, "the credential has too many keys");
        if (!put(name('k', key.format, key.handle), key.credential, MDB_NOOVERWRITE))
            return refuse(errc::conflict, "a key with this handle exists already");
        owner->keys.insert(owner->keys.begin(), key);
        return put_owner(*owner);
    }
    result<void> update(const record& key) {
        auto owner = owner_of(key.format, key.handle);
        if (!owner || owner->about.id != key.credential)
            return refuse(errc::conflict, "the credential has no such key");
        const record old = std::exchange(owner->key(), key);
        owner->key().uses = old.uses;  // counted by `use` alone
        owner->key().last_used_at = old.last_used_at;
        return put_owner(*owner);
    }
    result<std::size_t> prune(const credential_id& id, std::uint32_t generation) {
        std::size_t pruned = 0;
        const auto goes = [&](const record& key) {
            if (pruned == max_pruned || key.generation >= generation || key.state != key_state::revoked) return false;
            erase(name('k', key.format, key.handle));
            return ++pruned > 0;
        };
        if (auto owner = get<credential_view>(name('c', id))) {
            auto& keys = owner->keys;
            keys.erase(keys.begin(), std::remove_if(keys.rbegin(), keys.rend(), goes).base());  // from the oldest on
            (void)put_owner(*owner);
        }
        return answer(pruned);
    }

    result<void> append(const change& what) { return add('f', what); }
    result<void> append(const audit_event& event) { return add('a', event); }
    result<feed_head> head() {
        const std::uint64_t last = count('f');
        return answer(last == 0 ? feed_head{} : feed_head{last, at<change>('f', last).tag});
    }

    result<std::optional<idempotency_entry>> find_idempotent(const digest_bytes& token, timestamp now) {
        for (idempotency_entry& entry : get<entries>(shard_of(token)).value_or(entries{}))
            if (entry.token == token && entry.expires_at > std::max(now, forgotten_until()))
                return answer(std::optional{std::move(entry)});
        return answer(std::optional<idempotency_entry>{});
    }
    /// Deletes the expired entries of one row. Those of others are forgotten, until something is added to their row.
    result<void> insert(const idempotency_entry& entry) {
        auto all = get<entries>(shard_of(entry.token)).value_or(entries{});
        std::erase_if(all, [&](const idempotency_entry& old) { return old.expires_at <= entry.created_at; });
        if (std::ranges::find(all, entry.token, &idempotency_entry::token) != all.end())
            return refuse(errc::conflict, "the idempotency token is in use already");
        all.push_back(entry);
        put(shard_of(entry.token), all);
        put(name('t'), std::max(entry.created_at, forgotten_until()));
        return answer();
    }

    result<std::vector<keyring_check>> keyring_checks() { return answer(rows<keyring_check>('p', 0, count('p'))); }
    result<void> insert(const keyring_check& check) { return add('p', check); }
    result<hash_name> bind_hash(std::string_view format, const hash_name& hash) {
        const auto first = get(name('h', std::string{format}), hash);
        if (!first) put(name('h', std::string{format}), hash);
        return answer(first.value_or(hash));
    }

    // What the store is asked, all of it as of one moment.

    result<std::optional<key_view>> look_up(std::string_view format, const handle& key) {
        auto owner = owner_of(format, key);
        const feed_head end = head().value_or(feed_head{});
        return answer(owner ? std::optional{key_view{owner->about, owner->key(), end}} : std::nullopt);
    }
    result<std::optional<credential_view>> read(const credential_id& id) { return answer(newest(id)); }
    result<std::optional<credential_view>> read_live(const credential_id& id) { return answer(live(id)); }
    result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) {
        return answer(rows<change>('f', sequence, limit));
    }
    result<page<credential_view>> list(const page_request& which, std::string_view tenant) {
        return page_of<credential_view>('o', true, which, [&](std::uint64_t number) {
            auto owner = newest(at<credential_id>('o', number));
            return owner && (tenant.empty() || owner->about.tenant == tenant) ? owner : std::nullopt;
        });
    }
    result<page<audit_event>> audit(const page_request& which, std::string_view tenant) {
        return page_of<audit_event>('a', false, which, [&](std::uint64_t number) {
            auto event = at<audit_event>('a', number);
            return tenant.empty() || event.tenant == tenant ? std::optional{std::move(event)} : std::nullopt;
        });
    }
    /// Reads each credential three times: the sink wants the numbers first, then all credentials, and then all keys.
    template <typename Sink>
    result<feed_head> scan(std::string_view format, Sink& sink) {
        const auto owner = [&](std::uint64_t place) {
            return live(at<credential_id>('o', place + 1)).value_or(nobody);
        };
        const std::uint64_t credentials = count('o');
        std::uint64_t keys = 0;
        for (std::uint64_t place = 0; place < credentials; ++place)
            for (const record& key : owner(place).keys) keys += key.format == format ? 1U : 0U;
        auto taken = m_failed ? answer() : sink.begin(credentials, keys);
        for (std::uint64_t place = 0; taken && place < credentials; ++place) {
            const credential one = owner(place).about;
            const std::string scopes = join_scopes(one.scopes);
            taken = sink.take(scanned_credential{one.id, one.tenant, scopes, one.not_before, one.expires_at,
                                                 one.suspended, one.revoked_at.has_value(), one.version});
        }
        for (std::uint64_t place = 0; taken && place < credentials; ++place)
            for (const record& key : owner(place).keys)
                if (taken && key.format == format)
                    taken = sink.take(scanned_key{place, key.handle, key.state, key.retires_at, key.digest});
        return taken ? head() : std::move(taken).error();
    }

    result<void> use(std::span<const usage> used) {
        for (const usage& one : used)
            if (auto owner = owner_of(one.format, one.handle)) {
                record& key = owner->key();
                key.uses += one.uses;
                key.last_used_at = std::max(key.last_used_at, std::optional{one.last_used_at});
                (void)put_owner(*owner);
            }
        return answer();
    }

    /// An error of the system may come after the last write: then the change is `in_doubt`.
    result<void> commit() {
        if (m_failed) return *m_failed;
        const int code = ::mdb_txn_commit(m_txn.release());
        if (code > 0) return error{errc::in_doubt, *m_path + ": the commit failed: " + ::mdb_strerror(code)};
        return code == 0 ? result<void>{} : failure(*m_path, code);
    }

private:
    using entries = std::vector<idempotency_entry>;
    static inline const credential_view nobody{};
    struct owner_of_key : credential_view {
        std::size_t place;
        record& key() { return keys[place]; }
    };

    /// What a call returns, unless something has failed.
    template <typename T>
    result<T> answer(T value) const {
        if (m_failed) return *m_failed;
        return value;
    }
    result<void> answer() const { return m_failed ? result<void>{*m_failed} : result<void>{}; }
    error refuse(errc code, const char* why) const { return m_failed ? *m_failed : error{code, why}; }
    void fail(error why) {
        if (!m_failed) m_failed = std::move(why);
    }
    std::nullopt_t damaged() {
        fail({errc::corrupt, *m_path + ": a row is not what this program writes: restore the file from a backup"});
        return std::nullopt;
    }

    /// The key of a row.
    template <typename... Parts>
    static std::string name(char table, Parts... parts) {
        row key{.bytes = {table}};
        (key.pass(parts), ...);
        return key.bytes;
    }
    static MDB_val val(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }

    /// Finds damage, and rows in the place of others, because it covers the key, too. It stops no attacker.
    static std::uint32_t checksum(const std::string& key, std::string_view bytes) {
        return crc32::of_vartime(std::string{key}.append(bytes));
    }
    /// Writes a row: checksum, version, value. False if it exists already, and MDB_NOOVERWRITE is given.
    template <typename T>
    bool put(const std::string& key, T value, unsigned flags = 0) {
        row body{};
        auto version = row::version;
        body.pass(version).pass(value);
        row whole{};
        auto check = checksum(key, body.bytes);
        whole.pass(check).bytes += body.bytes;
        MDB_val at = val(key);
        MDB_val bytes = val(whole.bytes);
        const int code = body.good ? ::mdb_put(m_txn.get(), m_rows, &at, &bytes, flags) : MDB_BAD_VALSIZE;
        if (code != 0 && code != MDB_KEYEXIST) fail(failure(*m_path, code));
        return code != MDB_KEYEXIST;
    }
    /// Reads a row, into a value of the right type; nothing if there is no such row.
    template <typename T>
    std::optional<T> get(const std::string& key, T value = {}) {
        MDB_val at = val(key);
        MDB_val bytes{};
        const int code = m_failed ? MDB_NOTFOUND : ::mdb_get(m_txn.get(), m_rows, &at, &bytes);
        if (code != 0 && code != MDB_NOTFOUND) fail(failure(*m_path, code));
        if (code != 0) return std::nullopt;
        row from{.bytes = {static_cast<const char*>(bytes.mv_data), bytes.mv_size}, .reads = true};
        std::uint32_t check = 0;
        std::uint64_t version = 0;
        from.pass(check);
        if (!from.good || check != checksum(key, std::string_view{from.bytes}.substr(from.next))) return damaged();
        if (from.pass(version).good && version != row::version) {
            fail({errc::wrong_version, *m_path + ": another version of this program has written it: use that one"});
            return std::nullopt;
        }
        if (!from.pass(value).good || from.next != from.bytes.size()) return damaged();
        return value;
    }
    void erase(const std::string& key) {
        MDB_val at = val(key);
        if (const int code = ::mdb_del(m_txn.get(), m_rows, &at, nullptr); code != 0) fail(failure(*m_path, code));
    }

    // Tables whose rows have numbers.

    std::uint64_t count(char table) { return get<std::uint64_t>(name('#', table)).value_or(0); }
    template <typename T>
    result<void> add(char table, T value) {
        const std::uint64_t number = count(table) + 1;
        if constexpr (requires { value.sequence; }) value.sequence = number;
        put(name(table, number), value);
        put(name('#', table), number);
        return answer();
    }
    template <typename T>
    T at(char table, std::uint64_t number) {
        auto found = get<T>(name(table, number));
        if (!found) (void)damaged();
        return found.value_or(T{});
    }
    template <typename T>
    std::vector<T> rows(char table, std::uint64_t after, std::uint64_t most) {
        std::vector<T> found;
        for (const auto last = count(table); after < last && found.size() < most; ++after)
            found.push_back(at<T>(table, after + 1));
        return found;
    }
    /// A page, upwards or downwards. `item_of(number)` gives nothing for a row to pass over.
    template <typename Item, typename ItemOf>
    result<page<Item>> page_of(char table, bool rises, const page_request& which, ItemOf item_of) {
        const std::uint64_t last = count(table);
        const auto step = [&](std::uint64_t from) { return rises ? from + 1 : std::min(from, last + 1) - 1; };
        std::uint64_t shown = rises ? 0 : last + 1;
        const char* const end = which.cursor.data() + which.cursor.size();
        const auto [stop, wrong] = std::from_chars(which.cursor.data(), end, shown);
        if (which.limit < 1 || which.limit > 1'000 || stop != end || (!which.cursor.empty() && wrong != std::errc{}))
            return refuse(errc::invalid_argument, "a page has 1 to 1,000 items; its cursor is the `next` of another");
        page<Item> found;
        for (std::uint64_t next = step(shown); next >= 1 && next <= last && !m_failed; next = step(next)) {
            auto item = item_of(next);
            if (!item) continue;
            if (found.items.size() == which.limit) {
                found.next = std::to_string(shown);
                break;
            }
            found.items.push_back(*std::move(item));
            shown = next;
        }
        return answer(std::move(found));
    }

    std::optional<credential_view> newest(const credential_id& id) {
        auto owner = get<credential_view>(name('c', id));
        if (owner && owner->keys.size() > max_keys_read) owner->keys.resize(max_keys_read);
        return owner;
    }
    std::optional<credential_view> live(const credential_id& id) {
        auto owner = get<credential_view>(name('c', id));
        if (owner) std::erase_if(owner->keys, [](const record& key) { return key.state == key_state::revoked; });
        return owner;
    }
    std::optional<owner_of_key> owner_of(std::string_view format, const handle& key) {
        const auto id = get<credential_id>(name('k', std::string{format}, key));
        if (!id) return std::nullopt;
        auto owner = get<credential_view>(name('c', *id)).value_or(nobody);
        const auto is_it = [&](const record& one) { return one.format == format && one.handle == key; };
        const auto found = std::ranges::find_if(owner.keys, is_it);
        if (found == owner.keys.end()) return damaged();
        const auto place = static_cast<std::size_t>(found - owner.keys.begin());
        return owner_of_key{std::move(owner), place};
    }
    result<void> put_owner(const credential_view& owner) {
        put(name('c', owner.about.id), owner);
        return answer();
    }
    static std::string shard_of(const digest_bytes& token) {
        return name('i', std::to_integer<std::uint64_t>(token[0]));
    }
    timestamp forgotten_until() { return get<timestamp>(name('t')).value_or(timestamp::min()); }

    const std::string* m_path;
    MDB_dbi m_rows;
    std::unique_ptr<MDB_txn, decltype(&::mdb_txn_abort)> m_txn;
    std::optional<error> m_failed{};
};

}  // namespace acme
