// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes as a request to the CRM with a valid key: the first line is the method and the target, the rest is the
// body. Every request gets an answer in JSON, and never a server error.
#include <exact_json.hpp>
#include <optional>
#include <string>
#include <variant>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "crm_world.hpp"

namespace {

using shearline::testing::require;

void check_json(const std::string& text) {
    const auto read = common::read_object(text);
    boost::system::error_code problem;
    const boost::json::value other = boost::json::parse(text, problem);
    if (const auto* const object = std::get_if<boost::json::object>(&read)) {
        require(!problem && other.is_object(), "what our reader takes is an object for Boost.JSON too");
        const auto again = common::read_object(boost::json::serialize(*object));
        require(std::holds_alternative<boost::json::object>(again) && std::get<boost::json::object>(again) == *object,
                "what was read is the same when it is written and read again");
    } else {
        require(std::get<common::json_problem>(read).offset <= text.size(), "what is wrong is within the text");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::optional<crm_world> w;
    static unsigned long count = 0;
    if (count++ % 2'000 == 0) {
        w.reset();
        w.emplace();  // before the contacts of earlier inputs make each list long
    }
    const std::string bytes(data, data + size);
    const std::size_t line = std::min(bytes.find('\n'), bytes.size());
    const std::size_t blank = std::min(bytes.find(' '), line);
    crm::request asked;
    asked.method = bytes.substr(0, blank);
    asked.target =
        std::string{crm::api_root} + bytes.substr(std::min(blank + 1, line), line - std::min(blank + 1, line));
    asked.body = bytes.substr(std::min(line + 1, bytes.size()));
    asked.headers.emplace_back("Content-Type", "application/json");
    check_json(asked.body);

    const crm::response answer = w->api.answer_granted(asked);
    require(answer.status >= 200 && answer.status < 500, "no request makes the server fail");
    if (answer.body.empty()) return 0;
    boost::system::error_code problem;
    (void)boost::json::parse(answer.body, problem);
    require(!problem, "an answer is JSON");
    return 0;
}
