#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Compiles each header as the only thing that a program includes, twice in a row; but for those that a source of this
build includes before anything else, which shows the same, and for expected.hpp, which needs C++23.

    alone.py BUILD_FOLDER INCLUDE_FOLDER REFERENCE_SOURCE

The command is the one that the build uses for REFERENCE_SOURCE: same compiler, same warnings, same paths.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys


def command_for(build, reference):
    """The compiler command for `reference`, without its source and its output."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if (build / entry["file"]).resolve() == reference.resolve():
            words = shlex.split(entry["command"])
            with_value = {"-o", "-c", "-MQ", "-MF", "-MT"}
            return [word for index, word in enumerate(words)
                    if word not in with_value | {"-MD"} and (index == 0 or words[index - 1] not in with_value)]
    sys.exit(f"{reference} is not in {build}/compile_commands.json")


FIRST_INCLUDE = re.compile(r"^#\s*include\s+[<\"]([^>\"]+)[>\"]", re.MULTILINE)


def first_includes(build):
    """The headers that sources of this build include first, where no precompiled header comes before them."""
    first = set()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if "-include" in shlex.split(entry["command"]):
            continue
        source = (build / entry["file"]).resolve()
        if source.exists() and (found := FIRST_INCLUDE.search(source.read_text(encoding="utf-8"))):
            first.add(found[1])
    return first


def compile_alone(command, build, work, name):
    source = work / (name.replace("/", "_").removesuffix("hpp") + "cpp")
    line = f"#include <{name}>\n"
    source.write_text(line * 2)
    # Only the compiler's messages count here, so without optimisation.
    done = subprocess.run([*command, "-O0", "-g0", "-c", str(source), "-o", str(source.with_suffix(".o"))], cwd=build,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return name, done.returncode == 0, done.stderr


def main(build, include, reference):
    build, include = pathlib.Path(build).resolve(), pathlib.Path(include)
    every = sorted(path.relative_to(include).as_posix() for path in include.rglob("*.hpp"))
    if not every:
        sys.exit(f"{include}: no headers")
    shown = first_includes(build)
    names = [name for name in every if name not in shown and not name.endswith("/expected.hpp")]
    command = command_for(build, pathlib.Path(reference))
    work = build / "tests" / "headers" / "alone"
    work.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(lambda name: compile_alone(command, build, work, name), names))
    for name, _, complaint in filter(lambda outcome: not outcome[1], outcomes):
        print(f"{name} does not compile alone:\n{complaint}")
    failed = sum(not good for _, good, _ in outcomes)
    print(f"{len(outcomes) - failed} headers compile alone, {failed} do not; "
          f"{len(every) - len(names)} are the first include of a source or need C++23")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
