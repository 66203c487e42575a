// expects: some other words
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// For the runner: must be reported, because the words are not in the first error.
#ifdef MUST_FAIL
int bad = undeclared;
static_assert(false, "some other words");
#endif
