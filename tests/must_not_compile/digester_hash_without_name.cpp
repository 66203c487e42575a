// expects: give the hash a name of 1 to 32 characters
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/keyring/digester.hpp>

struct own_hash : shearline::hmac_sha256 {
#ifdef MUST_FAIL
    static constexpr std::string_view name = "My_Hash";
#else
    static constexpr std::string_view name = "my-hash";
#endif
};

auto make(const shearline::keyring& ring) {
    return shearline::detail::digester<own_hash>::make(ring, "key", "instance", shearline::environment::live);
}
