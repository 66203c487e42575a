// expects: deleted
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whatever formats through a stream meets the deleted operator; the compilers that we build with have no std::format.
#include <string>

#include <boost/format.hpp>

#include <shearline/secret/secret_text.hpp>

std::string log_line(const shearline::secret_text& text) {
#ifdef MUST_FAIL
    return (boost::format("key %1%") % text).str();
#else
    return (boost::format("key of %1% characters") % text.size()).str();
#endif
}
