// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any number of keys without storing them: key number i is computed from i. And a store that has these keys.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shearline/digest/hmac_sha256_openssl.hpp>
#include <shearline/shearline.hpp>
#include <shearline/testing/temporary_folder.hpp>

namespace bench {

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
inline void must(const result<void>& outcome) {
    if (!outcome) {
        std::fprintf(stderr, "%s\n", outcome.error().message().c_str());
        std::exit(1);
    }
}

using shearline::testing::temporary_folder;

inline const keyring& ring() {
    static const temporary_folder where;
    static const keyring made = must(keyring::create(where.file("keyring")));
    return made;
}

/// A bijection of 64 bits that scatters (D. Stafford's variant 13 of MurmurHash3's finaliser), for reproducible numbers
/// that look random.
constexpr std::uint64_t scatter(std::uint64_t x) noexcept {
    x += 0x9e37'79b9'7f4a'7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d0'49bb'1331'11ebU;
    return x ^ (x >> 31U);
}

__extension__ using wide = unsigned __int128;
/// Scales a random number of 64 bits to one below `size`.
constexpr std::uint64_t scaled(std::uint64_t random, std::uint64_t size) noexcept {
    return static_cast<std::uint64_t>((static_cast<wide>(random) * size) >> 64U);
}
constexpr std::uint64_t random_below(std::uint64_t& state, std::uint64_t size) noexcept {
    state = scatter(state);
    return scaled(state, size);
}

using key_text = std::array<char, instance::chars>;

/// The text of key number `i`.
inline key_text text_of(std::uint64_t i) noexcept {
    std::array<std::uint8_t, instance::secret_chars> secret{};
    std::uint64_t state = scatter(2 * i);
    for (std::uint8_t& digit : secret) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        digit = static_cast<std::uint8_t>((state >> 33U) % base62::size);
    }
    key_text text{};
    render<instance>(handle{scatter(2 * i + 1)}, secret, text);
    return text;
}
inline std::string_view view_of(const key_text& text) noexcept { return {text.data(), text.size()}; }

/// A store of `size` keys, each with its own credential, of a thousand tenants. The writer's changes are stored apart.
/// Models key_feed as far as a verifier needs it.
class synthetic_store {
public:
    explicit synthetic_store(std::uint64_t size) : m_size{size}, m_hash{prepared_hash()} {}

    /// Gives credential `i` its next key, and revokes the previous one.
    void rotate(std::uint64_t i) {
        const std::scoped_lock lock{m_mutex};
        auto [at, is_new] = m_rotated.try_emplace(i, 0);
        ++at->second;
        m_changes.push_back({.sequence = m_changes.size() + 1,
                             .tag = m_changes.size() + 1,
                             .kind = change_kind::rotated,
                             .credential = id_of(i),
                             .version = at->second + 1,
                             .at = {}});
        m_count.store(m_changes.size(), std::memory_order_release);
    }

    template <typename Sink>
    result<feed_head> scan(std::string_view /*format*/, Sink& sink) const {
        if (auto begun = sink.begin(m_size, m_size); !begun) return begun.error();
        for (std::uint64_t i = 0; i < m_size; ++i) {
            const credential_view one = view_of(i, 0);
            const shearline::detail::credential_rows rows{one.about, one.keys};
            if (auto taken = sink.take(rows.owner(), rows.keys()); !taken) return taken.error();
        }
        return feed_head{};
    }
    static result<std::optional<store_identity>> identity() {
        return std::optional{must(shearline::detail::identity_for<openssl_hmac_sha256>(ring(), store_id{}))};
    }

    result<std::optional<credential_view>> read_live(const credential_id& id) const {
        const std::uint64_t i = number_of(id);
        const std::scoped_lock lock{m_mutex};
        const auto rotated = m_rotated.find(i);
        const std::uint64_t generation = rotated == m_rotated.end() ? 0 : rotated->second;
        return std::optional{view_of(i, generation)};
    }

    result<std::vector<change>> changes_after(std::uint64_t sequence, std::size_t limit) const {
        const std::scoped_lock lock{m_mutex};
        const auto first =
            m_changes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(sequence, m_changes.size()));
        const auto count = std::min<std::size_t>(limit, static_cast<std::size_t>(m_changes.end() - first));
        return std::vector<change>{first, first + static_cast<std::ptrdiff_t>(count)};
    }
    result<void> record_usage(std::span<const usage> /*used*/) { return {}; }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_count.load(std::memory_order_acquire); }
    [[nodiscard]] bool hears_changes() const noexcept { return true; }

    static constexpr const char* scope = "contacts:write";

    static credential_id id_of(std::uint64_t i) {
        credential_id::bytes_type bytes{};
        for (std::size_t at = 0; at < 5; ++at) bytes[at] = static_cast<std::uint8_t>(i >> (8 * at));
        return credential_id::from_random(bytes);
    }

private:
    /// Makes digests of this format under the current pepper, like an authority.
    static openssl_hmac_sha256::key_state prepared_hash() {
        const auto subkey = must(
            ring().subkey(key_kind::pepper, ring().current_pepper(), "key", instance::name, instance::environment_of));
        return openssl_hmac_sha256::prepare(subkey.reveal(unsafe_reveal));
    }

    static std::string tenant_of(std::uint64_t i) { return "tenant " + std::to_string(i % 1'000); }

    [[nodiscard]] credential_view view_of(std::uint64_t i, std::uint64_t generation) const {
        credential_view view{.about = {.id = id_of(i),
                                       .tenant = tenant_of(i),
                                       .name = "bench",
                                       .scopes = {scope},
                                       .metadata = {},
                                       .not_before = {},
                                       .expires_at = {},
                                       .version = generation + 1,
                                       .created_at = {}},
                             .keys = {key_of(i, generation)}};
        const shearline::detail::credential_rows rows{view.about, view.keys};
        view.about.proof = m_prover.of(rows.owner(), rows.keys());
        return view;
    }

    static std::uint64_t number_of(const credential_id& id) {
        std::uint64_t i = 0;
        for (std::size_t at = 5; at-- > 0;) i = (i << 8U) | std::bit_cast<credential_id::bytes_type>(id)[at];
        return i;
    }

    /// The key of a credential after a number of rotations. (Keys after the first have numbers of their own.)
    [[nodiscard]] record key_of(std::uint64_t i, std::uint64_t rotations) const {
        const key_text text = text_of(i + (rotations << 40U));
        const auto parsed = parse<instance>(bench::view_of(text));
        if (!parsed) std::abort();
        return {.format = std::string{instance::name},
                .handle = parsed->handle,
                .credential = id_of(i),
                .digest = {.pepper = ring().current_pepper(),
                           .mac = openssl_hmac_sha256::mac(m_hash, std::as_bytes(std::span{parsed->authenticated}))},
                .created_at = {}};
    }

    using prover = shearline::detail::row_prover<openssl_hmac_sha256>;

    std::uint64_t m_size;
    openssl_hmac_sha256::key_state m_hash;
    prover m_prover = must(prover::make(ring(), store_id{}));
    mutable std::mutex m_mutex;
    std::unordered_map<std::uint64_t, std::uint64_t> m_rotated;
    std::vector<change> m_changes;
    std::atomic<std::uint64_t> m_count{0};
};

}  // namespace bench
