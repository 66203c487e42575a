// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "console/password.hpp"

#include <arpa/inet.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include <shearline/private_file.hpp>
#include <shearline/secret/sodium.hpp>

namespace crm {
namespace {

using shearline::errc;
using shearline::error;
using shearline::result;
using shearline::secret_text;
using shearline::unsafe_reveal;

// Without characters that look alike: a person reads it from a terminal.
secret_text random_password() {
    constexpr std::string_view letters = "abcdefghjkmnpqrstuvwxyz23456789";
    constexpr std::size_t groups = 4;
    constexpr std::size_t group_chars = 5;
    secret_text made = secret_text::with_chars(groups * group_chars + groups - 1);
    const auto out = made.reveal_mutable(unsafe_reveal);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = i % (group_chars + 1) == group_chars
                     ? '-'
                     : letters[::randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
    return made;
}

result<std::string> argon2id_of(std::string_view password) {
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (::crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return error{errc::unavailable, "the password could not be hashed: this needs 64 MiB of memory"};
    return std::string{hash.data()};
}

}  // namespace

result<owner_password::opened> owner_password::open_or_create(const std::string& path, std::string_view initial) {
    if (auto ready = shearline::sodium_ready(); !ready) return std::move(ready).error();

    auto kept = shearline::read_private_file(path, crypto_pwhash_STRBYTES);
    if (kept) {
        std::string hash{kept->reveal(unsafe_reveal)};
        while (!hash.empty() && hash.back() == '\n') hash.pop_back();
        if (!hash.starts_with(crypto_pwhash_STRPREFIX) ||
            ::crypto_pwhash_str_needs_rehash(hash.c_str(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                             crypto_pwhash_MEMLIMIT_INTERACTIVE) < 0)
            return error{errc::corrupt,
                         path + ": does not contain an argon2id string; remove it to set a new password"};
        return opened{owner_password{std::move(hash)}, false, std::nullopt};
    }
    if (kept.error().code() != errc::not_found) return std::move(kept).error();

    const std::string_view given = initial;
    std::optional<secret_text> generated;
    if (initial.empty()) {
        generated = random_password();
        initial = generated->reveal(unsafe_reveal);
    }
    if (initial.size() < min_bytes || initial.size() > max_bytes)
        return error{errc::invalid_argument, "the console's password must have " + std::to_string(min_bytes) + " to " +
                                                 std::to_string(max_bytes) + " bytes"};
    auto hash = argon2id_of(initial);
    if (!hash) return std::move(hash).error();
    if (auto written = shearline::create_private_file(path, *hash + '\n'); !written) {
        if (written.error().code() == errc::conflict) return open_or_create(path, given);  // another process was first
        return std::move(written).error();
    }
    return opened{owner_password{*std::move(hash)}, true, std::move(generated)};
}

bool owner_password::matches(std::string_view attempt) const {
    return attempt.size() <= max_bytes &&
           ::crypto_pwhash_str_verify(m_hash.c_str(), attempt.data(), attempt.size()) == 0;
}

std::optional<hash_gate::place> hash_gate::enter(bool known) {
    const std::lock_guard lock{m_mutex};
    if (m_free < (known ? 1U : 2U)) return std::nullopt;
    --m_free;
    return place{*this};
}

hash_gate::place::~place() {
    if (m_of == nullptr) return;
    const std::lock_guard lock{m_of->m_mutex};
    ++m_of->m_free;
}

std::chrono::seconds attempt_limiter::begin(const std::string& who, moment now) {
    const std::lock_guard lock{m_mutex};
    const auto found = m_by_who.find(who);
    if (found == m_by_who.end()) {
        if (m_entries.size() >= m_capacity) {
            m_by_who.erase(m_entries.back().who);
            m_entries.pop_back();
        }
        m_entries.push_front({.who = who});
        m_by_who.emplace(m_entries.front().who, m_entries.begin());
    } else {
        const entry& about = *found->second;
        if (now < about.not_before) return std::chrono::ceil<std::chrono::seconds>(about.not_before - now);
        m_entries.splice(m_entries.begin(), m_entries, found->second);
    }

    entry& about = m_entries.front();
    if (now - about.last > forgotten_after) about.failures = 0;
    about.last = now;
    ++about.failures;
    if (about.failures >= free_attempts) {
        const unsigned doublings = std::min(about.failures - free_attempts, 16U);
        about.not_before = now + std::min(first_delay * (1U << doublings), longest_delay);
    }
    return std::chrono::seconds::zero();
}

void attempt_limiter::succeeded(const std::string& who) {
    const std::lock_guard lock{m_mutex};
    const auto found = m_by_who.find(who);
    if (found == m_by_who.end()) return;
    const auto about = found->second;
    m_by_who.erase(found);
    m_entries.erase(about);
}

void attempt_limiter::withdrawn(const std::string& who) {
    const std::lock_guard lock{m_mutex};
    const auto found = m_by_who.find(who);
    if (found == m_by_who.end()) return;
    entry& about = *found->second;
    if (about.failures > 0) --about.failures;
    about.not_before = {};
}

std::string slowed_as(std::string_view source_address) {
    std::string text{source_address};
    in6_addr six{};
    if (::inet_pton(AF_INET6, text.c_str(), &six) != 1) return text;
    const auto* const bytes = &six.s6_addr[0];
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        ::inet_ntop(AF_INET, bytes + 12, out.data(), out.size());
        return out.data();
    }
    std::fill(&six.s6_addr[8], &six.s6_addr[8] + 8, std::uint8_t{0});
    ::inet_ntop(AF_INET6, &six, out.data(), out.size());
    return std::string{out.data()} + "/64";
}

}  // namespace crm
