// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A console that can show a key again: `recoverable` stores its text encrypted, and each look at it is audited.
//
// Build: g++ -std=c++20 recoverable_keys.cpp $(pkg-config --cflags --libs shearline sqlite3) -o recoverable_keys
// Run:   ./recoverable_keys issue acme "legacy sync"       prints the id of the credential, and its key
//        ./recoverable_keys reveal ID "the disk crashed"   prints the key again
//        ./recoverable_keys verify <file                   whether the key in a file opens
//        ./recoverable_keys revoke ID                      ends the key for good, and deletes its encrypted text
//        ./recoverable_keys forget                         the keys so far still open, but cannot be shown again
//        ./recoverable_keys audit                          who did what, newest first
//
// The encrypted texts are in `keys.db`, and the keys that decrypt them in `keyring`. A copy of one of the two files
// shows no key; with both, all keys can be read. Keep them apart, and so their backups.
//
// Exit status: 0, also for a key that does not open; or after a message, 2 for wrong usage and 1 for all else.
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <shearline/authority.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/store/sqlite_store.hpp>

#include <unistd.h>

using key_text = shearline::key_format<"instance">;
using key_policies = shearline::policies<key_text, shearline::recoverable>;
using authority = shearline::authority<key_policies, shearline::sqlite_store>;
using shearline::result;

static_assert(key_policies::custody::keeps_text, "show_once, the default, keeps nothing that `reveal` could show");

/// The caller, for the audit: by a name that the caller cannot choose.
shearline::request_context by_user(const std::string& reason = {}) {
    return {.actor = "uid " + std::to_string(::getuid()), .reason = reason};
}

result<void> issue(authority& keys, const std::string& tenant, const std::string& name) {
    const auto made = keys.issue({.tenant = tenant, .name = name}, by_user());
    if (!made) return made.error();
    std::cout << made->credential.to_string() << '\n' << made->text.reveal(shearline::unsafe_reveal) << '\n';
    return {};
}

result<void> reveal(authority& keys, const shearline::credential_id& id, const std::string& reason) {
    const auto text = keys.reveal(id, by_user(reason));  // first the audit event is written, then the text is returned
    if (!text) return text.error();
    std::cout << text->reveal(shearline::unsafe_reveal) << '\n';
    return {};
}

result<void> verify(const authority& keys) {
    std::string text;
    std::getline(std::cin, text);
    const auto verdict = keys.verify(text);
    std::cout << (verdict ? "opens" : to_string(verdict.denial().reason())) << '\n';
    return {};
}

/// Deletes the keys that the texts so far are encrypted with. Delete the backups of the keyring as well.
result<void> forget(authority& keys, const shearline::keyring& ring) {
    auto next = ring.with_new_sealing_key();
    if (!next) return next.error();
    for (const auto& key : next->sealing_keys()) {
        if (key.status != shearline::key_status::retired) continue;
        next = next->without_sealing_key(key.number);
        if (!next) return next.error();
    }
    if (auto saved = next->save("keyring"); !saved) return saved;
    return keys.use(*next);  // other running processes must open the file again, and call `use`
}

result<void> audit(const authority& keys) {
    const auto newest = keys.audit({.limit = 20}, shearline::all_tenants);
    if (!newest) return newest.error();
    for (const shearline::audit_event& event : newest->items) {
        std::cout << event.actor << ' ' << event.action;
        if (event.handle) std::cout << ' ' << shearline::mask<key_text>(*event.handle).view();
        std::cout << (event.reason.empty() ? "" : ": ") << event.reason << '\n';
    }
    return {};
}

result<void> run(const std::string& command, const std::vector<std::string>& arguments) {
    const auto ring = shearline::keyring::open_or_create("keyring");
    if (!ring) return ring.error();
    auto store = shearline::sqlite_store::open("keys.db");
    if (!store) return store.error();
    auto keys = authority::open(*store, *ring);
    if (!keys) return keys.error();

    if (command == "issue") return issue(*keys, arguments[0], arguments[1]);
    if (command == "verify") return verify(*keys);
    if (command == "forget") return forget(*keys, *ring);
    if (command == "audit") return audit(*keys);
    const auto id = shearline::credential_id::parse(arguments[0]);
    if (!id) return id.error();
    return command == "revoke" ? keys->revoke(*id, by_user()) : reveal(*keys, *id, arguments[1]);
}

int main(int argc, char** argv) {
    const std::map<std::string, int> commands{{"issue", 2},  {"reveal", 2}, {"revoke", 1},
                                              {"verify", 0}, {"forget", 0}, {"audit", 0}};
    const auto known = commands.find(argc > 1 ? argv[1] : "");
    if (known == commands.end() || argc != known->second + 2) {
        std::cerr << "usage: recoverable_keys issue TENANT NAME|reveal ID REASON|revoke ID|verify|forget|audit\n";
        return 2;
    }
    const auto done = run(argv[1], {argv + 2, argv + argc});
    if (done && std::cout.flush()) return 0;
    std::cerr << "recoverable_keys: " << (done ? "cannot write standard output" : done.error().message()) << '\n';
    return 1;
}
