// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a failure of PostgreSQL means, by its SQLSTATE.
// Depends on error.hpp; for store/postgres/connection.hpp, never on libpq.
#pragma once

#include <string>
#include <string_view>

#include <shearline/error.hpp>

namespace shearline::inline v0_1::detail::postgres {

/// The error for an SQLSTATE (PostgreSQL's appendix A); it names the database. The server's own message is left out: it
/// may quote what is stored. Empty: the server gave none.
[[nodiscard]] inline error failure(const std::string& name, std::string_view state) {
    const auto say = [&](errc what, std::string_view words) {
        return error{what, std::string{name}.append(": ").append(words)};
    };
    const auto is = [&](std::string_view one) { return state == one; };
    const auto begins = [&](std::string_view with) { return state.starts_with(with); };
    if (is("55P03")) return say(errc::unavailable, "busy: another process is changing it; try again");
    if (is("57014")) return say(errc::unavailable, "took too long, and was cancelled: nothing was written; try again");
    if (is("53100")) return say(errc::unavailable, "disk full: nothing was written; make room, and try again");
    if (is("58030")) return say(errc::unavailable, "the disk of the server failed");
    if (begins("53")) return say(errc::unavailable, "the server is out of connections or memory; try again");
    if (begins("40")) return say(errc::unavailable, "the server ended the transaction: nothing was written; try again");
    if (begins("08") || begins("57P") || is("25P03") || is("25P04") || is("57P05"))
        return say(errc::unavailable, "the server ended the connection: nothing was written; try again");
    if (is("25P02"))
        return say(errc::unavailable, "an earlier statement of the transaction failed: nothing was written");
    if (is("25006"))
        return say(errc::unavailable, "it can only be read: it is a standby, or was made read-only; name the primary");
    if (is("26000"))
        return say(errc::unavailable,
                   "the server lost what was prepared: a pooler in transaction mode is between; connect to the server");
    if (is("42501"))
        return say(errc::permission_denied,
                   "the role may not use the tables of this library: grant it what docs/fleet.md says");
    if (is("3D000")) return say(errc::not_found, "there is no such database: create it");
    if (begins("28")) return say(errc::permission_denied, "the server does not let this role in");
    if (is("54000") || begins("22"))
        return say(errc::invalid_argument, "a value is too long, or out of range, to be stored");
    if (is("23503")) return say(errc::conflict, "the credential named is not in the store");
    if (is("XX001") || is("XX002")) return say(errc::corrupt, "is damaged: restore it from a backup");
    if (begins("XX")) return say(errc::unavailable, "the server failed by itself: its log says how");
    if (state.empty()) return say(errc::unavailable, "the server gave no answer");
    return say(errc::corrupt, std::string{"its tables are not what this library made (SQLSTATE "}.append(state).append(
                                  "): restore it from a backup"));
}

/// The error for a commit that was refused because of its notification.
[[nodiscard]] inline error queue_full(const std::string& name) {
    return {errc::unavailable, name +
                                   ": the server's queue of notifications is full, because a session that listens does "
                                   "not read: nothing was written"};
}

}  // namespace shearline::inline v0_1::detail::postgres
