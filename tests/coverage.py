#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Reads the export of llvm-cov, and prints which share of the headers' lines and branches the tests ran.

    coverage.py EXPORT.json INCLUDE_FOLDER [--missed]

A line or a branch in a template counts as run where any instantiation ran it. With --missed, names each that none did.
"""
import collections
import json
import os
import pathlib
import sys

# The minimum shares of lines and of branches: for the critical parts, and for all others.
WHOLE = ("format", "digest", "secret", "verifier", "verifier.hpp", "http")
LEAST_OF_WHOLE = (100.0, 97.0)
LEAST = (95.0, 92.0)


CODE, GAP = 0, 3  # kinds of regions


def lines_of(functions):
    """{line: run?} of the functions of one file, each with its regions. (The file's own segments will not do: they say
    of some lines behind `if constexpr` that no instantiation ran them.)"""
    lines = {}
    for regions in functions:
        for line in range(regions[0][0], regions[0][2] + 1):
            around = max((one for one in regions if tuple(one[:2]) < (line, 1) < tuple(one[2:4])),
                         key=lambda one: (one[:2], [-each for each in one[2:4]]), default=None)
            counts = [one[4] for one in regions if one[0] == line and one[7] == CODE]
            if around and around[7] == CODE:
                counts.append(around[4])
            if counts:
                lines[line] = max(lines.get(line, 0), *counts)
    return lines


def part_of(name):
    return name.split("/")[0]


def share(run, all_of_them):
    return 100.0 * run / all_of_them if all_of_them else 100.0


def main(export, include, missed):
    root = str(pathlib.Path(include).resolve() / "shearline") + "/"
    data = json.loads(pathlib.Path(export).read_text())["data"][0]
    functions = collections.defaultdict(list)  # of a file: the regions of each
    was_run = {(one["filenames"][0], *one["regions"][0][:2]) for one in data["functions"] if one["count"]}
    for function in data["functions"]:
        path, regions = function["filenames"][0], function["regions"]
        # Of an instantiation that was not run, only the whole is told: it counts where no other was run.
        if function["count"] or (path, *regions[0][:2]) not in was_run:
            in_file = [one for one in regions if one[5] == 0 and one[7] in (CODE, GAP)]
            functions[os.path.normpath(path)].append(in_file)
    sums = collections.defaultdict(lambda: [0, 0, 0, 0])  # of a folder: lines run, lines, branches run, branches
    for file in data["files"]:
        path = os.path.normpath(file["filename"])
        if not path.startswith(root):
            continue
        name = path.removeprefix(root)
        if name.startswith("testing/"):
            continue  # the test harness itself is not counted
        part = sums[part_of(name)]
        # A branch of a template is listed for each instantiation: it was run where any of them ran it. One that the
        # compiler decides (`if constexpr`) has no ways: it counts nothing where its line was run.
        line_counts = lines_of(functions[path])
        branches = collections.defaultdict(lambda: [0, 0])
        for line, column, end_line, end_column, yes, no, *_ in file.get("branches", []):
            ways = branches[line, column, end_line, end_column]
            ways[0], ways[1] = max(ways[0], yes), max(ways[1], no)
        # So does one in a function that the compiler writes (`= default`).
        source = pathlib.Path(path).read_text().splitlines()
        branches = {where: ways for where, ways in branches.items()
                    if (any(ways) or not line_counts.get(where[0])) and "= default;" not in source[where[0] - 1]}
        part[0] += sum(count > 0 for count in line_counts.values())
        part[1] += len(line_counts)
        part[2] += sum((yes > 0) + (no > 0) for yes, no in branches.values())
        part[3] += 2 * len(branches)
        if missed:
            for line, count in sorted(line_counts.items()):
                if count == 0:
                    print(f"{name}:{line}: never run")
            for (line, column, *_), (yes, no) in sorted(branches.items()):
                if not yes or not no:
                    print(f"{name}:{line}:{column}: never {'either way' if not yes and not no else yes and 'false' or 'true'}")
    if not sums:
        sys.exit(f"{export}: knows no header of {root}")
    total = [sum(column) for column in zip(*sums.values())]
    failed = False
    for part, (lines_run, lines, ways_run, ways) in sorted(sums.items()):
        least_lines, least_branches = LEAST_OF_WHOLE if part in WHOLE else LEAST
        good = share(lines_run, lines) >= least_lines and share(ways_run, ways) >= least_branches
        failed |= not good
        print(f"coverage of {part}: lines {share(lines_run, lines):.1f}% branches {share(ways_run, ways):.1f}%"
              + ("" if good else f"  (must be {least_lines:.0f}% and {least_branches:.0f}%)"))
    print(f"coverage: lines {share(total[0], total[1]):.1f}% branches {share(total[2], total[3]):.1f}%")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], "--missed" in sys.argv[3:]))
