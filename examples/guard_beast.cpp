// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A service on Boost.Beast whose routes need a key and a scope. One connection at a time: minimal_server.cpp has many.
// Build: g++ -std=c++20 guard_beast.cpp $(pkg-config --cflags --libs shearline) -o guard_beast
// Run: ./guard_beast 8080, and curl -H "Authorization: Bearer $KEY" localhost:8080/contacts with the key it prints
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <iostream>
#include <shearline/http/beast.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

namespace http = boost::beast::http;
using tcp = boost::asio::ip::tcp;
using key_authority = shearline::authority<shearline::policies<shearline::key_format<"acme">>, shearline::memory_store>;
using key_guard = shearline::request_guard<key_authority>;

void serve(tcp::socket peer, const key_guard& guard) {
    boost::beast::flat_buffer buffer;
    boost::system::error_code failed;
    for (bool open = true; open;) {
        http::request<http::string_body> request;
        if (http::read(peer, buffer, request, failed); failed) return;
        const bool reads = request.method() == http::verb::get || request.method() == http::verb::head;
        const auto scope = reads ? shearline::scope<"contacts:read"> : shearline::scope<"contacts:write">;

        http::response<http::string_body> response{http::status::ok, request.version()};
        if (const auto granted = guard.check(request, response, scope)) {
            response.keep_alive(request.keep_alive());
            response.prepare_payload();
        } else {
            std::clog << "refused: " << granted.error().why << '\n';  // `response` is the refusal
        }
        open = response.keep_alive();
        if (http::write(peer, response, failed); failed) return;
    }
}

int main(int argc, char** argv) {
    const auto ring = shearline::keyring::open_or_create("keyring");
    shearline::memory_store store;  // these keys end with the program
    auto keys = ring ? key_authority::open(store, *ring) : ring.error();
    const shearline::new_credential reader{.tenant = "acme", .name = "reader", .scopes = {"contacts:read"}};
    const auto key = keys ? keys->issue(reader, {.actor = "setup"}) : keys.error();
    if (!key || argc != 2) return std::cerr << (key ? "give it a port" : key.error().message()) << '\n', 1;

    boost::asio::io_context io;
    const auto port = static_cast<unsigned short>(std::atoi(argv[1]));
    tcp::acceptor listening{io, {boost::asio::ip::make_address("127.0.0.1"), port}};
    std::cout << key->text.reveal(shearline::unsafe_reveal) << std::endl;  // shown once
    for (const key_guard guard{*keys, "contacts"};;) serve(listening.accept(), guard);
}
