// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One PostgreSQL for all tests of a program, and in it a schema for each store.
#pragma once

#include <string>
#include <tuple>
#include <utility>

#include <shearline/store/postgres_store.hpp>

#include "if_postgres.hpp"
#include "must.hpp"
#include "postgres_server.hpp"

namespace support {

/// Started by the first test that needs it.
inline postgres_server& shared_server() {
    static postgres_server server;
    return server;
}

inline std::string new_schema() {
    static int made = 0;
    return "test_" + std::to_string(++made);
}

inline shearline::postgres_store open_postgres(const std::string& schema) {
    return must(shearline::postgres_store::open(shared_server().conninfo(), {.schema = schema}));
}

struct postgres_place {
    using store_type = shearline::postgres_store;
    std::string schema = new_schema();
    shearline::postgres_store store = open_postgres(schema);
};

#ifdef OTHER_PLACES
using places = std::tuple<postgres_place>;
#endif

}  // namespace support
