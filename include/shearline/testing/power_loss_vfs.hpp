// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A file system for SQLite that simulates power cuts: it tracks what was synced, and can lose the rest.
// Depends on SQLite, through store/sqlite/connection.hpp; never on a store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/sqlite/connection.hpp>

namespace shearline::inline v0_1::testing {

/// While it exists, every database that SQLite opens uses it: files are written through to the system's file system,
/// and for each file it tracks which bytes were synced. A power cut, at a call chosen before, takes an image: what was
/// synced, and any part of what was written since, in whole sectors of 512 bytes, as a disk might have kept it. The
/// program continues unharmed; the image is what a restarted machine would find. Sectors are never torn, and creating
/// or deleting a file is durable at once: file systems that lose names are not simulated.
///
/// One at a time in a process. Thread-safe. Aborts if SQLite refuses it.
///
/// Example:
///     shearline::testing::power_loss_vfs disk;
///     disk.cut_before(100, 1);  // the 100th write, truncation or sync from now
///     // ... open a store in "before", change it and close it ...
///     disk.cut_now();  // unless the power was cut already
///     disk.restore("before", "after");  // open the store in "after": what was acknowledged must be there
class power_loss_vfs {
public:
    power_loss_vfs() {
        shared() = disk{};
        if (::sqlite3_vfs_register(&ours(), 1) != SQLITE_OK) std::abort();
    }
    power_loss_vfs(const power_loss_vfs&) = delete;
    power_loss_vfs& operator=(const power_loss_vfs&) = delete;
    ~power_loss_vfs() {
        set_synchronous_off(false);
        ::sqlite3_vfs_register(real(), 1);
        ::sqlite3_vfs_unregister(&ours());
    }

    /// Cuts the power before the `calls`-th write, truncation or sync from now; 1 is the next. `seed` chooses what is
    /// kept.
    void cut_before(std::uint64_t calls, std::uint64_t seed) {
        const std::scoped_lock lock{mutex()};
        shared().image.reset();
        shared().calls_left = calls;
        shared().random.seed(seed);
    }
    /// Cuts the power now, unless it was cut already.
    void cut_now() {
        const std::scoped_lock lock{mutex()};
        if (!shared().image) shared().take_image();
    }
    [[nodiscard]] bool was_cut() const {
        const std::scoped_lock lock{mutex()};
        return shared().image.has_value();
    }
    /// Writes the files of the image that were in the folder `from` into the folder `to`, and forgets all files.
    /// Requires a cut.
    void restore(const std::filesystem::path& from, const std::filesystem::path& to) {
        const std::scoped_lock lock{mutex()};
        for (const auto& [name, bytes] : shared().image.value())
            if (const std::filesystem::path path{name}; path.parent_path() == from) {
                std::ofstream{to / path.filename(), std::ios::binary} << bytes;
                std::filesystem::permissions(to / path.filename(), std::filesystem::perms{0600});
            }
        const bool off = shared().synchronous_off;  // a control goes on
        shared() = disk{};
        shared().synchronous_off = off;
    }

    /// The negative control: from now on every connection has PRAGMA synchronous = OFF, whatever it sets.
    void set_synchronous_off(bool off) {
        const std::scoped_lock lock{mutex()};
        if (off == shared().synchronous_off) return;
        shared().synchronous_off = off;
        const auto entry = reinterpret_cast<void (*)()>(&turn_synchronous_off);
        off ? ::sqlite3_auto_extension(entry) : ::sqlite3_cancel_auto_extension(entry);
    }

private:
    static constexpr std::size_t sector_bytes = 512;

    /// One write or truncation that was not synced.
    struct operation {
        std::size_t offset = 0;
        std::optional<std::string> bytes{};  ///< none: the file was truncated to `offset`
    };
    struct disk_file {
        std::string synced;
        std::vector<operation> pending{};
    };
    struct disk {
        std::map<std::string, disk_file> files{};
        std::uint64_t calls_left = 0;  ///< until the cut; 0: no cut is planned
        std::mt19937_64 random{};
        std::optional<std::map<std::string, std::string>> image{};
        bool synchronous_off = false;

        void count_call() {
            if (calls_left != 0 && --calls_left == 0) take_image();
        }
        void take_image() {
            image.emplace();
            calls_left = 0;
            const auto mood = random() % 4;  // nothing is kept; a beginning; any sectors, twice as often
            for (const auto& [name, file] : files) {
                std::string bytes = file.synced;
                const std::size_t kept = mood == 0 ? 0 : random() % (file.pending.size() + 1);
                for (std::size_t i = 0; i < file.pending.size(); ++i)
                    if (mood > 1 || i < kept) apply(bytes, file.pending[i], mood > 1);
                image->emplace(name, std::move(bytes));
            }
        }
        void apply(std::string& bytes, const operation& one, bool torn) {
            if (!one.bytes) {
                if (!torn || random() % 2 == 0) bytes.resize(one.offset);
                return;
            }
            for (std::size_t at = 0; at < one.bytes->size();) {
                const std::size_t in_sector = sector_bytes - (one.offset + at) % sector_bytes;
                const std::size_t length = std::min(in_sector, one.bytes->size() - at);
                if (!torn || random() % 2 == 0) write(bytes, one.offset + at, one.bytes->substr(at, length));
                at += length;
            }
        }
    };
    /// What SQLite holds for an open file.
    struct open_file {
        sqlite3_file base;
        sqlite3_file* system;
        std::string* name;  ///< null for files that a restart does not use
    };

    static void write(std::string& bytes, std::size_t offset, std::string_view what) {
        if (bytes.size() < offset + what.size()) bytes.resize(offset + what.size());
        bytes.replace(offset, what.size(), what);
    }

    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    static disk& shared() {
        static disk& one = *new disk;
        return one;
    }
    static sqlite3_vfs* real() {
        static sqlite3_vfs* const found = ::sqlite3_vfs_find("unix");
        return found;
    }
    static sqlite3_file* system_of(sqlite3_file* file) { return reinterpret_cast<open_file*>(file)->system; }

    /// Counts a call on a file and returns its state; null for a file that a restart does not use.
    static disk_file* called(sqlite3_file* file) {
        const std::string* const name = reinterpret_cast<open_file*>(file)->name;
        if (name == nullptr) return nullptr;
        shared().count_call();
        return &shared().files[*name];
    }

    static int turn_synchronous_off(sqlite3* db, char**, const sqlite3_api_routines*) {
        return ::sqlite3_exec(db, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
    }

    static int on_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
        auto* const opened = new (file) open_file{};
        opened->system = static_cast<sqlite3_file*>(std::calloc(1, static_cast<std::size_t>(real()->szOsFile)));
        if (opened->system == nullptr) return SQLITE_NOMEM;
        const int code = real()->xOpen(real(), name, opened->system, flags, out_flags);
        if (code != SQLITE_OK) {
            std::free(opened->system);
            return code;
        }
        opened->base.pMethods = &methods();
        if (name == nullptr || (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) == 0)
            return SQLITE_OK;
        opened->name = new std::string{name};
        const std::scoped_lock lock{mutex()};
        if (!shared().files.contains(*opened->name)) {
            std::ifstream there{name, std::ios::binary};
            shared().files.emplace(*opened->name, disk_file{std::string{std::istreambuf_iterator<char>{there}, {}}});
        }
        return SQLITE_OK;
    }
    static int on_delete(sqlite3_vfs*, const char* name, int sync_folder) {
        const std::scoped_lock lock{mutex()};
        shared().count_call();
        shared().files.erase(name);
        return real()->xDelete(real(), name, sync_folder);
    }
    static int on_close(sqlite3_file* file) {
        const int code = system_of(file)->pMethods->xClose(system_of(file));
        std::free(system_of(file));
        delete reinterpret_cast<open_file*>(file)->name;
        return code;
    }
    static int on_read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 at) {
        return system_of(file)->pMethods->xRead(system_of(file), to, bytes, at);
    }
    static int on_write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 at) {
        const std::scoped_lock lock{mutex()};
        if (disk_file* const known = called(file))
            known->pending.push_back({static_cast<std::size_t>(at),
                                      std::string{static_cast<const char*>(from), static_cast<std::size_t>(bytes)}});
        return system_of(file)->pMethods->xWrite(system_of(file), from, bytes, at);
    }
    static int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
        const std::scoped_lock lock{mutex()};
        if (disk_file* const known = called(file))
            known->pending.push_back({static_cast<std::size_t>(size), std::nullopt});
        return system_of(file)->pMethods->xTruncate(system_of(file), size);
    }
    static int on_sync(sqlite3_file* file, int) {
        const std::scoped_lock lock{mutex()};
        if (disk_file* const known = called(file)) {
            for (const operation& one : std::exchange(known->pending, {})) shared().apply(known->synced, one, false);
        }
        return SQLITE_OK;  // of the system's file nothing depends on it: it goes with the folder
    }
    static int on_size(sqlite3_file* file, sqlite3_int64* size) {
        return system_of(file)->pMethods->xFileSize(system_of(file), size);
    }
    static int on_lock(sqlite3_file* file, int level) {
        return system_of(file)->pMethods->xLock(system_of(file), level);
    }
    static int on_unlock(sqlite3_file* file, int level) {
        return system_of(file)->pMethods->xUnlock(system_of(file), level);
    }
    static int on_check_lock(sqlite3_file* file, int* held) {
        return system_of(file)->pMethods->xCheckReservedLock(system_of(file), held);
    }
    static int on_control(sqlite3_file* file, int what, void* with) {
        if (what == SQLITE_FCNTL_PRAGMA) {
            char** const words = static_cast<char**>(with);
            const std::scoped_lock lock{mutex()};
            if (shared().synchronous_off && words[2] != nullptr && std::string_view{words[1]} == "synchronous" &&
                std::string_view{words[2]} != "OFF")
                return SQLITE_OK;  // "done"
        }
        return system_of(file)->pMethods->xFileControl(system_of(file), what, with);
    }
    static int on_sector(sqlite3_file*) { return static_cast<int>(sector_bytes); }
    static int on_device(sqlite3_file*) { return 0; }  // promises nothing: no atomic writes, no order
    static int on_shared_map(sqlite3_file* file, int page, int size, int extend, void volatile** at) {
        return system_of(file)->pMethods->xShmMap(system_of(file), page, size, extend, at);
    }
    static int on_shared_lock(sqlite3_file* file, int offset, int count, int flags) {
        return system_of(file)->pMethods->xShmLock(system_of(file), offset, count, flags);
    }
    static void on_shared_barrier(sqlite3_file* file) { system_of(file)->pMethods->xShmBarrier(system_of(file)); }
    static int on_shared_unmap(sqlite3_file* file, int remove) {
        return system_of(file)->pMethods->xShmUnmap(system_of(file), remove);
    }

    static const sqlite3_io_methods& methods() {
        static const sqlite3_io_methods table = [] {
            sqlite3_io_methods all{};
            all.iVersion = 2;  // no memory-mapped access, which would bypass this
            all.xClose = on_close;
            all.xRead = on_read;
            all.xWrite = on_write;
            all.xTruncate = on_truncate;
            all.xSync = on_sync;
            all.xFileSize = on_size;
            all.xLock = on_lock;
            all.xUnlock = on_unlock;
            all.xCheckReservedLock = on_check_lock;
            all.xFileControl = on_control;
            all.xSectorSize = on_sector;
            all.xDeviceCharacteristics = on_device;
            all.xShmMap = on_shared_map;
            all.xShmLock = on_shared_lock;
            all.xShmBarrier = on_shared_barrier;
            all.xShmUnmap = on_shared_unmap;
            return all;
        }();
        return table;
    }
    static sqlite3_vfs& ours() {
        static sqlite3_vfs vfs = [] {
            sqlite3_vfs made = *real();
            made.pNext = nullptr;
            made.zName = "shearline-power-loss";
            made.szOsFile = sizeof(open_file);
            made.xOpen = on_open;
            made.xDelete = on_delete;
            return made;
        }();
        return vfs;
    }
};

}  // namespace shearline::inline v0_1::testing
