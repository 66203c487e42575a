// expects: parse: Format is no key format: of a bundle or an authority, give its `format`
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/shearline.hpp>

using bundle = shearline::policies<shearline::key_format<"instance">>;

#ifdef MUST_FAIL
using given = bundle;
#else
using given = bundle::format;
#endif
auto read(std::string_view text) { return shearline::parse<given>(text); }
