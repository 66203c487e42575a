// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "key.hpp"

#include <cstdlib>
#include <utility>

#include <shearline/format/mask.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/private_file.hpp>

#include "process.hpp"
#include "text.hpp"

namespace legacy_sync {

using common::trimmed;
using shearline::secret_text;
using shearline::unsafe_reveal;

namespace {

constexpr std::size_t max_file_bytes = 4096;

secret_text read_text(const key_place& place) {
    if (!place.variable.empty()) {
        const char* const text = std::getenv(place.variable.c_str());
        return secret_text::copy_of(trimmed(text == nullptr ? "" : text));
    }
    // A secret volume gives its files to root and a group that the service is in, mode 0440.
    auto read = shearline::read_private_file(place.file, max_file_bytes, shearline::private_to::owner_and_group);
    if (!read) throw key_refused{read.error().context()};
    return secret_text::copy_of(trimmed(read->reveal(unsafe_reveal)));
}

/// The likely mistake, and at which character; quotes nothing of the text.
std::string what_is_wrong(std::string_view text, const shearline::format_error& why) {
    const auto at = [](std::size_t offset) { return "character " + std::to_string(offset + 1); };
    const auto is_quote = [](char c) { return c == '"' || c == '\'' || c == '`'; };
    if (text.starts_with("\xEF\xBB\xBF")) return "it starts with a byte order mark (save the file without one)";
    if (text.starts_with("Bearer ") || text.starts_with("bearer ")) return "it starts with \"Bearer \"";
    if (text.starts_with("Authorization")) return "it is a whole header, not only the key";
    if (is_quote(text.front()) || is_quote(text.back())) return "it is in quotes";
    if (const std::size_t blank = text.find_first_of(" \t\r\n"); blank != text.npos)
        return "it has a space or a line end in the middle (" + at(blank) + ")";
    for (std::size_t i = 0; i < text.size(); ++i)
        if (static_cast<unsigned char>(text[i]) >= 0x80)
            return at(i) +
                   " is not ASCII, although it may look like it (a dash, a letter of another script, a zero-width "
                   "space)";
    std::string words{to_string(why.code)};
    if (why.code == shearline::format_errc::wrong_length)
        return words + " (" + std::to_string(text.size()) + " characters instead of " +
               std::to_string(instance_key::chars) + ")";
    if (why.code == shearline::format_errc::wrong_checksum) return words + " (a character was lost or changed)";
    return words + " (" + at(why.offset) + ")";
}

}  // namespace

std::string key_place::text() const {
    return variable.empty() ? "the file " + file : "the environment variable " + variable;
}

secret_text read_key(const key_place& place) {
    secret_text key = read_text(place);
    if (key.empty()) throw key_refused{place.text() + " has no key: put the instance API key there"};
    const auto parsed = shearline::parse<instance_key>(key.reveal(unsafe_reveal));
    if (!parsed)
        throw key_refused{place.text() + " has no valid instance API key: " +
                          what_is_wrong(key.reveal(unsafe_reveal), parsed.error()) + ": copy the whole key again"};
    return key;
}

std::string masked(const secret_text& key) {
    return std::string{shearline::mask<instance_key>(key.reveal(unsafe_reveal)).view()};
}

std::string without_key(std::string text, const secret_text& key) {
    const std::string_view secret = key.reveal(unsafe_reveal);
    for (std::size_t at = text.find(secret); !secret.empty() && at != std::string::npos; at = text.find(secret))
        text.replace(at, secret.size(), masked(key));
    return text;
}

}  // namespace legacy_sync
