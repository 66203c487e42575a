#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Counts the instructions of our own that a hot verification takes, under callgrind, and fails where they have grown.

hot_path.py PROGRAM DOOR COMPILER: PROGRAM verifies one key as often as it is told, through a door of the verifier: a
reader, or `verify` from any thread. What two runs differ by is what those
verifications took; what libsodium and the C library took of it is left out. An improvement is printed: lower the
figure below then, so that it cannot creep up again."""

import collections
import os
import re
import subprocess
import sys
import tempfile

# By compiler and its major version. Another compiler is measured, and held to nothing.
EXPECTED = {"reader": {"gcc-12": 232, "clang-14": 244}, "any_thread": {"gcc-12": 340, "clang-14": 329}}
TOLERANCE = 0.03
FEW, MANY = 1_000, 3_000


def instructions_by_object(program, verifications):
    """How many instructions each object file executed, by its path."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind.out")
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", program, folder, str(verifications)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        counts, names, current, is_call = collections.Counter(), {}, None, False
        with open(out, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if named := re.match(r"(c?)ob=\((\d+)\)(?: (.+))?", line):
                    if named[3]:
                        names[named[2]] = named[3]
                    if not named[1]:
                        current = names[named[2]]
                elif line.startswith("calls="):
                    is_call = True  # the next line counts what the callee took, again
                elif cost := re.match(r"[+\-*\d]\S*(?: [+\-*\d]\S*)* (\d+)$", line):
                    if not is_call and current:
                        counts[current] += int(cost[1])
                    is_call = False
        return counts


def main():
    program, door, compiler = sys.argv[1:]
    few, many = (instructions_by_object(program, n) for n in (FEW, MANY))
    ours = os.path.realpath(program)
    each = {name: (many[name] - few[name]) / (MANY - FEW) for name in many}
    counted = round(next(value for name, value in each.items() if os.path.realpath(name) == ours), 1)
    expected = EXPECTED[door].get(compiler)
    print(f"{door}: a hot verification takes {counted} instructions of ours with {compiler} (expected: {expected}); "
          f"and of others {round(sum(each.values()) - counted, 1)}")
    if expected is None:
        return 77
    if counted > expected * (1 + TOLERANCE):
        print("error: the path has grown; if what it does now is worth that, raise the figure in this file")
        return 1
    if counted < expected * (1 - TOLERANCE):
        print(f"an improvement: lower the figure in this file to {round(counted)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
