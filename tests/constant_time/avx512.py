#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Runs avx512.cpp, and its controls, under clang++'s MemorySanitizer at every level of optimisation.

    avx512.py SOURCE INCLUDE_FOLDER

The end is "skipped" (77), not a pass, where the compiler or AVX-512VL is missing."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

COMPILER = "clang++-14"
LEVELS = ("-O0", "-O1", "-O2", "-O3", "-Os")
REPORTED = 9


def main(source, include):
    if shutil.which(COMPILER) is None:
        print(f"skipped: {COMPILER} is not installed")
        return 77
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for level in LEVELS:
            program = pathlib.Path(folder) / level
            subprocess.run([COMPILER, "-std=c++20", "-g1", level, "-fsanitize=memory", "-Wall", "-Wextra", "-Werror",
                            f"-I{include}", source, "-o", program], check=True)
            for control, expected in (([], 0), (["branch"], REPORTED), (["address"], REPORTED)):
                ran = subprocess.run([program, *control], env={**os.environ, "MSAN_OPTIONS": f"exit_code={REPORTED}"},
                                     capture_output=True, text=True, check=False)
                if ran.returncode == 77:
                    print("skipped: this processor has no AVX-512VL")
                    return 77
                good = ran.returncode == expected
                failures += not good
                print(f"{level} {' '.join(control) or 'tags'}: {'good' if good else ran.stdout + ran.stderr}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
