#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""The cost of including a header: the compiler's processor time, as a ratio to `#include <string>` in the same run.

    includes.py INCLUDE_FOLDER README [COMPILER [HEADER …]]

For each header, the minimum of five interleaved runs with -fsyntax-only; in brackets, the cost of only the headers of
the standard library and other libraries that it includes. Below, the processor time to compile the example in README at
-O2.
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
        """The seconds of processor time, and the compiler's messages."""
        def used():
            so_far = resource.getrusage(resource.RUSAGE_CHILDREN)
            return so_far.ru_utime + so_far.ru_stime
        before = used()
        done = subprocess.run([*self.command, *options], input=source, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return used() - before, done.stderr

    def others_in(self, source):
        """The headers of other libraries that ours include."""
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
    print(f"`#include <string>`: {1000 * least['']:.0f} ms of processor time; largest ratio between runs of one header: {spread:.2f}")
    for name in headers or HEADERS:
        print(f"{name:26} {least[name] / least['']:5.2f}  [{least[name, 'others'] / least['']:.2f}]")
    example = EXAMPLE.search(pathlib.Path(readme).read_text(encoding="utf-8"))
    took = min(compiler.run(example[1], "-O2", "-c", "-o", "/dev/null")[0] for _ in range(3))
    print(f"the example in README at -O2: {took:.1f} s, {took / least['']:.1f} times `#include <string>`")


if __name__ == "__main__":
    main(*sys.argv[1:])
