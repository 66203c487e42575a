// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The CRM's REST interface with or without its key check: server checked|unchecked FOLDER
//
// Prints its port, a key and the path of a contact, and serves until its standard input is closed.
#include <cstdio>
#include <string>
#include <string_view>

#include <shearline/store/sqlite_store.hpp>

#include "../../examples/crm/http/server.hpp"
#include "../../examples/crm/keys_in.hpp"
#include "../../examples/crm/rest/api.hpp"
#include "../population.hpp"

int main(int argc, char** argv) {
    const std::string_view how = argc == 3 ? argv[1] : "";
    if (how != "checked" && how != "unchecked") return 2;
    const std::string folder = argv[2];
    using bench::must;
    auto keys = must(crm::keys_in<shearline::sqlite_store>::open(
        must(shearline::sqlite_store::open(folder + "/keys.db")), bench::ring()));
    const auto key =
        must(keys.issue({.tenant = "bench", .name = "bench", .scopes = {"contacts:read"}}, {.actor = "bench"}));
    auto contacts = must(crm::contact_store::open(folder + "/crm.db"));
    const auto contact = must(contacts.create({}));
    crm::api rest{keys, contacts};
    const bool checks = how == "checked";
    auto server = must(crm::http_server::start(
        {.address = "127.0.0.1", .port = 0},
        [&](const crm::request& asked) { return checks ? rest.handle(asked) : rest.answer_granted(asked); },
        [](const auto&...) {}));
    const std::string_view text = key.text.reveal(shearline::unsafe_reveal);
    std::printf("%u %.*s %scontacts/%s\n", unsigned{server.port()}, static_cast<int>(text.size()), text.data(),
                std::string{crm::api_root}.c_str(), contact.contact.uuid.c_str());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return 0;
}
