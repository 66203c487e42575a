// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A guard for an HTTP library that shearline has no header for, here libevent: three functions.
// Build: g++ -std=c++20 guard_own_server.cpp $(pkg-config --cflags --libs shearline libevent) -o guard_own_server
// Run: ./guard_own_server 8080, and curl -H "Authorization: Bearer $KEY" localhost:8080/contacts with the key it prints
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include <cstdlib>
#include <iostream>
#include <shearline/http/guard.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using key_authority = shearline::authority<shearline::policies<shearline::key_format<"acme">>, shearline::memory_store>;
using key_guard = shearline::request_guard<key_authority>;

template <>
struct shearline::request_traits<evhttp_request> {
    static std::string_view target(const evhttp_request& asked) { return evhttp_request_get_uri(&asked); }

    static void each_field(const evhttp_request& asked, auto&& take) {
        // NOLINTNEXTLINE(*-const-cast): libevent has no const
        const auto* fields = evhttp_request_get_input_headers(const_cast<evhttp_request*>(&asked));
        for (const evkeyval* field = fields->tqh_first; field != nullptr; field = field->next.tqe_next)
            take(field->key, field->value);
    }

    static void refuse(const evhttp_request&, evhttp_request& asked, const refusal& refused) {
        for (const auto& [name, value] : refused.fields)
            evhttp_add_header(evhttp_request_get_output_headers(&asked), std::string{name}.c_str(), value.c_str());
        if (evhttp_request_get_command(&asked) != EVHTTP_REQ_HEAD)
            evbuffer_add(evhttp_request_get_output_buffer(&asked), refused.body.data(), refused.body.size());
        evhttp_send_reply(&asked, static_cast<int>(refused.status), nullptr, nullptr);
    }
};

void answer(evhttp_request* asked, void* of) {
    const bool reads = evhttp_request_get_command(asked) != EVHTTP_REQ_POST;
    const auto scope = reads ? shearline::scope<"contacts:read"> : shearline::scope<"contacts:write">;
    if (static_cast<key_guard*>(of)->check(*asked, *asked, scope)) evhttp_send_reply(asked, 200, nullptr, nullptr);
}

int main(int argc, char** argv) {
    const auto ring = shearline::keyring::open_or_create("keyring");
    shearline::memory_store store;  // these keys end with the program
    auto keys = ring ? key_authority::open(store, *ring) : ring.error();
    const shearline::new_credential reader{.tenant = "acme", .name = "reader", .scopes = {"contacts:read"}};
    const auto key = keys ? keys->issue(reader, {.actor = "setup"}) : keys.error();
    if (!key || argc != 2) return std::cerr << (key ? "give it a port" : key.error().message()) << '\n', 1;
    key_guard guard{*keys, "contacts"};
    event_base* const events = event_base_new();
    evhttp* const server = evhttp_new(events);
    evhttp_set_gencb(server, answer, &guard);
    if (evhttp_bind_socket(server, "127.0.0.1", static_cast<std::uint16_t>(std::atoi(argv[1]))) != 0) return 1;
    std::cout << key->text.reveal(shearline::unsafe_reveal) << std::endl;  // shown once
    return event_base_dispatch(events);
}
