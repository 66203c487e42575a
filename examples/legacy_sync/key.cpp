// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "key.hpp"

#include <cstdlib>
#include <utility>

#include <shearline/format/mask.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/private_file.hpp>

#include "ending.hpp"
#include "text.hpp"

namespace legacy_sync {

using shearline::secret_text;
using shearline::unsafe_reveal;

namespace {

constexpr std::size_t max_file_bytes = 4096;

secret_text read_text(const key_place& place) {
    if (!place.variable.empty()) {
        const char* const text = std::getenv(place.variable.c_str());
        return secret_text::copy_of(trimmed(text == nullptr ? "" : text));
    }
    auto read = shearline::read_private_file(place.file, max_file_bytes);
    if (!read) throw key_refused{read.error().context()};
    return secret_text::copy_of(trimmed(read->reveal(unsafe_reveal)));
}

}  // namespace

std::string key_place::text() const {
    return variable.empty() ? "the file " + file : "the environment variable " + variable;
}

secret_text read_key(const key_place& place) {
    secret_text key = read_text(place);
    if (key.empty()) throw key_refused{place.text() + " holds no key: put the instance API key there"};
    const auto parsed = shearline::parse<instance_key>(key.reveal(unsafe_reveal));
    if (!parsed)
        throw key_refused{place.text() + " holds no instance API key (" + std::string{to_string(parsed.error().code)} +
                          "): copy it again, whole"};
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
