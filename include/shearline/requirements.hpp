// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What every header needs of the compiler and of the program, said before anything else goes wrong: whichever header
// comes first, this one is read before any declaration of ours.
// Depends on nothing; never on anything.
#pragma once

#if __cplusplus < 202002L && (!defined(_MSVC_LANG) || _MSVC_LANG < 202002L)
#error "shearline needs C++20: compile with -std=c++20 or later"
#include <needs-cpp20>  // there is no such file: it stops compilers that go on after an #error
#endif

// The library as one file has the same declarations.
#ifdef SHEARLINE_SINGLE_FILE
#error "the single file shearline.hpp and the headers shearline/*.hpp do not mix: include only one of the two forms"
#include <needs-one-form>  // there is no such file: it stops compilers that go on after an #error
#endif
#define SHEARLINE_FROM_HEADERS
