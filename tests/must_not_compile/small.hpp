// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Compiled once, for the files of this folder that include no more than formats and secrets.
#pragma once

#include <shearline/format/basic_format.hpp>
#include <shearline/format/checksum.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/secret/guarded.hpp>
#include <shearline/secret/secret_bytes.hpp>
#include <shearline/secret/secret_text.hpp>
