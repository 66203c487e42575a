#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Tests the first program of a README; tests/docs/blocks.py tests all other blocks.

    example.py extract README OUTPUT     writes the code of the example to a file
    example.py run README PROGRAM        runs the program in an empty folder; it must print what the README says
"""
import pathlib
import re
import subprocess
import sys
import tempfile

EXAMPLE = re.compile(r"<!-- tests/readme compiles this -->\n```cpp\n(?P<code>.*?)```\n"
                     r".*?<!-- and it prints this -->\n```text\n(?P<output>.*?)```\n", re.DOTALL)


def main(verb, readme, path):
    text = pathlib.Path(readme).read_text(encoding="utf-8")
    example = EXAMPLE.search(text)
    if not example:
        sys.exit(f"{readme}: there is no example between its two marks")
    if verb == "extract":
        pathlib.Path(path).write_text(example["code"], encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([pathlib.Path(path).resolve()], cwd=folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0 or done.stdout != example["output"]:
        sys.exit(f"exit status {done.returncode}; the README says:\n{example['output']}and it printed:\n{done.stdout}")


if __name__ == "__main__":
    main(*sys.argv[1:])
