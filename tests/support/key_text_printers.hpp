// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// How Boost.Test prints errors and values of key text, which need only format/.
#pragma once

#include <ostream>

#include <shearline/error.hpp>
#include <shearline/format/environment.hpp>
#include <shearline/format/handle.hpp>
#include <shearline/format/layout.hpp>

namespace shearline::inline v0_1 {

inline std::ostream& operator<<(std::ostream& out, errc code) { return out << to_string(code); }
inline std::ostream& operator<<(std::ostream& out, format_errc code) { return out << to_string(code); }
inline std::ostream& operator<<(std::ostream& out, const format_error& what) {
    return out << to_string(what.code) << " at " << what.offset;
}
inline std::ostream& operator<<(std::ostream& out, environment which) { return out << to_string(which); }
inline std::ostream& operator<<(std::ostream& out, const handle& key) { return out << key.to_text().view(); }
inline std::ostream& operator<<(std::ostream& out, part_kind kind) { return out << "part " << static_cast<int>(kind); }
inline std::ostream& operator<<(std::ostream& out, covers what) { return out << "covers " << static_cast<int>(what); }

}  // namespace shearline::inline v0_1
