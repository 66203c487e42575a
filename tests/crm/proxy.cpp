// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The client of a request: X-Forwarded-For from an untrusted peer has no effect.
#include <http/proxy.hpp>

#include <initializer_list>
#include <string>

#include <boost/test/unit_test.hpp>

#include "../support/printers.hpp"

namespace {

crm::trusted_proxies trusting(std::initializer_list<const char*> networks) {
    crm::trusted_proxies made;
    for (const char* each : networks) BOOST_REQUIRE_MESSAGE(static_cast<bool>(made.add(each)), each);
    return made;
}

std::string client(const crm::trusted_proxies& of, const char* peer, std::initializer_list<const char*> forwarded) {
    crm::request asked;
    asked.source_address = peer;
    for (const char* each : forwarded) asked.headers.emplace_back("X-Forwarded-For", each);
    return of.client_of(asked);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxies)

BOOST_AUTO_TEST_CASE(are_believed_only_if_they_are_trusted) {
    BOOST_TEST(client({}, "192.0.2.1", {"203.0.113.9"}) == "192.0.2.1");
    const auto one = trusting({"192.0.2.1"});
    BOOST_TEST(client(one, "192.0.2.1", {"203.0.113.9"}) == "203.0.113.9");
    BOOST_TEST(client(one, "192.0.2.2", {"203.0.113.9"}) == "192.0.2.2");
    BOOST_TEST(client(one, "::ffff:192.0.2.1", {"203.0.113.9"}) == "203.0.113.9");  // the same address
    BOOST_TEST(client(one, "192.0.2.1", {}) == "192.0.2.1");
}

BOOST_AUTO_TEST_CASE(tell_of_the_last_hop_that_is_none_of_them) {
    const auto two = trusting({"192.0.2.0/24", "2001:db8::/32"});
    BOOST_TEST(client(two, "192.0.2.1", {"1.1.1.1, 203.0.113.9, 192.0.2.7"}) == "203.0.113.9");
    BOOST_TEST(client(two, "192.0.2.1", {"1.1.1.1", "203.0.113.9", "192.0.2.7"}) == "203.0.113.9");  // one list
    BOOST_TEST(client(two, "2001:db8::1", {" 2001:db9::5 ,192.0.2.200"}) == "2001:db9::5");
    BOOST_TEST(client(two, "192.0.2.1", {"192.0.2.9, 192.0.2.7"}) == "192.0.2.9");  // all are trusted: the first
}

BOOST_AUTO_TEST_CASE(end_the_walk_at_what_is_no_address) {
    const auto one = trusting({"192.0.2.0/24"});
    for (const char* list : {"unknown", "", ",", "203.0.113.9,", "203.0.113.9, _x", "203.0.113.9:80", "[2001:db8::1]",
                             "203.0.113", "203.0.113.9 1.1.1.1", "0x7f.1", "fe80::1%eth0"})
        BOOST_TEST(client(one, "192.0.2.1", {list}) == "192.0.2.1", list);
    BOOST_TEST(client(one, "192.0.2.1", {"203.0.113.9, junk, 192.0.2.7"}) == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(are_networks_of_any_length) {
    const auto some = trusting({"10.0.0.0/8", "172.16.0.0/12", "0.0.0.0/32"});
    BOOST_TEST(client(some, "10.255.1.1", {"8.8.8.8"}) == "8.8.8.8");
    BOOST_TEST(client(some, "11.0.0.0", {"8.8.8.8"}) == "11.0.0.0");
    BOOST_TEST(client(some, "172.31.255.255", {"8.8.8.8"}) == "8.8.8.8");
    BOOST_TEST(client(some, "172.32.0.0", {"8.8.8.8"}) == "172.32.0.0");
    BOOST_TEST(client(trusting({"0.0.0.0/0"}), "9.9.9.9", {"8.8.8.8"}) == "8.8.8.8");
    BOOST_TEST(client(trusting({"0.0.0.0/0"}), "2001:db8::1", {"8.8.8.8"}) == "2001:db8::1");
    BOOST_TEST(client(trusting({"::/0"}), "2001:db8::1", {"2001:db8::2"}) == "2001:db8::2");
}

BOOST_AUTO_TEST_CASE(are_refused_where_they_are_no_networks) {
    for (const char* wrong : {"", "/", "proxy.example", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x", "192.0.2.0/-1",
                              "192.0.2.1/24", "2001:db8::/129", "2001:db8::1/32", "192.0.2.0/24/1", "192.0.2.0/ 24"}) {
        crm::trusted_proxies none;
        BOOST_TEST(!none.add(wrong), wrong);
    }
}

BOOST_AUTO_TEST_SUITE_END()
