// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as the text of a key: the parser agrees with rules written down by hand, what it accepts has one spelling,
// and what is logged of it does not depend on the secret. Run by libFuzzer, and over the corpus by replay.cpp.
#include <shearline/format/github_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/render.hpp>
#include <shearline/format/seam_format.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support.hpp"

namespace {

using namespace shearline;

// "tok" and not a prefix in use, so that no file of the corpus looks like somebody's token.
using instance = key_format<"instance">;
using token = github_format<"tok">;
using seam = seam_format<"mycompany">;

const std::string base58_chars = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// key = %s"tok_" 30digit 6digit; the checksum, of the 30 digits, up to 2^32-1
const oracle::format token_rules{
    .alphabet = base62_chars,
    .fields = {oracle::exactly("tok_"), oracle::digits(30), oracle::digits_from("000000", "4gfFC3")},
    .covered_from = 4,
    .covered_to = 34,
    .checksum = oracle::crc32};

// key = %s"mycompany_" 8digit %s"_" 24digit; the handle not zero
const oracle::format seam_rules{.alphabet = base58_chars,
                                .fields = {oracle::exactly("mycompany_"), oracle::digits_from("11111112", "zzzzzzzz"),
                                           oracle::exactly("_"), oracle::digits(24)}};

template <typename Format>
using secret_digits = std::array<std::uint8_t, Format::secret_chars>;

template <typename Format>
std::string rendered(handle name, const secret_digits<Format>& digits) {
    std::array<char, Format::chars> text{};
    render<Format>(name, digits, text);
    return {text.data(), text.size()};
}

template <typename Format>
void read(const oracle::format& rules, const std::string& text) {
    const auto key = parse<Format>(text);
    const auto fault = oracle::judge(rules, text);
    require(static_cast<bool>(key) != fault.has_value(), "the parser accepts what the rules accept, and nothing else");
    const masked_key masked = mask<Format>(text);
    if (fault) {
        require(key.error() == *fault, "the parser refuses for the reason of the rules, at their place");
        const bool begins = text.starts_with(Format::prefix);
        require(masked.view() == (begins ? std::string{Format::prefix} : "") + "***",
                "of a text that is no key, at most the prefix is shown");
        return;
    }
    secret_digits<Format> digits{};
    const std::string_view secret = Format::secret_part.of(text);
    for (std::size_t i = 0; i < digits.size(); ++i) digits[i] = Format::alphabet::decode(secret[i]);
    require(rendered<Format>(key->handle, digits) == text, "a key has one spelling: the one that render writes");
    for (std::uint8_t& digit : digits) digit = static_cast<std::uint8_t>((digit + 1) % Format::alphabet::size);
    require(mask<Format>(rendered<Format>(key->handle, digits)).view() == masked.view(),
            "what is shown of a key does not depend on its secret");
}

/// Makes a key of the bytes, so that every input reaches what lies behind the checksum.
template <typename Format>
void write(const oracle::format& rules, const std::string& bytes) {
    std::size_t next = 0;
    const auto byte = [&] { return next < bytes.size() ? static_cast<unsigned char>(bytes[next++]) : 0U; };
    handle name{};
    if constexpr (Format::has_handle) {
        for (int i = 0; i < 8; ++i) name.value = name.value << 8 | byte();
        name.value = name.value % Format::greatest_handle + 1;
    }
    secret_digits<Format> digits{};
    for (std::uint8_t& digit : digits) digit = static_cast<std::uint8_t>(byte() % Format::alphabet::size);

    const std::string text = rendered<Format>(name, digits);
    require(!oracle::judge(rules, text), "what render writes is a key by the rules");
    read<Format>(rules, text);
    require(parse<Format>(text)->handle == name, "a key gives the handle that it was made with");
    require(mask<Format>(text).view() == mask<Format>(name).view(), "a key and its handle are shown alike");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(data, data + size);
    read<instance>(instance_rules, bytes);
    read<token>(token_rules, bytes);
    read<seam>(seam_rules, bytes);
    write<instance>(instance_rules, bytes);
    write<token>(token_rules, bytes);
    write<seam>(seam_rules, bytes);
    return 0;
}
