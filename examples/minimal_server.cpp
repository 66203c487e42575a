// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A service whose keys have a scope, an expiry, and an hour of overlap when they are replaced. One program: `serve`
// answers requests, while `issue`, `rotate` and `revoke` change keys, which the server knows at once.
// Build: g++ -std=c++20 minimal_server.cpp $(pkg-config --cflags --libs shearline sqlite3) -o minimal_server
// Run: ./minimal_server issue ada, then ./minimal_server serve 8080, and in another terminal
//      curl -H "Authorization: Bearer $KEY" localhost:8080/hello
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <cstdlib>
#include <iostream>
#include <shearline/http/beast.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <thread>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using std::chrono::hours;

// The text of a key is shown once, when it is made; nothing that is stored gives it back.
using acme_keys =
    shearline::policies<shearline::key_format<"acme">, shearline::overlap<hours{1}>, shearline::show_once>;
using key_authority = shearline::authority<acme_keys, shearline::sqlite_store>;
using key_verifier = shearline::verifier<acme_keys, shearline::sqlite_store>;
using key_guard = shearline::request_guard<key_verifier>;

int fail(std::string_view why) {
    std::cerr << "minimal_server: " << why << '\n';
    return 1;
}

int print(const shearline::result<shearline::issued_key>& made) {
    if (!made) return fail(made.error().message());
    std::cout << "credential: " << made->credential.to_string()
              << "\nkey, shown only now: " << made->text.reveal(shearline::unsafe_reveal) << '\n';
    return 0;
}

asio::awaitable<void> answer(beast::tcp_stream stream, const key_guard& guard, const bool& stopping) try {
    for (beast::flat_buffer buffer; !stopping;) {
        http::request<http::string_body> request;
        stream.expires_after(std::chrono::seconds{10});  // for a request that stays away, too
        co_await http::async_read(stream, buffer, request, asio::use_awaitable);
        http::response<http::string_body> response{http::status::ok, request.version()};
        if (const auto granted = guard.check(request, response, shearline::scope<"greetings:read">)) {
            response.body() = "hello, " + granted->tenant() + "\n";
            response.keep_alive(request.keep_alive() && !stopping);
            response.prepare_payload();
        } else {
            std::clog << "refused: " << granted.error().why << '\n';  // `response` is the refusal
        }
        co_await http::async_write(stream, response, asio::use_awaitable);
        if (!response.keep_alive()) break;
    }
} catch (const boost::system::system_error&) {  // the client is gone, or too slow
}

asio::awaitable<void> listen(asio::ip::tcp::acceptor& listening, const key_guard& guard, const bool& stopping) try {
    for (;;) {
        beast::tcp_stream stream{co_await listening.async_accept(asio::use_awaitable)};
        co_spawn(listening.get_executor(), answer(std::move(stream), guard, stopping), asio::detached);
    }
} catch (const boost::system::system_error&) {  // closed: we are stopping
}

int serve(shearline::sqlite_store& store, const shearline::keyring& ring, unsigned short port) try {
    auto keys = key_verifier::open(store, ring);
    if (!keys) return fail(keys.error().message());
    std::jthread following{[&](std::stop_token stop) {  // keeps the copy of the keys current, and writes their last use
        (void)keys->run(stop, [](const shearline::error& why) { fail(why.message()); });
    }};
    const key_guard guard{*keys, "acme"};
    bool stopping = false;
    asio::io_context io{1};
    asio::ip::tcp::acceptor listening{io, {asio::ip::make_address("127.0.0.1"), port}};
    asio::signal_set stop{io, SIGINT, SIGTERM};
    stop.async_wait([&](boost::system::error_code, int) {  // what has begun is answered, then all ends
        stopping = true;
        listening.close();
    });
    co_spawn(io, listen(listening, guard, stopping), asio::detached);
    std::cout << "listening on 127.0.0.1:" << port << std::endl;
    io.run();
    return 0;
} catch (const std::exception& why) {
    return fail(why.what());
}

int main(int argc, char** argv) {
    constexpr auto usage = "issue NAME | rotate CREDENTIAL | revoke CREDENTIAL | serve PORT";
    if (argc != 3) return fail(usage);
    const std::string_view verb = argv[1];
    const auto ring = shearline::keyring::open_or_create("keyring");
    if (!ring) return fail(ring.error().message());
    auto store = shearline::sqlite_store::open("keys.db");
    if (!store) return fail(store.error().message());
    if (verb == "serve") return serve(*store, *ring, static_cast<unsigned short>(std::atoi(argv[2])));

    auto keys = key_authority::open(*store, *ring);
    if (!keys) return fail(keys.error().message());
    const shearline::request_context by{.actor = "console"};
    if (verb == "issue")
        return print(keys->issue({.tenant = "acme",
                                  .name = argv[2],
                                  .scopes = {"greetings:read"},
                                  .expires_at = shearline::from_now(hours{24 * 90})},
                                 by));
    const auto credential = shearline::credential_id::parse(argv[2]);
    if (!credential) return fail(credential.error().message());
    if (verb == "rotate") return print(keys->rotate(*credential, by));
    if (verb != "revoke") return fail(usage);
    const auto revoked = keys->revoke(*credential, by);
    return revoked ? 0 : fail(revoked.error().message());
}
