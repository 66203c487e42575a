// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A CRM that was in use keeps no trace of the owner's password or of the key in its memory. This is a separate program,
// because it is linked with wiped_heap.cpp, like the CRM.
//
// The process is searched while its clients are still connected. Only other processes know the password and the key:
// the one that makes them, and the one that searches.
#include <console/console.hpp>
#include <http/server.hpp>
#include <keys_in.hpp>
#include <rest/api.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <shearline/keyring.hpp>
#include <shearline/private_file.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/secret_scan.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include <boost/test/unit_test.hpp>

#include "../support/secrets.hpp"

namespace {

using namespace shearline;
using shearline::testing::secret_scan;

/// The CRM, assembled as in main().
struct world {
    shearline::testing::temporary_folder folder;
    result<keyring> ring = keyring::create(folder.file("keyring"));
    result<crm::keys_in<sqlite_store>> keys =
        crm::keys_in<sqlite_store>::open(*sqlite_store::open(folder.file("keys.db")), *ring);
    result<crm::contact_store> contacts = crm::contact_store::open(folder.file("crm.db"));
};

/// The output of a visitor, which runs until it is told to stop.
class visitor {
public:
    visitor(const std::string& folder, std::uint16_t port)
        : m_folder{folder}, m_output{::popen((command() + folder + " " + std::to_string(port)).c_str(), "r")} {}
    ~visitor() {
        std::fclose(std::fopen((m_folder + "/end").c_str(), "w"));
        ::pclose(m_output);
    }
    visitor(const visitor&) = delete;
    visitor& operator=(const visitor&) = delete;

    [[nodiscard]] bool is_done() const {
        char line[8] = {};
        return std::fgets(line, sizeof(line), m_output) != nullptr && std::string_view{line} == "done\n";
    }

    static std::string command() {
        const auto& arguments = boost::unit_test::framework::master_test_suite();
        return std::string{"python3 "} + arguments.argv[1] + " ";
    }

private:
    std::string m_folder;
    std::FILE* m_output;
};

/// The text that a scan searches for: the owner's password, which is in a file.
[[gnu::noinline]] bool look_for_password(const secret_scan& scan, const std::string& file) {
    const auto password = read_private_file(file, 100);
    if (!password) return false;
    const std::string_view line = password->reveal(unsafe_reveal);
    scan.look_for(line.substr(0, line.find('\n')));
    return true;
}

/// The same for the key's secret, which this process decrypts again.
[[gnu::noinline]] bool look_for_key(const secret_scan& scan, world& w) {
    const auto all = w.keys->list();
    if (!all || all->items.empty()) return false;
    const auto key = w.keys->reveal(all->items.front().about.id, {.actor = "test"});
    if (!key) return false;
    scan.look_for(key->reveal(unsafe_reveal).substr(20, 32));
    return true;
}

[[gnu::noinline]] result<crm::owner_password> password_of(const std::string& folder) {
    const auto text = read_private_file(folder + "/password", 100);
    BOOST_REQUIRE(text);
    const std::string_view line = text->reveal(unsafe_reveal);
    auto owner = crm::owner_password::open_or_create(folder + "/owner.password", line.substr(0, line.find('\n')));
    if (!owner) return owner.error();
    return std::move(owner->password);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_of_the_crm)

BOOST_AUTO_TEST_CASE(holds_neither_password_nor_key_once_a_request_is_answered, *support::if_stack_is_as_compiled) {
    const auto for_password = secret_scan::start();
    const auto for_key = secret_scan::start();
    BOOST_REQUIRE((for_password && for_key));
    world w;
    const std::string folder = w.folder.path();
    BOOST_REQUIRE(std::system((visitor::command() + folder).c_str()) == 0);
    auto password = password_of(folder);
    BOOST_REQUIRE(password);
    BOOST_REQUIRE(look_for_password(*for_password, folder + "/password"));

    crm::api rest{*w.keys, *w.contacts};
    crm::console pages{{.note = [&](const audit_event& event) { return w.keys->note(event); }},
                       *std::move(password),
                       *w.keys,
                       *w.contacts};
    auto server = crm::http_server::start(
        {.port = 0},
        [&](const crm::request& asked) -> crm::response {
            if (asked.path().starts_with("/admin")) return pages.handle(asked);
            return asked.path().starts_with(crm::api_root) ? rest.handle(asked) : crm::response{.status = 404};
        },
        [](const crm::request_account&) {});
    BOOST_REQUIRE(server);
    {
        const visitor owner_and_system{folder, server->port()};
        BOOST_REQUIRE(owner_and_system.is_done());
        BOOST_REQUIRE(look_for_key(*for_key, w));
        secret_scan::clear_stack();
        BOOST_TEST(for_password->places() == "");
        BOOST_TEST(for_key->places() == "");
    }
    server->stop(std::chrono::seconds{5});
    BOOST_TEST(for_password->places() == "");
    BOOST_TEST(for_key->places() == "");
}

BOOST_AUTO_TEST_CASE(is_searched_where_a_careless_program_leaves_them, *support::if_stack_is_as_compiled) {
    const auto scan = secret_scan::start();
    BOOST_REQUIRE(scan);
    const auto is_found = [&](auto&& leave) {
        std::string secret;
        for (int i = 0; i < 32; ++i) secret += static_cast<char>('a' + std::rand() % 26);
        scan->look_for(secret);
        leave(secret);
        ::sodium_memzero(secret.data(), secret.size());
        secret_scan::clear_stack();
        return !scan->places().empty();
    };
    std::string kept;
    BOOST_TEST(is_found([&](const std::string& secret) { kept = "key=" + secret; }));
    BOOST_TEST(is_found([](const std::string& secret) { std::free(::strdup(secret.c_str())); }));
    // And what C++ frees here is wiped.
    BOOST_TEST(!is_found([](const std::string& secret) { std::make_unique<std::string>("key=" + secret).reset(); }));
    BOOST_TEST(!is_found([](const std::string& secret) {
        struct alignas(64) wide {
            char text[64];
        };
        const auto made = std::make_unique<wide>();
        secret.copy(made->text, sizeof(made->text));
    }));
}

BOOST_AUTO_TEST_SUITE_END()
