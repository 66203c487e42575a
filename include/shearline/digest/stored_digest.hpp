// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What is stored in place of a key's secret: a digest, and the number of the pepper that it was made under.
// Depends on digest/digest_bytes.hpp, digest/spelling.hpp and format/handle.hpp; never on a keyring.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <shearline/digest/digest_bytes.hpp>
#include <shearline/digest/spelling.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0 {

struct parsed_digest;

/// A digest and its pepper. A plain value; compare the `mac`s by `constant_time_equal` only.
struct stored_digest {
    std::uint32_t pepper = 0;  ///< its number in the keyring, from 1; 0 until one is given
    digest_bytes mac{};

    /// The PHC string, `$hmac-sha256$k=3$<handle, 11 base62 digits>$<digest, 43 base64 characters>`, in which the
    /// handle stands where PHC has the salt. Pepper and handle must be given (not 0). Constant-time in the digest.
    [[nodiscard]] std::string to_phc(shearline::handle of) const {
        std::array<char, mac_chars + 1> spelled;
        to_base64<sizeof(digest_bytes)>(mac, spelled);
        std::string phc{head};
        phc += std::to_string(pepper);
        phc += '$';
        phc += of.to_text().view();
        phc += '$';
        phc.append(spelled.data(), mac_chars);
        return phc;
    }

    /// Reads what `to_phc` writes and no other spelling: no leading zero, padding, space, or bit past the digest.
    ///
    /// Errors: `corrupt`, which says which part is wrong and quotes none. Allocates nothing but the error's words; O(1)
    /// for a text of a wrong length. Constant-time in a digest that is one.
    [[nodiscard]] static result<parsed_digest> parse(std::string_view phc);

private:
    static constexpr std::string_view head = "$hmac-sha256$k=";
    static constexpr std::size_t mac_chars = base64_chars(sizeof(digest_bytes));
};

/// What a PHC string of ours says: the digest, and whose it is.
struct parsed_digest {
    shearline::handle handle;
    stored_digest digest;
};

inline result<parsed_digest> stored_digest::parse(std::string_view phc) {
    constexpr std::size_t handle_chars = sizeof(shearline::handle::spelling);
    constexpr std::size_t tail_chars = 1 + handle_chars + 1 + mac_chars;
    constexpr std::size_t least_chars = head.size() + 1 + tail_chars;
    constexpr std::size_t most_chars = head.size() + 10 + tail_chars;
    const auto corrupt = [](std::string_view what) {
        return error{errc::corrupt, std::string{"a stored digest: "}.append(what)};
    };
    if (phc.size() < least_chars || phc.size() > most_chars) return corrupt("its length is not that of any");
    if (!phc.starts_with(head)) return corrupt("it does not begin with '$hmac-sha256$k='");

    const std::string_view tail = phc.substr(phc.size() - tail_chars);
    if (tail[0] != '$' || tail[1 + handle_chars] != '$') return corrupt("a '$' is not where it must be");
    const auto number = read_key_number(phc.substr(head.size(), phc.size() - tail_chars - head.size()));
    if (!number) return corrupt("its pepper is not a number from 1 to 4294967295");
    const auto owner = shearline::handle::parse(tail.substr(1, handle_chars));
    if (!owner) return corrupt("its handle is none");
    parsed_digest read{*owner, {*number, {}}};
    if (!from_base64<sizeof(digest_bytes)>(tail.substr(tail.size() - mac_chars), read.digest.mac)) {
        return corrupt("its digest is not 43 characters of base64 that end in zero bits");
    }
    return read;
}

}  // namespace shearline::inline v0
