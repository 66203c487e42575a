#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Compiles constant_time.cpp with every compiler at every level of optimisation, and runs each under valgrind's memcheck.

    run.py SOURCE INCLUDE_FOLDER

What the source does not branch on, a compiler may: hence g++ 11 and 12, clang 14 and 19, at -O0, -O1, -O2, -O3 and -Os.
Passes where every configuration has no finding and catches every control. Where a compiler or valgrind is missing, what
can be run is run, and the end is "skipped" (77), not a pass.
"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

COMPILERS = ("g++-11", "g++-12", "clang++-14", "clang++-19")
LEVELS = ("-O0", "-O1", "-O2", "-O3", "-Os")
# Precise tracking of undefined bits through additions and comparisons: without it, arithmetic on a byte that is partly
# known reads as wholly unknown. valgrind reads DWARF 4 of clang, and not yet its DWARF 5.
MEMCHECK = ("valgrind", "-q", "--error-exitcode=0", "--expensive-definedness-checks=yes")
SUMMARY = re.compile(r"(\d+) functions, (\d+) findings, (\d+) of (\d+) controls caught")


def pkg_config(*arguments):
    return shlex.split(subprocess.run(["pkg-config", *arguments, "libsodium", "libcrypto"], check=True,
                                      capture_output=True, text=True).stdout)


def run(source, include, work, compiler, level):
    """(name, numbers or None, output)."""
    name = f"{compiler} {level}"
    program = work / name.replace(" ", "")
    launcher = ["ccache"] if shutil.which("ccache") else []
    command = [*launcher, compiler, "-std=c++20", "-g", "-gdwarf-4", level, "-DSHEARLINE_TEST_OPENSSL", f"-I{include}",
               *pkg_config("--cflags"), "-c", str(source), "-o", f"{program}.o"]
    link = [compiler, f"{program}.o", "-o", str(program), *pkg_config("--libs")]
    for step in (command, link):
        built = subprocess.run(step, capture_output=True, text=True, check=False)
        if built.returncode != 0:
            return name, None, built.stderr
    ran = subprocess.run([*MEMCHECK, str(program)], capture_output=True, text=True, check=False)
    found = SUMMARY.search(ran.stdout)
    return name, found and tuple(map(int, found.groups())), ran.stdout + ran.stderr[:4000]


def main(source, include):
    missing = [tool for tool in (*COMPILERS, "valgrind") if shutil.which(tool) is None]
    if "valgrind" in missing:
        print("skipped: valgrind is not installed, and without it nothing would be seen")
        return 77
    wanted = [(compiler, level) for compiler in COMPILERS if compiler not in missing for level in LEVELS]
    functions, findings, caught, controls, broken = 0, 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as work, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, numbers, said in pool.map(lambda one: run(source, include, pathlib.Path(work), *one), wanted):
            if numbers is None or numbers[1] or numbers[2] != numbers[3]:
                print(f"{name}:\n{said}")
            else:
                print(f"{name}: {SUMMARY.search(said).group()}")
            broken += numbers is None
            per_run = numbers or (0, 0, 0, 0)
            functions = max(functions, per_run[0])
            findings, caught, controls = findings + per_run[1], caught + per_run[2], controls + per_run[3]
    if missing:
        print(f"not installed: {', '.join(missing)}")
    print(f"constant time: {len(wanted) - broken} configurations, {functions} functions, {findings} findings, "
          f"{caught} of {controls} controls caught")
    if broken or findings or caught != controls or not controls:
        return 1
    return 77 if missing else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
