// expects: undeclared
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// For the runner: must be reported, because it fails without MUST_FAIL too.
int bad = undeclared;
