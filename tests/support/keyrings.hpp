// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Keyrings for tests, new ones and from a text, without a file that stays.
#pragma once

#include <string>

#include <shearline/keyring.hpp>

#include "golden_keyring.hpp"
#include "must.hpp"
#include "temporary_folder.hpp"

namespace support {

/// A keyring from the text of its file.
inline shearline::keyring ring_of(const std::string& text) {
    const temporary_folder folder;
    must(shearline::detail::create_private_file(folder / "ring", text));
    return must(shearline::keyring::open(folder / "ring"));
}

inline shearline::keyring new_ring() {
    const temporary_folder folder;
    return must(shearline::keyring::create(folder / "ring"));
}

}  // namespace support
