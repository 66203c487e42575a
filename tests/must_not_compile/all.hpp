// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Compiled once, for all files of this folder: most of them include no more than this.
#pragma once

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
