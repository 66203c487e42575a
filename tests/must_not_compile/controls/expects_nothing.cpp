// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// For the runner: must be reported, because it does not say what it expects.
#ifdef MUST_FAIL
int bad = undeclared;
#endif
