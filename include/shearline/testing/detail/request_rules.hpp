// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The credential of a request, by rules written by hand and applied in the simplest way.
// Depends on http/credential_source.hpp for its names, and testing/format_rules.hpp; never on the code under test.
#pragma once

#include <cctype>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/http/credential_source.hpp>
#include <shearline/testing/format_rules.hpp>

namespace shearline::inline v0_1::testing::detail {

/// The parts of a request that matter for credentials, in its own memory.
struct sample_request {
    struct field {
        std::string name, value;
    };
    std::string target;
    std::vector<field> fields;

    /// The first line is the target, each further line a field; a line that begins with a blank continues the previous
    /// one.
    [[nodiscard]] static sample_request of_lines(const std::string& text) {
        sample_request made;
        std::size_t end = text.find('\n');
        made.target = text.substr(0, end);
        while (end != std::string::npos && end + 1 < text.size()) {
            const std::size_t start = end + 1;
            end = text.find('\n', start);
            const std::string line = text.substr(start, end == std::string::npos ? end : end - start);
            if (!made.fields.empty() && (line.starts_with(' ') || line.starts_with('\t'))) {
                made.fields.back().value += '\n' + line;
                continue;
            }
            const std::size_t colon = line.find(':');
            made.fields.push_back({line.substr(0, colon), colon == std::string::npos ? "" : line.substr(colon + 1)});
        }
        return made;
    }

    /// The arguments of `find_credential`; views into this object.
    [[nodiscard]] std::vector<header_field> views() const {
        std::vector<header_field> made;
        made.reserve(fields.size());
        for (const field& each : fields) made.push_back({each.name, each.value});
        return made;
    }
};

/// The rules for requests that carry keys of one format.
class request_rules {
public:
    /// The credential, or the error code and the field.
    struct answer {
        credential_errc code{};  ///< 0 if there is a credential
        std::string text;
    };

    explicit request_rules(format_rules keys) : m_keys{std::move(keys)} {}

    [[nodiscard]] answer judge(const sample_request& from, other_schemes others) const {
        if (is_leak(from.target)) return {credential_errc::in_url, "request target"};
        std::set<std::string> seen;
        std::string found;
        bool ignored = false;
        for (const sample_request::field& each : from.fields) {
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

private:
    static std::string trimmed(const std::string& text) {
        const std::string_view blanks = " \t";
        const std::size_t first = text.find_first_not_of(blanks);
        return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
    }

    template <typename Allowed>
    static bool has_only(const std::string& text, Allowed allowed) {
        for (const char c : text)
            if (!allowed(static_cast<unsigned char>(c))) return false;
        return true;
    }

    /// In the C locale, in which a program starts, these functions handle ASCII only.
    static bool is_word(unsigned char c) { return std::isalnum(c) != 0; }

    static std::string folded(const std::string& text) {
        std::string made;
        for (const char c : text) made += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return made;
    }

    static std::string percent_decoded(const std::string& text) {
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

    [[nodiscard]] bool holds_key(const std::string& text) const {
        const std::string decoded = percent_decoded(text);
        const std::string& prefix = m_keys.fields.front().text;
        for (std::size_t at = decoded.find(prefix); at != std::string::npos; at = decoded.find(prefix, at + 1))
            if (!m_keys.judge(decoded.substr(at, m_keys.chars()))) return true;
        return false;
    }

    [[nodiscard]] bool is_leak(const std::string& target) const {
        static const auto& names = *new std::set<std::string>{"key",         "apikey",   "xapikey",   "token",
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

    static bool is_token68(std::string text) {
        text.erase(text.find_last_not_of('=') + 1);
        return !text.empty() && has_only(text, [](unsigned char c) {
            return is_word(c) || std::string_view{"-._~+/"}.find(static_cast<char>(c)) != std::string_view::npos;
        });
    }

    static answer value_of(const std::string& given, bool schemes) {
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

    format_rules m_keys;
};

/// Whether `find_credential` agrees with the rules on a request. `read(request, others)` stands for it.
template <typename Read>
[[nodiscard]] bool agrees(const request_rules& rules, const sample_request& from, other_schemes others, Read read) {
    const auto found = read(from, others);
    const request_rules::answer expected = rules.judge(from, others);
    if (found) return expected.code == credential_errc{} && *found == expected.text;
    return found.error().code == expected.code && found.error().field == expected.text;
}

}  // namespace shearline::inline v0_1::testing::detail
