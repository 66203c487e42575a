// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The key that a sealed text belongs to: what a custody binds the text to.
// Depends on credential/credential_id.hpp and format/; never on a crypto library.
#pragma once

#include <cstdint>
#include <string_view>

#include <shearline/credential/credential_id.hpp>
#include <shearline/format/environment.hpp>
#include <shearline/format/handle.hpp>

namespace shearline::inline v0_1 {

/// The key that a sealed text belongs to. All of it is authenticated: a sealed text that was moved to another row,
/// tenant, generation, format or environment does not open. The views must outlive this.
struct seal_binding {
    shearline::environment environment;
    std::string_view format;
    std::string_view tenant;
    credential_id credential;
    shearline::handle handle;
    std::uint32_t generation;
};

}  // namespace shearline::inline v0_1
