// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The cost of a verification for various numbers of keys, compared with common alternatives and the machine's limits.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "limits.hpp"
#include "measure.hpp"
#include "parts.hpp"
#include "peers.hpp"

namespace {

using namespace bench;
using openssl_memo = policies<instance, openssl_hmac_sha256>;
using openssl_alone = policies<instance, openssl_hmac_sha256, no_memo>;
using sodium_alone = policies<instance, no_memo>;

template <typename Policies, typename Consistency = strict>
struct ours {
    using verifier_type = verifier<Policies, synthetic_store, Consistency>;

    explicit ours(std::uint64_t size) : store{size}, keys{must(verifier_type::open(store, ring()))} {
        if constexpr (Policies::memo::remembers) warm(size);
    }

    void report_memory(benchmark::State& state) const {
        const verifier_size size = keys.size();
        state.counters["bytes_per_key"] = static_cast<double>(size.bytes()) / static_cast<double>(size.keys);
        state.counters["line_bytes_per_key"] = static_cast<double>(size.lines * 64) / static_cast<double>(size.keys);
        state.counters["probes_per_hit"] = keys.probes_per_hit();
    }

    synthetic_store store;
    verifier_type keys;

private:
    /// Verifies every key once: the benchmarks measure a server that has been running for a while.
    void warm(std::uint64_t size) {
        auto reader = keys.new_reader();
        const timestamp now = system_clock{}.now();
        for (std::uint64_t i = 0; i < size; ++i)
            if (!reader.verify(view_of(text_of(i)), now)) std::abort();
    }
};

/// One complete verification of a good key: state, end of validity, scope, lease and counts.
template <typename Reader>
bool is_granted(Reader& reader, std::string_view text, timestamp now) {
    return static_cast<bool>(reader.verify(text, now, synthetic_store::scope));
}

template <typename Policies, typename Consistency = strict>
void hot(benchmark::State& state, std::uint64_t size) {
    auto& it = only<ours<Policies, Consistency>>(size);
    auto reader = it.keys.new_reader();
    const presented texts = presented::hot(size);
    const timestamp now = system_clock{}.now();
    measure(state, as_they_are, [&](std::size_t i) { return is_granted(reader, texts[i], now); });
    it.report_memory(state);
}

/// Without a reader of one's own, and without a time.
void hot_from_any_thread(benchmark::State& state, std::uint64_t size) {
    auto& it = only<ours<openssl_memo>>(size);
    const presented texts = presented::hot(size);
    measure(state, as_they_are,
            [&](std::size_t i) { return static_cast<bool>(it.keys.verify(texts[i], synthetic_store::scope)); });
}

/// A block in batches of `answers.size()`; the texts come again in turn.
template <typename Reader>
bool are_granted(Reader& reader, const presented& texts, timestamp now, std::span<verdict> answers) {
    bool good = true;
    for (std::size_t i = 0; i < block_keys; i += answers.size()) {
        reader.verify_many(texts.views().subspan(i % texts.views().size(), answers.size()), now, synthetic_store::scope,
                           answers);
        for (const verdict& one : answers) good &= static_cast<bool>(one);
    }
    return good;
}

void hot_in_batches(benchmark::State& state, std::uint64_t size, std::size_t batch) {
    auto& it = only<ours<openssl_memo>>(size);
    auto reader = it.keys.new_reader();
    const presented texts = presented::hot(size);
    std::vector<verdict> answers(batch);
    const timestamp now = system_clock{}.now();
    measure_blocks(state, as_they_are, [&] { return are_granted(reader, texts, now, answers); });
}

void random_keys(benchmark::State& state, std::uint64_t size, std::size_t batch) {
    auto& it = only<ours<openssl_memo>>(size);
    auto reader = it.keys.new_reader();
    presented texts = presented::block();
    std::vector<verdict> answers(batch);
    const timestamp now = system_clock{}.now();
    const auto draw = [&] { texts.draw(size); };
    if (batch == 1) {
        measure(state, draw, [&](std::size_t i) { return is_granted(reader, texts[i], now); });
    } else {
        measure_blocks(state, draw, [&] { return are_granted(reader, texts, now, answers); });
    }
    it.report_memory(state);
}

/// Runs `round()` repeatedly on the other processor, as long as the object lives.
template <typename Round>
class beside {
public:
    explicit beside(Round round)
        : m_thread{[this, round]() mutable {
              pin_to(1);
              while (!m_over) m_done += round();
          }} {}
    beside(const beside&) = delete;
    beside& operator=(const beside&) = delete;
    ~beside() {
        m_over = true;
        m_thread.join();
    }
    [[nodiscard]] std::uint64_t done() const { return m_done; }

private:
    std::atomic<bool> m_over{false};
    std::atomic<std::uint64_t> m_done{0};
    std::thread m_thread;  // last, because it uses the others
};

/// Like `measure`, while `round` runs in parallel; reports how often it ran per second of the measured time.
template <typename Answer, typename Round>
double measure_beside(benchmark::State& state, Answer answer, Round round) {
    std::chrono::duration<double> took{0};
    std::uint64_t done = 0;
    const beside<Round> other{std::move(round)};
    while (other.done() == 0) std::this_thread::yield();
    measure_blocks(state, as_they_are, [&] {
        const std::uint64_t before = other.done();
        const auto begun = std::chrono::steady_clock::now();
        bool good = true;
        for (std::size_t i = 0; i < block_keys; ++i) good &= answer(i);
        took += std::chrono::steady_clock::now() - begun;
        done += other.done() - before;
        return good;
    });
    return static_cast<double>(done) / took.count();
}

/// The same verification on two processors.
template <typename Answer>
void measure_two(benchmark::State& state, Answer answer, Answer other) {
    const double others = measure_beside(state, answer, [other]() -> std::uint64_t {
        for (std::size_t i = 0; i < hot_keys; ++i)
            if (!other(i)) std::abort();
        return hot_keys;
    });
    state.counters["keys_per_second"] = state.counters["keys_per_second"] + others;
}
void threads2(benchmark::State& state, std::uint64_t size) {
    auto& it = only<ours<openssl_memo>>(size);
    auto one = it.keys.new_reader();
    auto two = it.keys.new_reader();
    const presented texts = presented::hot(size);
    const timestamp now = system_clock{}.now();
    const auto with = [&](auto& reader) {
        return [&reader, &texts, now](std::size_t i) { return is_granted(reader, texts[i], now); };
    };
    measure_two(state, with(one), with(two));
}
/// The throughput of two threads that share nothing, as a control.
void siphash_threads2(benchmark::State& state) {
    const presented texts = presented::hot(10'000);
    const siphash_memo::key key = siphash_memo::make_key();
    const auto tag = [&](std::size_t i) {
        benchmark::DoNotOptimize(siphash_memo::of(key, texts[i]));
        return true;
    };
    measure_two(state, tag, tag);
}

/// While another thread wakes up 10,000 times a second, to rotate a key or, as a control, to do nothing.
void with_writer(benchmark::State& state, std::uint64_t size, bool rotates) {
    auto& it = only<ours<openssl_memo>>(size);
    constexpr std::chrono::microseconds pace{100};
    auto next = std::chrono::steady_clock::now();
    std::uint64_t random = 7;
    auto reader = it.keys.new_reader();
    const presented texts = presented::hot(size);
    const timestamp now = system_clock{}.now();
    const auto answer = [&](std::size_t i) { return is_granted(reader, texts[i], now); };
    const double rounds = measure_beside(state, answer, [&]() -> std::uint64_t {
        const std::uint64_t step = size / hot_keys;  // one of the keys that are not presented
        const std::uint64_t key = random_below(random, hot_keys) * step + 1 + random_below(random, step - 1);
        if (rotates) {
            it.store.rotate(key);
            must(it.keys.poll());
        }
        // After a delay, it does not catch up all at once.
        next = std::max(next + pace, std::chrono::steady_clock::now() - 10 * pace);
        std::this_thread::sleep_until(next);
        return 1;
    });
    state.counters["rounds_per_second"] = rounds;  // fewer if the machine is busy
}

/// Texts that are refused, each for its reason.
void refused(benchmark::State& state, reason why, key_text (*make)(std::size_t)) {
    auto& it = only<ours<openssl_memo>>(10'000);
    auto reader = it.keys.new_reader();
    const presented texts{hot_keys, make};
    const timestamp now = system_clock{}.now();
    measure(state, as_they_are, [&](std::size_t i) {
        const verdict answer = reader.verify(texts[i], now, synthetic_store::scope);
        return !answer && answer.denial().reason() == why;
    });
}
key_text changed_at(key_text text, std::size_t place) {
    text[place] = text[place] == 'a' ? 'b' : 'a';
    return text;
}
key_text unknown(std::size_t i) { return text_of((std::uint64_t{1} << 60U) + i); }

/// A peer that has all the keys.
template <typename Peer>
struct filled {
    explicit filled(std::uint64_t size) {
        if constexpr (requires { keys.reserve(size); }) keys.reserve(size);
        for (std::uint64_t i = 0; i < size; ++i) keys.add(view_of(text_of(i)));
    }
    Peer keys{};
};
template <typename Peer>
void peer(benchmark::State& state, std::uint64_t size) {
    auto& it = only<filled<Peer>>(size).keys;
    presented texts = presented::block();
    measure(
        state, [&] { texts.draw(size); }, [&](std::size_t i) { return it.check(texts[i]); });
}
template <typename Peer>
void hot_peer(benchmark::State& state, std::uint64_t size) {
    auto& it = only<filled<Peer>>(size).keys;
    const presented texts = presented::hot(size);
    measure(state, as_they_are, [&](std::size_t i) { return it.check(texts[i]); });
}
template <typename Peer>
void peer_in_batches(benchmark::State& state, std::uint64_t size, std::size_t batch) {
    auto& it = only<filled<Peer>>(size).keys;
    presented texts = presented::block();
    measure_blocks(
        state, [&] { texts.draw(size); },
        [&] {
            bool good = true;
            for (std::size_t first = 0; first < block_keys; first += batch) {
                for (std::size_t i = first; i < first + batch; ++i) it.prefetch(texts[i]);
                for (std::size_t i = first; i < first + batch; ++i) good &= it.check(texts[i]);
            }
            return good;
        });
}
void jwt_peer(benchmark::State& state) {
    static const libjwt tokens;
    measure(state, as_they_are, [](std::size_t) { return tokens.check(tokens.token()); });
}

constexpr std::int64_t fast = 500;
constexpr std::int64_t slow = 60;

template <typename Peer>
void add_peer(const std::string& n, std::uint64_t size) {
    const std::string name = std::string{"peer/"} + Peer::name;
    add(name + "/" + n, slow, peer<Peer>, size);
    if constexpr (requires(const Peer& one) { one.prefetch(std::string_view{}); })
        add(name + "_batch16/" + n, slow, peer_in_batches<Peer>, size, std::size_t{16});
    add(name + "_hot/" + n, slow, hot_peer<Peer>, size);
}
template <typename... Peers>
void add_peers(peer_list<Peers...> /*all*/, const std::string& n, std::uint64_t size) {
    (add_peer<Peers>(n, size), ...);
}

void add_size(const std::string& n, std::uint64_t size) {
    // Benchmarks of one table are adjacent, so that each table is built once.
    add("ours/hot/" + n + "/bounded", fast, hot<openssl_memo, bounded<std::chrono::hours{1}>>, size);
    add("ours/hot/" + n + "/openssl", fast, hot<openssl_alone>, size);
    add("ours/hot/" + n + "/sodium", slow, hot<sodium_alone>, size);
    add("ours/hot/" + n + "/memo", fast, hot<openssl_memo>, size);
    add("ours/hot/" + n + "/any_thread", fast, hot_from_any_thread, size);
    add("ours/hot/" + n + "/batch16", fast, hot_in_batches, size, std::size_t{16});
    add("ours/threads2/" + n, fast, threads2, size);
    add("ours/random/" + n + "/single", slow, random_keys, size, std::size_t{1});
    add("ours/random/" + n + "/batch16", slow, random_keys, size, std::size_t{16});
    add("ours/random/" + n + "/batch64", slow, random_keys, size, std::size_t{64});
    add("ours/with_idle_writer/" + n, fast, with_writer, size, false);
    add("ours/with_writer/" + n, fast, with_writer, size, true);
    add_peers(peers{}, n, size);
    add("raw/line_read/" + n, slow, raw_line_read, size);
}

}  // namespace

int main(int argc, char** argv) {
    // --quick leaves out ten million keys, --huge adds fifty million, --filter REGEX is --benchmark_filter=REGEX; other
    // options are Google Benchmark's.
    std::vector<std::pair<std::string, std::uint64_t>> sizes{{"1e4", 10'000}, {"1e6", 1'000'000}, {"1e7", 10'000'000}};
    std::vector<char*> rest;
    std::string filter = "--benchmark_filter=";
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument{argv[i]};
        if (argument == "--quick")
            sizes.resize(2);
        else if (argument == "--huge")
            sizes.emplace_back("5e7", 50'000'000);
        else if (argument == "--filter" && i + 1 < argc)
            rest.push_back(filter.append(argv[++i]).data());
        else
            rest.push_back(argv[i]);
    }
    int count = static_cast<int>(rest.size());
    add("raw/siphash", 500, raw_siphash);
    add("raw/siphash_threads2", 500, siphash_threads2);
    add("raw/hmac_openssl", 200, raw_hmac<openssl_hmac_sha256>);
    add("raw/hmac_sodium", 60, raw_hmac<hmac_sha256>);
    add_parts<openssl_memo>("1e4", 10'000);
    for (const auto& [name, size] : sizes) add_size(name, size);
    add("ours/junk", 500, refused, reason::malformed, [](std::size_t i) { return changed_at(text_of(i), 0); });
    add("ours/wrong_checksum", 500, refused, reason::wrong_checksum,
        [](std::size_t i) { return changed_at(unknown(i), instance::chars - 1); });
    add("ours/mistyped", 500, refused, reason::wrong_checksum,
        [](std::size_t i) { return changed_at(text_of(i), instance::secret_part.offset); });
    add("ours/unknown_handle", 500, refused, reason::unknown_handle, unknown);
    add("peer/libjwt", 5, jwt_peer);
    benchmark::AddCustomContext("compiler", compiler_name);
    benchmark::Initialize(&count, rest.data());
    if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
