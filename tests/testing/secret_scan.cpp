// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// No trace of a key is left in the memory of a process that issued, verified, sealed and revealed it; and the scanner
// finds traces that are left on purpose.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/testing/boost_test.hpp>
#include <shearline/testing/secret_scan.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "../support/secrets.hpp"

namespace {

using namespace shearline;
using namespace shearline::testing;
using bundle = policies<key_format<"instance">, recoverable>;

/// Every use of a key, each in a function that has returned before the search.
struct world {
    temporary_folder folder;
    result<keyring> ring = keyring::create(folder.file("keyring"));
    memory_store store;
    result<authority<bundle, memory_store>> keys = authority<bundle, memory_store>::open(store, *ring);
    result<verifier<bundle, memory_store>> fast = verifier<bundle, memory_store>::open(store, *ring);

    [[gnu::noinline]] bool live_a_keys_life(const secret_scan& scan) {
        auto reader = fast->new_reader();
        credential_id id;
        {
            const auto key = keys->issue({.tenant = "acme", .name = "n"}, {.actor = "a"});
            if (!key) return false;
            id = key->credential;
            const std::string_view text = key->text.reveal(unsafe_reveal);
            scan.look_for(text.substr(20, 32));  // the secret: its handle may be anywhere
            if (!keys->verify(text) || !reader.verify(text, system_clock{}.now())) return false;
            if (!reader.verify(text, system_clock{}.now())) return false;  // by the memo
            std::array<char, 58> wrong{};
            std::copy(text.begin(), text.end(), wrong.begin());
            wrong[57] = wrong[57] == 'a' ? 'b' : 'a';
            if (keys->verify({wrong.data(), wrong.size()})) return false;
            ::sodium_memzero(wrong.data(), wrong.size());
        }
        const auto shown = keys->reveal(id, {.actor = "a"});
        return shown && shown->size() == 58;
    }
};

result<secret_scan> started() {
    auto scan = secret_scan::start();
    BOOST_REQUIRE(scan);
    return scan;
}

[[gnu::noinline]] bool throw_with(const std::string& text) {
    try {
        throw std::runtime_error{"the key " + text + " is not good"};
    } catch (const std::runtime_error& caught) {
        return std::string_view{caught.what()}.size() > 16;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory)

BOOST_AUTO_TEST_CASE(holds_nothing_of_a_key_once_its_owners_are_gone, *support::if_stack_is_as_compiled) {
    const auto scan = started();
    world w;
    BOOST_REQUIRE(w.live_a_keys_life(*scan));
    secret_scan::clear_stack();
    BOOST_TEST(scan->places() == "");
}

BOOST_AUTO_TEST_CASE(is_searched_where_a_careless_program_leaves_a_key, *support::if_stack_is_as_compiled) {
    const auto scan = started();
    const auto fresh = [&] {
        auto made = generate<key_format<"instance">>();
        BOOST_REQUIRE(made);
        scan->look_for(made->text.reveal(unsafe_reveal).substr(20, 32));
        return *std::move(made);
    };
    {
        const auto alive = fresh();
        BOOST_TEST(scan->places().find("[heap]") != std::string::npos);  // its owner is alive
    }
    BOOST_TEST(scan->places() == "");
    {
        const auto key = fresh();
        auto copy = std::make_unique<std::string>(key.text.reveal(unsafe_reveal));
        copy.reset();  // freed, and not wiped
    }
    BOOST_TEST(scan->places() != "");
    {
        const auto key = fresh();
        std::string growing{key.text.reveal(unsafe_reveal)};
        growing.reserve(4'096);  // its first memory is given back as it is
        ::sodium_memzero(growing.data(), growing.size());
    }
    BOOST_TEST(scan->places() != "");
    {
        const auto key = fresh();
        std::string text{key.text.reveal(unsafe_reveal)};
        BOOST_TEST(throw_with(text));
        ::sodium_memzero(text.data(), text.size());
    }
    BOOST_TEST(scan->places() != "");
}

BOOST_AUTO_TEST_SUITE_END()
