// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Reads tests/vectors/rows.txt: rows, the bytes that their proofs are made over, and the proofs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/store/change.hpp>
#include <shearline/store/scan.hpp>

#include "../support/hex.hpp"

#ifndef ROW_VECTORS
#error "define ROW_VECTORS as the path of tests/vectors/rows.txt"
#endif

namespace support {

/// A block of the file: its fields in their order.
class row_vector {
public:
    row_vector(std::string kind, std::string comment) : m_kind{std::move(kind)}, m_comment{std::move(comment)} {}

    void add(std::string name, std::string value) { m_fields.emplace_back(std::move(name), std::move(value)); }

    [[nodiscard]] const std::string& kind() const { return m_kind; }
    [[nodiscard]] const std::string& comment() const { return m_comment; }
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
        std::vector<std::string> values;
        for (const auto& [each, value] : m_fields)
            if (each == name) values.push_back(value);
        return values;
    }
    [[nodiscard]] const std::string& text(std::string_view name) const {
        for (const auto& [each, value] : m_fields)
            if (each == name) return value;
        throw std::runtime_error{m_kind + " " + m_comment + ": no " + std::string{name}};
    }
    [[nodiscard]] std::uint64_t number(std::string_view name) const { return std::stoull(text(name)); }
    template <std::size_t Size>
    [[nodiscard]] auto bytes(std::string_view name) const {
        return from_hex<Size>(text(name));
    }

private:
    std::string m_kind;
    std::string m_comment;
    std::vector<std::pair<std::string, std::string>> m_fields;
};

inline std::vector<row_vector> row_vectors(std::string_view kind) {
    std::ifstream file{ROW_VECTORS};
    std::vector<row_vector> all;
    bool between = true;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        if (line.empty()) {
            between = true;
            continue;
        }
        const std::size_t space = line.find(' ');
        if (space == std::string::npos) throw std::runtime_error{"a line without a value: " + line};
        if (std::exchange(between, false)) {
            all.emplace_back(line.substr(0, space), line.substr(space + 1));
        } else {
            all.back().add(line.substr(0, space), line.substr(space + 1));
        }
    }
    std::erase_if(all, [kind](const row_vector& one) { return one.kind() != kind; });
    if (all.empty()) throw std::runtime_error{"no such vectors in " ROW_VECTORS};
    return all;
}

inline shearline::timestamp time_of(const std::string& text) { return shearline::from_unix_ms(std::stoll(text)); }
inline std::optional<shearline::timestamp> optional_time_of(const std::string& text) {
    return text == "-" ? std::nullopt : std::optional{time_of(text)};
}

/// A credential and its keys, with the texts that they are views of.
struct vector_credential {
    explicit vector_credential(const row_vector& from)
        : tenant{from.text("tenant")}, name{from.text("name")}, scopes{from.text("scopes")} {
        const auto id = shearline::credential_id::from_bytes(from_hex<16, std::uint8_t>(from.text("id")));
        if (!id) throw std::runtime_error{id.error().message()};
        owner.id = *id;
        owner.tenant = tenant;
        owner.name = name;
        owner.scopes = scopes;
        owner.not_before = optional_time_of(from.text("not_before"));
        owner.expires_at = optional_time_of(from.text("expires_at"));
        owner.suspended = from.number("suspended") == 1;
        owner.generation = static_cast<std::uint32_t>(from.number("generation"));
        owner.version = from.number("version");
        owner.created_at = time_of(from.text("created_at"));
        owner.revoked_at = optional_time_of(from.text("revoked_at"));
        owner.metadata_digest = from.bytes<32>("metadata_digest");
        const std::vector<std::string> lines = from.all("key");
        formats.reserve(lines.size());
        for (const std::string& line : lines) add_key(line);
    }
    vector_credential(const vector_credential&) = delete;
    vector_credential& operator=(const vector_credential&) = delete;

    std::string tenant;
    std::string name;
    std::string scopes;
    std::vector<std::string> formats;
    shearline::scanned_credential owner{};
    std::vector<shearline::scanned_key> keys;

private:
    void add_key(const std::string& line) {
        std::istringstream words{line};
        std::string format, handle, generation, state, created, retires, revoked, hash, pepper, mac;
        words >> format >> handle >> generation >> state >> created >> retires >> revoked >> hash >> pepper >> mac;
        shearline::scanned_key& key = keys.emplace_back();
        key.format = formats.emplace_back(format);
        key.handle.value = std::stoull(handle);
        key.generation = static_cast<std::uint32_t>(std::stoul(generation));
        key.state = state == "pending"  ? shearline::key_state::pending
                    : state == "active" ? shearline::key_state::active
                                        : shearline::key_state::retiring;
        key.created_at = time_of(created);
        key.retires_at = optional_time_of(retires);
        key.revoked_at = optional_time_of(revoked);
        key.digest = {.pepper = static_cast<std::uint32_t>(std::stoul(pepper)),
                      .mac = from_hex<32>(mac),
                      .hash = shearline::hash_name{hash}};
    }
};

inline shearline::idempotency_entry entry_of(const row_vector& from) {
    const auto id = shearline::credential_id::from_bytes(from_hex<16, std::uint8_t>(from.text("credential")));
    if (!id) throw std::runtime_error{id.error().message()};
    const std::string& handle = from.text("handle");
    return {.token = from.bytes<32>("token"),
            .arguments = from.bytes<32>("arguments"),
            .credential = *id,
            .handle = handle == "-" ? std::nullopt : std::optional{shearline::handle{std::stoull(handle)}},
            .created_at = time_of(from.text("created_at")),
            .expires_at = time_of(from.text("expires_at"))};
}

inline std::string description_of(const row_vector& from) {
    std::string text;
    for (const std::string& line : from.all("line")) text += line + '\n';
    return text;
}

}  // namespace support
