// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <shearline/testing/temporary_folder.hpp>

namespace support {
using shearline::testing::temporary_folder;
}
