// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The console's style sheet, script and icon, embedded in the program. `assets/embed.py` writes the definitions.
// Depends on std; never on a page.
#pragma once

#include <span>
#include <string_view>

namespace crm {

/// An embedded file. Its path contains a digest of its bytes, so that browsers may cache it for ever.
struct asset {
    std::string_view name;  ///< "console.css"
    std::string_view path;  ///< "/admin/assets/console.1f3a….css"
    std::string_view content_type;
    std::string_view bytes;
};

/// All of them.
[[nodiscard]] std::span<const asset> assets() noexcept;

}  // namespace crm
