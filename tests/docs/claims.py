#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""claims.py ROOT: checks that every test, header and mutant named in docs/security/claims.md exists, that each test is in
the program of its folder, and that every claim names some."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "mutation"))
from mutants import MUTANTS

CODE = re.compile(r"`([^`]+)`")


def is_built(root, path):
    """Whether the meson.build of the test's folder, or of the folder above, names the test."""
    for folder in (path.parent, path.parent.parent):
        build = folder / "meson.build"
        name = path.relative_to(folder).as_posix()
        if root / "tests" in (folder, *folder.parents) and build.is_file() and f"'{name}'" in build.read_text("utf-8"):
            return True
    return "must_not_compile" in path.parts  # which lists its own folder


def complaints(root, page):
    known = {mutant[0] for mutant in MUTANTS}
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| claim ")]
    if len(rows) < 20:
        yield "has lost its rows"
    for row in rows:
        claim, kept, tests, mutants = (cell.strip() for cell in row.strip("|").split("|"))
        if not CODE.search(kept) or not CODE.search(tests):
            yield f"'{claim}' has no header or no test"
        for name in CODE.findall(kept):
            if not (root / "include/shearline" / name).exists():
                yield f"'{claim}': there is no include/shearline/{name}"
        if "control" not in mutants and "bounds" not in mutants:
            for mutant in mutants.split("; "):
                if mutant not in known:
                    yield f"'{claim}': there is no mutant '{mutant}'"
        for test in CODE.findall(tests):
            file, _, case = test.partition(": ")
            path = root / "tests" / file
            if not path.is_file():
                yield f"'{claim}': there is no tests/{file}"
            elif path.suffix == ".cpp" and not is_built(root, path):
                yield f"'{claim}': no program of its folder has tests/{file}"
            elif case and not re.search(rf"\b{case}\b", path.read_text(encoding="utf-8")):
                yield f"'{claim}': tests/{file} has no {case}"


def main():
    root = pathlib.Path(sys.argv[1])
    page = (root / "docs/security/claims.md").read_text(encoding="utf-8")
    found = list(complaints(root, page))
    # Control: a missing test is reported.
    if not list(complaints(root, page.replace("opens_no_door", "opens_every_door"))):
        found.append("this check does not see that a test is missing")
    if not list(complaints(root, page.replace("the secret is not checked", "the secret is not wanted"))):
        found.append("this check does not see that a mutant is missing")
    if is_built(root, root / "tests/docs/nowhere.cpp"):
        found.append("this check does not see that a test is in no program")
    for each in found:
        print(f"error: docs/security/claims.md: {each}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
