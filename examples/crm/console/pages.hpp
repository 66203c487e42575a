// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The console's pages: each is a function from the data to show to a whole HTML document.
// Depends on html.hpp and shearline/clock.hpp; never on a session, a store or a request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/clock.hpp>

namespace crm {

/// The paths of the console: written here, routed in console.cpp.
namespace path {
inline constexpr std::string_view home = "/admin";
inline constexpr std::string_view log_in = "/admin/login";
inline constexpr std::string_view log_out = "/admin/logout";
inline constexpr std::string_view integrations = "/admin/integrations";
inline constexpr std::string_view key = "/admin/integrations/instance-api-key";
inline constexpr std::string_view key_reveal = "/admin/integrations/instance-api-key/reveal";
inline constexpr std::string_view key_copy = "/admin/integrations/instance-api-key/copy";
inline constexpr std::string_view key_generate = "/admin/integrations/instance-api-key/generate";
inline constexpr std::string_view key_regenerate = "/admin/integrations/instance-api-key/regenerate";
inline constexpr std::string_view key_suspend = "/admin/integrations/instance-api-key/suspend";
inline constexpr std::string_view key_resume = "/admin/integrations/instance-api-key/resume";
inline constexpr std::string_view key_revoke = "/admin/integrations/instance-api-key/revoke";
inline constexpr std::string_view contacts = "/admin/contacts";
inline constexpr std::string_view contacts_rows = "/admin/contacts/rows";
inline constexpr std::string_view audit = "/admin/audit";
inline constexpr std::string_view assets = "/admin/assets/";
}  // namespace path

/// The names of the form fields that the console reads.
namespace field {
inline constexpr std::string_view csrf = "csrf";
inline constexpr std::string_view password = "password";
inline constexpr std::string_view once = "once";              ///< the idempotency token, minted with the form
inline constexpr std::string_view credential = "credential";  ///< the id of a damaged credential
}  // namespace field

/// The entry of the menu that a page belongs to.
enum class section : std::uint8_t { home, contacts, integrations, audit };

/// A sentence at the top of a page.
struct notice {
    enum class tone : std::uint8_t { good, warning, bad };
    notice::tone tone = tone::good;
    std::string text;
};

/// What every page after log-in has around its content.
struct frame {
    std::string csrf;  ///< the token of the session, for each form
    std::optional<notice> says;
};

/// The Instance API Key, as the console shows it: never its secret, except in `revealed`.
struct key_view {
    std::string masked;
    std::string state;  ///< "active", "suspended", …
    bool good = false;  ///< whether the key opens the REST API now
    bool suspended = false;
    std::uint32_t generation = 0;
    std::vector<std::string> scopes;
    shearline::timestamp created_at;
    std::optional<shearline::timestamp> last_used_at;
    std::uint64_t uses = 0;
};

/// A credential whose rows are not what the service wrote. Its texts are shown as the rows have them now.
struct damaged_view {
    std::string id;      ///< for the form that revokes it
    std::string masked;  ///< of its newest key; empty if its rows have none
    std::string name, tenant;
    bool revoked = false;  ///< its rows say that it is revoked, so there is nothing to revoke
};

/// What the key page shows in addition to the key.
struct key_page_view {
    std::optional<key_view> key;  ///< nothing: no key was generated yet
    bool editing = false;
    bool confirming = false;      ///< shows the question before a regeneration, for browsers that run no script
    std::string_view revealed{};  ///< the whole key, only in the response that shows it
    std::string once;             ///< a fresh idempotency token for the form that makes a key
    std::vector<damaged_view> damaged{};
};

struct contact_row {
    std::string uuid, name, email, phone, company, external_id;
    bool archived = false;
    shearline::timestamp updated_at;
    std::string conflict{};  ///< the fields that were edited here and in the system that sends it
};

struct contacts_view {
    std::vector<contact_row> rows;
    std::size_t total = 0, page = 1, pages = 1;
    std::string search;
};

struct audit_row {
    std::uint64_t sequence = 0;
    shearline::timestamp at;
    std::string actor, action, handle, source_address, reason;
};

struct audit_view {
    std::vector<audit_row> rows;
    std::string next;  ///< the cursor of the older page; empty at the end
    bool first = true;
};

struct home_view {
    std::size_t contacts = 0;
    std::optional<key_view> key;
    std::vector<audit_row> latest;
    std::size_t damaged = 0;  ///< credentials
};

/// A form to be sent again with the password: its address, and its other fields.
struct pending_form {
    std::string_view action;
    std::vector<std::pair<std::string_view, std::string>> fields;
    std::string_view purpose;  ///< "reveal the key", for the sentence
};

[[nodiscard]] std::string sign_in_page(std::string_view csrf, const std::optional<notice>& says);
[[nodiscard]] std::string home_page(const frame&, const home_view&);
[[nodiscard]] std::string integrations_page(const frame&, const std::optional<key_view>&, std::size_t damaged = 0);
[[nodiscard]] std::string key_page(const frame&, const key_page_view&);
[[nodiscard]] std::string password_page(const frame&, const pending_form&);
[[nodiscard]] std::string contacts_page(const frame&, const contacts_view&);
[[nodiscard]] std::string audit_page(const frame&, const audit_view&);

/// An error page; without the menu, so that it is the same for everyone.
[[nodiscard]] std::string error_page(unsigned status, std::string_view title, std::string_view explanation);

/// The rows of `contacts_page` as JSON, for its script.
[[nodiscard]] std::string contacts_json(const contacts_view&);

/// "2026-11-23 15:04 UTC".
[[nodiscard]] std::string readable_time(shearline::timestamp);

}  // namespace crm
