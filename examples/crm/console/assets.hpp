// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The console's style sheet, script and icon, as they lie in the program. `assets/embed.py` writes the definitions.
// Depends on std; never on a page.
#pragma once

#include <span>
#include <string_view>

namespace crm {

/// A file that lies in the program. Its path holds a digest of its bytes, so that a browser may keep it for good.
struct asset {
    std::string_view name;  ///< "console.css"
    std::string_view path;  ///< "/admin/assets/console.1f3a….css"
    std::string_view content_type;
    std::string_view bytes;
};

/// All of them.
[[nodiscard]] std::span<const asset> assets() noexcept;

}  // namespace crm
