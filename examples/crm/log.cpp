// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include <shearline/clock.hpp>

#include "text.hpp"

namespace crm {

namespace {

namespace json = boost::json;

/// A text that JSON can represent: if it is not UTF-8 (such as a file name), its non-ASCII bytes are removed.
json::string text_of(std::string_view text) {
    json::string kept{text.data(), text.size()};
    if (common::find_invalid_utf8(text))
        for (char& c : kept)
            if (static_cast<unsigned char>(c) > 0x7f) c = '?';
    return kept;
}

void write(const json::object& line) {
    std::string text = json::serialize(line);
    text += '\n';
    std::fwrite(text.data(), 1, text.size(), stderr);  // in one call, so that lines of two threads do not mix
}

json::object begin(std::string_view level, std::string_view what) {
    return {{"at", shearline::to_unix_ms(shearline::system_clock{}.now())},
            {"level", text_of(level)},
            {"what", text_of(without_keys(what))}};
}

}  // namespace

void log_line(std::string_view level, std::string_view what,
              std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
    json::object line = begin(level, what);
    for (const auto& [name, value] : members) line.insert_or_assign(name, text_of(without_keys(value)));
    write(std::move(line));
}

void log_request(const request_account& done) {
    json::object line = begin("info", "request");
    line.emplace("id", text_of(done.asked.id));
    line.emplace("from", text_of(done.asked.source_address));
    line.emplace("method", text_of(without_keys(done.asked.method.substr(0, 32))));
    line.emplace("path", text_of(path_for_log(done.asked.path())));
    line.emplace("status", done.status);
    line.emplace("took_us", done.took.count());
    if (!done.why.empty()) line.emplace("why", text_of(without_keys(done.why)));
    write(std::move(line));
}

}  // namespace crm
