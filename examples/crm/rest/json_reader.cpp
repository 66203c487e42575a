// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "rest/json_reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <set>
#include <utility>
#include <vector>

namespace crm {

namespace {

namespace json = boost::json;
using json::error_code;

/// Follows a parse and fails at a member that its object has already: Boost.JSON by itself keeps the last of the two.
struct unique_members {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    std::vector<std::set<std::string, std::less<>>> open;
    std::string key;
    bool doubled = false;

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
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, error_code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, error_code&) { return true; }
    bool on_double(double, json::string_view, error_code&) { return true; }
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

}  // namespace

std::variant<json::object, json_problem> read_object(std::string_view text) {
    json::parse_options strict;
    strict.max_depth = max_json_depth;
    json::basic_parser<unique_members> parser{strict};
    error_code failed;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), failed);
    if (parser.handler().doubled) return problem_at(text, read, "a member is there twice");
    if (failed == json::error::too_deep) return problem_at(text, read, "more than 8 levels");
    if (failed) return problem_at(text, read, failed.message());
    const std::size_t rest = text.find_first_not_of(" \t\r\n", read);
    if (rest != std::string_view::npos) return problem_at(text, rest, "extra data");
    json::value value = json::parse({text.data(), text.size()}, failed, {}, strict);
    if (failed) return problem_at(text, 0, failed.message());
    if (!value.is_object()) return problem_at(text, 0, "a JSON object is expected");
    return std::move(value.as_object());
}

}  // namespace crm
