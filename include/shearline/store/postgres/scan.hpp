// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The scan of `postgres_store`: every credential and key in one read, by COPY in its binary format.
// Depends on store/scan.hpp, store/sql/queries.hpp and store/postgres/connection.hpp; for postgres_store.hpp, not in
// the umbrella.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/postgres/connection.hpp>
#include <shearline/store/postgres/take_up.hpp>
#include <shearline/store/postgres/values.hpp>
#include <shearline/store/scan.hpp>
#include <shearline/store/sql/queries.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// One row of a binary COPY (PostgreSQL's documentation of COPY, "Binary Format"): the number of fields, then each with
/// its length before it. The types are those of the statement.
template <std::size_t Fields>
class copied_row {
public:
    explicit copied_row(const std::string& path) noexcept : m_path{&path} {}

    /// Takes a message. False at the end of the rows; `corrupt` for anything else than a row.
    [[nodiscard]] result<bool> take(std::string_view message) {
        constexpr std::string_view signature{"PGCOPY\n\377\r\n\0", 11};
        if (!m_has_begun && message.starts_with(signature) && message.size() >= header_bytes) {
            m_has_begun = true;
            message.remove_prefix(header_bytes);  // without extensions, which there are none of
            if (message.empty()) return false;
        }
        if (!m_has_begun || message.size() < 2) return wrong();
        const std::int64_t fields = from_network(message.substr(0, 2));
        message.remove_prefix(2);
        if (fields == -1) return false;
        if (fields != static_cast<std::int64_t>(Fields)) return wrong();
        for (field& one : m_fields) {
            if (message.size() < 4) return wrong();
            const std::int64_t size = from_network(message.substr(0, 4));
            message.remove_prefix(4);
            one = {size < 0, {}};
            if (one.is_null) continue;
            if (static_cast<std::size_t>(size) > message.size()) return wrong();
            one.bytes = message.substr(0, static_cast<std::size_t>(size));
            message.remove_prefix(one.bytes.size());
        }
        return message.empty() ? result<bool>{true} : wrong();
    }

    [[nodiscard]] bool holds(int column, sql::column_kind kind) const noexcept {
        const field& one = m_fields[static_cast<std::size_t>(column)];
        if (one.is_null || kind == sql::column_kind::null) return one.is_null && kind == sql::column_kind::null;
        return kind != sql::column_kind::integer || one.bytes.size() == sizeof(std::int64_t);
    }
    [[nodiscard]] std::int64_t integer(int column) const noexcept { return from_network(bytes(column)); }
    [[nodiscard]] std::string_view bytes(int column) const noexcept {
        return m_fields[static_cast<std::size_t>(column)].bytes;
    }
    [[nodiscard]] const char* name(int /*column*/) const noexcept { return "of a scan"; }
    [[nodiscard]] const std::string& path() const noexcept { return *m_path; }

private:
    static constexpr std::size_t header_bytes = 11 + 4 + 4;

    struct field {
        bool is_null = true;
        std::string_view bytes;
    };

    error wrong() const { return {errc::corrupt, *m_path + ": the rows of a scan are not what was asked for"}; }

    const std::string* m_path;
    bool m_has_begun = false;
    std::array<field, Fields> m_fields{};
};

/// Groups the rows of a scan, a row for each key, by their credentials.
template <typename Sink>
class scan_groups {
public:
    scan_groups(Sink& sink, std::uint64_t credentials) noexcept : m_sink{&sink}, m_left{credentials} {}

    template <typename Row>
    [[nodiscard]] result<void> take(const Row& from) {
        sql::row_reader row{from};
        const std::uint64_t ordinal = row.count();
        if (ordinal != m_ordinal) {
            if (auto given = give(); !given) return given;
            row.require(m_left > 0 && ordinal > m_ordinal);
            m_ordinal = ordinal;
            --m_left;
            m_owner.id = row.id();
            const std::string_view tenant = row.text_view();
            const std::string_view name = row.text_view();
            const std::string_view scopes = row.scope_text();
            m_texts.assign(tenant).append(name).append(scopes);  // the row ends before the credential does
            const std::string_view all{m_texts};
            m_owner.tenant = all.substr(0, tenant.size());
            m_owner.name = all.substr(tenant.size(), name.size());
            m_owner.scopes = all.substr(tenant.size() + name.size());
            sql::read_terms(row, m_owner);
        } else {
            row.skip(4 + terms);
        }
        if (!row.next_is_null()) {
            scanned_key& key = m_keys.emplace_back();
            key.format = m_formats.emplace_back(row.text_view());
            key.handle = row.handle();
            sql::read_life(row, key);
            row.require(m_keys.size() <= sql::max_live_keys);
        }
        return row.done();
    }

    /// Gives the last credential.
    [[nodiscard]] result<void> finish() {
        if (auto given = give(); !given) return given;
        if (m_left == 0) return {};
        return error{errc::corrupt, "a scan gave fewer credentials than were counted: an index does not fit its table"};
    }

    static constexpr std::size_t terms = 10;
    static constexpr std::size_t fields = 1 + 4 + terms + 8;

private:
    result<void> give() {
        if (m_ordinal == 0) return {};
        auto given = m_sink->take(std::as_const(m_owner), std::span<const scanned_key>{m_keys});
        m_keys.clear();
        m_formats.clear();
        return given;
    }

    Sink* m_sink;
    std::uint64_t m_left;
    std::uint64_t m_ordinal = 0;
    scanned_credential m_owner;
    std::string m_texts;
    std::vector<scanned_key> m_keys;
    std::deque<std::string> m_formats;  // a deque does not move its elements
};

/// A scan (see store/scan.hpp), in a transaction of its own.
template <typename Sink>
[[nodiscard]] result<feed_head> scan(connection& on, std::string_view format, Sink& sink) {
    auto asked = on.say("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // One pass over whole tables, however long that takes.
    if (asked)
        asked = on.write("SELECT set_config('statement_timeout', '0', true), set_config('enable_seqscan', 'on', true)");
    if (!asked) return std::move(asked).error();
    auto head = sql::find_head(on);
    if (!head) return head;
    auto credentials = number(on, "SELECT count(*) FROM main.credential");
    if (!credentials) return std::move(credentials).error();
    auto keys = number(on, "SELECT count(*) FROM main.record WHERE format = ?1 AND state <> 4", format);
    if (!keys) return std::move(keys).error();
    const auto count_of = [](const std::optional<std::int64_t>& of) {
        return static_cast<std::uint64_t>(of.value_or(0));
    };
    if (auto begun = sink.begin(count_of(*credentials), count_of(*keys)); !begun) return std::move(begun).error();

    scan_groups<Sink> groups{sink, count_of(*credentials)};
    copied_row<scan_groups<Sink>::fields> row{on.path()};
    auto done = on.copy(
        translated("SELECT c.ordinal, c.id, c.tenant, c.name, c.scopes, c.not_before, c.expires_at, c.suspended, "
                   "c.generation, c.version, c.created_at, c.revoked_at, c.metadata_digest, c.proof_key, c.proof, "
                   "r.format, r.handle, r.generation, r.state, r.digest, r.created_at, r.retires_at, r.revoked_at "
                   "FROM main.credential c LEFT JOIN main.record r ON r.credential = c.ordinal AND r.state <> 4 "
                   "ORDER BY c.ordinal",
                   on.schema()),
        [&](std::string_view message) -> result<void> {
            auto is_row = row.take(message);
            if (!is_row) return std::move(is_row).error();
            return *is_row ? groups.take(row) : result<void>{};
        });
    if (done) done = groups.finish();
    if (!done) return std::move(done).error();
    return head;
}

}  // namespace shearline::inline v0_1::detail::postgres
