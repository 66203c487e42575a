// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What can go wrong where the world is touched. (Of key text alone: format/format_error.hpp.)
// Depends on std; never on a crypto library. An error never holds a secret, a whole key or a digest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The kind of a failure: what a program decides by. The context of an `error` is for people.
enum class errc : std::uint8_t {
    invalid_argument = 1,  ///< the caller's words are off; nothing was done
    not_found,             ///< no such credential, key or page
    conflict,              ///< another change came first, or an idempotency token came with other arguments
    illegal_state,         ///< the key's state, or the credential, does not allow this
    not_recoverable,       ///< the key's text is not kept, or no longer
    permission_denied,     ///< the system, or a file's mode, forbids it
    wrong_keyring,         ///< the keyring is not the one that the store's records were made under
    wrong_hash,            ///< the hash is not the one that the store's keys of this format were made with
    corrupt,               ///< a file or a row is not what we wrote
    wrong_version,         ///< written by an older or a newer schema than this build reads
    unavailable,           ///< the store, the disk or the entropy source does not answer now; try again
    rolled_back,           ///< the store shows an older state than it did before: a backup was restored
    deadline_exceeded,     ///< the request's deadline passed before anything was changed
    in_doubt,              ///< the change may or may not have been made: repeat with the same idempotency token
};

/// The name of an `errc`; a static string.
[[nodiscard]] constexpr std::string_view to_string(errc code) noexcept {
    switch (code) {
        case errc::invalid_argument: return "invalid argument";
        case errc::not_found: return "not found";
        case errc::conflict: return "conflict";
        case errc::illegal_state: return "illegal state";
        case errc::not_recoverable: return "not recoverable";
        case errc::permission_denied: return "permission denied";
        case errc::wrong_keyring: return "wrong keyring";
        case errc::wrong_hash: return "wrong hash";
        case errc::corrupt: return "corrupt";
        case errc::wrong_version: return "wrong version";
        case errc::unavailable: return "unavailable";
        case errc::rolled_back: return "rolled back";
        case errc::deadline_exceeded: return "deadline exceeded";
        case errc::in_doubt: return "in doubt";
    }
    return "unknown";
}

/// The HTTP status that a server answers with where such a failure is the answer (RFC 9110 §15.5, §15.6). 500 is what
/// the server's owner has to look at, and also `in_doubt`: who repeats it must do so with the same idempotency token.
[[nodiscard]] constexpr unsigned status_of(errc code) noexcept {
    switch (code) {
        case errc::invalid_argument: return 400;
        case errc::not_found: return 404;
        case errc::conflict:
        case errc::illegal_state:
        case errc::not_recoverable: return 409;
        case errc::unavailable:
        case errc::deadline_exceeded: return 503;
        case errc::permission_denied:
        case errc::wrong_keyring:
        case errc::wrong_hash:
        case errc::corrupt:
        case errc::wrong_version:
        case errc::rolled_back:
        case errc::in_doubt: return 500;
    }
    return 500;
}

/// A failure above the format layer: a code for the program and a sentence for the person, which says what was wrong,
/// where, and what to do. Copyable; safe to log.
class [[nodiscard]] error {
public:
    error(errc code, std::string context) noexcept : m_code{code}, m_context{std::move(context)} {}

    [[nodiscard]] errc code() const noexcept { return m_code; }
    [[nodiscard]] const std::string& context() const& noexcept { return m_context; }
    [[nodiscard]] std::string context() && noexcept { return std::move(m_context); }

    /// "corrupt: keys.db: the page at …", for a log line.
    [[nodiscard]] std::string message() const {
        std::string text{to_string(m_code)};
        text += ": ";
        text += m_context;
        return text;
    }

private:
    errc m_code;
    std::string m_context;
};

}  // namespace shearline::inline v0_1
