// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A connection to a PostgreSQL server, its statements, and its errors.
// Depends on store/postgres/answers.hpp and POSIX; never on what the rows mean. For postgres_store.hpp; not in the
// umbrella.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/store/postgres/answers.hpp>
#include <shearline/store/postgres/failures.hpp>
#include <shearline/store/postgres/values.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// One session and the statements that it has prepared. Statements are sent in pipelines: those that `write_later` took
/// travel with the next one. No call waits longer than the place says; after a failure of the network, `is_lost`. Used
/// by one thread at a time, in the process that opened it only.
class connection {
public:
    /// The most bytes of a tenant, and of the name of a format: they are in an index, whose rows have 2,704 at the
    /// most.
    static constexpr std::size_t max_indexed_bytes = 2'000;

    /// Connects. `unavailable` if nobody answers, `permission_denied` if the server does not let the role in.
    [[nodiscard]] static result<std::unique_ptr<connection>> open(const place& where) {
        session_handle session = connect(where);
        if (!session) return error{errc::unavailable, where.name + ": out of memory"};
        std::unique_ptr<connection> made{new connection{where, std::move(session)}};
        if (PQstatus(made->m_session.get()) != CONNECTION_OK) return not_connected(made->m_session.get(), where.name);
        PQsetNoticeReceiver(made->m_session.get(), take_notice, made.get());
        if (PQsetnonblocking(made->m_session.get(), 1) != 0 || PQenterPipelineMode(made->m_session.get()) == 0)
            return made->lost();
        return made;
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() = default;

    /// Runs the statement of `sql`, a string literal in the words of SQLite, with what `write_later` took before it,
    /// and gives its rows.
    template <typename... Values>
    [[nodiscard]] result<rows> prepare(std::string_view sql, const Values&... values) {
        if (auto sent = ask(sql, values...); !sent) return std::move(sent).error();
        auto all = answers();
        if (!all) return std::move(all).error();
        return std::move(all->back());
    }

    /// The same for several statements at once: `ask` each, then `answers`, which waits longer for what others hold.
    template <typename... Values>
    [[nodiscard]] result<void> ask(std::string_view sql, const Values&... values) {
        return send(is_wanted, sql, values...);
    }
    [[nodiscard]] result<std::vector<rows>> answers(std::chrono::milliseconds of_others = {}) {
        auto all = collect(of_others);
        if (!all) return std::move(all).error();
        std::vector<rows> made;
        for (answer_handle& one : *all) made.emplace_back(m_where->name, std::move(one));
        return made;
    }
    /// Sends what was taken: the server works on it until `answers` is called.
    [[nodiscard]] result<void> dispatch(std::chrono::milliseconds of_others = {}) {
        if (m_is_lost) return lost();
        m_answers_until = std::chrono::steady_clock::now() + of_others + m_where->answer + std::chrono::seconds{1};
        if (PQpipelineSync(m_session.get()) == 0) return lost();
        for (int left = PQflush(m_session.get()); left != 0; left = PQflush(m_session.get()))
            if (left < 0 || !wait(POLLIN | POLLOUT, m_answers_until)) return lost();
        m_is_dispatched = true;
        return {};
    }

    template <typename... Values>
    [[nodiscard]] result<void> write(std::string_view sql, const Values&... values) {
        if (auto sent = send(is_wanted, sql, values...); !sent) return sent;
        auto all = collect();
        if (!all) return std::move(all).error();
        m_changed_rows = std::strtoll(PQcmdTuples(all->back().get()), nullptr, 10);
        return {};
    }
    template <typename... Values>
    [[nodiscard]] result<void> write_later(std::string_view sql, const Values&... values) {
        return send(is_not_wanted, sql, values...);
    }

    /// Takes one statement that has no parameters, and is not kept prepared; it travels with the next one.
    [[nodiscard]] result<void> say(const std::string& statement) {
        if (m_is_lost) return lost();
        if (PQsendQueryParams(m_session.get(), statement.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1) == 0)
            return lost();
        m_sent.push_back({is_not_wanted, {}});
        return {};
    }
    /// Runs several statements that have no parameters, in a transaction that has begun.
    [[nodiscard]] result<void> script(const std::string& statements) {
        if (auto done = flush(); !done) return done;
        if (PQexitPipelineMode(m_session.get()) == 0 || PQsendQuery(m_session.get(), statements.c_str()) == 0)
            return lost();
        std::optional<error> wrong;
        for (;;) {
            auto answer = next_answer(std::chrono::steady_clock::now() + m_where->answer * slow);
            if (!answer) return std::move(answer).error();
            if (!*answer) break;
            const auto status = PQresultStatus(answer->get());
            if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !wrong) wrong = refused(*answer);
        }
        if (PQenterPipelineMode(m_session.get()) == 0) return lost();
        return wrong ? result<void>{*std::move(wrong)} : result<void>{};
    }
    /// Sends what was taken, and waits for its end.
    [[nodiscard]] result<void> flush() {
        auto all = collect();
        return all ? result<void>{} : std::move(all).error();
    }

    /// Commits a transaction. `in_doubt` if the server gave no answer, or says that a standby gave none to it.
    [[nodiscard]] result<void> commit() {
        m_was_warned = false;
        if (auto sent = say("COMMIT"); !sent) return sent;
        m_sent.back().of = is_wanted;
        auto all = collect();
        if (!all && m_is_lost)
            return error{errc::in_doubt, m_where->name + ": the connection was lost while it committed"};
        if (!all && all.error().code() == errc::invalid_argument) return queue_full(m_where->name);
        if (!all) return std::move(all).error();
        if (std::string_view{PQcmdStatus(all->back().get())} != "COMMIT")
            return error{errc::unavailable,
                         m_where->name + ": the server rolled the transaction back: nothing was written; try again"};
        if (m_was_warned)
            return error{errc::in_doubt,
                         m_where->name + ": committed on the primary, and no standby has confirmed it in time"};
        return {};
    }

    /// Ends a transaction that was not committed. Returns whether the connection can be used again.
    bool end() {
        if (m_is_dispatched) (void)collect();
        // What was taken and not sent may fail, and ROLLBACK with it: then a second one does it.
        for (int tries = 0; !m_is_lost && !m_is_copying && tries < 2; ++tries) {
            if (m_sent.empty() && PQtransactionStatus(m_session.get()) == PQTRANS_IDLE) return true;
            if (say("ROLLBACK")) (void)collect();
        }
        return !m_is_lost && !m_is_copying && PQtransactionStatus(m_session.get()) == PQTRANS_IDLE;
    }

    /// Gives the rows of `COPY (statement) TO STDOUT (FORMAT binary)` to `take(bytes) -> result<void>`, message by
    /// message, in a transaction that has begun. After an error the connection is lost.
    template <typename Take>
    [[nodiscard]] result<void> copy(const std::string& statement, Take take) {
        if (auto done = flush(); !done) return done;
        m_is_copying = true;
        if (PQexitPipelineMode(m_session.get()) == 0) return lost();
        const std::string all = "COPY (" + statement + ") TO STDOUT (FORMAT binary)";
        if (PQsendQuery(m_session.get(), all.c_str()) == 0) return lost();
        auto begun = next_answer(std::chrono::steady_clock::now() + m_where->answer * slow);
        if (!begun) return std::move(begun).error();
        if (PQresultStatus(begun->get()) != PGRES_COPY_OUT) return refused(*begun);
        for (;;) {
            char* message = nullptr;
            const int size = PQgetCopyData(m_session.get(), &message, 1);
            const std::unique_ptr<char, free_memory> owned{message};
            if (size == -1) break;
            if (size < -1) return lost();
            if (size == 0) {
                if (!wait(POLLIN, std::chrono::steady_clock::now() + m_where->answer * slow)) return lost();
                continue;
            }
            if (auto taken = take(std::string_view{message, static_cast<std::size_t>(size)}); !taken) {
                m_is_lost = true;  // the rest of the rows is on its way
                return taken;
            }
        }
        for (;;) {
            auto last = next_answer(std::chrono::steady_clock::now() + m_where->answer);
            if (!last) return std::move(last).error();
            if (!*last) break;
            if (PQresultStatus(last->get()) != PGRES_COMMAND_OK) return refused(*last);
        }
        m_is_copying = false;
        return PQenterPipelineMode(m_session.get()) != 0 ? result<void>{} : lost();
    }

    /// Waits until a notification has come, for at most this time. Several that have come are one.
    [[nodiscard]] result<bool> hears(std::chrono::milliseconds most) {
        const moment end = std::chrono::steady_clock::now() + most;
        while (!take_notifications())
            if (!wait(POLLIN, end)) return m_is_lost ? result<bool>{lost()} : result<bool>{false};
        return true;
    }

    /// How many rows the last `write` changed.
    [[nodiscard]] std::int64_t changed_rows() const noexcept { return m_changed_rows; }
    /// Whether the server, or somebody between, has closed the connection.
    [[nodiscard]] bool was_closed() const noexcept { return PQstatus(m_session.get()) != CONNECTION_OK; }
    /// Whether it can be used no more.
    [[nodiscard]] bool is_lost() const noexcept { return m_is_lost; }
    /// The number of the history of the database that it was made in.
    [[nodiscard]] std::uint64_t epoch() const noexcept { return m_epoch; }
    void set_epoch(std::uint64_t number) noexcept { m_epoch = number; }
    [[nodiscard]] const backend& served_by() const noexcept { return m_backend; }
    void set_backend(const backend& one) noexcept { m_backend = one; }
    [[nodiscard]] int process() const noexcept { return PQbackendPID(m_session.get()); }
    [[nodiscard]] const place& where() const noexcept { return *m_where; }
    [[nodiscard]] const std::string& path() const noexcept { return m_where->name; }
    [[nodiscard]] const std::string& schema() const noexcept { return m_where->schema; }

private:
    enum purpose : std::uint8_t { is_preparing, is_wanted, is_not_wanted };
    struct sent_statement {
        purpose of;
        std::string_view sql;
    };
    using moment = std::chrono::steady_clock::time_point;

    /// A scan begins with a sort perhaps, and its reader works between two rows.
    static constexpr int slow = 6;

    connection(const place& where, session_handle session) : m_where{&where}, m_session{std::move(session)} {}

    template <typename... Values>
    [[nodiscard]] result<void> send(purpose of, std::string_view sql, const Values&... values) {
        if (m_is_lost) return lost();
        const parameters<sizeof...(Values)> all{values...};
        if (!all.fit) return error{errc::invalid_argument, "a value is too long to be stored"};
        const auto [at, is_new] = m_statements.try_emplace(sql);
        if (is_new) {
            // A pooler may hand another client's session on: there, no statement has this name.
            at->second = "shearline_" + std::to_string(process()) + "_" + std::to_string(++m_prepared);
            if (PQsendPrepare(m_session.get(), at->second.c_str(), translated(sql, m_where->schema).c_str(), all.count,
                              all.types.data()) == 0)
                return lost();
            m_sent.push_back({is_preparing, sql});
        }
        if (PQsendQueryPrepared(m_session.get(), at->second.c_str(), all.count, all.bytes.data(), all.sizes.data(),
                                all.formats.data(), 1) == 0)
            return lost();
        m_sent.push_back({of, sql});
        return {};
    }

    /// Sends what was taken, and reads all answers. Those that are wanted are returned, or the first error.
    result<std::vector<answer_handle>> collect(std::chrono::milliseconds of_others = {}) {
        if (!std::exchange(m_is_dispatched, false)) {
            if (auto sent = dispatch(of_others); !sent) return std::move(sent).error();
            m_is_dispatched = false;
        }
        const moment end = m_answers_until;
        std::vector<answer_handle> wanted;
        std::optional<error> wrong;
        for (const sent_statement& one : m_sent) {
            for (;;) {
                auto answer = next_answer(end);
                if (!answer) return wrong ? *std::move(wrong) : std::move(answer).error();
                if (!*answer) break;
                const auto status = PQresultStatus(answer->get());
                const bool is_good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
                if (!is_good && one.of == is_preparing) m_statements.erase(one.sql);
                if (!is_good && !wrong) wrong = refused(*answer);
                if (is_good && one.of == is_wanted) wanted.push_back(*std::move(answer));
            }
        }
        m_sent.clear();
        // A statement without a transaction commits only here, and may fail at that.
        for (int empty = 0; empty < 2;) {
            auto synced = next_answer(end);
            if (!synced) return wrong ? *std::move(wrong) : std::move(synced).error();
            if (*synced && PQresultStatus(synced->get()) == PGRES_PIPELINE_SYNC) break;
            if (*synced && !wrong) wrong = refused(*synced);
            if (!*synced) ++empty;
        }
        if (PQstatus(m_session.get()) != CONNECTION_OK) m_is_lost = true;
        if (wrong) return *std::move(wrong);
        return wanted;
    }

    result<answer_handle> next_answer(moment end) {
        while (PQisBusy(m_session.get()) != 0)
            if (!wait(POLLIN, end)) return lost();
        return answer_handle{PQgetResult(m_session.get())};
    }

    /// Waits until the socket is ready, and reads what has come. False if the time is over, or the connection lost.
    bool wait(short events, moment end) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        ::pollfd socket{PQsocket(m_session.get()), events, 0};
        if (socket.fd < 0) m_is_lost = true;
        if (m_is_lost) return false;
        const int ready = ::poll(&socket, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000)));
        if (ready == 0) return false;
        if (ready > 0 && PQconsumeInput(m_session.get()) == 0) m_is_lost = true;
        return !m_is_lost;  // a signal may have ended the wait: the caller looks again
    }

    bool take_notifications() {
        bool any = false;
        for (std::unique_ptr<PGnotify, free_memory> one{PQnotifies(m_session.get())}; one;
             one.reset(PQnotifies(m_session.get())))
            any = true;
        return any;
    }

    error refused(const answer_handle& answer) const {
        const char* const state = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
        if (PQresultStatus(answer.get()) == PGRES_PIPELINE_ABORTED) return failure(m_where->name, "25P02");
        return failure(m_where->name, state != nullptr ? state : "");
    }

    error lost() {
        m_is_lost = true;
        return {errc::unavailable, m_where->name + ": the connection to the server was lost: nothing was written"};
    }

    static void take_notice(void* self, const PGresult* notice) {
        if (is_warning(notice)) static_cast<connection*>(self)->m_was_warned = true;
    }

    const place* m_where;
    session_handle m_session;
    std::unordered_map<std::string_view, std::string> m_statements;
    std::uint64_t m_prepared = 0;
    std::uint64_t m_epoch = 0;
    backend m_backend;
    std::vector<sent_statement> m_sent;
    std::int64_t m_changed_rows = 0;
    moment m_answers_until{};
    bool m_is_dispatched = false;
    bool m_is_lost = false;
    bool m_is_copying = false;
    bool m_was_warned = false;
};

}  // namespace shearline::inline v0_1::detail::postgres
