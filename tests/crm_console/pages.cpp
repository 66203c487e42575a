// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <console/pages.hpp>

#include <array>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <console/assets.hpp>
#include <console/html.hpp>
#include <percent_encode.hpp>
#include <time_text.hpp>

namespace {

bool has(std::string_view page, std::string_view part) { return page.find(part) != std::string_view::npos; }

constexpr std::string_view hostile = R"('"><script>alert(1)</script>&amp;{})";

crm::contact_row hostile_contact() {
    const std::string text{hostile};
    return {text, text, text, text, text, text, true, {}, text};
}

crm::key_view hostile_key() {
    const std::string text{hostile};
    crm::key_view key;
    key.masked = key.state = text;
    key.scopes = {text};
    return key;
}

crm::damaged_view hostile_damage() {
    const std::string text{hostile};
    return {text, text, text, text};
}

crm::audit_row hostile_event() {
    const std::string text{hostile};
    return {1, {}, text, text, text, text, text};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pages)

BOOST_AUTO_TEST_CASE(escape_everything_but_constants) {
    crm::html out;
    out.add(R"(<p title="{}">{} {}</p>)", hostile, std::string{"<"}, 7);
    BOOST_TEST(out.str() == "<p title=\"&#39;&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;{}\">&lt; 7</p>");
}

BOOST_AUTO_TEST_CASE(do_not_run_what_a_record_holds) {
    const crm::frame around{std::string{hostile}, crm::notice{crm::notice::tone::bad, std::string{hostile}}};
    const std::string text{hostile};
    const crm::contacts_view contacts{{hostile_contact()}, 1, 1, 1, text};
    const std::array<std::string, 11> all{
        crm::sign_in_page(hostile, around.says),
        crm::home_page(around, {1, hostile_key(), {hostile_event()}}),
        crm::integrations_page(around, hostile_key()),
        crm::key_page(around, {hostile_key(), false, false, hostile, text}),
        crm::key_page(around, {hostile_key(), true, false, {}, text}),
        crm::key_page(around, {std::nullopt, false, false, {}, text, {hostile_damage()}}),
        crm::key_page({"token", {}}, {std::nullopt, false, false, {}, "once", {hostile_damage()}}),
        crm::password_page(around, {hostile, {{hostile, text}}, hostile}),
        crm::contacts_page(around, contacts),
        crm::audit_page(around, {{hostile_event()}, text, false}),
        crm::error_page(404, hostile, hostile),
    };
    for (const std::string& page : all) {
        BOOST_TEST(has(page, "&lt;script&gt;alert(1)"));  // it was shown, so that the next line says something
        BOOST_TEST(!has(page, "<script>alert"));
        BOOST_TEST(!has(page, "'\">"));
    }
}

BOOST_AUTO_TEST_CASE(run_no_script_and_no_style_of_their_own) {
    const crm::frame around{"token", {}};
    crm::key_view key;
    key.masked = "instance_0abcDEFGhij";
    for (const std::string& page :
         {crm::sign_in_page("token", {}), crm::home_page(around, {}), crm::integrations_page(around, key),
          crm::key_page(around, {key, true, false, {}, "once"}), crm::contacts_page(around, {}),
          crm::audit_page(around, {}), crm::error_page(500, "a", "b")}) {
        BOOST_TEST(!has(page, " style="));
        BOOST_TEST(!has(page, "<style"));
        BOOST_TEST(!has(page, " onclick="));
        BOOST_TEST(!has(page, "javascript:"));
        BOOST_TEST(!has(page, "//"));  // nothing from elsewhere
        BOOST_TEST(has(page, "<script src=\"/admin/assets/console."));
    }
}

BOOST_AUTO_TEST_CASE(say_of_each_asset_where_it_lies) {
    BOOST_TEST(crm::assets().size() == 3U);
    const std::string page = crm::error_page(404, "a", "b");
    for (const crm::asset& each : crm::assets()) {
        BOOST_TEST(each.path.starts_with(crm::path::assets));
        BOOST_TEST(has(page, each.path));
        BOOST_TEST(!each.bytes.empty());
    }
}

BOOST_AUTO_TEST_CASE(show_the_key_only_where_it_was_asked_for) {
    const crm::frame around{"token", {}};
    crm::key_view key;
    key.masked = "instance_0abcDEFGhij•••";
    const std::string_view whole = "instance_0abcDEFGhijSECRET";
    BOOST_TEST(has(crm::key_page(around, {key, false, false, whole, "once"}), whole));
    BOOST_TEST(!has(crm::key_page(around, {key, false, false, {}, "once"}), "SECRET"));
}

BOOST_AUTO_TEST_CASE(warn_that_the_old_key_stops_at_once_before_it_is_replaced) {
    const crm::frame around{"token", {}};
    for (const bool confirming : {false, true}) {
        const std::string page = crm::key_page(around, {crm::key_view{}, true, confirming, {}, "the-once-token"});
        BOOST_TEST(has(page, "The old key stops working at once"));
        BOOST_TEST(has(page, crm::path::key_regenerate));
        BOOST_TEST(has(page, R"(name="once" value="the-once-token")"));
        BOOST_TEST(has(page, R"(name="csrf" value="token")"));
    }
    const std::string first = crm::key_page(around, {std::nullopt, true, false, {}, "the-once-token"});
    BOOST_TEST(has(first, crm::path::key_generate));
    BOOST_TEST(!has(first, crm::path::key_regenerate));
}

BOOST_AUTO_TEST_CASE(give_their_rows_to_the_script_as_json) {
    const auto json = boost::json::parse(crm::contacts_json({{hostile_contact()}, 41, 1, 3, ""}));
    BOOST_TEST(json.at("total").to_number<int>() == 41);
    BOOST_TEST(json.at("pages").to_number<int>() == 3);
    BOOST_TEST(json.at("rows").at(0).at("name").as_string() == hostile);
    BOOST_TEST(json.at("rows").at(0).at("archived").as_bool());
    BOOST_TEST(json.at("rows").at(0).at("conflict").as_string() == hostile);
}

BOOST_AUTO_TEST_CASE(mark_the_contacts_that_were_edited_on_both_sides) {
    crm::contact_row row;
    const auto page = [&] {
        const std::string whole = crm::contacts_page({"token", {}}, {{row}, 1, 1, 1, ""});
        return whole.substr(0, whole.find("<template>"));  // which has a hidden one of its own
    };
    BOOST_TEST(has(page(), R"(data-conflict hidden>)"));
    row.conflict = "email";
    BOOST_TEST(has(page(), R"(data-conflict>In conflict: <span data-field="conflict">email</span>)"));
}

BOOST_AUTO_TEST_CASE(write_times_so_that_people_and_machines_can_read_them) {
    const auto at = shearline::from_unix_ms(1'795'446'245'067);
    BOOST_TEST(common::time_text(at) == "2026-11-23T15:04:05.067Z");
    BOOST_TEST(crm::readable_time(at) == "2026-11-23 15:04 UTC");
    BOOST_TEST(common::time_text(shearline::from_unix_ms(-1)) == "1969-12-31T23:59:59.999Z");
}

BOOST_AUTO_TEST_CASE(percent_encode_all_but_the_unreserved) {
    BOOST_TEST(common::percent_encode("aZ9-._~") == "aZ9-._~");
    BOOST_TEST(common::percent_encode("a b&c=\"ü/") == "a%20b%26c%3D%22%C3%BC%2F");
}

BOOST_AUTO_TEST_SUITE_END()
