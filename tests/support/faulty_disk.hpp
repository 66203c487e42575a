// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A disk that fails on demand, and that knows what has not been synced: SQLite's own file system, with a hand on it.
#pragma once

#include <sqlite3.h>

namespace support {

/// While one of these is there, SQLite opens files through it. One at a time; for one thread.
class faulty_disk {
public:
    faulty_disk();
    faulty_disk(const faulty_disk&) = delete;
    faulty_disk& operator=(const faulty_disk&) = delete;
    ~faulty_disk();

    /// After so many more writes, to any file, each fails with an SQLite code, until `heal`.
    void fail_writes_after(int good_ones, int code);
    /// Every sync fails, until `heal`.
    void fail_syncs();
    void heal();

    /// How often a write was refused, or a sync failed.
    [[nodiscard]] int failures() const;
    /// Whether the write-ahead log holds bytes that were written since it was last synced: a power cut would take them.
    [[nodiscard]] bool log_is_unsynced() const;
};

}  // namespace support
