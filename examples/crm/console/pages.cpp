// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "console/pages.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <boost/json.hpp>

#include "console/assets.hpp"
#include "console/html.hpp"
#include "percent_encode.hpp"
#include "time_text.hpp"

namespace crm {
namespace {

std::string_view asset_path(std::string_view name) {
    const auto all = assets();
    const auto found = std::find_if(all.begin(), all.end(), [&](const asset& each) { return each.name == name; });
    return found == all.end() ? std::string_view{} : found->path;
}

// ---- small pieces ----

html icon_of(section where) {
    html out;
    switch (where) {
        case section::home:
            return out.add(
                R"(<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 11.5 12 4l8 7.5V19a1 1 0 0 1-1 1h-4v-5.5H9V20H5a1 1 0 0 1-1-1z"/></svg>)");
        case section::contacts:
            return out.add(
                R"(<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="9" cy="8.5" r="3.5"/><path d="M2.8 19.5c.5-3.4 3-5.5 6.2-5.5s5.7 2.1 6.2 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.8 14.4c1.9.8 3.1 2.6 3.4 5.1"/></svg>)");
        case section::integrations:
            return out.add(
                R"(<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="8" cy="15.5" r="4.5"/><path d="m11.3 12.3 8.2-8.2M16.2 7.4l2.9 2.9M13.6 10l1.7 1.7"/></svg>)");
        case section::audit:
            return out.add(
                R"(<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3.5h8.5L19 8v11.5a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1z"/><path d="M14 3.7V8.5h4.7M8.5 12.5h7M8.5 16h5"/></svg>)");
    }
    return out;
}

html time_of(shearline::timestamp at) {
    html out;
    return out.add(R"(<time datetime="{}">{}</time>)", common::time_text(at), readable_time(at));
}

html badge_of(const key_view& key) {
    html out;
    if (key.suspended) return out.add(R"(<span class="badge warn">Suspended</span>)");
    if (key.good) return out.add(R"(<span class="badge ok">Active</span>)");
    return out.add(R"(<span class="badge danger">{}</span>)", key.state);
}

html damaged_badge() {
    html out;
    return out.add(R"(<span class="badge danger">Damaged</span>)");
}

html state_of(const std::optional<key_view>& key, std::size_t damaged) {
    html out;
    if (key)
        out.add(badge_of(*key));
    else if (damaged == 0)
        out.add(R"(<span class="badge">Not generated</span>)");
    if (key && damaged > 0) out.add(" ");
    if (damaged > 0) out.add(damaged_badge());
    return out;
}

html notice_of(const std::optional<notice>& says) {
    html out;
    if (!says) return out;
    switch (says->tone) {
        case notice::tone::good: return out.add(R"(<p class="notice" role="status">{}</p>)", says->text);
        case notice::tone::warning: return out.add(R"(<p class="notice warn" role="alert">{}</p>)", says->text);
        case notice::tone::bad: return out.add(R"(<p class="notice danger" role="alert">{}</p>)", says->text);
    }
    return out;
}

html hidden(std::string_view name, std::string_view value) {
    html out;
    return out.add(R"(<input type="hidden" name="{}" value="{}">)", name, value);
}

// Password managers look for a user name next to the password; the console has one user, the owner.
html password_field(std::string_view id) {
    html out;
    return out.add(
        R"(<input class="visually-hidden" type="text" name="username" value="owner" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
<div class="field"><label for="{}">Password</label>
<input id="{}" type="password" name="{}" autocomplete="current-password" maxlength="1024" required autofocus></div>)",
        id, id, field::password);
}

html head(std::string_view title) {
    html out;
    return out.add(R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{} · Shearline CRM</title>
<link rel="icon" href="{}" type="image/svg+xml">
<link rel="stylesheet" href="{}">
<script src="{}" defer></script>
</head>
)",
                   title, asset_path("icon.svg"), asset_path("console.css"), asset_path("console.js"));
}

html brand() {
    html out;
    return out.add(R"(<a class="brand" href="{}"><img src="{}" alt="" width="32" height="32">Shearline CRM</a>)",
                   path::home, asset_path("icon.svg"));
}

std::string framed(std::string_view title, section here, const frame& around, const html& body) {
    struct entry {
        section where;
        std::string_view to, name;
    };
    static constexpr std::array<entry, 4> menu{{{section::home, path::home, "Overview"},
                                                {section::contacts, path::contacts, "Contacts"},
                                                {section::integrations, path::integrations, "Integrations"},
                                                {section::audit, path::audit, "Audit"}}};
    html out = head(title);
    out.add(R"(<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="frame">
<header class="rail">
{}
<nav aria-label="Main menu"><p class="menu-title" aria-hidden="true">Main menu</p><ul class="menu">
)",
            brand());
    for (const entry& each : menu) {
        html current;
        if (each.where == here) current.add(R"( aria-current="page")");
        out.add("<li><a href=\"{}\"{}>{}<span>{}</span></a></li>\n", each.to, current, icon_of(each.where), each.name);
    }
    out.add(R"(</ul></nav>
<div class="rail-foot"><span>Owner</span><form method="post" action="{}">{}<button type="submit">Log out</button></form></div>
</header>
<main id="content" tabindex="-1">
{}{}
</main>
</div>
</body>
</html>
)",
            path::log_out, hidden(field::csrf, around.csrf), notice_of(around.says), body);
    return std::move(out).str();
}

std::string standing_alone(std::string_view title, const html& body) {
    html out = head(title);
    out.add("<body class=\"alone\">\n<header>{}</header>\n<main id=\"content\">\n{}\n</main>\n</body>\n</html>\n",
            brand(), body);
    return std::move(out).str();
}

html post_button(std::string_view action, const html& fields, std::string_view look, std::string_view name) {
    html out;
    return out.add(R"(<form method="post" action="{}">{}<button class="button {}" type="submit">{}</button></form>)",
                   action, fields, look, name);
}

// A button that opens a page: a link that looks like a button would not react to the space bar.
html go_button(std::string_view to, markup<0> fields, std::string_view look, std::string_view name) {
    html out;
    return out.add(R"(<form method="get" action="{}">{}<button class="button {}" type="submit">{}</button></form>)", to,
                   html{}.add(fields), look, name);
}

html audit_table(const std::vector<audit_row>& rows) {
    html out;
    out.add(
        R"(<table><thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Did</th><th scope="col">Key</th><th scope="col">From</th><th scope="col">Why</th></tr></thead><tbody>
)");
    for (const audit_row& row : rows)
        out.add(
            R"(<tr><th scope="row" class="nowrap">{}</th><td data-label="Who">{}</td><td data-label="Did"><span class="badge plain">{}</span></td><td data-label="Key"><code>{}</code></td><td data-label="From">{}</td><td data-label="Why">{}</td></tr>
)",
            time_of(row.at), row.actor, row.action, row.handle.empty() ? "—" : row.handle,
            row.source_address.empty() ? "—" : row.source_address, row.reason.empty() ? "—" : row.reason);
    return out.add("</tbody></table>\n");
}

// The script fills a copy of this row when a new record arrives.
html contact_table_row(const contact_row& row) {
    html out;
    return out.add(
        R"(<tr data-uuid="{}" data-version="{}"><th scope="row"><span data-field="name">{}</span> <span class="badge warn" data-archived{}>Archived</span> <span class="badge warn" data-conflict{}>In conflict: <span data-field="conflict">{}</span></span></th><td data-field="email">{}</td><td data-field="phone">{}</td><td data-field="company">{}</td><td data-field="external_id" data-label="Id">{}</td><td data-label="Updated">{}</td></tr>
)",
        row.uuid, common::time_text(row.updated_at), row.name, row.archived ? html{} : html{}.add(" hidden"),
        row.conflict.empty() ? html{}.add(" hidden") : html{}, row.conflict, row.email, row.phone, row.company,
        row.external_id, time_of(row.updated_at));
}

// ---- the key ----

html facts_of(const key_view& key) {
    html out;
    html used;
    if (key.last_used_at)
        used = time_of(*key.last_used_at);
    else
        used.add("never");
    std::string scopes;
    for (const std::string& scope : key.scopes) scopes += (scopes.empty() ? "" : ", ") + scope;
    return out.add(R"(<dl class="facts">
<div><dt>Created</dt><dd>{}</dd></div>
<div><dt>Last used</dt><dd>{}</dd></div>
<div><dt>Calls</dt><dd>{}</dd></div>
<div><dt>State</dt><dd>{}</dd></div>
<div><dt>Generation</dt><dd>{}</dd></div>
<div><dt>Allows</dt><dd>{}</dd></div>
</dl>)",
                   time_of(key.created_at), used, key.uses, key.suspended ? "suspended" : key.state, key.generation,
                   scopes);
}

constexpr std::string_view damage =
    "The rows of a key are not what this CRM wrote: they were edited in the key store. It can only be revoked, which "
    "takes effect at once. Until then, a CRM that was running may accept it for what it could do before; from the next "
    "start, all its keys are refused, unless only metadata was edited. Find out who wrote to keys.db.";

/// Whether a damaged credential must be revoked before there can be a new key.
bool must_be_revoked(const std::vector<damaged_view>& all) {
    return std::any_of(all.begin(), all.end(), [](const damaged_view& each) { return !each.revoked; });
}

html damaged_panel(const html& csrf, const std::vector<damaged_view>& all) {
    html out;
    out.add(
        R"(<section class="card" aria-labelledby="damaged-title"><div class="card-head"><h2 id="damaged-title">Damaged</h2>{}</div><div class="card-body"><p class="notice danger" role="alert">{}</p>
)",
        damaged_badge(), damage);
    for (const damaged_view& each : all) {
        html can;
        if (each.revoked) {
            can.add(R"(<p>Its rows say that it is revoked.</p>)");
        } else {
            html fields = csrf;
            fields.add(hidden(field::credential, each.id));
            can = post_button(path::key_revoke, fields, "danger", "Revoke");
        }
        out.add(
            R"(<div class="choice"><div><h3 class="label">{}</h3><p><code>{}</code></p><p>Tenant {}, credential <code>{}</code></p></div>{}</div>
)",
            each.name, each.masked.empty() ? "no key" : each.masked, each.tenant, each.id, can);
    }
    return out.add("</div></section>\n");
}

constexpr markup<0> edit_field = R"(<input type="hidden" name="edit" value="1">)";

constexpr std::string_view regenerate_title = "Regenerate the Instance API Key?";
constexpr std::string_view regenerate_warning =
    "The old key stops working at once: every system that uses it is refused at its next call, until you give it the "
    "new key. This cannot be undone.";

html regenerate_form(const html& csrf, const std::string& once) {
    html fields = csrf;
    fields.add(hidden(field::once, once));
    return post_button(path::key_regenerate, fields, "danger-solid caps", "REGENERATE KEY");
}

html editing_choices(const html& csrf, const key_page_view& view) {
    html out;
    if (!view.key) {
        html fields;
        fields.add(csrf).add(hidden(field::once, view.once));
        out.add(
            R"(<div class="choice"><div><h3 class="label">Generate the first key</h3><p>It gives access to the REST API of this CRM, for reading and writing contacts, until you replace or suspend it.</p></div>{}</div>)",
            post_button(path::key_generate, fields, "primary caps", "GENERATE KEY"));
        return out;
    }
    out.add(
        R"(<div class="choice"><div><h3 class="label">Regenerate</h3><p>Replaces the key with a new one. The old key stops working at once.</p></div><form id="ask-regenerate" method="get" action="{}"><input type="hidden" name="edit" value="1"><input type="hidden" name="confirm" value="1"><button class="button danger caps" type="submit">REGENERATE KEY</button></form></div>)",
        path::key);
    if (view.key->suspended)
        out.add(
            R"(<div class="choice"><div><h3 class="label">Resume</h3><p>The same key gives access to the REST API again.</p></div>{}</div>)",
            post_button(path::key_resume, csrf, "", "Resume the key"));
    else
        out.add(
            R"(<div class="choice"><div><h3 class="label">Suspend</h3><p>Refuses every call with the key until you resume it. The key stays the same.</p></div>{}</div>)",
            post_button(path::key_suspend, csrf, "", "Suspend the key"));
    return out;
}

html key_panel(const html& csrf, const key_page_view& view) {
    html out;
    out.add(
        R"(<section class="card key-panel{}" data-key-panel aria-labelledby="key-title"><div class="card-head"><h2 id="key-title">Key</h2>{}</div><div class="card-body">
)",
        view.revealed.empty() ? "" : " revealed", state_of(view.key, 0));
    if (view.key) {
        html reveal;
        if (view.revealed.empty())
            reveal.add(
                R"(<form method="post" action="{}" data-reveals>{}<button class="button" type="submit">Reveal</button></form>)",
                path::key_reveal, csrf);
        else
            reveal = go_button(path::key, "", "", "Hide");
        out.add(
            R"(<div class="key-row"><textarea class="key-text" rows="1" readonly spellcheck="false" autocomplete="off" aria-label="The Instance API Key" data-masked="{}">{}</textarea>{}<form method="post" action="{}" data-copies hidden>{}<button class="button" type="submit">Copy</button></form></div>
<p class="status" role="status"></p>
{})",
            view.key->masked, view.revealed.empty() ? std::string_view{view.key->masked} : view.revealed, reveal,
            path::key_copy, csrf, facts_of(*view.key));
    } else {
        out.add(
            R"(<div class="empty"><p class="title">There is no key yet</p><p>Other systems need one to use this CRM.</p></div>)");
    }
    out.add("</div>\n");
    if (!view.editing)
        out.add(R"(<div class="card-foot"><p class="muted small">{}</p>{}</div>)",
                view.key ? "Regenerate, suspend or resume the key." : "Generate the first key.",
                go_button(path::key, edit_field, "primary caps", "EDIT"));
    return out.add("</section>\n");
}

html edit_panel(const html& csrf, const key_page_view& view) {
    html out;
    out.add(
        R"(<section class="card" aria-labelledby="edit-title"><div class="card-head"><h2 id="edit-title">Edit</h2>{}</div><div class="card-body">{}</div></section>)",
        go_button(path::key, "", "", "Done"), editing_choices(csrf, view));
    if (view.key)
        out.add(
            R"(<dialog id="confirm-regenerate" aria-labelledby="confirm-title" aria-describedby="confirm-text"><h2 id="confirm-title">{}</h2><p id="confirm-text">{}</p><div class="actions"><button class="button" type="button" data-closes autofocus>Keep the old key</button>{}</div></dialog>)",
            regenerate_title, regenerate_warning, regenerate_form(csrf, view.once));
    return out;
}

// For the script, which requests the key without leaving the page; browsers without scripts see `password_page`.
html password_dialog() {
    html out;
    return out.add(
        R"(<dialog id="ask-password" aria-labelledby="ask-title" aria-describedby="ask-text"><h2 id="ask-title">Your password, please</h2><p id="ask-text">You gave it more than five minutes ago.</p>
<form class="form" method="dialog">{}<p class="status danger" role="alert"></p><div class="actions"><button class="button" type="button" data-closes>Cancel</button><button class="button primary" type="submit">Go on</button></div></form></dialog>)",
        password_field("again"));
}

}  // namespace

std::string sign_in_page(std::string_view csrf, const std::optional<notice>& says) {
    html body;
    body.add(R"({}<section class="card"><div class="card-body">
<h1>Log in</h1>
<p class="muted">Contacts and the Instance API Key, for the owner of this CRM.</p>
<form class="form" method="post" action="{}">{}{}
<button class="button primary" type="submit">Log in</button></form>
</div></section>
<p class="below">The password was set, or was shown once, when this CRM was first started.</p>)",
             notice_of(says), path::log_in, hidden(field::csrf, csrf), password_field("password"));
    return standing_alone("Log in", body);
}

std::string home_page(const frame& around, const home_view& view) {
    html key;
    if (view.key)
        key.add(R"(<span class="tile-figure">{}</span><span class="muted small">generation {}, {} calls</span>)",
                view.key->suspended ? "Suspended"
                : view.key->good    ? "Active"
                                    : view.key->state,
                view.key->generation, view.key->uses);
    else if (view.damaged > 0)
        key.add(R"(<span class="tile-figure">Damaged</span><span class="muted small">it can only be revoked</span>)");
    else
        key.add(R"(<span class="tile-figure">None yet</span><span class="muted small">generate the first one</span>)");
    if (view.key && view.damaged > 0) key.add(damaged_badge());
    html last;
    if (view.latest.empty())
        last.add(R"(<span class="tile-figure">Quiet</span><span class="muted small">nothing has happened yet</span>)");
    else
        last.add(R"(<span class="tile-figure">{}</span><span class="muted small">{}</span>)",
                 view.latest.front().action, time_of(view.latest.front().at));
    html body;
    body.add(
        R"(<div class="page-head"><div><h1>Overview</h1><p>The contacts in this CRM, and the key that gives access to them.</p></div></div>
<div class="tiles">
<a class="tile card" href="{}"><span class="tile-name">{}Contacts</span><span class="tile-figure" data-total data-poll="{}">{}</span><span class="muted small">in this CRM</span></a>
<a class="tile card" href="{}"><span class="tile-name">{}Instance API Key</span>{}</a>
<a class="tile card" href="{}"><span class="tile-name">{}Last action</span>{}</a>
</div>
<section class="card"><div class="card-head"><h2>Recent activity</h2><a href="{}">Full audit log</a></div>
)",
        path::contacts, icon_of(section::contacts), path::contacts_rows, view.contacts, path::key,
        icon_of(section::integrations), key, path::audit, icon_of(section::audit), last, path::audit);
    if (view.latest.empty())
        body.add(
            R"(<div class="empty"><p>Every change to the key, and every time it is revealed or copied, will be listed here.</p></div>)");
    else
        body.add(audit_table(view.latest));
    body.add("</section>");
    return framed("Overview", section::home, around, body);
}

std::string integrations_page(const frame& around, const std::optional<key_view>& key, std::size_t damaged) {
    html body;
    html warning;
    if (damaged > 0) warning.add(R"(<p class="notice danger">{}</p>)", damage);
    body.add(R"(<div class="page-head"><div><h1>Integrations</h1><p>How other systems use this CRM.</p></div></div>
<section class="card"><div class="card-head"><h2>Instance API Key</h2>{}</div>
<div class="card-body">{}<div class="choice"><p>One key for your own systems. They send it with each call to the REST API, and may read and write contacts.</p><a class="button primary" href="{}">Open the key</a></div></div></section>)",
             state_of(key, damaged), warning, path::key);
    return framed("Integrations", section::integrations, around, body);
}

std::string key_page(const frame& around, const key_page_view& view) {
    const html csrf = hidden(field::csrf, around.csrf);
    html body;
    body.add(
        R"(<nav class="crumbs" aria-label="Where you are"><ol><li><a href="{}">Main menu</a></li><li><a href="{}">Integrations</a></li><li aria-current="page">Instance API Key</li></ol></nav>
<div class="page-head"><div><h1>Instance API Key</h1><p>Opens the REST API for your other systems. Whoever holds it can read and write every contact: keep it like a password.</p></div></div>
)",
        path::home, path::integrations);
    if (view.editing && view.confirming && view.key) {
        body.add(
            R"(<section class="card" aria-labelledby="confirm-title"><div class="card-body"><h2 id="confirm-title">{}</h2><p>{}</p><div class="actions">{}{}</div></div></section>)",
            regenerate_title, regenerate_warning, go_button(path::key, edit_field, "", "Keep the old key"),
            regenerate_form(csrf, view.once));
    } else {
        if (!view.damaged.empty()) body.add(damaged_panel(csrf, view.damaged));
        if (view.key || !must_be_revoked(view.damaged)) {
            body.add(key_panel(csrf, view));
            if (view.editing) body.add(edit_panel(csrf, view));
        }
        if (view.key) body.add(password_dialog());
    }
    return framed("Instance API Key", section::integrations, around, body);
}

std::string password_page(const frame& around, const pending_form& pending) {
    html fields;
    for (const auto& [name, value] : pending.fields) fields.add(hidden(name, value));
    html body;
    body.add(
        R"(<div class="page-head"><div><h1>Your password, please</h1><p>You gave it more than five minutes ago. Give it again to {}.</p></div></div>
<section class="card"><div class="card-body"><form class="form" method="post" action="{}">{}{}{}
<div class="actions"><button class="button primary" type="submit">Go on</button><a class="button" href="{}">Cancel</a></div></form></div></section>)",
        pending.purpose, pending.action, hidden(field::csrf, around.csrf), fields, password_field("password"),
        path::key);
    return framed("Your password, please", section::integrations, around, body);
}

std::string contacts_page(const frame& around, const contacts_view& view) {
    html body;
    html clear;
    if (!view.search.empty()) clear.add(R"(<a class="button" href="{}">All</a>)", path::contacts);
    const std::string query = view.search.empty() ? "" : "&q=" + common::percent_encode(view.search);
    const std::string poll = std::string{path::contacts_rows} + "?page=" + std::to_string(view.page) + query;
    body.add(
        R"(<div class="page-head"><div><h1>Contacts</h1><p>Records appear here as other systems send them.</p></div><span class="badge ok" data-live hidden>Live</span></div>
<section class="card" aria-labelledby="contacts-title"><div class="toolbar"><h2 id="contacts-title"><span data-total>{}</span> <span class="muted">in all</span></h2>
<form class="search" method="get" action="{}" role="search"><input type="search" name="q" value="{}" placeholder="Name, e-mail, company or external id" aria-label="Search the contacts" maxlength="200"><button class="button" type="submit">Search</button>{}</form></div>
<p class="visually-hidden" role="status" data-arrivals></p>
)",
        view.total, path::contacts, view.search, clear);

    body.add(
        R"(<table data-poll="{}"{}><thead><tr><th scope="col">Name</th><th scope="col">E-mail</th><th scope="col">Phone</th><th scope="col">Company</th><th scope="col">External id</th><th scope="col">Updated</th></tr></thead><tbody>
)",
        poll, view.rows.empty() ? html{}.add(" hidden") : html{});
    for (const contact_row& row : view.rows) body.add(contact_table_row(row));
    body.add(R"(</tbody></table><template>{}</template>
<div class="empty" data-empty{}><p class="title">{}</p><p>{}</p></div>
)",
             contact_table_row({}), view.rows.empty() ? html{} : html{}.add(" hidden"),
             view.search.empty() ? "No contacts yet" : "No contact matches",
             view.search.empty() ? "Give a system the Instance API Key. The contacts that it sends will appear here."
                                 : "Search for part of a name, an e-mail address, a company or an external id.");

    html previous;
    html next;
    const std::string link = std::string{path::contacts} + "?page=";
    if (view.page > 1)
        previous.add(R"(<a class="button" href="{}" rel="prev">Previous</a>)",
                     link + std::to_string(view.page - 1) + query);
    if (view.page < view.pages)
        next.add(R"(<a class="button" href="{}" rel="next">Next</a>)", link + std::to_string(view.page + 1) + query);
    body.add(
        R"(<nav class="card-foot" aria-label="Pages of contacts"><div class="pager"><span>{}</span><span class="muted small">Page {} of <span data-pages>{}</span></span><span>{}</span></div></nav></section>)",
        previous, view.page, view.pages, next);
    return framed("Contacts", section::contacts, around, body);
}

std::string audit_page(const frame& around, const audit_view& view) {
    html body;
    body.add(
        R"(<div class="page-head"><div><h1>Audit</h1><p>Who did what with the key, newest first. Revealing or copying the key is recorded before the key is shown.</p></div></div>
<section class="card" aria-label="Audit">)");
    if (view.rows.empty())
        body.add(R"(<div class="empty"><p class="title">Nothing has happened yet</p></div>)");
    else
        body.add(audit_table(view.rows));
    html newest;
    html older;
    if (!view.first) newest.add(R"(<a class="button" href="{}">Newest</a>)", path::audit);
    if (!view.next.empty())
        older.add(R"(<a class="button" href="{}?after={}" rel="next">Older</a>)", path::audit,
                  common::percent_encode(view.next));
    if (!view.first || !view.next.empty())
        body.add(
            R"(<nav class="card-foot" aria-label="Pages of the audit"><div class="pager"><span>{}</span><span>{}</span></div></nav>)",
            newest, older);
    body.add("</section>");
    return framed("Audit", section::audit, around, body);
}

std::string error_page(unsigned status, std::string_view title, std::string_view explanation) {
    html body;
    body.add(
        R"(<section class="card"><div class="card-body"><p class="code">{}</p><h1>{}</h1><p class="muted">{}</p></div></section>
<p class="below"><a href="{}">To the overview</a></p>)",
        status, title, explanation, path::home);
    return standing_alone(title, body);
}

std::string contacts_json(const contacts_view& view) {
    boost::json::array rows;
    for (const contact_row& row : view.rows)
        rows.push_back({{"uuid", row.uuid},
                        {"version", common::time_text(row.updated_at)},
                        {"name", row.name},
                        {"email", row.email},
                        {"phone", row.phone},
                        {"company", row.company},
                        {"external_id", row.external_id},
                        {"archived", row.archived},
                        {"conflict", row.conflict},
                        {"updated", readable_time(row.updated_at)}});
    return boost::json::serialize(
        boost::json::object{{"total", view.total}, {"pages", view.pages}, {"rows", std::move(rows)}});
}

std::string readable_time(shearline::timestamp at) {
    const std::string iso = common::time_text(at);
    return iso.substr(0, 10) + ' ' + iso.substr(11, 5) + " UTC";
}

}  // namespace crm
