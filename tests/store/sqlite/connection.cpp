// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The error code for each SQLite result code, on which a program's reaction depends.
#include <shearline/store/sqlite/connection.hpp>

#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <string_view>

#include "../../support/printers.hpp"

using namespace shearline;
using shearline::detail::sqlite::failure;

BOOST_AUTO_TEST_SUITE(codes_of_sqlite)

BOOST_AUTO_TEST_CASE(are_told_by_what_can_be_done) {
    struct row {
        int code, system;
        bool reading;
        errc expected;
        std::string_view words;
    };
    const row rows[] = {
        {SQLITE_BUSY, 0, true, errc::unavailable, "another process kept it locked"},
        {SQLITE_BUSY_SNAPSHOT, 0, true, errc::unavailable, "another process kept it locked"},
        {SQLITE_LOCKED, 0, true, errc::unavailable, "another process kept it locked"},
        {SQLITE_PROTOCOL, 0, true, errc::unavailable, "another process kept it locked"},
        {SQLITE_FULL, 0, false, errc::unavailable, "disk full"},
        {SQLITE_NOTADB, 0, true, errc::corrupt, "is not an SQLite database"},
        {SQLITE_CORRUPT, 0, true, errc::corrupt, "is damaged"},
        {SQLITE_PERM, 0, false, errc::permission_denied, "modes of the file"},
        {SQLITE_AUTH, 0, false, errc::permission_denied, "modes of the file"},
        {SQLITE_READONLY, 0, false, errc::permission_denied, "modes of the file"},
        {SQLITE_READONLY_DIRECTORY, 0, false, errc::permission_denied, "modes of the file"},
        {SQLITE_NOMEM, 0, true, errc::unavailable, "out of memory"},
        {SQLITE_TOOBIG, 0, true, errc::corrupt, "longer than any that this library writes"},
        {SQLITE_TOOBIG, 0, false, errc::invalid_argument, "too long to be stored"},
        {SQLITE_CONSTRAINT_FOREIGNKEY, 0, false, errc::conflict, "is not in the store"},
        {SQLITE_CONSTRAINT_UNIQUE, 0, false, errc::conflict, "exists already"},
        {SQLITE_CONSTRAINT_PRIMARYKEY, 0, false, errc::conflict, "exists already"},
        {SQLITE_CONSTRAINT_ROWID, 0, false, errc::conflict, "exists already"},
        {SQLITE_CANTOPEN, 0, false, errc::unavailable, "cannot be opened"},
        {SQLITE_CANTOPEN, ENOENT, false, errc::not_found, "keys.db"},
        {SQLITE_CANTOPEN, EACCES, false, errc::permission_denied, "keys.db"},
        {SQLITE_IOERR_NOMEM, 0, true, errc::unavailable, "out of memory"},
        {SQLITE_IOERR_SHORT_READ, 0, true, errc::corrupt, "is damaged"},
        {SQLITE_IOERR_CORRUPTFS, 0, true, errc::corrupt, "is damaged"},
        {SQLITE_IOERR_WRITE, EIO, false, errc::unavailable, "the disk failed"},
    };
    for (const row& each : rows) {
        const error told = failure("/x/keys.db", each.code, each.system, each.reading);
        BOOST_TEST_CONTEXT("code " << each.code << ", errno " << each.system) {
            BOOST_TEST(told.code() == each.expected, told.message());
            BOOST_TEST(told.context().find(each.words) != std::string::npos, told.message());
            BOOST_TEST(told.context().find("/x/keys.db") != std::string::npos, told.message());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
