// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What every header that makes system calls needs of the system, said before an include of the system's fails.
// Depends on requirements.hpp; never on anything else.
#pragma once

#include <shearline/requirements.hpp>

#if defined(_WIN32)
#error \
    "shearline needs a POSIX system; on Windows only format/, http/credential_source.hpp and http/key_in_url.hpp work"
#include <needs-posix>  // there is no such file: it stops compilers that go on after an #error
#endif
