// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What libpq owns, and the rows that a statement gave. Includes libpq.
// Depends on libpq and store/sql/row_reader.hpp; for store/postgres/connection.hpp.
#pragma once

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/chrono.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/store/postgres/values.hpp>
#include <shearline/store/sql/row_reader.hpp>

namespace shearline::inline v0_1::detail::postgres {

struct close_session {
    void operator()(PGconn* session) const noexcept { PQfinish(session); }
};
struct clear_answer {
    void operator()(PGresult* answer) const noexcept { PQclear(answer); }
};
struct free_memory {
    void operator()(void* memory) const noexcept { PQfreemem(memory); }
};
using session_handle = std::unique_ptr<PGconn, close_session>;
using answer_handle = std::unique_ptr<PGresult, clear_answer>;

/// Where a store is, and how long its server is waited for.
struct place {
    std::string conninfo;                ///< without a password
    std::string schema;                  ///< quoted
    std::string channel;                 ///< of notifications, quoted
    std::string name;                    ///< for errors
    std::chrono::milliseconds busy{};    ///< for other writers
    std::chrono::milliseconds answer{};  ///< for a statement
};

/// A process of a server that serves one session. Another server, or a later process, has other numbers.
struct backend {
    std::int64_t process = 0;
    std::int64_t started = 0;  ///< microseconds since 1970
};

/// Connects, and waits for the outcome. Null if memory runs out.
[[nodiscard]] inline session_handle connect(const place& where) {
    const std::string seconds = std::to_string(std::max<std::int64_t>(2, (where.answer.count() + 999) / 1'000));
    const std::string patience = std::to_string(where.answer.count());
    // Those before `dbname` are defaults, which it may replace; those behind it hold.
    const std::array<const char*, 7> names{"connect_timeout",
                                           "tcp_user_timeout",
                                           "keepalives_idle",
                                           "dbname",
                                           "fallback_application_name",
                                           "client_encoding",
                                           nullptr};
    const std::array<const char*, 7> values{seconds.c_str(), patience.c_str(), "10",   where.conninfo.c_str(),
                                            "shearline",     "UTF8",           nullptr};
    return session_handle{PQconnectdbParams(names.data(), values.data(), 1)};
}

/// Whether a notice says that something is wrong. One is harmless: that notifications wait for a session that does not
/// read.
[[nodiscard]] inline bool is_warning(const PGresult* notice) noexcept {
    const auto field = [notice](int which) {
        const char* const found = PQresultErrorField(notice, which);
        return std::string_view{found != nullptr ? found : ""};
    };
    return field(PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING" &&
           field(PG_DIAG_SOURCE_FUNCTION) != "asyncQueueFillWarning";
}

/// The rows that a statement gave, read row by row and column by column.
class rows {
public:
    rows(const std::string& path, answer_handle all) noexcept : m_path{&path}, m_all{std::move(all)} {}

    /// Goes to the next row; false after the last.
    [[nodiscard]] result<bool> next() noexcept { return ++m_row < PQntuples(m_all.get()); }

    [[nodiscard]] bool holds(int column, sql::column_kind kind) const noexcept {
        const bool is_null = PQgetisnull(m_all.get(), m_row, column) != 0;
        if (is_null || kind == sql::column_kind::null) return is_null && kind == sql::column_kind::null;
        const auto of = static_cast<type>(PQftype(m_all.get(), column));
        const bool is_number = of == type::big_integer || of == type::integer;
        return kind == sql::column_kind::integer ? is_number : of == type::bytes;
    }
    [[nodiscard]] std::int64_t integer(int column) const noexcept { return from_network(bytes(column)); }
    /// The bytes of a column, while this exists.
    [[nodiscard]] std::string_view bytes(int column) const noexcept {
        return {PQgetvalue(m_all.get(), m_row, column),
                static_cast<std::size_t>(PQgetlength(m_all.get(), m_row, column))};
    }
    [[nodiscard]] const char* name(int column) const noexcept { return PQfname(m_all.get(), column); }
    [[nodiscard]] const std::string& path() const noexcept { return *m_path; }

private:
    const std::string* m_path;
    answer_handle m_all;
    int m_row = -1;
};

/// The error for a session that was not made. libpq's message names the server and what it said, such as that the
/// password is wrong, and never a password.
[[nodiscard]] inline error not_connected(const PGconn* session, const std::string& name) {
    std::string words = PQerrorMessage(session);
    std::replace(words.begin(), words.end(), '\n', ' ');
    while (words.ends_with(' ')) words.pop_back();
    const auto says = [&](std::string_view sign) { return words.find(sign) != std::string::npos; };
    // libpq gives no SQLSTATE here. If the server speaks another language, what it refuses is `unavailable`.
    errc what = errc::unavailable;
    if (says("FATAL:  database \"") && says("\" does not exist")) what = errc::not_found;
    if (says("FATAL:  role \"") && says("\" does not exist")) what = errc::permission_denied;
    for (const std::string_view sign : {"authentication", "no password", "pg_hba.conf", "certificate",
                                        "is not permitted to log in", "permission denied for database"})
        if (says(sign)) what = errc::permission_denied;
    return {what, name + ": cannot connect: " + words};
}

}  // namespace shearline::inline v0_1::detail::postgres
