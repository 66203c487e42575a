// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Boost.JSON compiled from its headers, for the tests that read JSON.
#include <boost/json/src.hpp>
