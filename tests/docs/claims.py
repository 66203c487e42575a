#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""claims.py ROOT: every test and every header that docs/security/claims.md names is there, and every claim has both."""

import pathlib
import re
import sys

CODE = re.compile(r"`([^`]+)`")


def complaints(root, page):
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| claim ")]
    if len(rows) < 20:
        yield "has lost its rows"
    for row in rows:
        claim, kept, tests = (cell.strip() for cell in row.strip("|").split("|"))
        if not CODE.search(kept) or not CODE.search(tests):
            yield f"'{claim}' has no header or no test"
        for name in CODE.findall(kept):
            if not (root / "include/shearline" / name).exists():
                yield f"'{claim}': there is no include/shearline/{name}"
        for test in CODE.findall(tests):
            file, _, case = test.partition(": ")
            path = root / "tests" / file
            if not path.is_file():
                yield f"'{claim}': there is no tests/{file}"
            elif case and not re.search(rf"\b{case}\b", path.read_text(encoding="utf-8")):
                yield f"'{claim}': tests/{file} has no {case}"


def main():
    root = pathlib.Path(sys.argv[1])
    page = (root / "docs/security/claims.md").read_text(encoding="utf-8")
    found = list(complaints(root, page))
    # Control: a test that is not there is missed.
    if not list(complaints(root, page.replace("opens_no_door", "opens_every_door"))):
        found.append("this check does not see that a test is missing")
    for each in found:
        print(f"error: docs/security/claims.md: {each}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
