// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A short name for a content: equal contents have equal names, and others have others.
// Depends on libsodium; never on what the content is.
#pragma once

#include <sodium.h>

#include <string>
#include <string_view>

namespace legacy_sync {

/// 16 bytes of BLAKE2b. It tells contents apart; it hides nothing.
[[nodiscard]] inline std::string digest(std::string_view content) {
    std::string out(16, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                       reinterpret_cast<const unsigned char*>(content.data()), content.size(), nullptr, 0);
    return out;
}

}  // namespace legacy_sync
