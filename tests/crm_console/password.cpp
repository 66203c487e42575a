// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <console/password.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "../support/printers.hpp"
#include "../support/temporary_folder.hpp"

namespace {

using crm::attempt_limiter;
using crm::hash_gate;
using crm::moment;
using crm::owner_password;
using shearline::errc;
using shearline::unsafe_reveal;
using namespace std::chrono_literals;

struct folder {
    support::temporary_folder home;
    std::string file = home.file("owner.password");

    std::string content() const {
        std::ostringstream out;
        out << std::ifstream{file}.rdbuf();
        return out.str();
    }
};

constexpr std::string_view good = "correct horse battery";

}  // namespace

BOOST_AUTO_TEST_SUITE(the_password)

BOOST_FIXTURE_TEST_CASE(is_kept_as_argon2id_in_a_private_file, folder) {
    const auto opened = owner_password::open_or_create(file, good);
    BOOST_REQUIRE(opened);
    BOOST_TEST(opened->created);
    BOOST_TEST(!opened->generated.has_value());
    BOOST_TEST(content().starts_with("$argon2id$"));
    BOOST_TEST(content().find(good) == std::string::npos);
    struct ::stat about {};
    BOOST_REQUIRE(::stat(file.c_str(), &about) == 0);
    BOOST_TEST((about.st_mode & 0777U) == 0600U);
}

BOOST_FIXTURE_TEST_CASE(opens_for_itself_and_for_nothing_else, folder) {
    const auto opened = owner_password::open_or_create(file, good);
    BOOST_REQUIRE(opened);
    BOOST_TEST(opened->password.matches(good));
    BOOST_TEST(!opened->password.matches("correct horse batterz"));
    BOOST_TEST(!opened->password.matches(""));
    BOOST_TEST(!opened->password.matches(std::string{good} + '\0'));
    BOOST_TEST(!opened->password.matches(std::string(owner_password::max_bytes + 1, 'x')));
}

BOOST_FIXTURE_TEST_CASE(is_made_up_and_shown_once_where_none_is_given, folder) {
    const auto first = owner_password::open_or_create(file);
    BOOST_REQUIRE(first);
    BOOST_REQUIRE(first->generated.has_value());
    const std::string shown{first->generated->reveal(unsafe_reveal)};
    BOOST_TEST(shown.size() == 23U);
    BOOST_TEST(first->password.matches(shown));

    const auto again = owner_password::open_or_create(file);
    BOOST_REQUIRE(again);
    BOOST_TEST(!again->created);
    BOOST_TEST(!again->generated.has_value());
    BOOST_TEST(again->password.matches(shown));
}

BOOST_FIXTURE_TEST_CASE(is_not_replaced_by_the_option_of_a_later_start, folder) {
    BOOST_REQUIRE(owner_password::open_or_create(file, good));
    const auto again = owner_password::open_or_create(file, "another long password");
    BOOST_REQUIRE(again);
    BOOST_TEST(again->password.matches(good));
    BOOST_TEST(!again->password.matches("another long password"));
}

BOOST_FIXTURE_TEST_CASE(must_be_long_enough, folder) {
    const auto refused = owner_password::open_or_create(file, "elevenchars");
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().code() == errc::invalid_argument);
    BOOST_TEST(refused.error().context().find("elevenchars") == std::string::npos);
    BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_FIXTURE_TEST_CASE(is_not_read_from_a_file_that_others_may_read, folder) {
    BOOST_REQUIRE(owner_password::open_or_create(file, good));
    BOOST_REQUIRE(::chmod(file.c_str(), 0644) == 0);
    const auto refused = owner_password::open_or_create(file);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().code() == errc::permission_denied);
}

BOOST_FIXTURE_TEST_CASE(is_not_made_anew_over_a_file_that_was_damaged, folder) {
    for (const std::string damaged : {"", "secret", "$argon2id$v=19$m=65536,t=2,p=1$nonsense", "$argon2i$v=19$"}) {
        std::ofstream{file} << damaged;
        BOOST_REQUIRE(::chmod(file.c_str(), 0600) == 0);
        const auto refused = owner_password::open_or_create(file, good);
        BOOST_REQUIRE(!refused);
        BOOST_TEST(refused.error().code() == errc::corrupt);
        BOOST_TEST(content() == damaged);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(hashing_at_a_time)

BOOST_AUTO_TEST_CASE(has_one_place_for_strangers_and_one_more_for_a_known_browser) {
    hash_gate gate;
    {
        const auto stranger = gate.enter(false);
        BOOST_TEST(stranger.has_value());
        BOOST_TEST(!gate.enter(false).has_value());
        const auto owner = gate.enter(true);
        BOOST_TEST(owner.has_value());
        BOOST_TEST(!gate.enter(true).has_value());
    }
    BOOST_TEST(gate.enter(false).has_value());
}

BOOST_AUTO_TEST_CASE(gives_a_place_back_however_often_it_was_moved) {
    hash_gate gate;
    {
        auto first = gate.enter(true);
        const hash_gate::place moved{*std::move(first)};
        const auto second = gate.enter(true);
        BOOST_TEST(second.has_value());
        BOOST_TEST(!gate.enter(true).has_value());
    }
    const auto one = gate.enter(true), two = gate.enter(true);
    BOOST_TEST(one.has_value());
    BOOST_TEST(two.has_value());
    BOOST_TEST(!gate.enter(true).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(attempts)

struct limited {
    attempt_limiter limiter{3};
    moment now = moment{} + 1000h;

    void fail(const std::string& who, unsigned times) {
        for (unsigned i = 0; i < times; ++i) BOOST_REQUIRE(limiter.begin(who, now) == 0s);
    }
};

BOOST_FIXTURE_TEST_CASE(wait_twice_as_long_after_each_failure, limited) {
    fail("a", attempt_limiter::free_attempts);
    for (const auto delay : {2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
        BOOST_TEST(limiter.begin("a", now) == delay);
        now += delay - 1s;
        BOOST_TEST(limiter.begin("a", now) == 1s);
        now += 1s;
        BOOST_TEST(limiter.begin("a", now) == 0s);
    }
}

BOOST_FIXTURE_TEST_CASE(of_a_stranger_slow_nobody_else, limited) {
    fail("stranger", attempt_limiter::free_attempts);
    BOOST_TEST(limiter.begin("stranger", now) > 0s);
    BOOST_TEST(limiter.begin("owner", now) == 0s);
}

BOOST_FIXTURE_TEST_CASE(are_counted_before_they_are_known_to_fail, limited) {
    unsigned let_in = 0;
    for (int i = 0; i < 100; ++i)
        if (limiter.begin("burst", now) == 0s) ++let_in;
    BOOST_TEST(let_in == attempt_limiter::free_attempts);
}

BOOST_FIXTURE_TEST_CASE(are_forgotten_once_one_succeeds, limited) {
    fail("a", attempt_limiter::free_attempts - 1);
    limiter.succeeded("a");
    fail("a", attempt_limiter::free_attempts);
    BOOST_TEST(limiter.begin("a", now) > 0s);
}

BOOST_FIXTURE_TEST_CASE(that_were_not_looked_at_do_not_count, limited) {
    for (int i = 0; i < 100; ++i) {
        BOOST_REQUIRE(limiter.begin("a", now) == 0s);
        limiter.withdrawn("a");
    }
}

BOOST_FIXTURE_TEST_CASE(are_forgotten_after_a_quiet_hour, limited) {
    fail("a", attempt_limiter::free_attempts);
    now += 1h + 1s;
    fail("a", attempt_limiter::free_attempts);
    BOOST_TEST(limiter.begin("a", now) > 0s);
}

BOOST_FIXTURE_TEST_CASE(take_a_bounded_table_that_forgets_the_quietest, limited) {
    for (const char* who : {"a", "b", "c"}) {
        fail(who, attempt_limiter::free_attempts);
        now += 1ms;
    }
    BOOST_TEST(limiter.begin("d", now) == 0s);
    BOOST_TEST(limiter.begin("b", now) > 0s);
    BOOST_TEST(limiter.begin("c", now) > 0s);
    BOOST_TEST(limiter.begin("a", now) == 0s);  // it was pushed out
}

BOOST_AUTO_TEST_CASE(are_told_apart_by_address_and_by_network_for_ipv6) {
    BOOST_TEST(crm::slowed_as("192.0.2.7") == "192.0.2.7");
    BOOST_TEST(crm::slowed_as("::ffff:192.0.2.7") == "192.0.2.7");
    BOOST_TEST(crm::slowed_as("2001:db8:1:2:3:4:5:6") == crm::slowed_as("2001:db8:1:2::1"));
    BOOST_TEST(crm::slowed_as("2001:db8:1:2::1") != crm::slowed_as("2001:db8:1:3::1"));
}

BOOST_AUTO_TEST_SUITE_END()
