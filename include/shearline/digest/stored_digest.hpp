// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What is stored in place of a key's secret: a digest, the hash that made it, and the number of its pepper.
// Depends on the headers of digest/ below it and format/handle.hpp; never on a keyring.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <shearline/digest/base64.hpp>
#include <shearline/digest/digest_bytes.hpp>
#include <shearline/digest/hash_name.hpp>
#include <shearline/error.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1 {

/// Reads the number of a pepper or a sealing key: 1 to 2^32-1 in decimal, without sign, space or leading zero; nothing
/// for any other text. Variable time; linear; thread-safe.
[[nodiscard]] inline std::optional<std::uint32_t> read_key_number(std::string_view text) noexcept {
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    if (text.empty() || text.front() == '0') return std::nullopt;
    if (const auto [stop, failed] = std::from_chars(text.data(), end, number); failed != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return number;
}

struct parsed_digest;

/// A digest, its hash and its pepper. A plain value; compare the `mac`s with `constant_time_equal` only.
struct stored_digest {
    std::uint32_t pepper = 0;  ///< the number of the pepper in the keyring, from 1; 0: not set
    digest_bytes mac{};
    hash_name hash = first_hash;

    /// The PHC string `$<hash>$k=<pepper>$<handle, 11 base62 digits>$<digest, 43 base64 characters>`; the handle is in
    /// the place of the PHC salt. Pepper and handle must not be 0, or `parse` does not read it. Constant-time in the
    /// digest; O(1); allocates the string.
    [[nodiscard]] std::string to_phc(shearline::handle of) const {
        std::array<char, mac_chars + 1> spelled;
        to_base64<sizeof(digest_bytes)>(mac, spelled);
        std::string phc{'$'};
        phc += hash.view();
        phc += before_pepper;
        phc += std::to_string(pepper);
        phc += '$';
        phc += of.to_text().view();
        phc += '$';
        phc.append(spelled.data(), mac_chars);
        return phc;
    }

    /// Reads the spelling that `to_phc` writes, and no other: no leading zero, padding, space, or bit after the digest.
    ///
    /// Errors: `corrupt`, which names the wrong part and never quotes it. Allocates for an error only; O(1).
    /// Constant-time in a valid digest.
    [[nodiscard]] static result<parsed_digest> parse(std::string_view phc);

private:
    static constexpr hash_name first_hash{"hmac-sha256"};  // a copy costs less than a check of its characters
    static constexpr std::string_view before_pepper = "$k=";
    static constexpr std::size_t mac_chars = base64_chars(sizeof(digest_bytes));
};

/// The content of a PHC string: a digest, and the handle of its key. The caller must check the hash.
struct parsed_digest {
    shearline::handle handle;
    stored_digest digest;
};

inline result<parsed_digest> stored_digest::parse(std::string_view phc) {
    constexpr std::size_t handle_chars = sizeof(shearline::handle::spelling);
    constexpr std::size_t tail_chars = 1 + handle_chars + 1 + mac_chars;
    constexpr std::size_t least_chars = 2 + before_pepper.size() + 1 + tail_chars;
    constexpr std::size_t most_chars = 1 + hash_name::max_chars + before_pepper.size() + 10 + tail_chars;
    const auto corrupt = [](std::string_view what) {
        return error{errc::corrupt, std::string{"a stored digest: "}.append(what)};
    };
    if (phc.size() < least_chars || phc.size() > most_chars) return corrupt("unsupported length");
    const std::size_t name_end = phc.find('$', 1);
    const auto hash = hash_name::parse(phc.substr(1, name_end - 1));
    if (phc[0] != '$' || !hash || !phc.substr(name_end).starts_with(before_pepper))
        return corrupt("it does not begin with '$', the name of a hash and '$k='");
    const std::size_t number_at = name_end + before_pepper.size();
    if (phc.size() <= number_at + tail_chars) return corrupt("unsupported length");

    const std::string_view tail = phc.substr(phc.size() - tail_chars);
    if (tail[0] != '$' || tail[1 + handle_chars] != '$') return corrupt("a '$' is not where it must be");
    const auto number = read_key_number(phc.substr(number_at, phc.size() - tail_chars - number_at));
    if (!number) return corrupt("its pepper is not a number from 1 to 4294967295");
    const auto owner = shearline::handle::parse(tail.substr(1, handle_chars));
    if (!owner) return corrupt("its handle is not 11 base62 digits of a number from 1 to 2^64-1");
    parsed_digest read{*owner, {*number, {}, *hash}};
    if (!from_base64<sizeof(digest_bytes)>(tail.substr(tail.size() - mac_chars), read.digest.mac)) {
        return corrupt("its digest is not 43 characters of base64 that end in zero bits");
    }
    return read;
}

}  // namespace shearline::inline v0_1
