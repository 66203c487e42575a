// expects: anything
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// For the runner: must be reported, because MUST_FAIL changes nothing.
int good;
