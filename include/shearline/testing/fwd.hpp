// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Forward declarations of the types of the harness.
// Depends on std; never on a definition of ours.
#pragma once

#include <cstddef>
#include <cstdint>

#include <shearline/requirements.hpp>

namespace shearline::inline v0_1::testing {

class report;
class temporary_folder;

// Formats
struct rule_field;
struct format_rules;
struct format_conformance_options;
struct unsafe_parity;

// Stores
enum class store_call : std::uint8_t;
struct store_step;
template <typename Place>
class store_trial;
struct store_conformance_options;
enum class fault : std::uint8_t;
template <typename Store>
class fault_store;
struct ledger_findings;
class ledger;
class power_loss_vfs;

// Revocation
struct history_event;
class history_recorder;
class revocation_history;
template <typename Store>
class scheduled_store;

// Secrets
class secret_scan;
class constant_time_suite;
enum class timing_verdict : std::uint8_t;
class running_moments;
struct timing_result;
class timing_test;
template <std::size_t Bytes>
struct compared_bytes;
struct timing_controls;
class timing_suite;

}  // namespace shearline::inline v0_1::testing
