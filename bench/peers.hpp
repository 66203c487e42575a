// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Common alternatives to a verifier, and the list of those that are measured: add your own there (bench/README.md).
#pragma once

#include <absl/container/flat_hash_map.h>
#include <jwt.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "population.hpp"

namespace bench {

/// What a gateway stores for a key: its consumer and its scope.
struct consumer {
    std::uint32_t tenant = 0;
    std::uint32_t scopes = 0;
};

struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
};

inline consumer consumer_of(std::size_t number) { return {static_cast<std::uint32_t>(number % 1'000), 1}; }

/// The keys in plain text in a hash map, as Envoy's API key filter has them: neither hashed nor constant-time. Each
/// text is an allocation of its own.
template <typename Map, typename View = std::string_view>
class plaintext_map {
public:
    void reserve(std::size_t size) { m_keys.reserve(size); }
    void add(std::string_view key) { m_keys.emplace(std::string{key}, consumer_of(m_keys.size())); }
    [[nodiscard]] bool check(std::string_view key) const {
        const auto found = m_keys.find(View{key.data(), key.size()});
        return found != m_keys.end() && found->second.scopes == 1;
    }

private:
    Map m_keys;
};
struct absl_keys : plaintext_map<absl::flat_hash_map<std::string, consumer>, absl::string_view> {
    static constexpr const char* name = "plaintext";
};
struct std_keys : plaintext_map<std::unordered_map<std::string, consumer, text_hash, std::equal_to<>>> {
    static constexpr const char* name = "unordered_map";
};
struct boost_keys : plaintext_map<boost::unordered_flat_map<std::string, consumer, text_hash, std::equal_to<>>> {
    static constexpr const char* name = "boost_flat_map";
};

/// The same with the texts in the table itself, which has one length of keys: the least that plain text can cost.
class inline_keys {
public:
    static constexpr const char* name = "plaintext_inline";

    void reserve(std::size_t size) { m_keys.reserve(size); }
    void add(std::string_view key) {
        key_text text{};
        key.copy(text.data(), text.size());
        m_keys.emplace(text, consumer_of(m_keys.size()));
    }
    [[nodiscard]] bool check(std::string_view key) const {
        const auto found = m_keys.find(key);
        return found != m_keys.end() && found->second.scopes == 1;
    }
    void prefetch(std::string_view key) const { m_keys.prefetch(key); }

private:
    static std::string_view view(const key_text& text) { return view_of(text); }
    static std::string_view view(std::string_view text) { return text; }
    struct hash {
        using is_transparent = void;
        template <typename Text>
        std::size_t operator()(const Text& text) const {
            return absl::Hash<absl::string_view>{}(absl::string_view{view(text).data(), view(text).size()});
        }
    };
    struct same {
        using is_transparent = void;
        template <typename A, typename B>
        bool operator()(const A& a, const B& b) const {
            return view(a) == view(b);
        }
    };
    absl::flat_hash_map<key_text, consumer, hash, same> m_keys;
};

/// Hand-written code: SHA-256 by OpenSSL's one-shot call, in hexadecimal, looked up by its first half and compared in
/// constant time.
class hand_rolled {
public:
    static constexpr const char* name = "hand_rolled";

    void reserve(std::size_t size) { m_digests.reserve(size); }
    void add(std::string_view key) {
        std::string digest = hex(key);
        m_digests.emplace(digest.substr(0, 16), std::move(digest));
    }
    [[nodiscard]] bool check(std::string_view key) const {
        const std::string digest = hex(key);
        const auto found = m_digests.find(digest.substr(0, 16));
        return found != m_digests.end() && CRYPTO_memcmp(found->second.data(), digest.data(), digest.size()) == 0;
    }

private:
    static std::string hex(std::string_view text) {
        std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
        SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data());
        std::string out;
        out.reserve(2 * bytes.size());
        for (const unsigned char byte : bytes) {
            out += "0123456789abcdef"[byte >> 4U];
            out += "0123456789abcdef"[byte & 15U];
        }
        return out;
    }
    std::unordered_map<std::string, std::string> m_digests;
};

/// A JSON Web Token (HS256) of a tenant and a scope, verified by libjwt.
class libjwt {
public:
    libjwt() {
        jwt_t* made = nullptr;
        if (jwt_new(&made) != 0) std::abort();
        jwt_add_grant(made, "sub", "tenant 7");
        jwt_add_grant(made, "scope", synthetic_store::scope);
        jwt_set_alg(made, JWT_ALG_HS256, m_key.data(), static_cast<int>(m_key.size()));
        char* text = jwt_encode_str(made);
        m_token = text;
        std::free(text);
        jwt_free(made);
    }
    [[nodiscard]] std::string_view token() const { return m_token; }
    [[nodiscard]] bool check(std::string_view /*token()*/) const {
        jwt_t* found = nullptr;
        if (jwt_decode(&found, m_token.c_str(), m_key.data(), static_cast<int>(m_key.size())) != 0) return false;
        const char* scope = jwt_get_grant(found, "scope");
        const bool good = scope != nullptr && std::string_view{scope} == synthetic_store::scope;
        jwt_free(found);
        return good;
    }

private:
    std::array<unsigned char, 32> m_key{1, 2, 3};
    std::string m_token;
};

template <typename... Peers>
struct peer_list {};
using peers = peer_list<absl_keys, inline_keys, std_keys, boost_keys, hand_rolled>;

}  // namespace bench
