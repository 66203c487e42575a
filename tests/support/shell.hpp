// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// SQLite beside the library, as somebody uses it who has the file alone.
#pragma once

#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <memory>
#include <string>

namespace support {

struct close_database {
    void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
};

/// SQLite, as its shell uses it.
class shell {
public:
    explicit shell(const std::string& path) {
        sqlite3* db = nullptr;
        BOOST_REQUIRE(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) ==
                      SQLITE_OK);
        m_db.reset(db);
        sqlite3_busy_timeout(db, 5'000);
    }
    void run(const std::string& sql) const {
        BOOST_REQUIRE_MESSAGE(sqlite3_exec(m_db.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK,
                              sql << ": " << sqlite3_errmsg(m_db.get()));
    }
    /// `.restore FROM`
    void restore(const std::string& from) const {
        const shell source{from};
        sqlite3_backup* const copy = sqlite3_backup_init(m_db.get(), "main", source.m_db.get(), "main");
        BOOST_REQUIRE(copy != nullptr);
        BOOST_REQUIRE(sqlite3_backup_step(copy, -1) == SQLITE_DONE);
        BOOST_REQUIRE(sqlite3_backup_finish(copy) == SQLITE_OK);
    }

private:
    std::unique_ptr<sqlite3, close_database> m_db;
};

}  // namespace support
