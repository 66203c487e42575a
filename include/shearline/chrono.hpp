// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The clocks, durations and time points of std::chrono. Its calendars, time zones and formatting are not needed here,
// and libstdc++ has a header without them, which takes a tenth off the time to compile authority.hpp (g++ 12).
// Depends on std; never on another definition of ours.
#pragma once

#include <version>

#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>  // since GCC 12
#else
#include <chrono>
#endif

#include <shearline/requirements.hpp>
