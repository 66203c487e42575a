// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// HTML in which everything but our own literals is escaped: markup comes from constants only; everything else is text.
// Depends on std; never on a page.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace crm {

/// A constant piece of markup with `Holes` placeholders `{}`, checked at compile time. Only constants can become
/// markup, so a contact named `<script>` stays text.
template <std::size_t Holes>
class markup {
public:
    consteval markup(const char* constant) : m_text{constant} {  // NOLINT(*-explicit-*): a literal is the markup
        std::size_t holes = 0;
        for (std::size_t at = m_text.find("{}"); at != std::string_view::npos; at = m_text.find("{}", at + 2)) ++holes;
        if (holes != Holes) throw "markup: give exactly one value for each {}";
    }

    [[nodiscard]] constexpr std::string_view text() const noexcept { return m_text; }

private:
    std::string_view m_text;
};

/// A piece of a page under construction.
class html {
public:
    /// Appends `constant`, with its placeholders filled in order: text is escaped for element content and for quoted
    /// attributes, whole numbers are written in decimal, and `html` is inserted unchanged. Returns itself, for
    /// chaining.
    template <typename... Values>
    html& add(markup<sizeof...(Values)> constant, const Values&... values) {
        std::string_view rest = constant.text();
        (fill(rest, values), ...);
        m_text += rest;
        return *this;
    }

    html& add(const html& other) {
        m_text += other.m_text;
        return *this;
    }

    [[nodiscard]] const std::string& str() const& noexcept { return m_text; }
    [[nodiscard]] std::string str() && noexcept { return std::move(m_text); }

private:
    template <typename Value>
    void fill(std::string_view& rest, const Value& value) {
        const std::size_t hole = rest.find("{}");
        m_text += rest.substr(0, hole);
        rest.remove_prefix(hole + 2);
        if constexpr (std::same_as<Value, html>)
            m_text += value.m_text;
        else if constexpr (std::integral<Value>)
            m_text += std::to_string(value);
        else
            escape(value);
    }

    void escape(std::string_view text) {
        for (const char c : text) {
            switch (c) {
                case '&': m_text += "&amp;"; break;
                case '<': m_text += "&lt;"; break;
                case '>': m_text += "&gt;"; break;
                case '"': m_text += "&quot;"; break;
                case '\'': m_text += "&#39;"; break;
                default: m_text += c;
            }
        }
    }

    std::string m_text;
};

}  // namespace crm
