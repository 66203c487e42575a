// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <shearline/error.hpp>
#include <shearline/result.hpp>

const shearline::result<std::string> read();

const char* read_text() {
#ifdef MUST_FAIL
    return read()->c_str();
#else
    static const auto text = read();
    return text ? text->c_str() : nullptr;
#endif
}
