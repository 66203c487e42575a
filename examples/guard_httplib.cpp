// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A service on cpp-httplib whose routes need a key and a scope.
// Build: g++ -std=c++20 guard_httplib.cpp $(pkg-config --cflags --libs shearline sqlite3 cpp-httplib) -o guard_httplib
// Run: ./guard_httplib 8080, and curl -H "Authorization: Bearer $KEY" localhost:8080/contacts with the key it prints
#include <cstdlib>
#include <iostream>
#include <string_view>

#include <shearline/http/httplib.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>

using acme_keys = shearline::policies<shearline::key_format<"acme">>;

namespace {

int fail(std::string_view why) {
    std::cerr << "guard_httplib: " << why << '\n';
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return fail("give it a port");
    const auto ring = shearline::keyring::open_or_create("keyring");
    if (!ring) return fail(ring.error().message());
    auto store = shearline::sqlite_store::open("keys.db");
    if (!store) return fail(store.error().message());
    auto keys = shearline::authority<acme_keys, shearline::sqlite_store>::open(*store, *ring);
    if (!keys) return fail(keys.error().message());
    const auto first =
        keys->issue({.tenant = "acme", .name = "reader", .scopes = {"contacts:read"}}, {.actor = "setup"});
    if (!first) return fail(first.error().message());
    std::cout << first->text.reveal(shearline::unsafe_reveal) << std::endl;  // shown once

    const shearline::request_guard guard{*keys, "contacts"};
    httplib::Server server;
    server.Get("/contacts", [&](const httplib::Request& request, httplib::Response& response) {
        const auto granted = guard.check(request, response, shearline::scope<"contacts:read">);
        if (granted) return response.set_content("hello, " + granted->tenant() + "\n", "text/plain");
        std::clog << request.remote_addr << ": refused: " << granted.error().why << '\n';  // response is the refusal
    });
    server.Post("/contacts", [&](const httplib::Request& request, httplib::Response& response) {
        if (guard.check(request, response, shearline::scope<"contacts:write">)) response.status = 201;
    });
    if (!server.listen("127.0.0.1", std::atoi(argv[1]))) return fail("cannot listen on this port");
}
