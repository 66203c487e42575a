#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Counts the library's own instructions in a hot verification, under callgrind, and fails if there are more than before.

hot_path.py PROGRAM DOOR COMPILER: PROGRAM verifies one key a given number of times through one door of the verifier: a
reader, `verify` from any thread, or a reader of a bounded verifier. The difference between two runs is the cost of the
verifications, without the instructions in libsodium and the C library. If the count is lower than the figure below,
the script prints that: then lower the figure, so that the count cannot creep up again.

It also fails if the line is not prefetched before the lease is checked: no result depends on that, and a compiler may
drop it."""

import collections
import os
import platform
import re
import subprocess
import sys
import tempfile

# By compiler and its major version. Other compilers are measured, but have no limit.
EXPECTED = {"reader": {"gcc-12": 246, "clang-14": 260}, "any_thread": {"gcc-12": 349, "clang-14": 344},
            "bounded": {"gcc-12": 243, "clang-14": 251}}
TOLERANCE = 0.03
FEW, MANY = 1_000, 3_000


def instructions_by_object(program, verifications):
    """The number of instructions executed in each object file, by path."""
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
                    is_call = True  # the next line counts the callee's instructions again
                elif cost := re.match(r"[+\-*\d]\S*(?: [+\-*\d]\S*)* (\d+)$", line):
                    if not is_call and current:
                        counts[current] += int(cost[1])
                    is_call = False
        return counts


def functions_without_prefetch(program):
    """The functions that compute a tag, and do not prefetch before they read the lease's clock."""
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], check=True, capture_output=True,
                             encoding="utf-8").stdout
    found = []
    for function in listing.split("\n\n"):
        before, call, _ = function.partition("<crypto_shorthash_siphashx24@plt>\n")
        before_lease = re.split(r"clock_gettime|lease_clock", before)
        if call and re.search(r"\bcall\b[^\n]*$", before) and "prefetch" not in "".join(before_lease[:-1]):
            found.append(function.split("\n", 1)[0][:80])
    if "<crypto_shorthash_siphashx24@plt>\n" not in listing:
        found.append("no function computes a tag")
    return found


def main():
    program, door, compiler = sys.argv[1:]
    few, many = (instructions_by_object(program, n) for n in (FEW, MANY))
    ours = os.path.realpath(program)
    each = {name: (many[name] - few[name]) / (MANY - FEW) for name in many}
    counted = round(next(value for name, value in each.items() if os.path.realpath(name) == ours), 1)
    expected = EXPECTED[door].get(compiler)
    print(f"{door}: a hot verification takes {counted} instructions of ours with {compiler} (expected: {expected}); "
          f"and of others {round(sum(each.values()) - counted, 1)}")
    if platform.machine() == "x86_64" and (slow := functions_without_prefetch(program)):
        print(f"error: the line is not prefetched before the lease is checked: {slow}")
        return 1
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
