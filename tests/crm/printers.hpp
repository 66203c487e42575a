// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How Boost.Test prints the values of the CRM.
#pragma once

#include <array>
#include <cstddef>
#include <ostream>
#include <string_view>

#include "../support/printers.hpp"
#include "contacts/contacts.hpp"

namespace crm {

inline std::ostream& operator<<(std::ostream& out, contact_outcome outcome) {
    constexpr std::array<std::string_view, 4> names{"done", "not found", "stale", "duplicate"};
    return out << names.at(static_cast<std::size_t>(outcome));
}
inline std::ostream& operator<<(std::ostream& out, const contact& one) {
    out << one.uuid << " (" << one.external_id << ") " << one.first_name << ' ' << one.last_name << ", " << one.email
        << ", " << one.phone << ", " << one.company << ", " << one.metadata << ", revision " << one.revision
        << ", created " << shearline::to_unix_ms(one.created_at) << ", updated "
        << shearline::to_unix_ms(one.updated_at);
    if (one.archived_at) out << ", archived " << shearline::to_unix_ms(*one.archived_at);
    return out << (one.archived ? ", in the archive" : "");
}

}  // namespace crm
