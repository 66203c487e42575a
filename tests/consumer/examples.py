#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Builds the small examples against the installed library, with the command that each one names, and tries them.

    examples.py SOURCE_ROOT [NAME …]

`// Build:` in the first lines of `examples/NAME.cpp` is the command, in the folder of the file; warnings are errors
here. `examples/NAME.py` beside this file has `check(program, folder)`, which uses the program as a user would, in an
empty folder, and raises where it does something else than its first lines say."""
import importlib.util
import pathlib
import re
import sys
import tempfile
import traceback

from commands import Failed, install, run

HERE = pathlib.Path(__file__).resolve().parent
BUILD = re.compile(r"^// Build: (g\+\+ -std=c\+\+20 .* -o (\S+))$", re.MULTILINE)
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Werror"
LEAST, MOST = 40, 120
MOST_OF = {"own_store": 220, "guard_beast": 60, "guard_httplib": 60, "guard_own_server": 60}  # lines


def build(source, environment, folder):
    text = source.read_text("utf-8")
    lines = text.count("\n")
    if not LEAST <= lines <= MOST_OF.get(source.stem, MOST):
        raise Failed(f"has {lines} lines")
    command = BUILD.search(text)
    if not command or command[2] != source.stem:
        raise Failed(f"its first lines have no `// Build: g++ -std=c++20 … -o {source.stem}`")
    program = folder / source.stem
    line = command[1].replace(f"-o {source.stem}", f"-o {program}").replace("-std=c++20", f"-std=c++20 {WARNINGS}", 1)
    run("sh", "-c", line, cwd=source.parent, **environment)
    return program


def check(name, program, folder):
    spec = importlib.util.spec_from_file_location(name, HERE / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.check(program, folder)


def main(root, *names):
    sources = sorted((pathlib.Path(root).resolve() / "examples").glob("*.cpp"))
    missing = {source.stem for source in sources} ^ {path.stem for path in (HERE / "examples").glob("*.py")}
    failures = len(missing)
    for name in sorted(missing):
        print(f"error: {name}: an example and its check belong together, and one of them is missing")
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        environment = install(pathlib.Path(root).resolve(), place)
        for source in sources:
            if source.stem in missing or (names and source.stem not in names):
                continue
            empty = place / f"of_{source.stem}"
            empty.mkdir()
            try:
                check(source.stem, build(source, environment, place), empty)
                print(f"{source.stem}: good", flush=True)
            except Exception:  # whatever it is, the others are tried, too
                failures += 1
                print(f"error: {source.stem}: {traceback.format_exc()}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
