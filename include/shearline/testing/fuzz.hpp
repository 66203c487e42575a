// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The bodies of fuzzers, for your own types: they take any bytes, and abort the process if a promise is broken.
// Depends on format/, http/, digest/, custody/ and the rules in testing/; never on libFuzzer: a replay can call them
// too.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include <shearline/custody/recoverable.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/http/credential_source.hpp>
#include <shearline/testing/detail/request_rules.hpp>
#include <shearline/testing/format_conformance.hpp>
#include <shearline/testing/format_rules.hpp>

/// Part of libFuzzer; needed by programs that call `mutate_key`.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace shearline::inline v0_1::testing {

// `fuzz_format` has an example of a fuzzer for your own format.

/// Aborts the process if a promise is broken, which a fuzzer reports as a finding.
inline void require(bool held, const char* promise) {
    if (held) return;
    std::fprintf(stderr, "broken: %s\n", promise);
    std::abort();
}

/// Takes any bytes as the text of a key: the parser agrees with the rules, a key has one spelling, and the mask of a
/// key does not depend on its secret.
template <typename Format>
void fuzz_parse(const format_rules& rules, const std::string& text) {
    const auto key = parse<Format>(text);
    const auto fault = rules.judge(text);
    require(static_cast<bool>(key) != fault.has_value(), "the parser accepts what the rules accept, and nothing else");
    const masked_key masked = mask<Format>(text);
    if (fault) {
        require(key.error() == *fault, "the parser refuses with the error and the offset of the rules");
        const bool begins = text.starts_with(Format::prefix);
        require(masked.view() == (begins ? std::string{Format::prefix} : "") + "***",
                "a mask of a text that is not a key shows at most the prefix");
        return;
    }
    require(detail::rendered_again<Format>(*key) == text, "a key has one spelling: the one that render writes");
    std::array<std::uint8_t, Format::secret_chars> other{};
    other.fill(1);
    require(mask<Format>(detail::rendered<Format>(key->handle, other)).view() == masked.view(),
            "the mask of a key does not depend on its secret");
}

/// Takes any bytes as the text of a key, and again as handle and secret of a key, so that every input gets past the
/// checksum.
///
/// Example:
///     using namespace shearline::testing;  // in a fuzzer: extern "C" int LLVMFuzzerTestOneInput
///     using tokens = shearline::basic_format<"acme", shearline::environment::live, shearline::basic_alphabet<"01">,
///                                            shearline::literal<"acme_">, shearline::secret_field<128>>;
///     const auto fuzz_one_input = [](const std::uint8_t* data, std::size_t size) {
///         static const format_rules rules{.alphabet = "01", .fields = {exactly("acme_"), digits(128)}};
///         fuzz_format<tokens>(rules, std::string(data, data + size));
///         return 0;
///     };
template <typename Format>
void fuzz_format(const format_rules& rules, const std::string& bytes) {
    fuzz_parse<Format>(rules, bytes);
    std::size_t next = 0;
    const auto byte = [&] { return next < bytes.size() ? static_cast<unsigned char>(bytes[next++]) : 0U; };
    handle name{};
    if constexpr (Format::has_handle) {
        for (int i = 0; i < 8; ++i) name.value = name.value << 8U | byte();
        name.value = name.value % Format::greatest_handle + 1;
    }
    std::array<std::uint8_t, Format::secret_chars> secret{};
    for (std::uint8_t& digit : secret) digit = static_cast<std::uint8_t>(byte() % Format::alphabet::size);
    const std::string text = detail::rendered<Format>(name, secret);
    require(!rules.judge(text), "what render writes is a key by the rules");
    fuzz_parse<Format>(rules, text);
    require((*parse<Format>(text)).handle == name, "a parsed key has the handle that it was made with");
    require(mask<Format>(text).view() == mask<Format>(name).view(), "a key and its handle have the same mask");
}

/// Gives an input that is as long as a key the right checksum; leaves any other input unchanged.
inline void fix_checksum(const format_rules& rules, std::uint8_t* data, std::size_t size) {
    if (rules.checksum == nullptr || size != rules.chars()) return;
    const std::string fixed = rules.with_right_checksum(std::string(data, data + size));
    std::copy(fixed.begin(), fixed.end(), data);
}

/// For `LLVMFuzzerCustomMutator`: libFuzzer's own mutation, and for every other seed the right checksum, so that
/// mutations get past it. Wrong checksums are worth trying too.
[[nodiscard]] inline std::size_t mutate_key(const format_rules& rules, std::uint8_t* data, std::size_t size,
                                            std::size_t most, unsigned seed) {
    const std::size_t mutated = ::LLVMFuzzerMutate(data, size, most);
    if (seed % 2 == 0) fix_checksum(rules, data, mutated);
    return mutated;
}

/// Takes any lines as a request: the credential found in it, or the error, is that of the rules; and no second
/// credential, no spelling of a field's name and no other field changes it.
template <typename Format>
void fuzz_request(const format_rules& keys, const std::string& lines) {
    const detail::request_rules rules{keys};
    const detail::sample_request from = detail::sample_request::of_lines(lines);
    for (const other_schemes others : {other_schemes::refuse, other_schemes::ignore}) {
        const auto found_in = [others](const detail::sample_request& request) {
            return find_credential<Format>(request.views(), request.target, others);
        };
        const auto fields = from.views();
        const auto found = find_credential<Format>(fields, from.target, others);
        const detail::request_rules::answer expected = rules.judge(from, others);
        require(static_cast<bool>(found) == (expected.code == credential_errc{}),
                "a credential is found where the rules find one, and nowhere else");
        if (!found) {
            require(found.error().code == expected.code, "the error is that of the rules");
            require(found.error().field == expected.text, "the error names the field of the rules");
            continue;
        }
        require(*found == expected.text, "the credential is that of the rules");
        std::size_t carriers = 0;
        const std::less_equal<> no_later;
        for (const header_field& each : fields)
            carriers += no_later(each.value.data(), found->data()) &&
                                no_later(found->data() + found->size(), each.value.data() + each.value.size())
                            ? 1U
                            : 0U;
        require(carriers == 1, "a credential is a view into the value of one field");

        for (const char* name : {"Authorization", "X-API-Key", "x_api_key"}) {
            detail::sample_request doubled = from;
            doubled.fields.push_back({name, std::string{*found}});
            require(!found_in(doubled), "a second credential is refused after the first");
            std::rotate(doubled.fields.begin(), doubled.fields.end() - 1, doubled.fields.end());
            require(!found_in(doubled), "a second credential is refused before the first");
        }
        detail::sample_request leaking = from;
        leaking.target += "?%6Bey";
        require(!found_in(leaking), "a key parameter is refused beside a credential");

        detail::sample_request dressed = from;
        dressed.fields.insert(dressed.fields.begin(), {"Host", std::string{*found}});
        for (detail::sample_request::field& each : dressed.fields)
            for (char& c : each.name)
                c = static_cast<char>(std::isupper(static_cast<unsigned char>(c)) != 0
                                          ? std::tolower(static_cast<unsigned char>(c))
                                          : std::toupper(static_cast<unsigned char>(c)));
        require(static_cast<bool>(found_in(dressed)), "the case of names and other fields change nothing");
        if (others == other_schemes::refuse)
            require(static_cast<bool>(find_credential<Format>(fields, from.target, other_schemes::ignore)),
                    "what the strict policy accepts, the other accepts too");
    }
}

/// Takes any bytes as a stored digest: a digest has one spelling, and an error quotes nothing of it.
inline void fuzz_stored_digest(const std::string& text) {
    const auto read = stored_digest::parse(text);
    if (read) {
        require(read->digest.pepper != 0, "a stored digest names its pepper");
        require(read->handle.value != 0, "a stored digest names its key");
        require(read->digest.to_phc(read->handle) == text, "a stored digest has one spelling");
        return;
    }
    require(read.error().code() == errc::corrupt, "a text that is not a stored digest is corrupt");
    static auto& words = *new std::set<std::string>;
    words.insert(read.error().message());
    require(words.size() <= 6, "an error says which part is wrong, in one of six sentences, and quotes nothing");
}

/// Takes any bytes as a sealed text, nonce then box: they never open. The same bytes, sealed, open as themselves in
/// their own row with every bit unaltered, and not otherwise.
inline void fuzz_sealed_text(const secret_bytes<32>& key, const std::string& bytes) {
    const seal_binding here{environment::test, "fuzz", "acme", {}, handle{7}, 1};
    sealed_text any{.sealing_key = 1};
    for (std::size_t i = 0; i < any.nonce.size() && i < bytes.size(); ++i)
        any.nonce[i] = static_cast<std::byte>(bytes[i]);
    for (std::size_t i = any.nonce.size(); i < bytes.size(); ++i) any.box.push_back(static_cast<std::byte>(bytes[i]));
    const auto opened = recoverable::open(key, here, any);
    require(!opened, "arbitrary bytes do not open");
    require(opened.error().code() == errc::corrupt, "what does not open is corrupt");
    if (bytes.empty()) return;

    const auto sealed = recoverable::seal(key, 1, here, secret_text::copy_of(bytes));
    require(static_cast<bool>(sealed), "a text can be sealed");
    const auto again = recoverable::open(key, here, *sealed);
    require(again && again->reveal(unsafe_reveal) == bytes, "a sealed text opens unaltered");
    sealed_text altered = *sealed;
    const std::size_t at = static_cast<unsigned char>(bytes.front()) * std::size_t{7919} % altered.box.size();
    altered.box[at] ^= std::byte{1} << (static_cast<unsigned char>(bytes.back()) % 8U);
    require(!recoverable::open(key, here, altered), "a box with a flipped bit does not open");
    seal_binding elsewhere = here;
    elsewhere.handle = handle{8};
    require(!recoverable::open(key, elsewhere, *sealed), "a box does not open in another row");
}

}  // namespace shearline::inline v0_1::testing
