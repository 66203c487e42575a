// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The core, in reading order. Stores, engines with a library of their own, and http/, are included by name.
// Depends on libsodium; never on SQLite, OpenSSL, Boost or an HTTP library.
#pragma once

// The order is for the reader.
// clang-format off

// 0: names, errors, contracts, clocks and consistency
#include <shearline/version.hpp>
#include <shearline/fwd.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/concepts.hpp>
#include <shearline/clock.hpp>
#include <shearline/consistency.hpp>

// 1: key text alone
#include <shearline/format/alphabet.hpp>
#include <shearline/format/checksum.hpp>
#include <shearline/format/layout.hpp>
#include <shearline/format/secret_floor.hpp>
#include <shearline/format/basic_format.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/find_handle.hpp>
#include <shearline/format/render.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/format/grammar.hpp>

// 1: secrets
#include <shearline/secret/reveal.hpp>
#include <shearline/secret/secret_bytes.hpp>
#include <shearline/secret/secret_text.hpp>
#include <shearline/secret/guarded.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/private_file.hpp>

// 2: from key text to what is stored
#include <shearline/digest/hash_name.hpp>
#include <shearline/digest/key_kind.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/memo.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/generate.hpp>
#include <shearline/keyring.hpp>

// 3: what is stored, what happens at a rotation, what is checked before a grant
#include <shearline/credential/credential.hpp>
#include <shearline/credential/state.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/credential/request_context.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/credential/issued_key.hpp>
#include <shearline/rotation/immediate.hpp>
#include <shearline/rotation/overlap.hpp>
#include <shearline/custody/show_once.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/rules/scope.hpp>
#include <shearline/rules/scopes.hpp>
#include <shearline/rules/text_or.hpp>
#include <shearline/verdict.hpp>

// 4: what a store holds, and the bundle of policies
#include <shearline/store/change.hpp>
#include <shearline/store/scan.hpp>
#include <shearline/policies.hpp>

// 5: the control plane and the data plane
#include <shearline/authority.hpp>
#include <shearline/verifier_options.hpp>
#include <shearline/verifier.hpp>
