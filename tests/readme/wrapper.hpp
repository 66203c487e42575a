// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A program's own header, which its other sources include instead of the library: docs/compile_time.md shows these
// lines.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

class api_keys {
public:
    static std::unique_ptr<api_keys> open(const std::string& folder);  // null, if it cannot be opened
    virtual ~api_keys() = default;

    /// The tenant whose key this is, if it has the scope.
    virtual std::optional<std::string> tenant_of(std::string_view key, std::string_view scope) = 0;
};
