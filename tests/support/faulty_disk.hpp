// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A disk that fails on demand and tracks what has not been synced: a wrapper around SQLite's own file system.
#pragma once

#include <sqlite3.h>

namespace support {

/// While an object exists, SQLite opens files through it. Only one at a time; for one thread.
class faulty_disk {
public:
    faulty_disk();
    faulty_disk(const faulty_disk&) = delete;
    faulty_disk& operator=(const faulty_disk&) = delete;
    ~faulty_disk();

    /// After this many more writes to any files, each write fails with an SQLite code, until `heal`.
    void fail_writes_after(int good_ones, int code);
    /// Every sync fails, until `heal`.
    void fail_syncs();
    void heal();

    /// How often a write was refused, or a sync failed.
    [[nodiscard]] int failures() const;
    /// Whether the write-ahead log has bytes written since its last sync, which a power cut would lose.
    [[nodiscard]] bool log_is_unsynced() const;
};

}  // namespace support
