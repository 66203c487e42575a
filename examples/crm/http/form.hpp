// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The fields of a form or a query (application/x-www-form-urlencoded).
// Depends on libsodium; never on a request.
#pragma once

#include <sodium.h>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm {

/// The fields of a form. Wiped when destroyed, because a field may be a password.
class form {
public:
    static constexpr std::size_t max_fields = 32;

    /// Empty if the text is not in this format: a `%` without two hexadecimal digits, a name that comes twice or is not
    /// visible ASCII (our names are, and an answer may repeat the name), or more than `max_fields` fields. Linear.
    static std::optional<form> parse(std::string_view text) {
        form made;
        while (!text.empty()) {
            const std::string_view pair = text.substr(0, text.find('&'));
            text.remove_prefix(std::min(pair.size() + 1, text.size()));
            if (pair.empty()) continue;
            const std::size_t equals = std::min(pair.find('='), pair.size());
            auto name = decoded(pair.substr(0, equals));
            auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
            if (!name || !value || made.has(*name) || made.m_fields.size() == max_fields) return std::nullopt;
            if (!std::all_of(name->begin(), name->end(), [](char c) { return c > ' ' && c <= '~'; }))
                return std::nullopt;
            made.m_fields.emplace_back(*std::move(name), *std::move(value));
        }
        return made;
    }

    form() = default;
    form(form&&) = default;
    form& operator=(form&& other) noexcept {
        m_fields.swap(other.m_fields);  // the old fields are wiped with the other object
        return *this;
    }
    ~form() {
        for (auto& [name, value] : m_fields) ::sodium_memzero(value.data(), value.size());
    }

    [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }

    /// The field's value; empty if there is none.
    [[nodiscard]] std::string_view operator[](std::string_view name) const noexcept {
        const std::string* const value = find(name);
        return value == nullptr ? std::string_view{} : *value;
    }

    /// The first field whose name is not in `known`, if any.
    [[nodiscard]] std::optional<std::string_view> beside(std::initializer_list<std::string_view> known) const noexcept {
        for (const auto& [name, value] : m_fields)
            if (std::find(known.begin(), known.end(), name) == known.end()) return name;
        return std::nullopt;
    }

private:
    [[nodiscard]] const std::string* find(std::string_view name) const noexcept {
        for (const auto& [each, value] : m_fields)
            if (each == name) return &value;
        return nullptr;
    }

    static int digit(char c) noexcept {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    }

    static std::optional<std::string> decoded(std::string_view text) {
        std::string out;
        out.reserve(std::max<std::size_t>(text.size(), 32));  // on the heap, so that moves leave no copy behind
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                out += text[i] == '+' ? ' ' : text[i];
                continue;
            }
            const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
        return out;
    }

    std::vector<std::pair<std::string, std::string>> m_fields;
};

}  // namespace crm
