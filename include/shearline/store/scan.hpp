// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A scan: every credential and key of a store, in one read.
// Depends on credential/; never on one store.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <shearline/clock.hpp>
#include <shearline/concepts.hpp>
#include <shearline/credential/credential_id.hpp>
#include <shearline/credential/state.hpp>
#include <shearline/digest/row_proof.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/format/handle.hpp>

namespace shearline::inline v0_1 {

// A scan, `store.scan(format, sink)`, is one consistent read. It calls `sink.begin(credentials, keys)` first and once,
// with the exact numbers of credentials, and of keys of the format that are not revoked; then
// `sink.take(const scanned_credential&, std::span<const scanned_key>)` for every credential in the order of issue,
// including revoked and expired ones, with all its keys that are not revoked, of every format, in any order. Each
// returns `result<void>`; an error ends the scan, which returns it. After a scan that failed, discard what the sink
// took. A scan that succeeds returns the head of the feed at the time of the read; later changes are in
// `changes_after`. A sink must not call the store.
//
// A store that several threads can read at once also has `store.scan_parts(format, sinks)`, for a span of one sink or
// more: one consistent read by at most as many threads, of which the caller is one. `begin` of the first sink is
// called, and of no other, with the numbers of all; then each sink takes one part of the order of issue, in one thread,
// and the parts follow each other in the order of the sinks. A part may be empty. The scan ends once every part has
// ended or failed, and returns the error of the first sink whose part failed.

/// One credential of a scan. The views are valid during the call of the sink only.
struct scanned_credential {
    credential_id id;
    std::string_view tenant;
    std::string_view name;
    std::string_view scopes;  ///< separated by one space (RFC 6749 §3.3); empty for none
    std::optional<timestamp> not_before;
    std::optional<timestamp> expires_at;
    bool suspended = false;
    std::uint32_t generation = 1;
    std::uint64_t version = 1;
    timestamp created_at;
    std::optional<timestamp> revoked_at;
    digest_bytes metadata_digest{};
    row_proof proof{};
};

/// One key of a scan. It is not revoked; its credential may be.
struct scanned_key {
    std::string_view format;
    shearline::handle handle;
    std::uint32_t generation = 1;
    key_state state = key_state::active;
    timestamp created_at;
    std::optional<timestamp> retires_at;
    std::optional<timestamp> revoked_at;
    stored_digest digest;
};

namespace detail {

/// Says what a sink lacks.
template <typename T>
struct sink_mistakes {
    static_assert(
        scan_sink<T>,
        "scan: Sink lacks `result<void> begin(std::uint64_t credentials, std::uint64_t keys)` or `result<void> "
        "take(const scanned_credential&, std::span<const scanned_key>)`");
};

}  // namespace detail

}  // namespace shearline::inline v0_1
