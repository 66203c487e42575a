// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What PostgreSQL costs: strict verification, issue, filling and catching up, each beside what libpq alone takes for
// the same rows in the same run. SHEARLINE_POSTGRES names the database; a schema of it is made, and deleted at the end.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/postgres_store.hpp>

#include "population.hpp"

namespace {

using namespace bench;
using bundle = policies<instance, openssl_hmac_sha256>;

constexpr const char* schema = "shearline_bench";
constexpr std::int64_t keys_held = 1'000;

std::string conninfo() {
    const char* const given = std::getenv("SHEARLINE_POSTGRES");
    return given != nullptr ? given : "";
}

/// libpq alone, as somebody would use it without this library.
class bare_session {
public:
    explicit bare_session(const std::string& to) : m_session{PQconnectdb(to.c_str())} {
        run("SET search_path = shearline_bench");
        run("SET plan_cache_mode = force_generic_plan");
        run("SET enable_seqscan = off");
    }
    ~bare_session() { PQfinish(m_session); }
    bare_session(const bare_session&) = delete;
    bare_session& operator=(const bare_session&) = delete;

    void run(const std::string& sql) const { (void)checked(PQexec(m_session, sql.c_str())); }
    void prepare(const char* name, const std::string& sql) const {
        (void)checked(PQprepare(m_session, name, sql.c_str(), 0, nullptr));
    }
    /// Runs a prepared statement; returns the number of rows.
    template <typename... Texts>
    int execute(const char* name, const Texts&... texts) const {
        const std::array<const char*, sizeof...(Texts)> values{texts.c_str()...};
        return checked(PQexecPrepared(m_session, name, sizeof...(Texts), values.data(), nullptr, nullptr, 1));
    }

private:
    int checked(PGresult* answer) const {
        const std::unique_ptr<PGresult, decltype([](PGresult* one) { PQclear(one); })> owned{answer};
        const auto status = PQresultStatus(answer);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return PQntuples(answer);
        std::fprintf(stderr, "%s\n", PQerrorMessage(m_session));
        std::exit(1);
    }

    PGconn* m_session;
};

postgres_store& store() {
    static postgres_store opened = [] {
        const std::string to = conninfo();
        PGconn* const session = PQconnectdb(to.c_str());
        PQclear(PQexec(session, "DROP SCHEMA IF EXISTS shearline_bench CASCADE"));
        PQfinish(session);
        return must(postgres_store::open(to, {.schema = schema}));
    }();
    return opened;
}

struct issued {
    std::string text;
    std::string handle;
};

authority<bundle, postgres_store>& keys() {
    static auto made = must(authority<bundle, postgres_store>::open(store(), ring()));
    return made;
}

const std::vector<issued>& some_keys() {
    static const std::vector<issued> made = [] {
        std::vector<issued> all;
        for (std::int64_t i = 0; i < keys_held; ++i) {
            const auto one = must(
                keys().issue({.tenant = "acme", .name = "bench", .scopes = {"contacts:read"}}, {.actor = "bench"}));
            all.push_back({std::string{one.text.reveal(unsafe_reveal)},
                           std::to_string(static_cast<std::int64_t>(one.handle.value))});
        }
        return all;
    }();
    return made;
}

void verify_strictly(benchmark::State& state) {
    const auto& all = some_keys();
    std::size_t next = 0;
    for (auto _ : state)
        if (!keys().verify(all[next++ % all.size()].text, "contacts:read")) std::abort();
}

/// The rows that a strict verification reads, in one statement: the key, its credential, the other keys that are not
/// revoked, and the newest change.
void verify_bare(benchmark::State& state) {
    const auto& all = some_keys();
    const bare_session on{conninfo()};
    on.prepare("look_up",
               "SELECT r.*, c.*, o.*, h.sequence, h.tag FROM record r JOIN credential c ON c.ordinal = r.credential "
               "LEFT JOIN LATERAL (SELECT sequence, tag FROM change ORDER BY sequence DESC LIMIT 1) h ON true LEFT "
               "JOIN record o ON o.credential = r.credential AND o.state <> 4 AND (o.format <> r.format OR o.handle "
               "<> r.handle) WHERE r.format = 'instance' AND r.handle = $1::bigint");
    std::size_t next = 0;
    for (auto _ : state)
        if (on.execute("look_up", all[next++ % all.size()].handle) != 1) std::abort();
}

void issue(benchmark::State& state) {
    for (auto _ : state)
        (void)must(keys().issue({.tenant = "acme", .name = "bench", .scopes = {"contacts:read"}}, {.actor = "bench"}));
}

/// A transaction that inserts the same four rows into tables that are like those of the store.
void issue_bare(benchmark::State& state) {
    (void)some_keys();
    const bare_session on{conninfo()};
    for (const char* table : {"credential", "record", "change", "audit_event"}) {
        const std::string name{table};
        on.run("DROP TABLE IF EXISTS bare_" + name + " CASCADE");
        on.run("CREATE TABLE bare_" + name + "(LIKE " + name + " INCLUDING ALL)");
    }
    on.run("ALTER TABLE bare_record ADD FOREIGN KEY (credential) REFERENCES bare_credential(ordinal)");
    const std::string zeros = "sha256('0')";
    on.prepare("credential",
               "INSERT INTO bare_credential VALUES ($1::bigint, $1::text::bytea, 'acme', 'bench', "
               "'contacts:read', NULL, NULL, 0, 1, 1, 0, NULL, " +
                   zeros + ", 1, " + zeros + ")");
    on.prepare("record",
               "INSERT INTO bare_record VALUES ($1::bigint, 1, 'instance', $1::bigint, 2, $2::text::bytea, 0, "
               "NULL, NULL, NULL, 0, NULL, NULL, NULL)");
    on.prepare("change", "INSERT INTO bare_change VALUES ($1::bigint, 1, $1::text::bytea, 1, 0, 7)");
    on.prepare("audit",
               "INSERT INTO bare_audit_event VALUES ($1::bigint, 0, 'bench', 'issue', 'acme', $1::text::bytea, "
               "$1::bigint, '', '')");
    const std::string digest(80, 'd');
    std::int64_t next = 0;
    for (auto _ : state) {
        const std::string number = std::to_string(++next);
        on.run("BEGIN");
        (void)on.execute("credential", number);
        (void)on.execute("record", number, digest);
        (void)on.execute("change", number);
        (void)on.execute("audit", number);
        on.run("COMMIT");
    }
}

struct nothing_taken {
    static result<void> begin(std::uint64_t, std::uint64_t) { return {}; }
    static result<void> take(const scanned_credential&, std::span<const scanned_key>) { return {}; }
};

/// A store with this number of keys, made once, after all else.
postgres_store& filled_store(std::uint64_t size) {
    static postgres_store made = [size] {
        PGconn* const session = PQconnectdb(conninfo().c_str());
        PQclear(PQexec(session, "DROP SCHEMA IF EXISTS shearline_bench_full CASCADE"));
        auto full = must(postgres_store::open(conninfo(), {.schema = "shearline_bench_full"}));
        must(full.transact([](auto& tx) -> result<void> {  // so that the store is not new
            if (auto done = tx.put(**synthetic_store{0}.identity()); !done) return done;
            return tx.append(change{.credential = synthetic_store::id_of(0), .version = 1, .at = from_unix_ms(0)});
        }));
        synthetic_store rows{0};
        PQclear(PQexec(session, "SET search_path = shearline_bench_full"));
        const auto copy = [&](const char* table, auto line_of) {
            PQclear(PQexec(session, (std::string{"COPY "} + table + " FROM STDIN").c_str()));
            for (std::uint64_t i = 0; i < size; ++i) {
                const std::string line = line_of(i);
                if (PQputCopyData(session, line.data(), static_cast<int>(line.size())) != 1) std::abort();
            }
            if (PQputCopyEnd(session, nullptr) != 1) std::abort();
            for (PGresult* end = PQgetResult(session); end != nullptr; end = PQgetResult(session)) {
                if (PQresultStatus(end) != PGRES_COMMAND_OK) std::fprintf(stderr, "%s\n", PQresultErrorMessage(end));
                PQclear(end);
            }
        };
        const auto bytes_of = [](const auto& bytes) {
            std::string text = "\\\\x";
            for (const std::byte one : bytes) {
                constexpr std::string_view digits = "0123456789abcdef";
                text += digits[std::to_integer<std::size_t>(one >> 4U)];
                text += digits[std::to_integer<std::size_t>(one & std::byte{15})];
            }
            return text;
        };
        const auto number = [](auto of) { return std::to_string(detail::sql::column(of)); };
        copy("credential", [&](std::uint64_t i) {
            const auto of = must(rows.read_live(synthetic_store::id_of(i)))->about;
            std::string scopes;
            for (const std::string& one : of.scopes) scopes += (scopes.empty() ? "" : " ") + one;
            return std::to_string(i + 1) + '\t' + of.id.to_string() + '\t' + of.tenant + '\t' + of.name + '\t' +
                   scopes + "\t\\N\t\\N\t0\t" + number(of.generation) + '\t' + number(of.version) + '\t' +
                   number(of.created_at) + "\t\\N\t" + bytes_of(of.metadata_digest) + '\t' + number(of.proof.key) +
                   '\t' + bytes_of(of.proof.mac) + '\n';
        });
        copy("record", [&](std::uint64_t i) {
            const auto key = must(rows.read_live(synthetic_store::id_of(i)))->keys[0];
            return std::to_string(i + 1) + '\t' + number(key.generation) + '\t' + key.format + '\t' +
                   number(key.handle) + '\t' + number(key.state) + '\t' + key.digest.to_phc(key.handle) + '\t' +
                   number(key.created_at) + "\t\\N\t\\N\t\\N\t0\t\\N\t\\N\t\\N\n";
        });
        PQclear(PQexec(session, "ANALYZE"));
        PQfinish(session);
        return full;
    }();
    return made;
}

void per_key(benchmark::State& state, std::uint64_t size) {
    state.counters["keys_per_second"] =
        benchmark::Counter(static_cast<double>(size), benchmark::Counter::kIsIterationInvariantRate);
}

void scan(benchmark::State& state, std::uint64_t size) {
    const postgres_store& full = filled_store(size);
    for (auto _ : state) {
        nothing_taken nobody;
        must(full.scan(instance::name, nobody));
    }
    per_key(state, size);
}

void fill(benchmark::State& state, std::uint64_t size) {
    postgres_store& full = filled_store(size);
    for (auto _ : state) {
        const auto filled = must(verifier<bundle, postgres_store>::open(full, ring()));
        if (filled.size().keys != size) std::abort();
    }
    per_key(state, size);
}

/// A verifier that is behind by this many changes, each of another credential.
void catch_up(benchmark::State& state, std::uint64_t size, std::uint64_t changes) {
    postgres_store& full = filled_store(size);
    auto behind = must(verifier<bundle, postgres_store>::open(full, ring()));
    const bare_session on{conninfo()};
    for (auto _ : state) {
        state.PauseTiming();
        on.run(
            "INSERT INTO shearline_bench_full.change SELECT (SELECT max(sequence) FROM shearline_bench_full.change) "
            "+ i, 7, (SELECT id FROM shearline_bench_full.credential WHERE ordinal = 1 + (i * 7919) % " +
            std::to_string(size) + "), 1, 0, i FROM generate_series(1, " + std::to_string(changes) + ") i");
        state.ResumeTiming();
        if (must(behind.poll()) != changes) std::abort();
    }
    state.counters["changes_per_second"] =
        benchmark::Counter(static_cast<double>(changes), benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace

int main(int argc, char** argv) {
    if (conninfo().empty()) {
        std::fprintf(stderr, "SHEARLINE_POSTGRES is not set: give the connection string of a database to try in\n");
        return 2;
    }
    const auto add = [](const char* name, auto body, auto... arguments) {
        return benchmark::RegisterBenchmark(name, body, arguments...)->UseRealTime();
    };
    add("ours/strict_postgres", verify_strictly)->Unit(benchmark::kMicrosecond);
    add("libpq/same_rows", verify_bare)->Unit(benchmark::kMicrosecond);
    add("ours/issue_postgres", issue)->Unit(benchmark::kMicrosecond);
    add("libpq/same_four_rows", issue_bare)->Unit(benchmark::kMicrosecond);
    constexpr std::uint64_t many = 1'000'000;
    const auto once = [](auto* one) { one->Unit(benchmark::kMillisecond)->Iterations(1)->Repetitions(5); };
    once(add("ours/scan_postgres/1e6", scan, many));
    once(add("ours/fill_postgres/1e6", fill, many));
    once(add("ours/catch_up_postgres/1e5", catch_up, many, std::uint64_t{100'000}));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    PGconn* const session = PQconnectdb(conninfo().c_str());
    PQclear(PQexec(session, "DROP SCHEMA IF EXISTS shearline_bench, shearline_bench_full CASCADE"));
    PQfinish(session);
    return 0;
}
