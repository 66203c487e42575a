#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""What including a header costs: processor time of the compiler, as a ratio to `#include <string>` in the same run.

    includes.py INCLUDE_FOLDER README [COMPILER [HEADER …]]

Of each header the least of five runs with -fsyntax-only, in turns; in brackets what the standard library's and other
people's headers that it includes cost without it. Below, the processor time to compile the twenty lines of README
at -O2.
"""
import pathlib
import re
import resource
import subprocess
import sys

HEADERS = ["format/parse.hpp", "authority.hpp", "verifier.hpp", "store/sqlite_store.hpp", "shearline.hpp"]
BASE = "#include <string>\n"
ROUNDS = 5
INCLUDED = re.compile(r"^(\.+) (.*)$", re.MULTILINE)
EXAMPLE = re.compile(r"```cpp\n(#include.*?int main\(\).*?)```", re.DOTALL)


class Compiler:
    def __init__(self, command, include):
        self.command = [command, "-std=c++20", f"-I{include}", "-x", "c++", "-"]

    def run(self, source, *options):
        """The seconds of processor time, and what the compiler says."""
        def used():
            so_far = resource.getrusage(resource.RUSAGE_CHILDREN)
            return so_far.ru_utime + so_far.ru_stime
        before = used()
        done = subprocess.run([*self.command, *options], input=source, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return used() - before, done.stderr

    def others_in(self, source):
        """The headers that ours include, and that are not ours."""
        found, above = [], []
        for dots, path in INCLUDED.findall(self.run(source, "-fsyntax-only", "-H")[1]):
            above[len(dots) - 1:] = [path]
            is_by_ours = len(above) > 1 and "/shearline/" in above[-2]
            if is_by_ours and "/shearline/" not in path and path not in found:
                found.append(path)
        return "".join(f'#include "{path}"\n' for path in found)


def main(include, readme, command="g++", *headers):
    compiler = Compiler(command, pathlib.Path(include).resolve())
    sources = {"": BASE}
    for name in headers or HEADERS:
        sources[name] = f"#include <shearline/{name}>\n"
        sources[name, "others"] = compiler.others_in(sources[name])
    times = {name: [] for name in sources}
    for _ in range(ROUNDS):
        for name, source in sources.items():
            times[name].append(compiler.run(source, "-fsyntax-only")[0])
    least = {name: min(each) for name, each in times.items()}
    spread = max(max(each) / min(each) for each in times.values())
    print(f"`#include <string>`: {1000 * least['']:.0f} ms of processor time; the greatest spread of one: {spread:.2f}")
    for name in headers or HEADERS:
        print(f"{name:26} {least[name] / least['']:5.2f}  [{least[name, 'others'] / least['']:.2f}]")
    example = EXAMPLE.search(pathlib.Path(readme).read_text(encoding="utf-8"))
    took = min(compiler.run(example[1], "-O2", "-c", "-o", "/dev/null")[0] for _ in range(3))
    print(f"README's twenty lines at -O2: {took:.1f} s, {took / least['']:.1f} times that")


if __name__ == "__main__":
    main(*sys.argv[1:])
