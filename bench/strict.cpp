// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The cost of a strict verification and of its parts: the parse, the hash by either engine, and the look-up.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/temporary_folder.hpp>

namespace {

using namespace shearline;
using instance = key_format<"instance">;

/// The value of a result; an error is printed and ends the program.
template <typename T>
T must(result<T> outcome) {
    if (!outcome) {
        std::fprintf(stderr, "%s\n", outcome.error().message().c_str());
        std::exit(1);
    }
    return *std::move(outcome);
}

using shearline::testing::temporary_folder;

const keyring& ring() {
    static const temporary_folder where;
    static const keyring made = must(keyring::create(where.file("keyring")));
    return made;
}

std::string text_of(const secret_text& text) { return std::string{text.reveal(unsafe_reveal)}; }

std::string fresh_key() { return text_of(must(generate<instance>()).text); }

/// The same key with another last character.
std::string with_wrong_checksum(std::string key) {
    key.back() = key.back() == '0' ? '1' : '0';
    return key;
}

void parse_key(benchmark::State& state, const std::string& text) {
    for (auto _ : state) {
        auto parsed = parse<instance>(text);
        benchmark::DoNotOptimize(parsed);
    }
}

template <typename Engine>
void hash_key(benchmark::State& state) {
    const std::string key = fresh_key();
    std::array<std::byte, 32> pepper{};
    const auto prepared = must(guarded<typename Engine::key_state>::make([&] { return Engine::prepare(pepper); }));
    const auto message = std::as_bytes(std::span{key}).first<instance::checksum_part.offset>();
    for (auto _ : state) {
        auto digest = Engine::mac(prepared.reveal(unsafe_reveal), message);
        benchmark::DoNotOptimize(digest);
    }
}

void generate_key(benchmark::State& state) {
    for (auto _ : state) {
        auto fresh = generate<instance>();
        benchmark::DoNotOptimize(fresh);
    }
}

enum class presented { good, wrong_checksum, unknown_handle, junk };

template <typename Hash, typename Store>
void verify(benchmark::State& state, Store& store, presented what) {
    auto keys = must(authority<policies<instance, Hash>, Store>::open(store, ring()));
    const request_context by{.actor = "bench"};
    std::string text;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        text = text_of(must(keys.issue({.tenant = "acme", .name = "bench", .scopes = {"contacts:read"}}, by)).text);
    if (what == presented::wrong_checksum) text = with_wrong_checksum(text);
    if (what == presented::unknown_handle) text = fresh_key();
    if (what == presented::junk) text = "not a key of ours";
    if (bool{keys.verify(text, "contacts:read")} != (what == presented::good)) state.SkipWithError("the wrong verdict");
    for (auto _ : state) {
        auto answer = keys.verify(text, "contacts:read");
        benchmark::DoNotOptimize(answer);
    }
}

template <typename Hash>
void verify_in_memory(benchmark::State& state, presented what) {
    memory_store store;
    verify<Hash>(state, store, what);
}

template <typename Hash>
void verify_in_sqlite(benchmark::State& state, presented what) {
    const temporary_folder where;
    auto store = must(sqlite_store::open(where.file("keys.db")));
    verify<Hash>(state, store, what);
}

constexpr std::int64_t keys_held = 100;

}  // namespace

int main(int argc, char** argv) {
    const auto add = [](const char* name, auto body, auto... arguments) {
        return benchmark::RegisterBenchmark(name, body, arguments...);
    };
    add("parse/good", parse_key, fresh_key());
    add("parse/wrong_checksum", parse_key, with_wrong_checksum(fresh_key()));
    add("parse/junk", parse_key, std::string(1 << 20, 'x'));
    add("raw/hmac_sodium", hash_key<hmac_sha256>);
    add("raw/hmac_openssl", hash_key<openssl_hmac_sha256>);
    add("generate", generate_key);
    add("strict/memory/sodium", verify_in_memory<hmac_sha256>, presented::good)->Arg(keys_held);
    add("strict/memory/openssl", verify_in_memory<openssl_hmac_sha256>, presented::good)->Arg(keys_held);
    add("strict/memory/unknown_handle", verify_in_memory<hmac_sha256>, presented::unknown_handle)->Arg(keys_held);
    add("strict/memory/wrong_checksum", verify_in_memory<hmac_sha256>, presented::wrong_checksum)->Arg(keys_held);
    add("strict/memory/junk", verify_in_memory<hmac_sha256>, presented::junk)->Arg(keys_held);
    add("strict/sqlite/sodium", verify_in_sqlite<hmac_sha256>, presented::good)->Arg(keys_held);
    add("strict/sqlite/openssl", verify_in_sqlite<openssl_hmac_sha256>, presented::good)->Arg(keys_held);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
