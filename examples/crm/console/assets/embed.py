#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Writes a C++ file that contains the given files: embed.py OUTPUT FILE..."""

import hashlib
import pathlib
import sys

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def main() -> None:
    output, *names = sys.argv[1:]
    arrays, rows = [], []
    for number, name in enumerate(sorted(names, key=lambda each: pathlib.Path(each).name)):
        file = pathlib.Path(name)
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        # Numbers, not a string literal: no escapes to get wrong and no limit on a literal's length.
        arrays.append(f"constexpr char bytes_{number}[] = {{{','.join(str(b if b < 128 else b - 256) for b in content)}}};")
        rows.append(
            f'    {{"{file.name}", "/admin/assets/{file.stem}.{digest}{file.suffix}", '
            f'"{CONTENT_TYPES[file.suffix]}", {{bytes_{number}, sizeof bytes_{number}}}}},'
        )
    text = "\n".join(
        [
            "// Written by assets/embed.py.",
            "#include \"console/assets.hpp\"",
            "",
            "namespace crm {",
            "namespace {",
            *arrays,
            "constexpr asset all[] = {",
            *rows,
            "};",
            "}  // namespace",
            "",
            "std::span<const asset> assets() noexcept { return all; }",
            "",
            "}  // namespace crm",
            "",
        ]
    )
    pathlib.Path(output).write_text(text, encoding="utf-8")


main()
