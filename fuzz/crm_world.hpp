// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The CRM without its server, in its own folder, with one key that may read and write contacts.
#pragma once

#include <keys_in.hpp>
#include <rest/api.hpp>
#include <string>

#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/fuzz.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "../tests/support/must.hpp"

struct crm_world {
    std::string issue() {
        const auto made = support::must(
            keys.issue({.tenant = "t", .name = "n", .scopes = {"contacts:read", "contacts:write"}}, {.actor = "a"}));
        return std::string{made.text.reveal(shearline::unsafe_reveal)};
    }

    shearline::testing::temporary_folder home;
    shearline::keyring ring = support::must(shearline::keyring::create(home.file("keyring")));
    crm::keys_in<shearline::sqlite_store> keys = support::must(crm::keys_in<shearline::sqlite_store>::open(
        support::must(shearline::sqlite_store::open(home.file("keys.db"))), ring));
    crm::contact_store contacts = support::must(crm::contact_store::open(home.file("crm.db")));
    std::string key = issue();
    crm::api api{keys, contacts};
};
