// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "exact_json.hpp"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace common {

namespace {

namespace json = boost::json;
using json::error_code;

/// The double nearest to a JSON number, which Boost.JSON's own parser can miss; empty if that is infinite.
std::optional<double> nearest_double(const std::string& spelled) {
    double number = 0;
    const auto [end, failed] = std::from_chars(spelled.data(), spelled.data() + spelled.size(), number);
    // Too small and too large are the same failure; strtod distinguishes them. (The program stays in the C locale.)
    if (failed == std::errc::result_out_of_range) number = std::strtod(spelled.c_str(), nullptr);
    if (!std::isfinite(number)) return std::nullopt;
    return number;
}

/// Follows a parse, and fails at a repeated member (Boost.JSON by itself keeps the last one) and at a number that is
/// too large for a double. Collects the doubles in order.
struct strict_reading {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    std::vector<std::set<std::string, std::less<>>> open;
    std::string key;
    std::string number;
    std::vector<double> doubles{};
    bool doubled = false;
    bool infinite = false;

    bool on_object_begin(error_code&) {
        open.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, error_code&) {
        open.pop_back();
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        key.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code& failed) {
        key.append(part.data(), part.size());
        doubled = !open.back().insert(std::exchange(key, {})).second;
        if (doubled) failed = json::error::syntax;
        return !doubled;
    }
    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_string_part(json::string_view, std::size_t, error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, error_code&) { return true; }
    bool on_number_part(json::string_view part, error_code&) {
        number.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t, json::string_view, error_code&) {
        number.clear();
        return true;
    }
    bool on_uint64(std::uint64_t, json::string_view, error_code&) {
        number.clear();
        return true;
    }
    bool on_double(double, json::string_view part, error_code& failed) {
        number.append(part.data(), part.size());
        const auto nearest = nearest_double(std::exchange(number, {}));
        infinite = !nearest;
        if (infinite) failed = json::error::exponent_overflow;
        doubles.push_back(nearest.value_or(0));
        return !infinite;
    }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }
};

json_problem problem_at(std::string_view text, std::size_t offset, std::string what) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
    return {std::move(what), before.size(),
            1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            before.size() - line_start + 1};
}

/// Replaces the doubles that Boost.JSON read by the exact ones, in order.
void take_doubles(json::value& into, const double*& next) {
    if (into.is_double()) {
        into = *next++;
    } else if (into.is_array()) {
        for (json::value& each : into.get_array()) take_doubles(each, next);
    } else if (into.is_object()) {
        for (auto& member : into.get_object()) take_doubles(member.value(), next);
    }
}

void append(std::string& text, const json::value& what);

template <typename Range, typename Append>
void append_all(std::string& text, char begin, char end, const Range& range, Append append_one) {
    text += begin;
    const char* between = "";
    for (const auto& each : range) {
        text += std::exchange(between, ",");
        append_one(each);
    }
    text += end;
}

void append(std::string& text, const json::value& what) {
    if (what.is_double()) {
        std::array<char, 32> spelled{};
        const double size = std::abs(what.get_double());
        const bool is_plain = size == 0 || (size >= 1e-4 && size < 1e16);
        const auto [end, failed] = std::to_chars(spelled.data(), spelled.data() + spelled.size(), what.get_double(),
                                                 is_plain ? std::chars_format::fixed : std::chars_format::scientific);
        const std::string_view digits{spelled.data(), static_cast<std::size_t>(end - spelled.data())};
        text += digits;
        if (digits.find_first_of(".e") == std::string_view::npos)
            text += ".0";  // otherwise it would be read as an integer
    } else if (what.is_array()) {
        append_all(text, '[', ']', what.get_array(), [&](const json::value& each) { append(text, each); });
    } else if (what.is_object()) {
        append_all(text, '{', '}', what.get_object(), [&](const auto& member) {
            text += json::serialize(member.key());
            text += ':';
            append(text, member.value());
        });
    } else {
        text += json::serialize(what);
    }
}

}  // namespace

std::string to_text(const json::value& what) {
    std::string text;
    append(text, what);
    return text;
}

std::variant<json::object, json_problem> read_object(std::string_view text) {
    json::parse_options strict;
    strict.max_depth = max_json_depth;
    json::basic_parser<strict_reading> parser{strict};
    error_code failed;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), failed);
    if (parser.handler().doubled) return problem_at(text, read, "a member is repeated");
    if (parser.handler().infinite || failed == json::error::exponent_overflow)
        return problem_at(text, read, "a number is too large for a 64-bit floating-point number");
    if (failed == json::error::too_deep) return problem_at(text, read, "more than 8 levels");
    if (failed) return problem_at(text, read, failed.message());
    const std::size_t rest = text.find_first_not_of(" \t\r\n", read);
    if (rest != std::string_view::npos) return problem_at(text, rest, "extra data");
    json::value value = json::parse({text.data(), text.size()}, failed, {}, strict);
    if (failed) return problem_at(text, 0, failed.message());
    if (!value.is_object()) return problem_at(text, 0, "a JSON object is expected");
    const double* next = parser.handler().doubles.data();
    take_doubles(value, next);
    return std::move(value.as_object());
}

}  // namespace common
