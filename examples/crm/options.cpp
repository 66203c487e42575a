// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

#include "command_line.hpp"

namespace crm {

using shearline::errc;
using shearline::error;
using shearline::result;

namespace {

bool is_address(const std::string& text) {
    in6_addr room{};
    return ::inet_pton(AF_INET, text.c_str(), &room) == 1 || ::inet_pton(AF_INET6, text.c_str(), &room) == 1;
}

/// Whether a text can be the host in a URL: a name, an IPv4 address, or an IPv6 address in brackets; without a port.
bool is_host(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) return is_address(std::string{text.substr(1, text.size() - 2)});
    if (text.empty() || text.size() > 253 || text.front() == '-' || text.front() == '.') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
    });
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

/// Takes ADDRESS:PORT, or says what is wrong with it.
std::string listen_at(const std::string& text, options& into) {
    const std::size_t colon = text.rfind(':');
    const char* const end = text.data() + text.size();
    const char* const digits = colon == std::string::npos ? end : text.data() + colon + 1;
    const auto [stop, failed] = std::from_chars(digits, end, into.port);
    if (digits == end || failed != std::errc{} || stop != end) return "needs ADDRESS:PORT, such as 127.0.0.1:8080";
    into.address = text.substr(0, colon);
    if (into.address.starts_with('[') && into.address.ends_with(']'))
        into.address = into.address.substr(1, into.address.size() - 2);
    return is_address(into.address) ? "" : "needs a numeric address: " + into.address + " is not one";
}

}  // namespace

result<options> read_options(int count, const char* const* arguments) {
    options read;
    CLI::App line{"A small CRM whose contacts other systems create, read and update with an instance API key.",
                  "shearline-crm"};
    line.get_formatter()->column_width(28);
    line.footer("Example: shearline-crm --data /var/lib/crm --listen 127.0.0.1:8080");
    const auto is = [](auto good, const char* otherwise) {
        return CLI::Validator{[=](const std::string& text) { return good(text) ? "" : std::string{otherwise}; }, ""};
    };
    const CLI::Validator there = is([](const std::string& text) { return !text.empty(); }, "needs a value");
    line.add_option("--data", read.data, "the folder for all data; created if it does not exist")
        ->check(there)
        ->type_name("DIR");
    CLI::Option* const keys =
        line.add_option("--keys", read.keys,
                        "keep the keys in this PostgreSQL database, which several CRMs may share: a URI such as "
                        "postgresql://crm@db.example/crm?sslmode=verify-full, or a connection string of libpq, without "
                        "a password; without it, they are in DIR/keys.db")
            ->check(there)
            ->type_name("DATABASE");
    line.add_option("--keys-schema", read.schema, "the schema of the tables of the keys (default: shearline)")
        ->needs(keys)
        ->check(there)
        ->type_name("NAME");
    line.add_option("--listen", "where to listen (default: 127.0.0.1:8080); port 0: any free port")
        ->check(CLI::Validator{[&](std::string& text) { return listen_at(text, read); }, ""})
        ->type_name("ADDRESS:PORT");
    line.add_option("--port-file", read.port_file, "write the port number to this file once the CRM listens")
        ->check(there)
        ->type_name("FILE");
    line.add_option("--admin-password-file", read.password_file,
                    "a file with the owner's password for the console, read at the first start; without it, a "
                    "password is generated and shown once")
        ->check(there)
        ->type_name("FILE");
    line.add_flag("--behind-tls-proxy", read.behind_tls_proxy,
                  "a proxy in front of the CRM terminates TLS; needed to listen on addresses other than loopback");
    line.add_option("--host", read.hosts,
                    "a name under which browsers reach the console (localhost always works); may be repeated")
        ->check(is(is_host, "needs a host name without a port, such as crm.example"))
        ->allow_extra_args(false)
        ->type_name("NAME");
    line.add_option("--trusted-proxy",
                    "a network of proxies whose X-Forwarded-For is trusted, such as 192.0.2.0/24: the limit on "
                    "guesses and the audit then use the client's address in it; may be repeated")
        ->check(CLI::Validator{[&](std::string& text) {
                                   const auto added = read.proxies.add(text);
                                   return added ? std::string{} : added.error().context();
                               },
                               ""})
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("NETWORK");
    CLI::Option* const prove =
        line.add_flag("--prove-store", read.prove_store,
                      "once, for data of a version before rows were proved: vouch for the keys as they are stored now, "
                      "and exit; stop the CRM and make a backup first");
    line.add_flag("--yes", read.yes, "with --prove-store: do not ask")->needs(prove);
    CLI::App* const copy = line.add_subcommand(
        "copy-keys", "move the keys from one store to another, and close the first for good; then exit");
    const char* const place = "the path of a keys.db, or a URI: postgresql://USER@HOST/DATABASE";
    copy->add_option("FROM", read.copy_from, place)->required()->check(there);
    copy->add_option("TO", read.copy_to, place)->required()->check(there);
    copy->add_option("--keys-schema", read.schema, "the schema of the tables in PostgreSQL (default: shearline)")
        ->check(there)
        ->type_name("NAME");
    const auto wrong = [](std::string what) { return error{errc::invalid_argument, std::move(what)}; };
    auto given = common::read_command_line(line, count, arguments);
    if (!given.wrong.empty()) return wrong(std::move(given.wrong));
    read.says = std::move(given.says);
    if (!read.says.empty()) return read;
    if (copy->parsed()) {
        if (!read.data.empty()) return wrong("copy-keys takes the places of two stores, and no --data; see --help");
        return read;
    }
    if (read.data.empty()) return wrong("--data is required; see --help");
    if (read.prove_store && !read.keys.empty())
        return wrong(
            "--prove-store is for a keys.db of a version before rows were proved: PostgreSQL holds none of those");
    if (!is_loopback(read.address) && !read.behind_tls_proxy)
        return wrong("keys must not cross a network unencrypted: listen on loopback, or pass --behind-tls-proxy");
    return read;
}

}  // namespace crm
