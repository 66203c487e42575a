#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Plants the faults of mutants.py, one at a time, in a copy of the headers, and checks that a test fails.

    run.py SOURCE_ROOT WORK_FOLDER [PART_OF_A_NAME …]      all mutants, or those whose description holds such a part
    run.py SOURCE_ROOT WORK_FOLDER --claims [PART …]       those of docs/security/claims.md, each by the tests of its row
    run.py SOURCE_ROOT --check                             whether each mutant's words stand once in all headers

A mutant is killed by the first test that fails, and the report names it; one that no longer compiles is killed by the
compiler. Without a fault, every program must pass first. As many copies are worked on as there are processors.

With --claims, one of the tests that the row of a claim names must fail, and no other is run: what a claim says of its
tests is then true.
"""
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import threading

from mutants import MUTANTS

# Programs that are not in the folder of their name.
PROGRAMS = {"doors": ["tests/test_doors"], "durability": ["tests/durability/durability", "60", "3"],
            "faults": ["tests/faults/test_faults"], "statements": ["tests/faults/test_statements"],
            "libpq": ["tests/store/postgres/test_store_postgres_every_call"], "allocations": ["tests/faults/test_allocations"],
            "sqlite_memory": ["tests/faults/test_sqlite_memory"], "testing_store": ["tests/testing/test_testing_store"],
            "move_store": ["tests/test_move_store"]}
FAILED_CASE = re.compile(r'error: in "([^"]+)"')
CODE = re.compile(r"`([^`]+)`")
TIME_LIMIT = 300


def command_of(program):
    if program.startswith("fleet/"):  # one part of a program that takes a minute
        return ["tests/fleet/fleet", "20", program.removeprefix("fleet/")]
    return PROGRAMS.get(program, [f"tests/{program}/test_{program.replace('/', '_')}"])


def program_of(file):
    """The program that contains a file of tests."""
    if file == "faults/every_allocation.cpp":
        return "allocations"
    if file == "faults/every_statement.cpp":
        return "statements"
    if file == "store/postgres/every_call.cpp":
        return "libpq"
    if file == "move_store.cpp":
        return "move_store"
    if file in ("testing/store.cpp", "testing/detail/wrong_store.cpp"):
        return "testing_store"
    folder = file.rpartition("/")[0]
    return {"": "doors", "testing/detail": "testing"}.get(folder, folder)


def claimed(root):
    """For each mutant that claims name, the tests of their rows: {mutant: {program: [case, …]}}."""
    wanted = {}
    for row in (root / "docs/security/claims.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) != 4:
            continue
        for name in cells[3].split("; "):
            for test in CODE.findall(cells[2]):
                file, _, case = test.partition(": ")
                if case and file.endswith(".cpp"):
                    wanted.setdefault(name, {}).setdefault(program_of(file), []).append(case)
    return wanted


def by_claims(root):
    """The mutants that claims name, each with the cases of its rows instead of programs. A mutant whose rows name no
    Boost.Test case keeps its programs."""
    wanted = claimed(root)
    rows = (root / "docs/security/claims.md").read_text(encoding="utf-8")
    found = []
    for name, words, instead, programs in MUTANTS:
        if name in wanted:  # the programs that are known to kill it come first
            programs = sorted(wanted[name].items(), key=lambda one: one[0] not in programs)
        if name in rows:
            found.append((name, words, instead, programs))
    return found


def headers_of(root):
    return {path: path.read_text() for path in sorted((root / "include/shearline").rglob("*.hpp"))}


def header_with(words, headers):
    """The only header that contains the words of a mutant, exactly once; otherwise, the program ends."""
    found = {path: text.count(words) for path, text in headers.items() if words in text}
    if sum(found.values()) != 1:
        places = ", ".join(f"{path.name} ({count})" for path, count in found.items()) or "no header"
        sys.exit(f"the words of a mutant must stand once, and stand in {places}: {words!r}")
    return next(iter(found))


def check(root):
    headers = headers_of(root)
    for _, words, _, _ in MUTANTS:
        header_with(words, headers)
    names = [mutant[0] for mutant in MUTANTS]
    if len(names) != len(set(names)):
        sys.exit("two mutants have one description")
    print(f"{len(MUTANTS)} mutants")


def parts_of(program):
    """A program and, if only some are wanted, its cases."""
    return program if isinstance(program, tuple) else (program, ())


class Copy:
    """A copy of the tree, and its build."""

    def __init__(self, root, work):
        self.tree, self.build = work / "tree", work / "build"
        shutil.rmtree(self.tree, ignore_errors=True)
        ignored = shutil.ignore_patterns("node_modules")
        for folder in ("include", "tests", "fuzz", "cmake"):
            # Updates all times, so that objects built by an earlier run from a header with a fault are built again.
            shutil.copytree(root / folder, self.tree / folder, ignore=ignored, copy_function=shutil.copy)
        self.headers = headers_of(self.tree)
        for file in ("meson.build", "meson_options.txt", "README.md"):
            shutil.copy2(root / file, self.tree / file)
        (self.tree / "docs/security").mkdir(parents=True, exist_ok=True)
        # -O1, so that data to be wiped really exists; without debug information, which takes most of the time. Warnings
        # are not errors, because a fault may leave something unused.
        environment = dict(os.environ, CXX="ccache g++" if shutil.which("ccache") else "g++",
                           CCACHE_BASEDIR=str(work), CCACHE_NOHASHDIR="1")
        self.environment = environment
        if not (self.build / "build.ninja").exists():
            subprocess.run(["meson", "setup", str(self.build), str(self.tree), "-Doptimization=1", "-Ddebug=false",
                            "-Dwerror=false", "-Dwarning_level=0", "-Dtests=enabled", "-Dexamples=disabled",
                            "-Dbench=disabled", "-Dfuzz=disabled"],
                           check=True, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def compile(self, program):
        program, _ = parts_of(program)
        done = subprocess.run(["ninja", "-C", str(self.build), "-j1", command_of(program)[0]], env=self.environment,
                              capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout

    def failing_test(self, program):
        """The test that failed, or None."""
        program, cases = parts_of(program)
        only = ["--run_test=" + ":".join(f"*/{case}*" for case in cases)] if cases else []
        try:
            ran = subprocess.run(["./" + command_of(program)[0], *command_of(program)[1:], *only], cwd=self.build,
                                 capture_output=True, text=True, check=False, timeout=TIME_LIMIT, errors="replace")
        except subprocess.TimeoutExpired:
            return f"{program}: takes more than {TIME_LIMIT} s"
        if ran.returncode == 0:
            return None
        case = FAILED_CASE.search(ran.stdout + ran.stderr)
        if not case:
            return f"{program}: exit status {ran.returncode}"
        return f"{program}: {case.group(1).split('<')[0]}"

    def killer(self, mutant):
        """The test that kills a mutant, or None."""
        _, words, instead, programs = mutant
        path = header_with(words, self.headers)
        good = self.headers[path]
        path.write_text(good.replace(words, instead))
        try:
            for program in programs:
                compiles, said = self.compile(program)
                if not compiles:
                    if "error:" not in said:  # not caused by the fault: the result of this mutant is unknown
                        raise RuntimeError(f"{program} was not built: {said[-400:]}")
                    return "the compiler"
                if failing := self.failing_test(program):
                    return failing
            return None
        finally:
            path.write_text(good)


def main(root, work, wanted):
    check(root)
    known = MUTANTS
    if wanted[:1] == ["--claims"]:
        known, wanted = by_claims(root), wanted[1:]
    mutants = [one for one in known if not wanted or any(part in one[0] for part in wanted)]
    copies = [Copy(root, work / str(number)) for number in range(os.cpu_count() or 1)]
    lock, todo, survivors, killed = threading.Lock(), queue.Queue(), [], 0
    for program in sorted({parts_of(program)[0] for mutant in mutants for program in mutant[3]}):
        todo.put(program)
    broken = []

    def each(copy, work_on):
        while True:
            try:
                one = todo.get_nowait()
            except queue.Empty:
                return
            work_on(copy, one)

    def in_parallel(work_on):
        threads = [threading.Thread(target=each, args=(copy, work_on)) for copy in copies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def without_fault(copy, program):
        compiles, said = copy.compile(program)
        failing = copy.failing_test(program) if compiles else said[-2000:]
        if failing:
            broken.append(f"{program}: {failing}")

    def with_fault(copy, mutant):
        nonlocal killed
        try:
            killer = copy.killer(mutant)
        except RuntimeError as untried:
            print(untried, flush=True)
            killer = None
        with lock:
            killed += killer is not None
            if killer is None:
                survivors.append(mutant[0])
            print(f"{'SURVIVED' if killer is None else 'killed'}: {mutant[0]}"
                  + (f": {killer}" if killer else ""), flush=True)

    in_parallel(without_fault)
    if broken:
        sys.exit("without a fault these fail already: " + "; ".join(broken))
    for mutant in mutants:
        todo.put(mutant)
    in_parallel(with_fault)
    print(f"mutants: {killed} killed, {len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    if sys.argv[2:] == ["--check"]:
        check(pathlib.Path(sys.argv[1]))
    else:
        sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]))
