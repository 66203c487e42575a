// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Opens the file of a `sqlite_store`: creates it, upgrades it, or refuses it and leaves it as it was.
// Depends on store/sqlite/connection.hpp and POSIX; for sqlite_store.hpp, not in the umbrella.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/error.hpp>
#include <shearline/posix/descriptor.hpp>
#include <shearline/posix/file_identity.hpp>
#include <shearline/posix/path.hpp>
#include <shearline/posix/private_file.hpp>
#include <shearline/result.hpp>
#include <shearline/store/sqlite/connection.hpp>
#include <shearline/store/sqlite/schema.hpp>

namespace shearline::inline v0_1::detail::sqlite {

/// The path of the file that all processes use: links in its folder's path are resolved. Creates an empty file (mode
/// 0600) if there is none. Refuses anything but a regular file, and a link: two names would be two stores, each with a
/// log and a change counter of its own. An absolute path is also never one of SQLite's special names.
[[nodiscard]] inline result<std::string> file_at(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (name.empty() || name == "." || name == ".." || path.find('\0') != std::string::npos)
        return error{errc::invalid_argument, "'" + path.substr(0, path.find('\0')) + "' is not the path of a file"};
    const std::optional<std::string> folder = resolved_path(folder_of(path));
    if (!folder) return file_error(path, "find its folder", errno);
    std::string file = *folder;
    if (file.back() != '/') file += '/';
    file += name;

    struct ::stat about {};
    if (::lstat(file.c_str(), &about) != 0) {
        if (errno != ENOENT) return file_error(file, "inspect it", errno);
        auto made = create_private_file(file, {});
        if (made) return file;
        if (made.error().code() != errc::conflict) return std::move(made).error();
        if (::lstat(file.c_str(), &about) != 0) return file_error(file, "inspect it", errno);
    }
    if (S_ISLNK(about.st_mode))
        return error{errc::invalid_argument, file + ": is a symbolic link: give the path of the file itself"};
    if (!S_ISREG(about.st_mode)) return error{errc::invalid_argument, file + ": is not a regular file"};
    return file;
}

/// Whether the power failed while the file was first written: beside it lies an SQLite journal that restores a file
/// without pages (https://www.sqlite.org/fileformat2.html §3), which SQLite does at the first read.
[[nodiscard]] inline bool was_being_made(const std::string& file) {
    using namespace std::string_view_literals;
    constexpr std::string_view magic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"sv;
    constexpr std::size_t pages_at = 16;
    std::array<char, pages_at + 4> head{};
    const descriptor journal{::open((file + "-journal").c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
    if (!journal) return false;
    const ::ssize_t got = ::pread(journal.get(), head.data(), head.size(), 0);
    const std::string_view read{head.data(), head.size()};
    return got == static_cast<::ssize_t>(head.size()) && read.starts_with(magic) &&
           read.substr(pages_at) == "\0\0\0\0"sv;
}

/// Refuses a file that this library did not make, from its first bytes alone (https://www.sqlite.org/fileformat2.html
/// §1.3): nothing is locked, recovered or written. The application id is in the file before its log is ever used.
[[nodiscard]] inline result<void> refuse_foreign(connection& on) {
    constexpr int header_bytes = 100;
    constexpr std::size_t application_id_at = 68;
    using namespace std::string_view_literals;
    constexpr std::string_view magic = "SQLite format 3\0"sv;
    auto head = on.peek(header_bytes);
    if (!head) return std::move(head).error();
    if (head->empty()) return {};
    if (!head->starts_with(magic) && was_being_made(on.path())) return {};
    if (!head->starts_with(magic)) return error{errc::corrupt, on.path() + ": is not an SQLite database"};
    std::uint32_t id = 0;
    for (std::size_t i = 0; i < sizeof(id); ++i)
        id = (id << 8U) | static_cast<unsigned char>((*head)[application_id_at + i]);
    if (id != application_id) return error{errc::corrupt, on.path() + ": is an SQLite database of another application"};
    return {};
}

/// The settings of every connection. FULL: a commit is on the disk before it is reported. secure_delete: deleted sealed
/// texts are overwritten in the pages of the file; the log keeps older pages until it is overwritten.
[[nodiscard]] inline result<void> configure(connection& on) {
    return on.script(
        "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA secure_delete = ON;"
        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;");
}

/// Upgrades the schema to this build's version, in one transaction. If several processes come at once, one does it, and
/// the others wait and find it done.
[[nodiscard]] inline result<void> migrate(connection& on) {
    auto found = on.number("PRAGMA user_version");
    if (!found) return std::move(found).error();
    if (*found == schema_version) return {};
    if (*found < 0) return error{errc::corrupt, on.path() + ": its schema has a negative version"};
    if (*found > schema_version)
        return error{errc::wrong_version, on.path() + ": its schema has version " + std::to_string(*found) +
                                              ", this build knows versions up to " + std::to_string(schema_version) +
                                              ": use the newer build that wrote it"};
    if (auto begun = on.begin("BEGIN IMMEDIATE"); !begun) return begun;
    const auto held = on.number("PRAGMA user_version");
    auto done = held ? result<void>{} : result<void>{held.error()};
    for (std::int64_t version = held ? *held : schema_version; done && version < schema_version; ++version)
        done = on.script(steps[static_cast<std::size_t>(version)]);
    if (done && *held < schema_version) {
        done = on.script(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
        if (done) done = on.script(("PRAGMA user_version = " + std::to_string(schema_version)).c_str());
    }
    if (done) done = on.commit();
    if (!done) on.end();
    return done;
}

/// Lets readers work beside a writer. The setting is kept in the file; if it is set already, nothing is written.
[[nodiscard]] inline result<void> use_log(connection& on) {
    auto mode = on.prepare("PRAGMA journal_mode = WAL");
    if (!mode) return std::move(mode).error();
    auto row = mode->next();
    if (!row) return std::move(row).error();
    const bool has_log = *row && mode->bytes(0) == "wal";
    auto end = mode->next();  // which commits the change, and may find the disk full
    if (!end) return std::move(end).error();
    if (!has_log)
        return error{errc::unavailable, on.path() + ": SQLite cannot keep a write-ahead log here: use a local disk"};
    return {};
}

/// `corrupt` unless the definitions of tables and indexes are exactly those that the steps make: another column type or
/// a missing constraint would admit rows that this library never writes.
[[nodiscard]] inline result<void> compare_schema(connection& on) {
    auto model = connection::open_in_memory();
    if (!model) return std::move(model).error();
    for (const char* step : steps)
        if (auto done = (*model)->script(step); !done) return done;
    constexpr std::string_view all =
        "SELECT type, name, tbl_name, sql FROM sqlite_schema "
        "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name";
    auto ours = (*model)->prepare(all);
    auto theirs = on.prepare(all);
    if (!ours) return std::move(ours).error();
    if (!theirs) return std::move(theirs).error();
    for (;;) {
        auto expected = ours->next();
        auto found = theirs->next();
        if (!expected) return std::move(expected).error();
        if (!found) return std::move(found).error();
        bool same = *expected == *found;
        for (int i = 0; same && *found && i < 4; ++i) same = ours->bytes(i) == theirs->bytes(i);
        if (!same)
            return error{errc::corrupt, on.path() +
                                            ": its tables are not those that this library makes: restore it "
                                            "from a backup"};
        if (!*found) return {};
    }
}

/// Checks the whole file for damage.
[[nodiscard]] inline result<void> check_pages(connection& on) {
    auto check = on.prepare("PRAGMA quick_check(1)");
    if (!check) return std::move(check).error();
    auto row = check->next();
    if (!row) return std::move(row).error();
    if (!*row || check->bytes(0) != "ok")
        return error{errc::corrupt, on.path() + ": is damaged: restore it from a backup"};
    return {};
}

/// A connection to a file that `take_up` has checked.
[[nodiscard]] inline result<std::unique_ptr<connection>> connect(const std::string& file,
                                                                 std::chrono::milliseconds busy_timeout) {
    auto opened = connection::open(file, busy_timeout);
    if (!opened) return opened;
    if ((*opened)->is_read_only())
        return error{errc::permission_denied, file + ": cannot be written: check the modes of the file"};
    result<void> done = refuse_foreign(**opened);
    if (done) done = configure(**opened);
    if (!done) return std::move(done).error();
    return opened;
}

/// Repeats a step while other connections block it, until the timeout. SQLite itself does not wait when two processes
/// that switch a file to its log would wait for each other.
template <typename Step>
[[nodiscard]] result<void> patiently(connection& on, std::chrono::milliseconds busy_timeout, Step step) {
    const auto end = std::chrono::steady_clock::now() + busy_timeout;
    for (;;) {
        auto done = step(on);
        if (done || !on.was_busy() || std::chrono::steady_clock::now() >= end) return done;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

/// The first connection to a file: anything wrong with the file is found here, and then it is left as it was.
[[nodiscard]] inline result<std::unique_ptr<connection>> take_up(const std::string& file,
                                                                 std::chrono::milliseconds busy_timeout, bool check) {
    auto opened = connect(file, busy_timeout);
    if (!opened) return opened;
    connection& on = **opened;
    result<void> done = patiently(on, busy_timeout, migrate);
    if (done) done = patiently(on, busy_timeout, use_log);
    if (done) done = compare_schema(on);
    if (done && check) done = check_pages(on);
    if (!done) return std::move(done).error();
    return opened;
}

/// The identity of the database, its log and the index of the log when the store was opened. SQLite keeps all three
/// while connections are open. If another program deletes or replaces one, later openings create a new one, and neither
/// side sees what the other writes.
class database_files {
public:
    /// The files of a database that connections have read. `unavailable` if one of them is missing.
    [[nodiscard]] static result<database_files> of(const std::string& path) {
        database_files found;
        for (const char* suffix : {"", "-wal", "-shm"}) {
            auto one = file_identity::of(path + suffix);
            if (!one)
                return error{errc::unavailable,
                             one.error().context() + ": it may have been moved while it was opened; try again"};
            found.m_files.push_back(*std::move(one));
        }
        return found;
    }

    /// `unavailable` if one was deleted, moved or replaced; names the first of them. Three system calls.
    [[nodiscard]] result<void> check() const {
        for (const file_identity& one : m_files)
            if (!one.holds())
                return error{errc::unavailable, one.path() +
                                                    ": was deleted, moved or replaced since it was opened: open the "
                                                    "store again"};
        return {};
    }
    [[nodiscard]] bool hold() const noexcept {
        return std::all_of(m_files.begin(), m_files.end(), [](const file_identity& one) { return one.holds(); });
    }

private:
    std::vector<file_identity> m_files;
};

}  // namespace shearline::inline v0_1::detail::sqlite
