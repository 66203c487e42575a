// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The errors of everything but key text, which has its own (format/format_error.hpp).
// Depends on std; never on a crypto library. An error never holds a secret, a whole key or a digest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1 {

/// The kind of a failure, for a program to decide by. The context of an `error` is for people.
enum class errc : std::uint8_t {
    invalid_argument = 1,  ///< an argument is invalid; nothing was changed
    not_found,             ///< no such credential, key, pepper or file
    conflict,              ///< another change came first, a name is taken, or a token came with other arguments
    illegal_state,         ///< the state of the key or of its credential does not allow this
    not_recoverable,       ///< the text of the key was never stored, or was deleted
    permission_denied,     ///< the system denied access, or the mode or owner of a file is unsafe
    wrong_keyring,         ///< the keyring is not that of the store, or an older copy; or the row about it was edited
    wrong_hash,            ///< the keys of this format in the store were made with another hash
    corrupt,               ///< a file or a row does not hold what this library wrote
    wrong_version,         ///< written with an older or a newer schema than this build reads
    unavailable,           ///< the store, the disk, the memory or the entropy source failed; try again
    rolled_back,           ///< the store shows an older state than before: a backup was restored
    deadline_exceeded,     ///< the deadline of the request passed; nothing was changed
    in_doubt,              ///< the change may or may not have been made: repeat it with the same idempotency token
};

/// The name of an `errc`, in lower-case words; a static string. O(1).
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

/// A failure above the format layer: a code for the program, and a sentence for people that says what was wrong, where,
/// and what to do. Copyable; safe to log: it never holds a secret. Const members may be called from any thread.
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
