// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Values on their way to PostgreSQL and back, in its binary format: integers of 64 bits, bytes, and arrays of them.
// Depends on store/sql/row_reader.hpp; for store/postgres/connection.hpp.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// The types that our tables have, and arrays of them, by their numbers in PostgreSQL's catalogue (pg_type.dat).
enum class type : unsigned { bytes = 17, big_integer = 20, integer = 23, byte_arrays = 1001, big_integers = 1016 };

/// An integer in network order, as PostgreSQL sends and takes it.
template <typename Integer>
[[nodiscard]] constexpr std::array<char, sizeof(Integer)> to_network(Integer value) noexcept {
    std::array<char, sizeof(Integer)> bytes{};
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = bytes.size(); i-- > 0; rest >>= 8U)
        bytes[i] = static_cast<char>(static_cast<unsigned char>(rest & 0xffU));
    return bytes;
}

/// The signed integer that these bytes are, 2, 4 or 8 of them.
[[nodiscard]] inline std::int64_t from_network(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (const char one : bytes) value = value << 8U | static_cast<unsigned char>(one);
    const auto unused = static_cast<unsigned>(64 - 8 * bytes.size());
    return std::bit_cast<std::int64_t>(value << unused) >> unused;
}

/// An array of one dimension, as a parameter of a statement.
class array {
public:
    explicit array(type of) : m_type{of == type::bytes ? type::byte_arrays : type::big_integers} {
        put(to_network(std::int32_t{1}));
        put(to_network(std::int32_t{0}));
        put(to_network(static_cast<std::int32_t>(of)));
        put(to_network(std::int32_t{0}));
        put(to_network(std::int32_t{1}));
    }
    void add(std::string_view bytes) {
        put(to_network(static_cast<std::int32_t>(bytes.size())));
        m_bytes.append(bytes);
        const auto count = to_network(++m_count);
        m_bytes.replace(12, count.size(), count.data(), count.size());
    }
    void add(std::int64_t number) {
        const auto bytes = to_network(number);
        add(std::string_view{bytes.data(), bytes.size()});
    }
    [[nodiscard]] type of() const noexcept { return m_type; }
    [[nodiscard]] std::string_view bytes() const noexcept { return m_bytes; }

private:
    template <std::size_t Bytes>
    void put(const std::array<char, Bytes>& bytes) {
        m_bytes.append(bytes.data(), bytes.size());
    }

    type m_type;
    std::int32_t m_count = 0;
    std::string m_bytes;
};

/// One parameter: its type, and its bytes or null. Borrows the bytes.
class parameter {
public:
    explicit parameter(std::int64_t number) noexcept : m_type{type::big_integer}, m_number{to_network(number)} {}
    explicit parameter(std::string_view text) noexcept : m_type{type::bytes}, m_bytes{text} {}
    explicit parameter(std::span<const std::byte> blob) noexcept
        : m_type{type::bytes}, m_bytes{reinterpret_cast<const char*>(blob.data()), blob.size()} {}
    explicit parameter(const array& many) noexcept : m_type{many.of()}, m_bytes{many.bytes()} {}
    template <typename T>
    explicit parameter(const std::optional<T>& value) noexcept : parameter{value ? parameter{*value} : parameter{T{}}} {
        if (!value) m_is_null = true;
    }

    [[nodiscard]] unsigned of() const noexcept { return static_cast<unsigned>(m_type); }
    [[nodiscard]] const char* data() const noexcept {
        if (m_is_null) return nullptr;
        if (m_type == type::big_integer) return m_number.data();
        return m_bytes.data() != nullptr ? m_bytes.data() : "";
    }
    [[nodiscard]] bool fits() const noexcept {
        return m_bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max());
    }
    [[nodiscard]] int size() const noexcept {
        return static_cast<int>(m_type == type::big_integer ? m_number.size() : m_bytes.size());
    }

private:
    type m_type;
    bool m_is_null = false;
    std::array<char, sizeof(std::int64_t)> m_number{};
    std::string_view m_bytes{};
};

/// The parameters of a statement, as libpq takes them: one array for each of their properties.
template <std::size_t Count>
struct parameters {
    template <typename... Values>
    explicit parameters(const Values&... values) noexcept : all{parameter{values}...} {
        for (std::size_t i = 0; i < Count; ++i) {
            fit = fit && all[i].fits();
            types[i] = all[i].of();
            bytes[i] = all[i].data();
            sizes[i] = all[i].size();
            formats[i] = 1;  // binary
        }
    }
    parameters(const parameters&) = delete;
    parameters& operator=(const parameters&) = delete;

    static constexpr int count = static_cast<int>(Count);
    std::array<parameter, Count> all;
    std::array<unsigned, Count + 1> types{};
    std::array<const char*, Count + 1> bytes{};
    std::array<int, Count + 1> sizes{};
    std::array<int, Count + 1> formats{};
    bool fit = true;
};

/// A statement as PostgreSQL takes it: `?1` is `$1` there, tables are those of a schema, and an index is not chosen by
/// the statement. `schema` is quoted. No statement of ours has a `?` or a `main.` in a literal.
[[nodiscard]] inline std::string translated(std::string_view sql, std::string_view schema) {
    constexpr std::string_view tables = "main.";
    constexpr std::string_view hint = "INDEXED BY ";
    std::string text;
    while (!sql.empty()) {
        if (sql.starts_with(tables)) {
            text.append(schema).append(".");
            sql.remove_prefix(tables.size());
        } else if (sql.starts_with(hint)) {
            sql.remove_prefix(hint.size());
            sql.remove_prefix(std::min(sql.find(' '), sql.size()));
        } else {
            text += sql.front() == '?' ? '$' : sql.front();
            sql.remove_prefix(1);
        }
    }
    return text;
}

/// A name as it stands in a statement.
[[nodiscard]] inline std::string sql_name(std::string_view name) {
    std::string text{'"'};
    for (const char one : name) text.append(one == '"' ? 2 : 1, one);
    return text += '"';
}

}  // namespace shearline::inline v0_1::detail::postgres
