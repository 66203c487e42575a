// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How long a verifier takes to fill from SQLite, and how much memory it uses while it fills and while it grows.
#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include <shearline/store/sqlite_store.hpp>

#include "population.hpp"

namespace {

using namespace bench;
using bundle = policies<instance, openssl_hmac_sha256>;

struct nothing_taken {
    static result<void> begin(std::uint64_t, std::uint64_t) { return {}; }
    static result<void> take(const scanned_credential&, std::span<const scanned_key>) { return {}; }
};

/// Takes every row for proved.
struct all_proved {
    static bool is_proved(const scanned_credential&, std::span<const scanned_key>) { return true; }
};

/// The file of `filled_store`.
std::string filled_file() {
    static const temporary_folder where;
    return where.file("keys.db");
}

/// A database with this number of keys, made once.
sqlite_store& filled_store(std::uint64_t size) {
    static sqlite_store made = [size] {
        auto store = must(sqlite_store::open(filled_file()));
        constexpr std::uint64_t at_once = 50'000;
        must(store.transact([](auto& tx) -> result<void> {  // so that the store is not new
            return tx.append(change{.credential = synthetic_store::id_of(0), .version = 1, .at = from_unix_ms(0)});
        }));
        for (std::uint64_t first = 0; first < size; first += at_once) {
            must(store.transact([&](auto& tx) -> result<void> {
                synthetic_store keys{0};
                if (auto done = tx.put(**keys.identity()); !done) return done;
                for (std::uint64_t i = first; i < first + at_once; ++i) {
                    const auto view = must(keys.read_live(synthetic_store::id_of(i)));
                    if (auto done = tx.insert(view->about); !done) return done;
                    if (auto done = tx.insert(view->keys[0]); !done) return done;
                }
                return {};
            }));
        }
        return store;
    }();
    return made;
}

/// Ends the program unless SQLite did what it was asked.
void must_be(int expected, int code) {
    if (code == expected) return;
    std::fprintf(stderr, "SQLite: %s\n", sqlite3_errstr(code));
    std::exit(1);
}

/// A number as it is; of a text or a blob, the length.
std::uint64_t read_column(sqlite3_stmt* row, int at) {
    const int type = sqlite3_column_type(row, at);
    if (type == SQLITE_NULL) return 0;
    if (type == SQLITE_INTEGER) return static_cast<std::uint64_t>(sqlite3_column_int64(row, at));
    benchmark::DoNotOptimize(sqlite3_column_blob(row, at));
    return static_cast<std::uint64_t>(sqlite3_column_bytes(row, at));
}

/// Reads every column of every row that a query finds, and returns the number of rows.
std::uint64_t read_rows(sqlite3* db, const char* sql) {
    sqlite3_stmt* made = nullptr;
    must_be(SQLITE_OK, sqlite3_prepare_v2(db, sql, -1, &made, nullptr));
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> rows{made, sqlite3_finalize};
    const int columns = sqlite3_column_count(made);
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    int code = sqlite3_step(made);
    for (; code == SQLITE_ROW; code = sqlite3_step(made), ++count)
        for (int at = 0; at < columns; ++at) sum += read_column(made, at);
    must_be(SQLITE_DONE, code);
    benchmark::DoNotOptimize(sum);
    return count;
}

/// Reads the rows and columns that `sqlite_store::scan` reads, in the order of the file, through SQLite's own interface
/// only: nothing is counted before, checked or converted. Returns the number of rows.
std::uint64_t read_file(const std::string& path) {
    sqlite3* made = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &made, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> db{made, sqlite3_close};
    must_be(SQLITE_OK, code);
    must_be(SQLITE_OK, sqlite3_exec(made, "BEGIN", nullptr, nullptr, nullptr));
    return read_rows(made,
                     "SELECT ordinal, id, tenant, name, scopes, not_before, expires_at, suspended, generation, "
                     "version, created_at, revoked_at, metadata_digest, proof_key, proof FROM credential "
                     "ORDER BY ordinal") +
           read_rows(made,
                     "SELECT credential, format, handle, generation, state, digest, created_at, retires_at, "
                     "revoked_at FROM record WHERE +state <> 4 ORDER BY credential, generation");
}

/// The peak memory of this process since the last reset, in bytes.
double peak_bytes() {
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;)
        if (word == "VmHWM:") {
            double kib = 0;
            status >> kib;
            return kib * 1'024;
        }
    return 0;
}
void reset_peak() { std::ofstream{"/proc/self/clear_refs"} << 5; }
double resident_bytes() {
    reset_peak();
    return peak_bytes();
}

void fill(benchmark::State& state, std::uint64_t size, std::size_t threads) {
    sqlite_store& store = filled_store(size);
    double peak = 0;
    for (auto _ : state) {
        const double before = resident_bytes();
        const auto keys = must(verifier<bundle, sqlite_store>::open(store, ring(), {.fill_threads = threads}));
        if (keys.size().keys != size) std::abort();
        peak = std::max(peak, peak_bytes() - before);
    }
    state.counters["keys_per_second"] =
        benchmark::Counter(static_cast<double>(size), benchmark::Counter::kIsIterationInvariantRate);
    state.counters["peak_bytes_per_key"] = peak / static_cast<double>(size);
}

/// Calls `read` once in each turn, which reads this number of keys.
template <typename Read>
void measure(benchmark::State& state, std::uint64_t size, Read read) {
    for (auto _ : state) read();
    state.counters["keys_per_second"] =
        benchmark::Counter(static_cast<double>(size), benchmark::Counter::kIsIterationInvariantRate);
}

/// Filling without the proofs of the rows.
void fill_unproved(benchmark::State& state, std::uint64_t size) {
    const sqlite_store& store = filled_store(size);
    measure(state, size, [&] {
        shearline::detail::profile_table profiles;
        const all_proved proved;
        const auto nobody = [](std::uint64_t, std::uint64_t) {};
        shearline::detail::mirror_fill filling{profiles, instance::name, hash_name{bundle::hash::name},
                                               proved,   nobody,         1};
        must(filling.read(store));
        if (filling.done()->used() != size) std::abort();
    });
}

/// Reading and converting the rows.
void scan(benchmark::State& state, std::uint64_t size) {
    const sqlite_store& store = filled_store(size);
    measure(state, size, [&] {
        nothing_taken nobody;
        must(store.scan(instance::name, nobody));
    });
}

/// What filling is compared with.
void bare_scan(benchmark::State& state, std::uint64_t size) {
    (void)filled_store(size);
    measure(state, size, [size] {
        if (read_file(filled_file()) != 2 * size) std::abort();
    });
}

/// Grows a table beyond the size it was made for: the old and the new table exist at the same time.
void grow(benchmark::State& state, std::uint64_t size) {
    for (auto _ : state) {
        synthetic_store store{size};
        const double before = resident_bytes();
        auto keys = must(verifier<bundle, synthetic_store>::open(store, ring()));
        const double filled = resident_bytes() - before;
        const std::uint64_t lines = keys.size().lines;
        for (std::uint64_t i = 0; keys.size().lines == lines; ++i) {
            store.rotate(i % size);
            must(keys.poll());
        }
        state.counters["filled_bytes_per_key"] = filled / static_cast<double>(size);
        state.counters["peak_bytes_per_key"] = (peak_bytes() - before) / static_cast<double>(size);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto add = [](const char* name, auto body, std::uint64_t size, auto... more) {
        benchmark::RegisterBenchmark(name, body, size, more...)
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond)
            ->Iterations(1)
            ->Repetitions(5);
    };
    add("ours/fill_sqlite/1e6", fill, 1'000'000, std::size_t{1});
    add("ours/fill_sqlite_by_2/1e6", fill, 1'000'000, std::size_t{2});
    add("ours/fill_sqlite_unproved/1e6", fill_unproved, 1'000'000);
    add("ours/scan_sqlite/1e6", scan, 1'000'000);
    add("raw/scan_sqlite/1e6", bare_scan, 1'000'000);
    add("ours/grow/1e6", grow, 1'000'000);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
