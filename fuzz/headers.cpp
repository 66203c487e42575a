// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as a request: what is found in it, or said to be wrong with it, is what rules written down by hand say; and
// no second credential, no spelling of a name and no unrelated field gets anything else in. The first line of an input
// is the request target, each further one a field; a line that begins with a blank belongs to the one before.
// Run by libFuzzer, and over the corpus by replay.cpp.
#include <shearline/format/key_format.hpp>
#include <shearline/http/credential_source.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support.hpp"

namespace {

using namespace shearline;

struct field {
    std::string name, value;
};

struct request {
    std::string target;
    std::vector<field> fields;
};

request request_of(const std::string& bytes) {
    std::istringstream lines{bytes};
    request made;
    std::getline(lines, made.target);
    for (std::string line; std::getline(lines, line);) {
        if (!made.fields.empty() && (line.starts_with(' ') || line.starts_with('\t'))) {
            made.fields.back().value += '\n' + line;
            continue;
        }
        const std::size_t colon = line.find(':');
        made.fields.push_back({line.substr(0, colon), colon == std::string::npos ? "" : line.substr(colon + 1)});
    }
    return made;
}

// The rules, in the slow and obvious way. They share no code with the library.
namespace rules {

const std::string blanks = " \t";

/// The credential, or else the code and the field.
struct answer {
    credential_errc code{};  ///< 0 where there is a credential
    std::string text;
};

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool has_only(const std::string& text, const std::function<bool(unsigned char)>& allowed) {
    for (const char c : text)
        if (!allowed(static_cast<unsigned char>(c))) return false;
    return true;
}

/// In the C locale, which is what a program starts with, these know ASCII alone.
bool is_word(unsigned char c) { return std::isalnum(c) != 0; }

std::string folded(const std::string& text) {
    std::string made;
    for (const char c : text) made += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return made;
}

std::string percent_decoded(const std::string& text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string digits = text.substr(i + 1, 2);
        const bool encoded = text[i] == '%' && digits.size() == 2 &&
                             has_only(digits, [](unsigned char c) { return std::isxdigit(c) != 0; });
        made += encoded ? static_cast<char>(std::stoi(digits, nullptr, 16)) : text[i];
        if (encoded) i += 2;
    }
    return made;
}

bool holds_key(const std::string& text) {
    const std::string decoded = percent_decoded(text);
    for (std::size_t at = decoded.find("instance_"); at != std::string::npos; at = decoded.find("instance_", at + 1))
        if (!oracle::judge(instance_rules, decoded.substr(at, 58))) return true;
    return false;
}

bool is_leak(const std::string& target) {
    static const std::set<std::string> names{"key",         "apikey",   "xapikey",   "token",
                                             "accesstoken", "apitoken", "authtoken", "authorization"};
    std::size_t start = target.find('?');
    while (start != std::string::npos) {
        const std::size_t end = target.find_first_of("&;?#", start + 1);
        const std::string parameter = target.substr(start + 1, end == std::string::npos ? end : end - start - 1);
        std::string name;
        for (const char c : folded(percent_decoded(parameter.substr(0, parameter.find('=')))))
            if (is_word(static_cast<unsigned char>(c))) name += c;
        if (names.contains(name)) return true;
        start = end;
    }
    return holds_key(target);
}

bool is_token68(std::string text) {
    text.erase(text.find_last_not_of('=') + 1);
    return !text.empty() && has_only(text, [](unsigned char c) {
        return is_word(c) || std::string{"-._~+/"}.find(static_cast<char>(c)) != std::string::npos;
    });
}

answer value_of(const std::string& given, bool schemes) {
    std::string value = trimmed(given);
    if (!has_only(value, [](unsigned char c) { return c == '\t' || (c >= 0x20 && c <= 0x7e); }))
        return {credential_errc::malformed, ""};
    const std::size_t space = value.find(' ');
    const std::string first = value.substr(0, space);
    if (schemes && folded(first) == "bearer") {
        value = space == std::string::npos ? "" : value.substr(value.find_first_not_of(' ', space));
    } else if (schemes && space != std::string::npos) {
        return {is_token68(first) ? credential_errc::unsupported_scheme : credential_errc::malformed, ""};
    }
    if (value.size() > 512) return {credential_errc::too_long, ""};
    if (!is_token68(value)) return {credential_errc::malformed, ""};
    return {{}, value};
}

answer credential_of(const request& from, other_schemes others) {
    if (is_leak(from.target)) return {credential_errc::in_url, "request target"};
    std::set<std::string> seen;
    std::string found;
    bool ignored = false;
    for (const field& each : from.fields) {
        std::string name = folded(trimmed(each.name));
        for (char& c : name)
            if (!is_word(static_cast<unsigned char>(c))) c = '-';
        if (name != "authorization" && name != "x-api-key") continue;
        const std::string shown = name == "authorization" ? "Authorization" : "X-API-Key";
        if (folded(each.name) != name) return {credential_errc::malformed, shown};
        if (!seen.insert(name).second) return {credential_errc::repeated, shown};
        const answer value = value_of(each.value, name == "authorization");
        if (value.code == credential_errc::unsupported_scheme && others == other_schemes::ignore &&
            !holds_key(each.value)) {
            ignored = true;
        } else if (value.code != credential_errc{}) {
            return {value.code, shown};
        } else if (!found.empty()) {
            return {credential_errc::repeated, shown};
        } else {
            found = value.text;
        }
    }
    if (!found.empty()) return {{}, found};
    return {ignored ? credential_errc::unsupported_scheme : credential_errc::missing, "Authorization"};
}

}  // namespace rules

result<std::string_view, credential_error> found_in(const request& from, other_schemes others) {
    std::vector<header_field> fields;
    fields.reserve(from.fields.size());
    for (const field& each : from.fields) fields.push_back({each.name, each.value});
    return find_credential<key_format<"instance">>(fields, from.target, others);
}

bool refused(const request& from, other_schemes others) { return !found_in(from, others); }

/// What must follow where a credential is found.
void check_found(const request& from, std::string_view text, other_schemes others) {
    std::size_t carriers = 0;
    const std::less_equal<> no_later;
    for (const field& each : from.fields)
        carriers += no_later(each.value.data(), text.data()) &&
                            no_later(text.data() + text.size(), each.value.data() + each.value.size())
                        ? 1U
                        : 0U;
    require(carriers == 1, "a credential is a view into the value of one field");

    for (const char* name : {"Authorization", "X-API-Key", "x_api_key"}) {
        request doubled = from;
        doubled.fields.push_back({name, std::string{text}});
        require(refused(doubled, others), "a second credential is refused behind the first");
        std::rotate(doubled.fields.begin(), doubled.fields.end() - 1, doubled.fields.end());
        require(refused(doubled, others), "a second credential is refused before the first");
    }
    request leaking = from;
    leaking.target += "?%6Bey";
    require(refused(leaking, others), "a key parameter is refused beside a credential");

    request dressed = from;
    dressed.fields.insert(dressed.fields.begin(), {"Host", std::string{text}});
    for (field& each : dressed.fields)
        for (char& c : each.name)
            c = static_cast<char>(std::isupper(static_cast<unsigned char>(c)) != 0
                                      ? std::tolower(static_cast<unsigned char>(c))
                                      : std::toupper(static_cast<unsigned char>(c)));
    const auto again = found_in(dressed, others);
    require(again && *again == text, "the case of names and the fields of others change nothing");
    if (others == other_schemes::refuse)
        require(!refused(from, other_schemes::ignore), "what the strict policy lets in, the other does too");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const request from = request_of(std::string(data, data + size));
    for (const other_schemes others : {other_schemes::refuse, other_schemes::ignore}) {
        const auto found = found_in(from, others);
        const rules::answer expected = rules::credential_of(from, others);
        require(static_cast<bool>(found) == (expected.code == credential_errc{}),
                "a credential is found where the rules find one, and nowhere else");
        if (found) {
            require(*found == expected.text, "the credential is the one of the rules");
            check_found(from, *found, others);
        } else {
            require(found.error().code == expected.code, "the refusal is for the reason of the rules");
            require(found.error().field == expected.text, "the refusal names the field of the rules");
        }
    }
    return 0;
}
