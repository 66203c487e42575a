// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Another process that uses the CRM's keys: issues, rotates, suspends, resumes and revokes while a server runs.
#include <cstdio>
#include <string>
#include <string_view>

#include "keys.hpp"

namespace {

int fail(const shearline::error& why) {
    std::fprintf(stderr, "key_tool: %s\n", why.message().c_str());
    return 1;
}

int print(const shearline::result<shearline::issued_key>& key) {
    if (!key) return fail(key.error());
    const std::string_view text = key->text.reveal(shearline::unsafe_reveal);
    std::printf("%s %.*s\n", key->credential.to_string().c_str(), static_cast<int>(text.size()), text.data());
    return 0;
}

int report(const shearline::result<void>& done) { return done ? 0 : fail(done.error()); }

}  // namespace

/// key_tool DATA issue [SCOPE …] | key_tool DATA rotate|suspend|resume|revoke CREDENTIAL
int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const std::string data = argv[1];
    const std::string_view action = argv[2];
    const auto opened = crm::open_keys({data});
    if (!opened) return fail(opened.error());
    const auto& keys = opened->keys;
    const shearline::request_context by{.actor = "key_tool"};
    if (action == "issue") {
        shearline::new_credential asked{.tenant = "tests", .name = "test"};
        asked.scopes.assign(argv + 3, argv + argc);
        return print(keys->issue(asked, by));
    }
    if (argc < 4) return 2;
    const auto id = shearline::credential_id::parse(argv[3]);
    if (!id) return fail(id.error());
    if (action == "rotate") return print(keys->rotate(*id, by));
    if (action == "suspend") return report(keys->suspend(*id, by));
    if (action == "resume") return report(keys->resume(*id, by));
    if (action == "revoke") return report(keys->revoke(*id, by));
    return 2;
}
