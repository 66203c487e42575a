// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "contact.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>

#include <boost/json.hpp>

using namespace legacy_sync;

namespace {

mapping two_fields() {
    mapping made;
    made.external_id_prefix = "x-";
    made.fields = {{.name = "phone", .column = "tel"},
                   {.name = "points", .is_metadata = true, .column = "pts"},
                   {.name = "company", .column = "firm", .belongs_to = owner::create_only}};
    return made;
}

contact_draft draft(value phone, value points, value firm) {
    return draft_of(two_fields(), {std::int64_t{1}, {}, {std::move(phone), std::move(points), std::move(firm)}}, "x-1");
}

std::string text(const boost::json::object& held) { return boost::json::serialize(held); }

}  // namespace

BOOST_AUTO_TEST_SUITE(row)

BOOST_AUTO_TEST_CASE(a_text_is_put_on_one_line_where_that_is_asked_for) {
    mapping how = two_fields();
    how.fields = {{.name = "phone", .column = "tel"}};
    const auto cleaned = [&](std::string text) {
        return std::string{
            draft_of(how, {std::int64_t{1}, {}, {std::move(text)}}, "x-1").creation.at("phone").as_string()};
    };
    BOOST_TEST(cleaned("12 \r\n\t 34  56\xc2\x85") == "12 \r\n\t 34  56\xc2\x85");
    how.fields.front().on_one_line = true;
    BOOST_TEST(cleaned("12 \r\n\t 34  56\xc2\x85") == "12 34  56");
    BOOST_TEST(cleaned("\n\x7f\x01 \xc3\xa9\xc2\xa0") == "\xc3\xa9\xc2\xa0");
}

BOOST_AUTO_TEST_CASE(numbers_become_text_in_fields_and_stay_numbers_in_metadata) {
    const auto made = draft(447700900123.0, std::numeric_limits<std::int64_t>::max(), {});
    BOOST_TEST(text(made.creation) ==
               R"({"external_id":"x-1","phone":"447700900123","metadata":{"points":9223372036854775807}})");
    BOOST_TEST(text(draft(std::int64_t{-5}, 1.5, {}).update) == R"({"phone":"-5","metadata":{"points":1.5E0}})");
}

BOOST_AUTO_TEST_CASE(what_is_empty_is_left_out_of_a_creation_and_cleared_by_an_update) {
    const auto made = draft(std::string{" \t"}, {}, {});
    BOOST_TEST(text(made.creation) == R"({"external_id":"x-1"})");
    BOOST_TEST(text(made.update) == R"({"phone":null,"metadata":{"points":null}})");
}

BOOST_AUTO_TEST_CASE(what_the_crm_owns_after_the_creation_is_in_no_update_and_in_no_hash) {
    const auto one = draft({}, {}, std::string{"one"});
    const auto other = draft({}, {}, std::string{"other"});
    BOOST_TEST(one.creation.contains("company"));
    BOOST_TEST(!one.update.contains("company"));
    BOOST_TEST(one.hash == other.hash);
    BOOST_TEST(one.whole_hash != other.whole_hash);  // a refused row that was mended there is another row
    BOOST_TEST(one.hash != draft(std::string{"1"}, {}, {}).hash);
}

BOOST_AUTO_TEST_CASE(what_json_cannot_hold_is_a_problem_that_names_the_column) {
    const auto made = draft(blob{"\x01"}, std::numeric_limits<double>::infinity(), std::string{"a\xff"});
    for (const char* const words :
         {"column tel is a BLOB of 1 bytes", "column pts is an infinite number", "column firm is not UTF-8 at byte 1"})
        BOOST_TEST(made.problem.find(words) != std::string::npos, made.problem);
}

BOOST_AUTO_TEST_CASE(keys_of_each_type_have_one_text) {
    const mapping how = two_fields();
    BOOST_TEST(external_id_of(how, std::int64_t{42}).value() == "x-42");
    BOOST_TEST(external_id_of(how, 42.0).value() == "x-42");
    BOOST_TEST(external_id_of(how, std::string{" 42"}).value() == "x- 42");
    BOOST_TEST(external_id_of(how, blob{"\x0f\xa0"}).value() == "x-0fa0");
    for (const value& none : {value{}, value{std::string{}}, value{blob{}}, value{std::string{"\xff"}},
                              value{std::numeric_limits<double>::infinity()}})
        BOOST_TEST(!external_id_of(how, none).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
