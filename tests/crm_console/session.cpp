// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <console/session.hpp>

#include <set>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace {

using crm::moment;
using crm::session_table;
using namespace std::chrono_literals;

struct table {
    crm::token_maker tokens;
    session_table sessions{tokens};
    moment now = moment{} + 1000h;

    bool alive(const std::string& id, bool active = false) { return sessions.find(id, now, active).has_value(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_FIXTURE_TEST_CASE(gives_each_log_in_an_id_of_its_own, table) {
    std::set<std::string> ids;
    for (int i = 0; i < 20; ++i) {
        const std::string id = sessions.open(now);
        BOOST_TEST(crm::is_token(id));
        BOOST_TEST(ids.insert(id).second);
        BOOST_TEST(alive(id));
    }
}

BOOST_FIXTURE_TEST_CASE(knows_no_id_that_it_did_not_make, table) {
    const std::string id = sessions.open(now);
    BOOST_TEST(!alive(crm::random_token()));
    BOOST_TEST(!alive(""));
    std::string near = id;
    near[0] = near[0] == 'A' ? 'B' : 'A';
    BOOST_TEST(!alive(near));
    BOOST_TEST(alive(id));
}

BOOST_FIXTURE_TEST_CASE(ends_after_half_an_hour_without_a_request, table) {
    const std::string id = sessions.open(now);
    now += 29min;
    BOOST_TEST(alive(id, true));
    now += 29min;
    BOOST_TEST(alive(id, true));
    now += 30min;
    BOOST_TEST(!alive(id, true));
}

BOOST_FIXTURE_TEST_CASE(does_not_take_a_page_that_asks_by_itself_for_its_reader, table) {
    const std::string id = sessions.open(now);
    for (int i = 0; i < 29; ++i) {
        now += 1min;
        BOOST_TEST(alive(id, false));
    }
    now += 1min;
    BOOST_TEST(!alive(id, false));
}

BOOST_FIXTURE_TEST_CASE(ends_after_eight_hours_however_busy, table) {
    const std::string id = sessions.open(now);
    for (int i = 0; i < 8 * 60 - 1; ++i) {
        now += 1min;
        BOOST_REQUIRE(alive(id, true));
    }
    now += 1min;
    BOOST_TEST(!alive(id, true));
}

BOOST_FIXTURE_TEST_CASE(is_over_for_good_once_it_was_closed, table) {
    const std::string id = sessions.open(now);
    const std::string other = sessions.open(now);
    sessions.close(id);
    BOOST_TEST(!alive(id));
    BOOST_TEST(alive(other));
    sessions.prove(id, now);
    sessions.leave(id, {});
    BOOST_TEST(!alive(id));
}

BOOST_FIXTURE_TEST_CASE(takes_the_password_as_given_for_five_minutes, table) {
    const std::string id = sessions.open(now);
    now += 4min + 59s;
    BOOST_TEST(sessions.find(id, now, true)->proved);
    now += 1s;
    BOOST_TEST(!sessions.find(id, now, true)->proved);
    sessions.prove(id, now);
    BOOST_TEST(sessions.find(id, now, true)->proved);
}

BOOST_FIXTURE_TEST_CASE(hands_a_notice_over_once_and_not_to_a_script, table) {
    const std::string id = sessions.open(now);
    sessions.leave(id, {crm::notice::tone::good, "done"});
    BOOST_TEST(!sessions.find(id, now, false)->says.has_value());
    const auto first = sessions.find(id, now, true);
    BOOST_REQUIRE(first->says.has_value());
    BOOST_TEST(first->says->text == "done");
    BOOST_TEST(!sessions.find(id, now, true)->says.has_value());
}

BOOST_FIXTURE_TEST_CASE(closes_the_one_idle_longest_where_there_are_too_many, table) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < session_table::capacity; ++i) {
        ids.push_back(sessions.open(now));
        now += 1s;
    }
    BOOST_TEST(alive(ids[0], true));
    const std::string late = sessions.open(now);
    BOOST_TEST(alive(late));
    BOOST_TEST(alive(ids[0]));
    BOOST_TEST(!alive(ids[1]));
    BOOST_TEST(alive(ids[2]));
}

BOOST_FIXTURE_TEST_CASE(may_be_used_by_many_threads, table) {
    std::vector<std::thread> threads;
    std::vector<int> good(4, 0);
    for (std::size_t t = 0; t < good.size(); ++t)
        threads.emplace_back([this, t, &good] {
            for (int i = 0; i < 50; ++i) {
                const std::string id = sessions.open(now);
                const bool there = sessions.find(id, now, true).has_value();
                sessions.close(id);
                good[t] += there && !sessions.find(id, now, true) ? 1 : 0;
            }
        });
    for (std::thread& each : threads) each.join();
    for (const int each : good) BOOST_TEST(each == 50);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(form_tokens)

BOOST_AUTO_TEST_CASE(belong_to_one_session_and_one_purpose) {
    const crm::token_maker tokens;
    const std::string id = crm::random_token(), other = crm::random_token();
    const std::string token = tokens.token("form", id);
    BOOST_TEST(crm::is_token(token));
    BOOST_TEST(tokens.is_token_of(token, "form", id));
    BOOST_TEST(!tokens.is_token_of(token, "form", other));
    BOOST_TEST(!tokens.is_token_of(token, "browser", id));
    BOOST_TEST(!tokens.is_token_of("", "form", id));
    BOOST_TEST(!tokens.is_token_of(token.substr(0, 42), "form", id));
    BOOST_TEST(!tokens.is_token_of(token + "A", "form", id));
}

BOOST_AUTO_TEST_CASE(differ_where_purpose_and_subject_only_join_alike) {
    const crm::token_maker tokens;
    BOOST_TEST(tokens.token("ab", "c") != tokens.token("a", "bc"));
}

BOOST_AUTO_TEST_CASE(cannot_be_made_by_another_process) {
    const crm::token_maker ours, theirs;
    const std::string id = crm::random_token();
    BOOST_TEST(!ours.is_token_of(theirs.token("form", id), "form", id));
}

BOOST_AUTO_TEST_CASE(are_refused_when_any_character_is_another) {
    const crm::token_maker tokens;
    const std::string id = crm::random_token(), token = tokens.token("form", id);
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string bent = token;
        bent[i] = bent[i] == 'x' ? 'y' : 'x';
        BOOST_TEST(!tokens.is_token_of(bent, "form", id));
    }
}

BOOST_AUTO_TEST_SUITE_END()
