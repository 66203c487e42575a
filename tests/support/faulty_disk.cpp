// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "faulty_disk.hpp"

#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <vector>

namespace support {

namespace {

constexpr int unlimited = std::numeric_limits<int>::max();

struct disk_state {
    int good_writes = unlimited;
    int write_code = SQLITE_OK;
    bool syncs_fail = false;
    int failures = 0;
    bool log_unsynced = false;
};
disk_state state;

sqlite3_vfs* real_vfs() {
    static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
    if (vfs == nullptr) std::abort();
    return vfs;
}

/// SQLite's object for an open file, which points to the real one.
struct faulty_file {
    sqlite3_file base;
    sqlite3_file* real;
    bool is_log;
};

faulty_file* of(sqlite3_file* file) { return reinterpret_cast<faulty_file*>(file); }

int close_file(sqlite3_file* file) {
    sqlite3_file* const real = of(file)->real;
    const int code = real->pMethods != nullptr ? real->pMethods->xClose(real) : SQLITE_OK;
    std::free(real);
    return code;
}
int read_file(sqlite3_file* file, void* to, int bytes, sqlite3_int64 at) {
    return of(file)->real->pMethods->xRead(of(file)->real, to, bytes, at);
}
int write_file(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 at) {
    if (state.good_writes == 0) {
        ++state.failures;
        return state.write_code;
    }
    if (state.good_writes != unlimited) --state.good_writes;
    if (of(file)->is_log) state.log_unsynced = true;
    return of(file)->real->pMethods->xWrite(of(file)->real, from, bytes, at);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    return of(file)->real->pMethods->xTruncate(of(file)->real, size);
}
int sync_file(sqlite3_file* file, int flags) {
    if (state.syncs_fail) {
        ++state.failures;
        return SQLITE_IOERR_FSYNC;
    }
    const int code = of(file)->real->pMethods->xSync(of(file)->real, flags);
    if (of(file)->is_log && code == SQLITE_OK) state.log_unsynced = false;
    return code;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return of(file)->real->pMethods->xFileSize(of(file)->real, size);
}
int lock(sqlite3_file* file, int level) { return of(file)->real->pMethods->xLock(of(file)->real, level); }
int unlock(sqlite3_file* file, int level) { return of(file)->real->pMethods->xUnlock(of(file)->real, level); }
int check_lock(sqlite3_file* file, int* held) {
    return of(file)->real->pMethods->xCheckReservedLock(of(file)->real, held);
}
int control(sqlite3_file* file, int what, void* with) {
    return of(file)->real->pMethods->xFileControl(of(file)->real, what, with);
}
int sector(sqlite3_file* file) { return of(file)->real->pMethods->xSectorSize(of(file)->real); }
int device(sqlite3_file* file) { return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real); }
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** at) {
    return of(file)->real->pMethods->xShmMap(of(file)->real, page, size, extend, at);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
    return of(file)->real->pMethods->xShmLock(of(file)->real, offset, count, flags);
}
void barrier(sqlite3_file* file) { of(file)->real->pMethods->xShmBarrier(of(file)->real); }
int unmap_shared(sqlite3_file* file, int remove) { return of(file)->real->pMethods->xShmUnmap(of(file)->real, remove); }

const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods table = [] {
        sqlite3_io_methods all{};
        all.iVersion = 2;
        all.xClose = close_file;
        all.xRead = read_file;
        all.xWrite = write_file;
        all.xTruncate = truncate_file;
        all.xSync = sync_file;
        all.xFileSize = file_size;
        all.xLock = lock;
        all.xUnlock = unlock;
        all.xCheckReservedLock = check_lock;
        all.xFileControl = control;
        all.xSectorSize = sector;
        all.xDeviceCharacteristics = device;
        all.xShmMap = map_shared;
        all.xShmLock = lock_shared;
        all.xShmBarrier = barrier;
        all.xShmUnmap = unmap_shared;
        return all;
    }();
    return &table;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* const opened = new (file) faulty_file{};
    opened->real = static_cast<sqlite3_file*>(std::calloc(1, static_cast<std::size_t>(real_vfs()->szOsFile)));
    if (opened->real == nullptr) return SQLITE_NOMEM;
    opened->is_log = (flags & SQLITE_OPEN_WAL) != 0;
    const int code = real_vfs()->xOpen(real_vfs(), name, opened->real, flags, out_flags);
    if (code != SQLITE_OK) {
        std::free(opened->real);
        return code;
    }
    opened->base.pMethods = methods();
    return SQLITE_OK;
}

sqlite3_vfs* faulty_vfs() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs copied = *real_vfs();
        copied.pNext = nullptr;
        copied.zName = "faulty";
        copied.szOsFile = sizeof(faulty_file);
        copied.xOpen = open_file;
        return copied;
    }();
    return &vfs;
}

}  // namespace

faulty_disk::faulty_disk() {
    state = disk_state{};
    if (sqlite3_vfs_register(faulty_vfs(), 1) != SQLITE_OK) std::abort();
}
faulty_disk::~faulty_disk() {
    sqlite3_vfs_register(real_vfs(), 1);
    sqlite3_vfs_unregister(faulty_vfs());
}

void faulty_disk::fail_writes_after(int good_ones, int code) {
    state.good_writes = good_ones;
    state.write_code = code;
}
void faulty_disk::fail_syncs() { state.syncs_fail = true; }
void faulty_disk::heal() {
    state.good_writes = unlimited;
    state.syncs_fail = false;
}
int faulty_disk::failures() const { return state.failures; }
bool faulty_disk::log_is_unsynced() const { return state.log_unsynced; }

}  // namespace support
