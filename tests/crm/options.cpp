// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <options.hpp>

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace {

shearline::result<crm::options> read(std::vector<std::string> arguments) {
    std::vector<const char*> pointers{"shearline-crm"};
    for (const std::string& each : arguments) pointers.push_back(each.c_str());
    return crm::read_options(static_cast<int>(pointers.size()), pointers.data());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(listens_on_loopback_unless_told_otherwise) {
    const auto given = read({"--data", "d"});
    BOOST_REQUIRE(given);
    BOOST_TEST(given->address == "127.0.0.1");
    BOOST_TEST(given->port == 8080);
    BOOST_TEST(!given->behind_tls_proxy);
}

BOOST_AUTO_TEST_CASE(reads_addresses_of_both_families) {
    const auto six = read({"--data", "d", "--listen", "[::1]:0"});
    BOOST_REQUIRE(six);
    BOOST_TEST(six->address == "::1");
    BOOST_TEST(six->port == 0);
    const auto four = read({"--data", "d", "--listen", "127.9.9.9:65535"});
    BOOST_REQUIRE(four);
    BOOST_TEST(four->address == "127.9.9.9");
    BOOST_TEST(four->port == 65535);
}

BOOST_AUTO_TEST_CASE(needs_a_word_on_tls_to_leave_loopback) {
    for (const char* listen : {"0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[::ffff:127.0.0.1]:80", "128.0.0.1:80"}) {
        const auto refused = read({"--data", "d", "--listen", listen});
        BOOST_REQUIRE_MESSAGE(!refused, listen);
        BOOST_TEST(refused.error().context().find("--behind-tls-proxy") != std::string::npos);
        BOOST_TEST(read({"--data", "d", "--behind-tls-proxy", "--listen", listen}).operator bool());
    }
}

BOOST_AUTO_TEST_CASE(says_which_argument_is_off) {
    for (const auto& [arguments, named] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{}, "--data"},
             {{"--data"}, "--data"},
             {{"--data", ""}, "--data"},
             {{"--frob"}, "--frob"},
             {{"--data", "d", "extra"}, "does not belong to any option"},  // it may be a password
             {{"--data", "d", "--host", "bad host"}, "--host"},
             {{"--data", "d", "--trusted-proxy", "192.0.2.1/24"}, "--trusted-proxy"},
             {{"--data", "d", "--trusted-proxy", "proxy.example"}, "--trusted-proxy"},
             {{"--data", "d", "--host", "crm.example:8080"}, "--host"},
             {{"--data", "d", "--host", "crm.example/"}, "--host"},
             {{"--data", "d", "--host", "-crm"}, "--host"},
             {{"--data", "d", "--host", "[::1"}, "--host"},
             {{"--data", "d", "--host", "[::g]"}, "--host"},
             {{"--data", "d", "--yes"}, "--prove-store"},
             {{"--data", "d", "--keys", ""}, "--keys"},
             {{"--data", "d", "--keys-schema", "crm"}, "--keys"},
             {{"--data", "d", "--keys", "service=crm", "--prove-store"}, "PostgreSQL holds none"},
             {{"--data", "d", "--listen", "8080"}, "--listen"},
             {{"--data", "d", "--listen", ":80"}, "--listen"},
             {{"--data", "d", "--listen", "::1"}, "--listen"},
             {{"--listen", "127.0.0.1:65536"}, "--listen"},
             {{"--listen", "127.0.0.1:-1"}, "--listen"},
             {{"--listen", "127.0.0.1:1x"}, "--listen"},
             {{"--listen", "localhost:80"}, "localhost"},
             {{"--listen", "127.evil.example:80"}, "127.evil"}}) {
        const auto refused = read(arguments);
        BOOST_REQUIRE(!refused);
        BOOST_TEST(refused.error().context().find(named) != std::string::npos, refused.error().context());
        BOOST_TEST(refused.error().context().find('\n') == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(keeps_keys_in_its_folder_unless_it_is_given_a_database) {
    BOOST_TEST((*read({"--data", "d"})).keys.empty());
    const auto shared = read({"--data", "d", "--keys", "postgresql://crm@db.example/crm", "--keys-schema", "north"});
    BOOST_REQUIRE(shared);
    BOOST_TEST(shared->keys == "postgresql://crm@db.example/crm");
    BOOST_TEST(shared->schema == "north");
    BOOST_TEST((*read({"--data", "d", "--keys", "service=crm"})).schema == "shearline");
}

BOOST_AUTO_TEST_CASE(proves_a_store_only_if_told_to) {
    BOOST_TEST(!(*read({"--data", "d"})).prove_store);
    const auto asks = read({"--data", "d", "--prove-store"});
    BOOST_REQUIRE(asks);
    BOOST_TEST((asks->prove_store && !asks->yes));
    const auto does_not = read({"--data", "d", "--yes", "--prove-store"});
    BOOST_REQUIRE(does_not);
    BOOST_TEST((does_not->prove_store && does_not->yes));
}

BOOST_AUTO_TEST_CASE(moves_keys_from_one_place_to_another) {
    const auto moves = read({"copy-keys", "keys.db", "postgresql://crm@db.example/crm", "--keys-schema", "north"});
    BOOST_REQUIRE(moves);
    BOOST_TEST(moves->copy_from == "keys.db");
    BOOST_TEST(moves->copy_to == "postgresql://crm@db.example/crm");
    BOOST_TEST(moves->schema == "north");
    for (const std::vector<std::string>& off : {std::vector<std::string>{"copy-keys"},
                                                {"copy-keys", "keys.db"},
                                                {"copy-keys", "keys.db", ""},
                                                {"copy-keys", "keys.db", "other.db", "third.db"},
                                                {"--data", "d", "copy-keys", "keys.db", "other.db"}})
        BOOST_TEST(!read(off));
}

BOOST_AUTO_TEST_CASE(needs_no_folder_to_give_help) {
    BOOST_TEST((*read({"--help"})).says.find("--trusted-proxy") != std::string::npos);
    BOOST_TEST((*read({"--version"})).says == "0.1.0\n");
}

BOOST_AUTO_TEST_SUITE_END()
