// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "mapping.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

#include "process.hpp"

namespace legacy_sync {
static std::ostream& operator<<(std::ostream& out, exit_status status) {
    return out << "exit status " << static_cast<int>(status);
}
static std::ostream& operator<<(std::ostream& out, owner whose) { return out << "owner " << static_cast<int>(whose); }
}  // namespace legacy_sync

namespace {

using namespace legacy_sync;

constexpr std::string_view whole = R"({
    "source": {"table": "customers", "key": "id", "change": {"column": "changed", "holds": "iso_time"}},
    "external_id_prefix": "legacy-",
    "deletions": "ignore",
    "fields": {
        "email": {"column": "mail", "owner": "legacy"},
        "company": {"column": "firm", "owner": "create_only"},
        "phone": {"owner": "crm"},
        "metadata.points": {"column": "points", "owner": "legacy"},
        "last_name": {"column": "surname", "owner": "legacy_unless_edited", "on_conflict": "keep_crm"}
    }
})";

/// `whole` with one piece replaced by another.
std::string altered(std::string_view piece, std::string_view by) {
    std::string text{whole};
    const std::size_t at = text.find(piece);
    BOOST_REQUIRE_NE(at, std::string::npos);
    return text.replace(at, piece.size(), by);
}

/// Checks that the mapping is refused with the status for usage errors, by a line that contains all of the words.
void refuses(const std::string& text, std::initializer_list<std::string_view> words) {
    try {
        std::ignore = mapping::parse(text, "m.json");
        BOOST_ERROR("taken: " << text);
    } catch (const failure& why) {
        const std::string_view line = why.what();
        BOOST_TEST(why.status() == exit_status::usage);
        BOOST_TEST(line.starts_with("m.json: "));
        for (const std::string_view word : words) BOOST_TEST(line.find(word) != line.npos, line << " lacks " << word);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mapping_file)

BOOST_AUTO_TEST_CASE(may_begin_with_a_byte_order_mark) {
    BOOST_TEST(mapping::parse("\xEF\xBB\xBF" + std::string{whole}, "m.json").table == "customers");
}

BOOST_AUTO_TEST_CASE(holds_each_member_once_and_names_that_the_crm_takes) {
    refuses(altered("\"deletions\": \"ignore\"", "\"deletions\": \"ignore\", \"deletions\": \"ignore\""),
            {"line 4", "a member is repeated"});
    refuses(altered("metadata.points", "metadata." + std::string(65, 'n')), {"metadata.nnn", "1 to 64 bytes"});
    refuses(altered("metadata.points", "metadata.a\\u0007b"), {"no control characters"});
}

BOOST_AUTO_TEST_CASE(reads_which_column_is_which_field_and_whose) {
    const mapping read = mapping::parse(whole, "m.json");
    BOOST_TEST(read.table == "customers");
    BOOST_TEST(read.key == "id");
    BOOST_TEST(read.external_id_prefix == "legacy-");
    const auto& change = std::get<change_column>(read.change);
    BOOST_TEST(change.column == "changed");
    BOOST_TEST(change.reread.count() == 3600);
    BOOST_REQUIRE_EQUAL(read.fields.size(), 4U);  // the CRM's own is not sent
    BOOST_TEST(read.fields[0].column == "mail");
    BOOST_TEST(read.fields[1].belongs_to == owner::create_only);
    BOOST_TEST(read.fields[2].name == "points");
    BOOST_TEST(read.fields[2].is_metadata);
    BOOST_TEST(read.fields[2].full_name() == "metadata.points");
    BOOST_TEST(read.fields[3].belongs_to == owner::legacy_unless_edited);
    BOOST_TEST((read.fields[3].on_conflict == on_conflict::keep_crm));
}

BOOST_AUTO_TEST_CASE(names_what_it_does_not_know) {
    refuses(altered("\"deletions\"", "\"deletion\""), {"deletion is unknown", "deletions"});
    refuses(altered("\"key\"", "\"keys\""), {"source.keys is unknown"});
    refuses(altered("\"holds\"", "\"hold\""), {"source.change.hold is unknown"});
    refuses(altered("\"email\"", "\"mail\""), {"fields.mail", "not a field of a contact"});
    refuses(altered("\"metadata.points\"", "\"metadata.\""), {"fields.metadata.", "not a field of a contact"});
    refuses(altered("\"external_id_prefix\"", "\"external_id\""), {"external_id is unknown"});
    refuses(altered("\"column\": \"mail\"", "\"colum\": \"mail\""), {"fields.email.colum is unknown"});
}

BOOST_AUTO_TEST_CASE(names_what_is_missing_or_wrong) {
    refuses(altered("\"key\": \"id\", ", ""), {"source.key is missing"});
    refuses(altered("\"table\": \"customers\", ", ""), {"either \"table\" or \"query\""});
    refuses(altered("\"table\": \"customers\"", "\"table\": \"customers\", \"query\": \"SELECT 1\""), {"either"});
    refuses(altered("\"owner\": \"legacy\"", "\"owner\": \"legacyy\""),
            {"fields.email.owner", "legacy, legacy_unless_edited, create_only, crm"});
    refuses(altered(", \"owner\": \"legacy\"", ""), {"fields.email.owner is missing"});
    refuses(altered("{\"owner\": \"crm\"}", "{\"owner\": \"crm\", \"column\": \"x\"}"), {"fields.phone.column"});
    refuses(altered("\"keep_crm\"", "\"keep\""), {"fields.last_name.on_conflict", "report, keep_crm, overwrite"});
    refuses(altered("\"create_only\"", "\"create_only\", \"on_conflict\": \"report\""),
            {"fields.company.on_conflict", "legacy_unless_edited"});
    refuses(altered("\"mail\"", "\"mail\", \"on_one_line\": 1"), {"fields.email.on_one_line", "true or false"});
    refuses(altered("\"iso_time\"", "\"time\""), {"source.change.holds", "unix_seconds"});
    refuses(altered("\"iso_time\"", "\"counter\", \"reread_seconds\": 5"), {"source.change.reread_seconds"});
    refuses(altered("\"iso_time\"", "\"iso_time\", \"reread_seconds\": -1"), {"source.change.reread_seconds"});
    refuses(altered("\"id\"", "7"), {"source.key must be a non-empty string"});
    refuses(altered("\"id\"", "\"\""), {"source.key must be a non-empty string"});
    refuses(altered("\"ignore\"", "\"archive\""), {"deletions", "change table"});
}

BOOST_AUTO_TEST_CASE(tells_where_it_is_not_json) {
    refuses(altered("\"ignore\",", "\"ignore\""), {"not valid JSON at line 5"});
    refuses(std::string{whole} + "x", {"not valid JSON"});
    refuses("", {"not valid JSON"});
    refuses("[]", {"object"});
    refuses("{\"source\": \"\xff\"}", {"not valid JSON"});
}

BOOST_AUTO_TEST_CASE(has_a_fingerprint_that_changes_with_its_meaning) {
    const std::string one = mapping::parse(whole, "m.json").fingerprint;
    BOOST_TEST(mapping::parse(std::string{whole} + "\n\n", "other.json").fingerprint == one);
    BOOST_TEST(mapping::parse(altered("\"mail\"", "\"mail2\""), "m.json").fingerprint != one);
}

BOOST_AUTO_TEST_SUITE_END()
