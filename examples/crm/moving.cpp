// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "moving.hpp"

#include <sys/stat.h>

#include <utility>
#include <variant>

#include <shearline/store/postgres_store.hpp>
#include <shearline/store/sqlite_store.hpp>

namespace crm {

using shearline::errc;
using shearline::error;
using shearline::result;

namespace {

using any_store = std::variant<shearline::sqlite_store, shearline::postgres_store>;

result<any_store> open_store(const std::string& place, const std::string& schema) {
    if (place.starts_with("postgresql://") || place.starts_with("postgres://")) {
        auto store = shearline::postgres_store::open(place, {.schema = schema});
        if (!store) return std::move(store).error();
        return any_store{*std::move(store)};
    }
    auto store = shearline::sqlite_store::open(place);
    if (!store) return std::move(store).error();
    return any_store{*std::move(store)};
}

bool is_missing(const std::string& place) {
    struct ::stat about {};
    return place.find("://") == std::string::npos && (::stat(place.c_str(), &about) != 0 || about.st_size == 0);
}

}  // namespace

result<shearline::moved_store> copy_keys(const std::string& from, const std::string& to, const std::string& schema,
                                         const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    if (is_missing(from)) return error{errc::not_found, from + ": is missing or empty: there are no keys to move"};
    auto source = open_store(from, schema);
    if (!source) return std::move(source).error();
    auto target = open_store(to, schema);
    if (!target) return std::move(target).error();
    const shearline::request_context by{.actor = "owner", .reason = "moved by shearline-crm copy-keys"};
    return std::visit([&](auto& here, auto& there) { return shearline::move_store(here, there, by, progress); },
                      *source, *target);
}

}  // namespace crm
