// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "contacts/contacts.hpp"

#include <sys/stat.h>

#include <array>
#include <chrono>
#include <fstream>
#include <mutex>
#include <utility>
#include <vector>

#include <shearline/credential/credential_id.hpp>
#include <shearline/private_file.hpp>
#include <shearline/secret/entropy.hpp>

#include "bulkhead.hpp"
#include "sqlite.hpp"

namespace crm {

namespace {

using common::database;
using common::database_error;
using common::statement;
using shearline::errc;
using shearline::error;
using shearline::result;

constexpr std::int64_t application_id = 0x43524d31;  // "CRM1"
constexpr std::int64_t schema_version = 1;

constexpr const char* schema = R"(
CREATE TABLE contact (
    ordinal INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    external_id TEXT UNIQUE,
    first_name TEXT, last_name TEXT, email TEXT, phone TEXT, company TEXT,
    metadata TEXT NOT NULL,
    archived_at INTEGER, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_email ON contact (email COLLATE NOCASE);
CREATE INDEX contact_updated ON contact (updated_at DESC, ordinal DESC);
)";
constexpr std::string_view all_tables =
    "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";

constexpr std::string_view columns =
    "uuid, external_id, first_name, last_name, email, phone, company, metadata, archived_at, created_at, updated_at, "
    "revision";

/// Refuses files of other programs by their first bytes (https://www.sqlite.org/fileformat2.html §1.3), so that SQLite
/// neither recovers such a file nor treats a file of one byte as empty. Our own files get their application id before
/// they get a log.
result<void> refuse_foreign(const std::string& path) {
    constexpr std::string_view magic{"SQLite format 3\0", 16};
    constexpr std::size_t application_id_at = 68;
    std::array<char, 100> bytes{};
    std::ifstream file{path, std::ios::binary};
    if (!file) return error{errc::permission_denied, path + ": cannot be read: check its mode"};
    file.read(bytes.data(), bytes.size());
    const std::string_view head{bytes.data(), static_cast<std::size_t>(file.gcount())};
    if (head.empty()) return {};
    if (head.size() < bytes.size() || !head.starts_with(magic))
        return error{errc::corrupt, path + ": is not an SQLite database"};
    std::int64_t id = 0;
    for (std::size_t i = 0; i < 4; ++i) id = id * 256 + static_cast<unsigned char>(head[application_id_at + i]);
    if (id != application_id) return error{errc::corrupt, path + ": is an SQLite database of another application"};
    return {};
}

contact contact_in(const statement& row) {
    contact read{.uuid = row.text(0),
                 .external_id = row.text(1),
                 .first_name = row.text(2),
                 .last_name = row.text(3),
                 .email = row.text(4),
                 .phone = row.text(5),
                 .company = row.text(6),
                 .metadata = row.text(7),
                 .archived = !row.is_null(8),
                 .created_at = shearline::from_unix_ms(row.integer(9)),
                 .updated_at = shearline::from_unix_ms(row.integer(10)),
                 .revision = static_cast<std::uint64_t>(row.integer(11))};
    if (read.archived) read.archived_at = shearline::from_unix_ms(row.integer(8));
    return read;
}

error failure(const database_error& what) {
    switch (what.code() & 0xff) {
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT: return {errc::corrupt, what.what()};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN: return {errc::permission_denied, what.what()};
        default: return {errc::unavailable, what.what()};
    }
}

/// Runs `body`, which may throw a `database_error`, and returns its result or that error.
template <typename Body>
auto guarded_by(Body body) -> decltype(body()) {
    try {
        return body();
    } catch (const database_error& what) {
        return failure(what);
    }
}

/// What `LIKE` matches literally.
std::string escaped(std::string_view text) {
    std::string out = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    return out += '%';
}

shearline::timestamp now() { return shearline::system_clock{}.now(); }

constexpr std::size_t readers = 8;

/// A transaction that is rolled back unless it is committed.
class transaction {
public:
    transaction(database& on, const std::string& begin) : m_on{on} { m_on.run(begin); }
    ~transaction() {
        if (m_done) return;
        try {
            m_on.run("ROLLBACK");
        } catch (const database_error&) {  // SQLite has rolled back by itself
        }
    }
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    void commit() {
        m_on.run("COMMIT");
        m_done = true;
    }

private:
    database& m_on;
    bool m_done = false;
};

}  // namespace

struct contact_store::state {
    state(const std::string& path, std::chrono::milliseconds waits) : busy_timeout{waits}, writer{connected(path)} {}

    std::chrono::milliseconds busy_timeout;
    bulkhead reading{readers, std::chrono::milliseconds{40}};
    bulkhead writing{8, std::chrono::milliseconds{250}};  // a write to the disk may take long
    std::timed_mutex turn;                                // to write
    database writer;
    std::mutex mutex;  // guards `idle`
    std::vector<database> idle;

    database connected(const std::string& path) const {
        return {path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, static_cast<int>(busy_timeout.count())};
    }

    void add_readers() {
        for (std::size_t i = 0; i < readers; ++i) idle.push_back(connected(writer.name()));
        for (database& each : idle) each.run("PRAGMA query_only = ON");
    }

    error busy(std::string_view why) const { return {errc::unavailable, writer.name() + ": " + std::string{why}}; }

    /// Runs `read(database&)` in one read transaction, on a connection of its own.
    template <typename Read>
    auto read(Read read) -> decltype(read(writer)) {
        return guarded_by([&]() -> decltype(read(writer)) {
            const auto place = reading.enter();
            if (!place) return busy("does not answer, and other requests already wait for it");
            loan lent{*this};
            transaction one{*lent.db, "BEGIN"};
            auto found = read(*lent.db);
            one.commit();
            return found;
        });
    }

    /// A connection from `idle`, which has as many as there are places.
    struct loan {
        explicit loan(state& from) : of{from} {
            const std::scoped_lock lock{of.mutex};
            db.emplace(std::move(of.idle.back()));
            of.idle.pop_back();
        }
        ~loan() {
            const std::scoped_lock lock{of.mutex};
            of.idle.push_back(*std::move(db));
        }
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;

        state& of;
        std::optional<database> db;
    };

    static std::optional<contact> find(database& db, std::string_view column, std::string_view value) {
        statement read =
            db.prepare("SELECT " + std::string{columns} + " FROM contact WHERE " + std::string{column} + " = ?1");
        read.bind(1, value);
        return read.step() ? std::optional{contact_in(read)} : std::nullopt;
    }

    /// Binds parameters 1 to 12 in the order of `columns`.
    static void bind(statement& write, const contact& each) {
        write.bind(1, each.uuid);
        int at = 2;
        for (const std::string* text :
             {&each.external_id, &each.first_name, &each.last_name, &each.email, &each.phone, &each.company})
            write.bind_or_null(at++, *text);
        write.bind(8, each.metadata);
        if (each.archived_at) write.bind(9, shearline::to_unix_ms(*each.archived_at));
        write.bind(10, shearline::to_unix_ms(each.created_at)).bind(11, shearline::to_unix_ms(each.updated_at));
        write.bind(12, static_cast<std::int64_t>(each.revision));
    }

    /// Stores a changed contact as its next revision.
    contact_result store(contact each) {
        ++each.revision;
        each.updated_at = now();
        each.archived = each.archived_at.has_value();
        statement write = writer.prepare(
            "UPDATE contact SET external_id = ?2, first_name = ?3, last_name = ?4, email = ?5, phone = ?6, "
            "company = ?7, metadata = ?8, archived_at = ?9, created_at = ?10, updated_at = ?11, revision = ?12 "
            "WHERE uuid = ?1");
        bind(write, each);
        write.step();
        return {contact_outcome::done, std::move(each)};
    }

    /// Runs `change()` in a transaction of its own.
    template <typename Change>
    result<contact_result> transact(Change change) {
        return guarded_by([&]() -> result<contact_result> {
            const auto place = writing.enter();
            if (!place) return busy("does not accept changes, and other requests already wait for it");
            const std::unique_lock lock{turn, busy_timeout};
            if (!lock) return busy("is busy with other changes");
            transaction one{writer, "BEGIN IMMEDIATE"};
            contact_result changed = change();
            one.commit();
            return changed;
        });
    }

    /// The contact with a uuid, if it exists and has the expected revision.
    contact_result held(std::string_view uuid, std::optional<std::uint64_t> revision) {
        auto there = find(writer, "uuid", uuid);
        if (!there) return {contact_outcome::not_found, {}};
        if (revision && there->revision != *revision) return {contact_outcome::stale, *std::move(there)};
        return {contact_outcome::done, *std::move(there)};
    }
};

contact_store::contact_store(std::unique_ptr<state> opened) noexcept : m_state{std::move(opened)} {}
contact_store::contact_store(contact_store&&) noexcept = default;
contact_store& contact_store::operator=(contact_store&&) noexcept = default;
contact_store::~contact_store() = default;

result<contact_store> contact_store::open(const std::string& path, std::chrono::milliseconds busy_timeout) {
    struct ::stat about {};
    if (::stat(path.c_str(), &about) != 0) {
        auto made = shearline::create_private_file(path, {});
        if (!made && made.error().code() != errc::conflict) return std::move(made).error();  // or another was faster
    }
    if (auto ours = refuse_foreign(path); !ours) return std::move(ours).error();
    return guarded_by([&]() -> result<contact_store> {
        auto opened = std::make_unique<state>(path, busy_timeout);
        database& db = opened->writer;
        if (db.is_read_only()) return error{errc::permission_denied, path + ": cannot be written: check its mode"};
        db.run("PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON;");
        const std::int64_t version = db.number("PRAGMA user_version");
        if (version > schema_version)
            return error{errc::wrong_version, path + ": was written by a newer build; use that one"};
        if (version == 0) {
            db.run("BEGIN IMMEDIATE");
            if (db.number("PRAGMA user_version") == 0)  // otherwise another process was faster
                db.run(std::string{schema} + "PRAGMA application_id = " + std::to_string(application_id) +
                       "; PRAGMA user_version = " + std::to_string(schema_version));
            db.run("COMMIT");
        }
        if (db.text("PRAGMA journal_mode = WAL") != "wal")
            return error{errc::unavailable, path + ": SQLite cannot keep a write-ahead log here: use a local disk"};
        database model{"", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
        model.run(schema);
        if (db.text(all_tables) != model.text(all_tables) || db.text("PRAGMA quick_check(1)") != "ok")
            return error{errc::corrupt, path + ": is damaged: restore it from a backup"};
        opened->add_readers();
        return contact_store{std::move(opened)};
    });
}

result<contact_page> contact_store::page(std::size_t page, std::size_t per_page, const contact_filter& filter) const {
    return m_state->read([&](database& db) -> result<contact_page> {
        std::string where = " WHERE 1";
        if (!filter.email.empty()) where += " AND email = ?1 COLLATE NOCASE";
        if (!filter.external_id.empty()) where += " AND external_id = ?2";
        const auto narrow = [&](statement& read) {
            if (!filter.email.empty()) read.bind(1, filter.email);
            if (!filter.external_id.empty()) read.bind(2, filter.external_id);
        };
        contact_page found;
        statement count = db.prepare("SELECT count(*) FROM contact" + where);
        narrow(count);
        count.step();
        found.total = static_cast<std::size_t>(count.integer(0));
        statement read = db.prepare("SELECT " + std::string{columns} + " FROM contact" + where +
                                    " ORDER BY ordinal LIMIT ?3 OFFSET ?4");
        narrow(read);
        read.bind(3, static_cast<std::int64_t>(per_page)).bind(4, static_cast<std::int64_t>((page - 1) * per_page));
        while (read.step()) found.items.push_back(contact_in(read));
        return found;
    });
}

result<contact_page> contact_store::list(std::size_t page, std::size_t per_page, std::string_view search) const {
    return m_state->read([&](database& db) -> result<contact_page> {
        const std::string where =
            " WHERE ?1 = '' OR coalesce(first_name, '') || ' ' || coalesce(last_name, '') LIKE ?2 ESCAPE '\\'"
            " OR email LIKE ?2 ESCAPE '\\' OR company LIKE ?2 ESCAPE '\\' OR phone LIKE ?2 ESCAPE '\\'"
            " OR external_id LIKE ?2 ESCAPE '\\'";
        contact_page found;
        statement count = db.prepare("SELECT count(*) FROM contact" + where);
        count.bind(1, search).bind(2, escaped(search));
        count.step();
        found.total = static_cast<std::size_t>(count.integer(0));
        statement read = db.prepare("SELECT " + std::string{columns} + " FROM contact" + where +
                                    " ORDER BY updated_at DESC, ordinal DESC LIMIT ?3 OFFSET ?4");
        read.bind(1, search).bind(2, escaped(search)).bind(3, static_cast<std::int64_t>(per_page));
        read.bind(4, static_cast<std::int64_t>((page - 1) * per_page));
        while (read.step()) found.items.push_back(contact_in(read));
        return found;
    });
}

result<void> contact_store::check() const {
    return m_state->read([](database& db) -> result<void> {
        (void)db.number("SELECT 1 FROM contact LIMIT 1");
        return {};
    });
}

result<std::size_t> contact_store::count() const {
    return m_state->read([](database& db) -> result<std::size_t> {
        return static_cast<std::size_t>(db.number("SELECT count(*) FROM contact"));
    });
}

result<std::optional<contact>> contact_store::find(std::string_view uuid) const {
    return m_state->read([&](database& db) -> result<std::optional<contact>> { return state::find(db, "uuid", uuid); });
}

result<contact_result> contact_store::create(contact asked) {
    shearline::credential_id::bytes_type random{};
    shearline::system_entropy entropy;
    if (auto filled = entropy.fill(std::as_writable_bytes(std::span{random})); !filled)
        return std::move(filled).error();
    asked.uuid = shearline::credential_id::from_random(random).to_string();  // a version 4 UUID, like any
    asked.created_at = asked.updated_at = now();
    asked.revision = 1;
    return m_state->transact([&]() -> contact_result {
        if (!asked.external_id.empty())
            if (auto other = state::find(m_state->writer, "external_id", asked.external_id))
                return {contact_outcome::duplicate, *std::move(other)};
        statement write = m_state->writer.prepare("INSERT INTO contact (" + std::string{columns} +
                                                  ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
        state::bind(write, asked);
        write.step();
        return {contact_outcome::done, asked};
    });
}

result<contact_result> contact_store::update(contact asked) {
    return m_state->transact([&]() -> contact_result {
        contact_result there = m_state->held(asked.uuid, asked.revision);
        if (there.outcome != contact_outcome::done || there.contact == asked) return there;
        if (!asked.external_id.empty())
            if (auto other = state::find(m_state->writer, "external_id", asked.external_id);
                other && other->uuid != asked.uuid)
                return {contact_outcome::duplicate, *std::move(other)};
        return m_state->store(std::move(asked));
    });
}

result<contact_result> contact_store::set_archived(std::string_view uuid, bool archived,
                                                   std::optional<std::uint64_t> revision) {
    return m_state->transact([&]() -> contact_result {
        contact_result there = m_state->held(uuid, revision);
        if (there.outcome != contact_outcome::done || there.contact.archived == archived) return there;
        there.contact.archived_at = archived ? std::optional{now()} : std::nullopt;
        return m_state->store(std::move(there.contact));
    });
}

result<contact_result> contact_store::remove(std::string_view uuid, std::optional<std::uint64_t> revision) {
    return m_state->transact([&]() -> contact_result {
        contact_result there = m_state->held(uuid, revision);
        if (there.outcome != contact_outcome::done) return there;
        statement write = m_state->writer.prepare("DELETE FROM contact WHERE uuid = ?1");
        write.bind(1, uuid).step();
        return there;
    });
}

}  // namespace crm
