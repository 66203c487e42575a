// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "console/session.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>

#include <shearline/secret/compare.hpp>
#include <shearline/secret/sodium.hpp>

namespace crm {
namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t token_chars = 43;

std::string base64url(std::span<const std::byte, token_bytes> bytes) {
    std::array<char, token_chars + 1> text{};
    ::sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text.data();
}

}  // namespace

std::string random_token() {
    std::array<std::byte, token_bytes> bytes{};
    ::randombytes_buf(bytes.data(), bytes.size());
    return base64url(bytes);
}

bool is_token(std::string_view text) noexcept {
    return text.size() == token_chars && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_';
           });
}

token_maker::token_maker() {
    if (!shearline::sodium_ready()) std::abort();
    ::randombytes_buf(m_key.data(), m_key.size());
}

token_maker::token_maker(const shearline::secret_bytes<32>& key) {
    const auto bytes = key.reveal(shearline::unsafe_reveal);
    std::copy(bytes.begin(), bytes.end(), m_key.begin());
}

token_maker::~token_maker() { ::sodium_memzero(m_key.data(), m_key.size()); }

shearline::digest_bytes token_maker::digest(std::string_view purpose, std::string_view about) const {
    crypto_auth_hmacsha256_state state;
    const auto add = [&](std::string_view text) {
        ::crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    };
    ::crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(m_key.data()), m_key.size());
    add(purpose);
    add({"\0", 1});  // no purpose contains it, so the boundary is unambiguous
    add(about);
    shearline::digest_bytes made{};
    ::crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(made.data()));
    ::sodium_memzero(&state, sizeof state);
    return made;
}

std::string token_maker::token(std::string_view purpose, std::string_view about) const {
    return base64url(digest(purpose, about));
}

bool token_maker::is_token_of(std::string_view given, std::string_view purpose, std::string_view about) const {
    const std::string right = token(purpose, about);
    return shearline::constant_time_equal<std::dynamic_extent>(std::as_bytes(std::span{given}),
                                                               std::as_bytes(std::span{right}));
}

shearline::digest_bytes session_table::name_of(std::string_view id) const { return m_tokens.digest("session", id); }

bool session_table::over(const entry& about, moment now) noexcept {
    return now - about.begun >= absolute_end || now - about.seen >= idle_end;
}

std::string session_table::open(moment now) {
    std::string id = random_token();
    const std::lock_guard lock{m_mutex};
    std::erase_if(m_entries, [&](const auto& each) { return over(each.second, now); });
    if (m_entries.size() >= capacity)
        m_entries.erase(std::min_element(m_entries.begin(), m_entries.end(),
                                         [](const auto& a, const auto& b) { return a.second.seen < b.second.seen; }));
    m_entries.emplace(name_of(id), entry{now, now, now, std::nullopt});
    return id;
}

std::optional<session_table::session> session_table::find(std::string_view id, moment now, bool active) {
    const auto name = name_of(id);
    const std::lock_guard lock{m_mutex};
    const auto found = m_entries.find(name);
    if (found == m_entries.end()) return std::nullopt;
    entry& about = found->second;
    if (over(about, now)) {
        m_entries.erase(found);
        return std::nullopt;
    }
    session seen{now - about.proved < proof_lasts, std::nullopt};
    if (active) {
        about.seen = now;
        seen.says = std::exchange(about.says, std::nullopt);
    }
    return seen;
}

void session_table::prove(std::string_view id, moment now) {
    const auto name = name_of(id);
    const std::lock_guard lock{m_mutex};
    if (const auto found = m_entries.find(name); found != m_entries.end()) found->second.proved = now;
}

void session_table::leave(std::string_view id, notice says) {
    const auto name = name_of(id);
    const std::lock_guard lock{m_mutex};
    if (const auto found = m_entries.find(name); found != m_entries.end()) found->second.says = std::move(says);
}

void session_table::close(std::string_view id) {
    const auto name = name_of(id);
    const std::lock_guard lock{m_mutex};
    m_entries.erase(name);
}

}  // namespace crm
