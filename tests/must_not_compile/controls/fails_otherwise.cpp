// expects: some other words
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// For the runner: must be reported, because the words stand only in the source that the compiler quotes.
#ifdef MUST_FAIL
int bad = undeclared; /* some other words */
#endif
