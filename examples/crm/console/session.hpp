// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Who is logged in: ids that only the browser keeps, when they expire, and the CSRF tokens that belong to them.
// Depends on password.hpp (its clock), pages.hpp (its notices) and libsodium; never on a request.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <shearline/digest/digest_bytes.hpp>
#include <shearline/secret/secret_bytes.hpp>

#include "console/pages.hpp"
#include "console/password.hpp"

namespace crm {

/// 256 random bits as 43 characters of base64url: what a cookie holds, and the token of a form.
[[nodiscard]] std::string random_token();
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// Makes tokens from their subject, under a key: nobody without the key can make them. The key is drawn when the
/// process starts and never leaves it, or is passed in, so that tokens outlive the process. Thread-safe.
class token_maker {
public:
    token_maker();
    explicit token_maker(const shearline::secret_bytes<32>& key);
    token_maker(const token_maker&) = delete;
    token_maker& operator=(const token_maker&) = delete;
    ~token_maker();

    /// HMAC-SHA256 of the purpose and `about`, as bytes for a table, or as 43 characters for a form or a cookie.
    [[nodiscard]] shearline::digest_bytes digest(std::string_view purpose, std::string_view about) const;
    [[nodiscard]] std::string token(std::string_view purpose, std::string_view about) const;

    /// Whether `given` is that token. Constant-time in its content.
    [[nodiscard]] bool is_token_of(std::string_view given, std::string_view purpose, std::string_view about) const;

private:
    std::array<std::byte, 32> m_key{};
};

/// The open sessions. The browser keeps a session's id in a cookie, and we keep only a digest of it: neither reading
/// our memory nor timing the look-up gives anyone a session. Thread-safe; O(log n) in at most `capacity` sessions.
class session_table {
public:
    static constexpr std::chrono::minutes idle_end{30};
    static constexpr std::chrono::hours absolute_end{8};
    static constexpr std::chrono::minutes proof_lasts{5};
    static constexpr std::size_t capacity = 64;

    explicit session_table(const token_maker& tokens) noexcept : m_tokens{tokens} {}

    /// What a request may know about its session.
    struct session {
        bool proved = false;  ///< the password was given within the last five minutes
        std::optional<notice> says;
    };

    /// Opens a session with a new random id. If there are too many, the one that has been idle longest is closed.
    [[nodiscard]] std::string open(moment now);

    /// The session of `id`, unless it has expired or never existed. A request that the user makes (`active`) restarts
    /// the idle time and takes the notice; a request that a page's script makes by itself does neither.
    [[nodiscard]] std::optional<session> find(std::string_view id, moment now, bool active);

    /// The password was given again.
    void prove(std::string_view id, moment now);

    /// Leaves a notice for the next page.
    void leave(std::string_view id, notice says);

    void close(std::string_view id);

private:
    struct entry {
        moment begun, seen, proved;
        std::optional<notice> says;
    };
    using entries = std::map<shearline::digest_bytes, entry>;

    [[nodiscard]] shearline::digest_bytes name_of(std::string_view id) const;
    static bool over(const entry& about, moment now) noexcept;

    const token_maker& m_tokens;
    std::mutex m_mutex;
    entries m_entries;
};

}  // namespace crm
