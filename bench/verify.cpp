// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a verification costs at any number of keys, beside what people use today and beside the limits of the machine.
//
// A benchmark's unit is one key. Keys are presented from a buffer that stays in the cache, as a server presents what it
// has just received: blocks of texts are made outside the measured time, and each block is timed as a whole.
#include <benchmark/benchmark.h>
#include <pthread.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "peers.hpp"
#include "population.hpp"

namespace {

using namespace bench;
using openssl_memo = policies<instance, openssl_hmac_sha256>;
using openssl_alone = policies<instance, openssl_hmac_sha256, no_memo>;
using sodium_alone = policies<instance, no_memo>;

constexpr std::size_t block_keys = 4'096;
constexpr std::size_t hot_keys = 64;

void pin_to(unsigned processor) {
    ::cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor % std::thread::hardware_concurrency(), &set);
    ::pthread_setaffinity_np(::pthread_self(), sizeof(set), &set);
}

/// Texts that are presented: as many as a block has, or fewer in turns.
class presented {
public:
    explicit presented(std::size_t different = block_keys) : m_texts(different) {
        for (const key_text& text : m_texts) m_views.push_back(view_of(text));
    }
    void fill(const std::function<key_text(std::size_t)>& make) {
        for (std::size_t i = 0; i < m_texts.size(); ++i) m_texts[i] = make(i);
    }
    std::string_view operator[](std::size_t i) const { return m_views[i % m_views.size()]; }
    [[nodiscard]] std::span<const std::string_view> views() const { return m_views; }

private:
    std::vector<key_text> m_texts;
    std::vector<std::string_view> m_views;
};

/// Times blocks of keys: `refill()` outside the measured time, `answer()` inside, which says whether all was as it must
/// be.
void measure(benchmark::State& state, const std::function<void()>& refill, const std::function<bool()>& answer) {
    pin_to(0);
    double seconds = 0;
    for (auto _ : state) {
        refill();
        const auto begun = std::chrono::steady_clock::now();
        const bool good = answer();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        if (!good) state.SkipWithError("a wrong answer");
        state.SetIterationTime(took.count() / block_keys);
        seconds += took.count() / block_keys;
    }
    state.counters["keys_per_second"] = static_cast<double>(state.iterations()) / seconds;
}

/// Frees what the benchmarks before have built.
std::vector<std::function<void()>>& cleaners() {
    static std::vector<std::function<void()>> all;
    return all;
}

template <typename Policies>
struct ours {
    explicit ours(std::uint64_t size)
        : store{size}, keys{must(verifier<Policies, synthetic_store>::open(store, ring()))} {}
    synthetic_store store;
    verifier<Policies, synthetic_store> keys;
};

/// One of each kind at a time, or the tables of all of them would have to fit into memory at once.
template <typename T>
T& only(std::uint64_t size) {
    static std::uint64_t held = 0;
    static std::unique_ptr<T> one;
    if (one && held == size) return *one;
    for (const auto& clean : cleaners()) clean();
    cleaners().clear();
    one = std::make_unique<T>(size);
    held = size;
    cleaners().emplace_back([] { one.reset(); });
    return *one;
}

__extension__ using wide = unsigned __int128;
std::uint64_t scaled(std::uint64_t random, std::uint64_t size) {
    return static_cast<std::uint64_t>((static_cast<wide>(random) * size) >> 64U);
}
std::uint64_t random_below(std::uint64_t& state, std::uint64_t size) {
    state = scatter(state);
    return scaled(state, size);
}

template <typename Policies>
void report_memory(benchmark::State& state, ours<Policies>& it) {
    const verifier_size size = it.keys.size();
    state.counters["bytes_per_key"] = static_cast<double>(size.bytes()) / static_cast<double>(size.keys);
    state.counters["lines_per_hit"] = it.keys.lines_per_hit();
}

template <typename Policies>
void hot(benchmark::State& state, std::uint64_t size) {
    auto& it = only<ours<Policies>>(size);
    auto reader = it.keys.new_reader();
    presented texts{hot_keys};
    texts.fill([&](std::size_t i) { return text_of(i * (size / hot_keys)); });
    const timestamp now = system_clock{}.now();
    measure(
        state, [] {},
        [&] {
            bool good = true;
            for (std::size_t i = 0; i < block_keys; ++i)
                good &= static_cast<bool>(reader.verify(texts[i], now, synthetic_store::scope));
            return good;
        });
    report_memory(state, it);
}

/// Every key has been seen once: what is measured is the state that a server is in after a while.
void warm(ours<openssl_memo>& it, std::uint64_t size) {
    auto reader = it.keys.new_reader();
    const timestamp now = system_clock{}.now();
    for (std::uint64_t i = 0; i < size; ++i)
        if (!reader.verify(view_of(text_of(i)), now)) std::abort();
}
struct warmed : ours<openssl_memo> {
    explicit warmed(std::uint64_t size) : ours<openssl_memo>{size} { warm(*this, size); }
};

void random_keys(benchmark::State& state, std::uint64_t size, std::size_t batch) {
    auto& it = only<warmed>(size);
    auto reader = it.keys.new_reader();
    presented texts;
    static std::uint64_t random = 1;  // goes on with each repetition, or they would all draw the same keys
    std::vector<verdict> answers(batch);
    const timestamp now = system_clock{}.now();
    measure(
        state, [&] { texts.fill([&](std::size_t) { return text_of(random_below(random, size)); }); },
        [&] {
            bool good = true;
            if (batch == 1) {
                for (std::size_t i = 0; i < block_keys; ++i)
                    good &= static_cast<bool>(reader.verify(texts[i], now, synthetic_store::scope));
                return good;
            }
            for (std::size_t i = 0; i < block_keys; i += batch) {
                reader.verify_many(texts.views().subspan(i, batch), now, synthetic_store::scope, answers);
                for (const verdict& one : answers) good &= static_cast<bool>(one);
            }
            return good;
        });
    report_memory(state, it);
}

/// As `hot`, while another thread does the same, or rotates keys.
void hot_beside(benchmark::State& state, std::uint64_t size, bool writer) {
    auto& it = only<warmed>(size);
    presented texts{hot_keys};
    texts.fill([&](std::size_t i) { return text_of(i * (size / hot_keys)); });
    const timestamp now = system_clock{}.now();
    std::atomic<bool> over{false};
    std::atomic<bool> wrong{false};
    std::atomic<std::uint64_t> done_by_other{0};
    std::thread other{[&] {
        pin_to(1);
        auto reader = it.keys.new_reader();
        std::uint64_t random = 7;
        auto next = std::chrono::steady_clock::now();
        while (!over) {
            if (!writer) {
                constexpr std::size_t few = 64;  // so that what is counted falls into the time that is measured
                for (std::size_t i = 0; i < few; ++i)
                    if (!reader.verify(texts[i], now, synthetic_store::scope)) wrong = true;
                done_by_other += few;
                continue;
            }
            // One of those that are not presented.
            const std::uint64_t step = size / hot_keys;
            it.store.rotate(random_below(random, hot_keys) * step + 1 + random_below(random, step - 1));
            must(it.keys.poll());
            ++done_by_other;
            next += std::chrono::microseconds{100};
            while (std::chrono::steady_clock::now() < next) {
            }
        }
    }};
    auto reader = it.keys.new_reader();
    std::chrono::duration<double> took{0};
    std::uint64_t others_keys = 0;
    measure(
        state, [] {},
        [&] {
            const std::uint64_t before = done_by_other;
            const auto begun = std::chrono::steady_clock::now();
            bool good = !wrong;
            for (std::size_t i = 0; i < block_keys; ++i)
                good &= static_cast<bool>(reader.verify(texts[i], now, synthetic_store::scope));
            took += std::chrono::steady_clock::now() - begun;
            others_keys += done_by_other - before;
            return good;
        });
    over = true;
    other.join();
    const double others = static_cast<double>(others_keys) / took.count();
    if (!writer) {
        state.counters["keys_per_second"] = state.counters["keys_per_second"] + others;
        return;
    }
    state.counters["rotations_per_second"] = others;
    if (others < 9'500 || others > 10'500) state.SkipWithError("the writer did not keep its pace");
}

/// Texts that are refused, each for its reason.
void refused(benchmark::State& state, reason why, const std::function<std::string(std::size_t)>& make) {
    auto& it = only<warmed>(10'000);
    auto reader = it.keys.new_reader();
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < hot_keys; ++i) texts.push_back(make(i));
    const timestamp now = system_clock{}.now();
    measure(
        state, [] {},
        [&] {
            bool good = true;
            for (std::size_t i = 0; i < block_keys; ++i) {
                const verdict answer = reader.verify(texts[i % hot_keys], now, synthetic_store::scope);
                good &= !answer && answer.denial().reason() == why;
            }
            return good;
        });
}

std::string changed_at(std::string text, std::size_t place) {
    text[place] = text[place] == 'a' ? 'b' : 'a';
    return text;
}
std::string known(std::size_t i) { return std::string{view_of(text_of(i))}; }
std::string unknown(std::size_t i) { return std::string{view_of(text_of((std::uint64_t{1} << 60U) + i))}; }

template <typename Peer>
void peer(benchmark::State& state, std::uint64_t size) {
    auto& it = only<Peer>(size);
    presented texts;
    static std::uint64_t random = 1;
    measure(
        state, [&] { texts.fill([&](std::size_t) { return text_of(random_below(random, size)); }); },
        [&] {
            bool good = true;
            for (std::size_t i = 0; i < block_keys; ++i) good &= it.check(texts[i]);
            return good;
        });
}
template <typename Peer>
void hot_peer(benchmark::State& state, std::uint64_t size) {
    auto& it = only<Peer>(size);
    presented texts{hot_keys};
    texts.fill([&](std::size_t i) { return text_of(i * (size / hot_keys)); });
    measure(
        state, [] {},
        [&] {
            bool good = true;
            for (std::size_t i = 0; i < block_keys; ++i) good &= it.check(texts[i]);
            return good;
        });
}
void jwt_peer(benchmark::State& state) {
    static const libjwt tokens;
    measure(
        state, [] {},
        [&] {
            bool good = true;
            for (std::size_t i = 0; i < block_keys; ++i) good &= tokens.check(tokens.token());
            return good;
        });
}

void raw_siphash(benchmark::State& state) {
    presented texts{hot_keys};
    texts.fill([](std::size_t i) { return text_of(i); });
    const siphash_memo::key key = siphash_memo::make_key();
    measure(
        state, [] {},
        [&] {
            for (std::size_t i = 0; i < block_keys; ++i) benchmark::DoNotOptimize(siphash_memo::of(key, texts[i]));
            return true;
        });
}
template <typename Engine>
void raw_hmac(benchmark::State& state) {
    presented texts{hot_keys};
    texts.fill([](std::size_t i) { return text_of(i); });
    std::array<std::byte, 32> pepper{};
    const auto prepared = must(guarded<typename Engine::key_state>::make([&] { return Engine::prepare(pepper); }));
    measure(
        state, [] {},
        [&] {
            for (std::size_t i = 0; i < block_keys; ++i)
                benchmark::DoNotOptimize(
                    Engine::mac(prepared.reveal(unsafe_reveal),
                                std::as_bytes(std::span{texts[i]}).first<instance::checksum_part.offset>()));
            return true;
        });
}

/// One read of 64 bytes that depends on the one before, over a table as large as ours.
struct line_field {
    explicit line_field(std::uint64_t size)
        : lines{line_table::lines_for(size)}, block{must(page_block::make(lines * 64))} {
        for (std::uint64_t i = 0; i < lines; ++i) at(i) = scatter(i);
    }
    std::uint64_t& at(std::uint64_t i) const { return reinterpret_cast<std::uint64_t*>(block.data())[i * 8]; }
    std::uint64_t lines;
    page_block block;
};
void raw_line_read(benchmark::State& state, std::uint64_t size) {
    const auto& field = only<line_field>(size);
    static std::uint64_t next = 1;
    static std::uint64_t reads = 0;  // without it, so few steps would come round to where they began
    measure(
        state, [] {},
        [&] {
            for (std::size_t i = 0; i < block_keys; ++i) next = field.at(scaled(scatter(next + ++reads), field.lines));
            benchmark::DoNotOptimize(next);
            return true;
        });
}

template <typename Body, typename... Arguments>
void add(const std::string& name, std::int64_t blocks, Body body, Arguments... arguments) {
    benchmark::RegisterBenchmark(name.c_str(), body, arguments...)
        ->UseManualTime()
        ->Unit(benchmark::kNanosecond)
        ->Iterations(blocks)
        ->Repetitions(5);
}

void add_size(const std::string& n, std::uint64_t size) {
    constexpr std::int64_t fast = 500;
    constexpr std::int64_t slow = 60;
    add("ours/hot/" + n + "/memo", fast, hot<openssl_memo>, size);
    add("ours/hot/" + n + "/openssl", fast, hot<openssl_alone>, size);
    add("ours/hot/" + n + "/sodium", slow, hot<sodium_alone>, size);
    add("ours/random/" + n + "/single", slow, random_keys, size, std::size_t{1});
    add("ours/random/" + n + "/batch16", slow, random_keys, size, std::size_t{16});
    add("ours/random/" + n + "/batch64", slow, random_keys, size, std::size_t{64});
    add("ours/threads2/" + n, fast, hot_beside, size, false);
    add("ours/with_writer/" + n, fast, hot_beside, size, true);
    add("peer/plaintext/" + n, slow, peer<absl_keys>, size);
    add("peer/unordered_map/" + n, slow, peer<std_keys>, size);
    add("peer/boost_flat_map/" + n, slow, peer<boost_keys>, size);
    add("peer/hand_rolled/" + n, slow, peer<hand_rolled>, size);
    add("peer/hand_rolled_hot/" + n, slow, hot_peer<hand_rolled>, size);
    add("raw/line_read/" + n, slow, raw_line_read, size);
}

}  // namespace

int main(int argc, char** argv) {
    // --quick leaves out ten million keys, --huge adds fifty million; the rest is Google Benchmark's.
    std::vector<std::pair<std::string, std::uint64_t>> sizes{{"1e4", 10'000}, {"1e6", 1'000'000}, {"1e7", 10'000'000}};
    std::vector<char*> rest;
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument{argv[i]};
        if (argument == "--quick")
            sizes.resize(2);
        else if (argument == "--huge")
            sizes.emplace_back("5e7", 50'000'000);
        else
            rest.push_back(argv[i]);
    }
    int count = static_cast<int>(rest.size());
    add("raw/siphash", 500, raw_siphash);
    add("raw/hmac_openssl", 200, raw_hmac<openssl_hmac_sha256>);
    add("raw/hmac_sodium", 60, raw_hmac<hmac_sha256>);
    for (const auto& [name, size] : sizes) add_size(name, size);
    add("ours/junk", 500, refused, reason::malformed, [](std::size_t i) { return "Bearer " + known(i); });
    add("ours/wrong_checksum", 500, refused, reason::wrong_checksum,
        [](std::size_t i) { return changed_at(unknown(i), instance::chars - 1); });
    add("ours/mistyped", 500, refused, reason::wrong_checksum,
        [](std::size_t i) { return changed_at(known(i), instance::secret_part.offset); });
    add("ours/unknown_handle", 500, refused, reason::unknown_handle, unknown);
    add("peer/libjwt", 5, jwt_peer);
    benchmark::Initialize(&count, rest.data());
    if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
