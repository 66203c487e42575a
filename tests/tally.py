#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Counts the tests that `meson test` ran in the given build folders; the last line is `N passed, M failed[, K skipped]`.

A Boost.Test program counts by its cases, any other program as one test. A test that did not finish, was not built or
never ran counts as failed.
"""
import json
import pathlib
import re
import sys

# Boost.Test's short report, which tests/meson.build asks for: "  12 test cases out of 14 passed".
BOOST_LINE = re.compile(r"^  (\d+) test cases? out of (\d+) (passed|passed with warnings|skipped)$", re.MULTILINE)


def count_cases(report):
    """(passed, failed, skipped) cases of a Boost.Test report, or None if the text has no report."""
    lines = BOOST_LINE.findall(report)
    if not lines and "Test module " not in report:
        return None
    total = int(lines[0][1]) if lines else 1
    skipped = sum(int(number) for number, _, what in lines if what == "skipped")
    passed = sum(int(number) for number, _, what in lines if what != "skipped")
    return passed, total - passed - skipped, skipped


def count(test):
    """(passed, failed, skipped) of one entry of Meson's log."""
    result = test["result"]
    if result == "SKIP":
        return 0, 0, 1
    good = result in ("OK", "EXPECTEDFAIL")
    passed, failed, skipped = count_cases(test.get("stderr", "") + test.get("stdout", "")) or (int(good), 0, 0)
    if any(argument.startswith("--run_test=") for argument in test.get("command", [])):
        skipped = 0  # Boost.Test reports cases that were not selected as skipped; another entry runs them
    if not good:  # a crash or a sanitizer's finding after the last case fails too
        failed = max(1, failed)
    return passed, failed, skipped


def main(folders):
    totals = [0, 0, 0]
    for folder in map(pathlib.Path, folders):
        log = folder / "meson-logs" / "testlog.json"
        tests = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        if not tests:
            print(f"failed:  {folder.name}: nothing was run")
            totals[1] += 1
        for test in tests:
            counts = count(test)
            totals = [have + more for have, more in zip(totals, counts)]
            for number, word in zip(counts[1:], ("failed: ", "skipped:")):
                if number:
                    print(f"{word} {folder.name}: {test['name']} ({number}, {test['result']})")
    passed, failed, skipped = totals
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
