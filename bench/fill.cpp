// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How long a verifier takes to fill from SQLite, and how much memory it uses while it fills and while it grows.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
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

/// A database with this number of keys, made once.
sqlite_store& filled_store(std::uint64_t size) {
    static const temporary_folder where;
    static sqlite_store made = [size] {
        auto store = must(sqlite_store::open(where.file("keys.db")));
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

void fill(benchmark::State& state, std::uint64_t size) {
    sqlite_store& store = filled_store(size);
    double peak = 0;
    for (auto _ : state) {
        const double before = resident_bytes();
        const auto keys = must(verifier<bundle, sqlite_store>::open(store, ring()));
        if (keys.size().keys != size) std::abort();
        peak = std::max(peak, peak_bytes() - before);
    }
    state.counters["keys_per_second"] =
        benchmark::Counter(static_cast<double>(size), benchmark::Counter::kIsIterationInvariantRate);
    state.counters["peak_bytes_per_key"] = peak / static_cast<double>(size);
}

void scan(benchmark::State& state, std::uint64_t size) {
    const sqlite_store& store = filled_store(size);
    for (auto _ : state) {
        nothing_taken nobody;
        must(store.scan(instance::name, nobody));
    }
    state.counters["keys_per_second"] =
        benchmark::Counter(static_cast<double>(size), benchmark::Counter::kIsIterationInvariantRate);
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
    const auto add = [](const char* name, auto body, std::uint64_t size) {
        benchmark::RegisterBenchmark(name, body, size)
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond)
            ->Iterations(1)
            ->Repetitions(5);
    };
    add("ours/fill_sqlite/1e6", fill, 1'000'000);
    add("ours/scan_sqlite/1e6", scan, 1'000'000);
    add("ours/grow/1e6", grow, 1'000'000);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
