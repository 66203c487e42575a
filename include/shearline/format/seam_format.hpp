// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The format of seamapi/prefixed-api-key: `mycompany_` + 8 base58 characters that identify it + `_` + 24 secret ones.
// Depends on basic_format.hpp; never on a crypto library.
#pragma once

#include <shearline/format/alphabet.hpp>
#include <shearline/format/basic_format.hpp>
#include <shearline/format/environment.hpp>
#include <shearline/format/fixed_string.hpp>
#include <shearline/format/layout.hpp>

namespace shearline::inline v0_1 {

/// `Prefix`, '_', the "short token" (the handle, as a base58 number), '_', the "long token" (the secret, 140 bits). No
/// checksum. For other settings (a prefix of the short token, other lengths) write another `basic_format`.
template <fixed_string Prefix>
using seam_format = basic_format<fixed_string{"seam-"} + Prefix, environment::live, base58,
                                 literal<Prefix + fixed_string{"_"}>, handle_field<8>, literal<"_">, secret_field<24>>;

}  // namespace shearline::inline v0_1
