#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""The cost of including a header: the compiler's processor time and, for g++ 12, the memory that it fills, each as a
ratio to `#include <string>` in the same run. The memory goes with the time, and is the same in every run.

    includes.py INCLUDE_FOLDER README [COMPILER [HEADER …]]
    includes.py once INCLUDE_FOLDER WRAPPER_FOLDER COMPILER
    includes.py hold INCLUDE_FOLDER COMPILER

The first measures. For each header, the minimum of five interleaved runs with -fsyntax-only, and the memory; in
brackets, the cost of only the headers of the standard library and other libraries that it includes. Below, the processor
time to compile the example in README at -O2.

The second measures what a header of one's own and a precompiled header save, at -O2: docs/compile_time.md.

The third fails if a header costs more than its limits. Its time is the median of ratios, each to a run of `#include
<string>` just before it, so that a machine that changes its speed spoils one ratio and no more: of three, and of up to
twelve while one is above. The control, a header with <regex>, must stay above both.
"""
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

# Each with its limit of time, about one <string> above what g++ 12 takes, since times vary on a busy machine; and of its
# memory, a twentieth above.
HEADERS = {"format/parse.hpp": (1.25, 0.87), "authority.hpp": (6, 5.05), "verifier.hpp": (6.5, 5.63),
           "store/sqlite_store.hpp": (7.5, 6.6), "shearline.hpp": (7.2, 6.15)}
BASE = "#include <string>\n"
ROUNDS = 5
AT_LEAST = 3
ATTEMPTS = 12
INCLUDED = re.compile(r"^(\.+) (.*)$", re.MULTILINE)
USED = re.compile(r"^\d+ +\S+ +(\d+)([kM]?)", re.MULTILINE)  # by objects of one size
EXAMPLE = re.compile(r"```cpp\n(#include.*?int main\(\).*?)```", re.DOTALL)


class Compiler:
    def __init__(self, command, include):
        self.command = [command, "-std=c++20", f"-I{include}", "-x", "c++", "-"]
        told = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout
        self.is_gcc_12 = "Free Software Foundation" in told and " 12." in told

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

    def megabytes(self, source):
        """What g++ holds once it has read a source, without collecting garbage; nothing for other compilers, whose
        ratios are others."""
        if not self.is_gcc_12:
            return None
        told = self.run(source, "-fsyntax-only", "-fmem-report", "--param", "ggc-min-heapsize=8000000")[1]
        sizes = told.partition("\nSize")[2].partition("\nTotal")[0]
        return sum(int(used) * {"": 1, "k": 1024, "M": 1 << 20}[unit] for used, unit in USED.findall(sizes)) / 1e6

    def others_in(self, source):
        """The headers of other libraries that ours include."""
        found, above = [], []
        for dots, path in INCLUDED.findall(self.run(source, "-fsyntax-only", "-H")[1]):
            above[len(dots) - 1:] = [path]
            is_by_ours = len(above) > 1 and "/shearline/" in above[-2]
            if is_by_ours and "/shearline/" not in path and path not in found:
                found.append(path)
        return "".join(f'#include "{path}"\n' for path in found)


def once(include, wrapper, command):
    compiler = Compiler(command, pathlib.Path(include).resolve())
    wrapper = pathlib.Path(wrapper).resolve()
    library = "#include <shearline/shearline.hpp>\n#include <shearline/store/sqlite_store.hpp>\n"
    verifies = ("using keys = shearline::policies<shearline::key_format<\"crm\">>;\n"
                "bool f(shearline::verifier<keys, shearline::sqlite_store>& v, std::string_view t) "
                "{ return bool{v.verify(t)}; }\n")
    with tempfile.TemporaryDirectory() as folder:
        header = pathlib.Path(folder) / "all.hpp"
        header.write_text(library, encoding="utf-8")
        subprocess.run([command, "-std=c++20", f"-I{pathlib.Path(include).resolve()}", "-O2", "-x", "c++-header", header,
                        "-o", f"{header}.gch"], check=True)
        own = (wrapper / "wrapper.cpp").read_text(encoding="utf-8")
        cases = {
            "#include <string>": (BASE, []),
            "a header of one's own": ('#include "wrapper.hpp"\nbool f(api_keys& k, std::string_view t) '
                                      '{ return bool{k.tenant_of(t, "a:b")}; }\n', []),
            "the library": (library + verifies, []),
            "the library, precompiled": (verifies, ["-include", str(header)]),
            "the one source": (own, []),
            "the one source, precompiled": (own, ["-include", str(header)]),
        }
        times = {name: [] for name in cases}
        for _ in range(ROUNDS):
            for name, (source, options) in cases.items():
                times[name].append(compiler.run(source, "-O2", "-c", "-o", "/dev/null", f"-I{wrapper}", *options)[0])
    for name, each in times.items():
        print(f"{name:28} {min(each):5.2f} s  {min(each) / min(times['#include <string>']):5.1f}  "
              f"spread {max(each) / min(each):.2f}")


def hold(include, command):
    compiler = Compiler(command, pathlib.Path(include).resolve())
    control = "control: with <regex>"
    sources = {name: f"#include <shearline/{name}>\n" for name in HEADERS}
    sources[control] = sources["format/parse.hpp"] + "#include <regex>\n"
    ratios = {name: [] for name in sources}
    for done in range(1, ATTEMPTS + 1):
        for name, source in sources.items():
            before = compiler.run(BASE, "-fsyntax-only")[0]
            ratios[name].append(compiler.run(source, "-fsyntax-only")[0] / before)
        took = {name: statistics.median(seen) for name, seen in ratios.items()}
        above = [name for name, (limit, _) in HEADERS.items() if took[name] > limit]
        if done >= AT_LEAST and not above:
            break
    filled, base = {name: compiler.megabytes(source) for name, source in sources.items()}, compiler.megabytes(BASE)
    for name, ratio in took.items():
        print(f"{name:26} time {ratio:5.2f}" + (f", memory {filled[name] / base:5.2f}" if base else ""),
              f" (limits: {HEADERS[name]})" if name in HEADERS else "")
    most_time, most_memory = HEADERS["format/parse.hpp"]
    if took[control] <= most_time or (base and filled[control] <= most_memory * base):
        sys.exit("error: the control is below the limit of format/parse.hpp: this measures nothing")
    if base:
        above += [f"{name} (memory)" for name, (_, limit) in HEADERS.items() if filled[name] > limit * base]
    if above:
        sys.exit(f"error: costs more than its limit: {', '.join(above)}")


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
    filled = {name: compiler.megabytes(source) for name, source in sources.items()}
    for name in headers or HEADERS:
        print(f"{name:26} {least[name] / least['']:5.2f} [{least[name, 'others'] / least['']:.2f}]" +
              (f"  memory {filled[name] / filled['']:5.2f} [{filled[name, 'others'] / filled['']:.2f}]"
               if compiler.is_gcc_12 else ""))
    example = EXAMPLE.search(pathlib.Path(readme).read_text(encoding="utf-8"))
    took = min(compiler.run(example[1], "-O2", "-c", "-o", "/dev/null")[0] for _ in range(3))
    print(f"the example in README at -O2: {took:.1f} s, {took / least['']:.1f} times `#include <string>`")


if __name__ == "__main__":
    if sys.argv[1] in ("hold", "once"):
        {"hold": hold, "once": once}[sys.argv[1]](*sys.argv[2:])
    else:
        main(*sys.argv[1:])
