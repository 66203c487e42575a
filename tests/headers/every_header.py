#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Writes a header that includes every public header, but for those that need C++23 or a large library of others:
every_header.py INCLUDE_FOLDER OUTPUT"""
import pathlib
import sys

BUT = {"shearline/expected.hpp", "shearline/http/beast.hpp", "shearline/http/httplib.hpp"}

include, output = map(pathlib.Path, sys.argv[1:])
names = sorted({path.relative_to(include).as_posix() for path in include.rglob("*.hpp")} - BUT)
text = "".join(f"#include <{name}>\n" for name in names)
# Not rewritten if nothing changed, so that its users are not compiled again.
if not output.exists() or output.read_text() != text:
    output.write_text(text)
