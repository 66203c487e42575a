// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The CRM without its server, in its own folder, with one key that may read and write contacts.
#pragma once

#include <rest/api.hpp>
#include <string>

#include <shearline/testing/fuzz.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "../tests/support/must.hpp"

struct crm_world {
    std::string issue() {
        auto keys = support::must(crm::key_authority::open(store, ring));
        const auto made = support::must(
            keys.issue({.tenant = "t", .name = "n", .scopes = {"contacts:read", "contacts:write"}}, {.actor = "a"}));
        return std::string{made.text.reveal(shearline::unsafe_reveal)};
    }

    shearline::testing::temporary_folder home;
    shearline::keyring ring = support::must(shearline::keyring::create(home.file("keyring")));
    shearline::sqlite_store store = support::must(shearline::sqlite_store::open(home.file("keys.db")));
    crm::contact_store contacts = support::must(crm::contact_store::open(home.file("crm.db")));
    std::string key = issue();
    crm::key_verifier verifier = support::must(crm::key_verifier::open(store, ring));
    crm::api api{verifier, contacts};
};
