#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Writes a header that includes every public header, but for those that need C++23 or a large library of others:
every_header.py INCLUDE_FOLDER OUTPUT [BUT …]
BUT: a header or a folder whose library is not there, from `shearline/` on."""
import pathlib
import sys

BUT = {"shearline/expected.hpp", "shearline/http/beast.hpp", "shearline/http/httplib.hpp"}

include, output = map(pathlib.Path, sys.argv[1:3])
names = {path.relative_to(include).as_posix() for path in include.rglob("*.hpp")} - BUT
names = sorted(name for name in names if not name.startswith(tuple(sys.argv[3:])))
text = "".join(f"#include <{name}>\n" for name in names)
# Not rewritten if nothing changed, so that its users are not compiled again.
if not output.exists() or output.read_text() != text:
    output.write_text(text)
