// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "row.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include "digest.hpp"
#include "exact_json.hpp"
#include "text.hpp"

namespace legacy_sync {

namespace json = boost::json;

namespace {

constexpr std::size_t max_text_bytes = 65'536;

/// The shortest decimal that reads back as the same number; a phone number that became a REAL stays all digits.
std::string decimal(double number) {
    std::array<char, 400> room{};
    const bool is_whole = std::abs(number) < 1e15 && number == std::trunc(number);
    const auto end = is_whole
                         ? std::to_chars(room.data(), room.data() + room.size(), number, std::chars_format::fixed, 0)
                         : std::to_chars(room.data(), room.data() + room.size(), number);
    return {room.data(), end.ptr};
}

/// The JSON of one value, or the problem with it.
struct converted {
    json::value made{};
    std::string problem{};
};

/// With one blank in place of control characters (Unicode's Cc) and of the blanks around them.
std::string on_one_line(std::string_view text) {
    std::string out;
    bool after_control = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_c1 = byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;  // the text is UTF-8
        if (byte < ' ' || byte == 0x7f || is_c1) {
            out.resize(out.find_last_not_of(' ') + 1);  // npos + 1 is 0
            after_control = true;
            if (is_c1) ++i;
        } else if (!after_control || byte != ' ') {
            if (after_control) out += ' ';
            after_control = false;
            out += text[i];
        }
    }
    return out;
}

converted convert(const value& one, bool keeps_numbers, bool cleans = false) {
    if (const auto* const whole = std::get_if<std::int64_t>(&one))
        return {keeps_numbers ? json::value(*whole) : json::value(std::to_string(*whole))};
    if (const auto* const number = std::get_if<double>(&one)) {
        if (!std::isfinite(*number)) return {{}, "holds an infinite number"};
        return {keeps_numbers ? json::value(*number) : json::value(decimal(*number))};
    }
    if (const auto* const bytes = std::get_if<blob>(&one))
        return {{}, "holds a BLOB of " + std::to_string(bytes->bytes.size()) + " bytes, which is no text"};
    const auto* const text = std::get_if<std::string>(&one);
    if (text == nullptr) return {};
    if (text->size() > max_text_bytes) return {{}, "holds a text of " + std::to_string(text->size()) + " bytes"};
    if (const auto offset = find_invalid_utf8(*text))
        return {{}, "is not UTF-8 at byte " + std::to_string(*offset) + ": " + printable(*text, 80)};
    const std::string cleaned = cleans ? on_one_line(*text) : *text;
    const std::string_view content = trimmed(cleaned);
    return content.empty() ? converted{} : converted{json::value(content)};
}

}  // namespace

void put(json::object& into, const mapped_field& field, const json::value& held) {
    if (!field.is_metadata) {
        into[field.name] = held;
        return;
    }
    json::value& metadata = into["metadata"];
    if (!metadata.is_object()) metadata.emplace_object();
    metadata.get_object()[field.name] = held;
}

std::optional<std::string> external_id_of(const mapping& how, const value& key) {
    if (const auto* const bytes = std::get_if<blob>(&key)) {
        if (bytes->bytes.empty()) return std::nullopt;
        return how.external_id_prefix + hexadecimal(bytes->bytes);
    }
    // As it is, without trimming: keys that differ in a space are two keys.
    if (const auto* const text = std::get_if<std::string>(&key)) {
        if (text->empty() || find_invalid_utf8(*text)) return std::nullopt;
        return how.external_id_prefix + *text;
    }
    const converted text = convert(key, false);
    if (!text.made.is_string()) return std::nullopt;
    return how.external_id_prefix + std::string{text.made.get_string()};
}

contact_draft draft_of(const mapping& how, const source_row& row, const std::string& external_id) {
    contact_draft made;
    made.creation["external_id"] = external_id;
    for (std::size_t i = 0; i < how.fields.size(); ++i) {
        const mapped_field& field = how.fields[i];
        const converted held = convert(row.columns[i], field.is_metadata, field.on_one_line);
        if (!held.problem.empty()) {
            if (!made.problem.empty()) made.problem += "; ";
            made.problem += "column " + printable(field.column) + " " + held.problem;
            continue;
        }
        if (!held.made.is_null()) put(made.creation, field, held.made);
        if (field.belongs_to == owner::legacy) put(made.update, field, held.made);
        if (field.belongs_to == owner::legacy_unless_edited) made.unless_edited[field.full_name()] = held.made;
    }
    made.hash =
        digest(common::to_text(made.update) + (made.unless_edited.empty() ? "" : common::to_text(made.unless_edited)));
    made.whole_hash =
        digest(common::to_text(json::array{made.creation, made.update, made.unless_edited, made.problem}));
    return made;
}

std::string shown(const value& one) {
    if (is_null(one)) return "NULL";
    if (const auto* const text = std::get_if<std::string>(&one)) return printable(*text, 80);
    if (const auto* const bytes = std::get_if<blob>(&one)) return "x'" + hexadecimal(bytes->bytes.substr(0, 40)) + "'";
    const converted text = convert(one, false);
    return text.made.is_string() ? std::string{text.made.get_string()} : text.problem;
}

}  // namespace legacy_sync
