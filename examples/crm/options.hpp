// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The command line of the CRM.
// Depends on shearline's results; never on the server. CLI11 stays in the source file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

#include "http/proxy.hpp"

namespace crm {

struct options {
    std::string data;
    std::string keys;                  ///< the PostgreSQL database of the keys; empty: SQLite, in the data folder
    std::string schema = "shearline";  ///< of the tables there
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string port_file;
    std::string password_file;
    bool behind_tls_proxy = false;
    std::vector<std::string> hosts;
    trusted_proxies proxies;
    bool prove_store = false;  ///< vouch once for a key store of before proofs, and do nothing else
    bool yes = false;          ///< without asking
    std::string copy_from{};   ///< move the keys from this store to the next, and do nothing else
    std::string copy_to{};
    std::string says{};  ///< the help or the version: print it and do nothing else
};

/// Reads the arguments of main(); `invalid_argument` says in one line which one is wrong.
[[nodiscard]] shearline::result<options> read_options(int count, const char* const* arguments);

}  // namespace crm
