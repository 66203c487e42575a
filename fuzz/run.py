#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Runs fuzzers in parallel, reports their progress, minimises their findings, and prints a summary.

    run.py BUILD_FOLDER WORK_FOLDER SECONDS TARGET …

Starts from fuzz/corpus and from what earlier runs left in WORK_FOLDER/corpus. What is found stays in WORK_FOLDER: what
is worth keeping is copied into fuzz/corpus by hand. Ends with a line for each target:
`fuzz TARGET: E executions, C of T edges (P %), at rest, F failures`.

A target that has a second program, with sanitizers, explores without them; what it kept is then run with them.

An edge is one of clang's counters, of which a target has T, those of its own machinery among them. A target is at rest
if the first half of its executions found all the edges that the whole run did, those of the corpus it began with
included; otherwise the line says how late the last one came.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# Longer inputs are not useful, and a limit makes the fuzzer try short ones sooner.
MAX_LEN = {"parse": 160, "foreign": 160, "stored_digest": 160, "sealed_text": 512, "steps": 256, "headers": 640,
           "contacts": 2048, "http": 4096, "database": 65536}
EXECUTED = re.compile(r"^stat::number_of_executed_units: (\d+)", re.MULTILINE)
PROGRESS = re.compile(r"^#(\d+)\s.*cov: (\d+)", re.MULTILINE)
COUNTERS = re.compile(r"^INFO: Loaded \d+ modules +\((\d+) inline 8-bit counters\)", re.MULTILINE)
# Scheduling by rare features would take libFuzzer more time than the sequences of calls, which have too many features.
OPTIONS = {"steps": ["-entropic=0"]}


class Outcome:
    """The content of the log of one run."""

    def __init__(self, said, failures):
        executed, progress, counters = EXECUTED.findall(said), PROGRESS.findall(said), COUNTERS.findall(said)
        self.executions = int(executed[-1]) if executed else 0
        self.edges = max((int(edges) for _, edges in progress), default=0)
        self.all_edges = sum(int(each) for each in counters)
        self.last_new = min((int(at) for at, edges in progress if int(edges) == self.edges), default=0)
        self.failures = failures

    def __str__(self):
        share = f"{self.edges} of {self.all_edges} edges ({100 * self.edges / max(self.all_edges, 1):.0f} %)"
        rest = "at rest" if 2 * self.last_new <= self.executions else f"still finding: the last at {self.last_new}"
        return f"{self.executions} executions, {share}, {rest}, {self.failures} failures"


def find(program, arguments, log, findings, environment, target):
    """Runs a fuzzer until it ends. Returns what it said, and the number of failures."""
    before = set(findings.iterdir())
    with log.open("w") as to:
        running = subprocess.Popen([str(program), *arguments], stdout=to, stderr=to, stdin=subprocess.DEVNULL,
                                   env=environment)
        told = time.monotonic()
        while running.poll() is None:
            time.sleep(0.5)
            if time.monotonic() - told > 15:
                told = time.monotonic()
                if done := PROGRESS.findall(log.read_text(errors="replace")):
                    print(f"  {target}: {int(done[-1][0]):,} executions, {done[-1][1]} edges", flush=True)
    new = sorted(set(findings.iterdir()) - before)
    for finding in new:
        small = finding.with_name("small-" + finding.name)
        subprocess.run([str(program), "-minimize_crash=1", "-max_total_time=30", f"-exact_artifact_path={small}",
                        str(finding)], capture_output=True, env=environment, stdin=subprocess.DEVNULL, check=False)
        print(f"  {target}: FOUND {small if small.exists() else finding} (see {log})", flush=True)
    return log.read_text(errors="replace"), len(new) if new else int(running.returncode != 0)


def explore(build, work, seconds, target):
    """The outcome of one run."""
    corpus, log = work / "corpus" / target, work / f"{target}.log"
    corpus.mkdir(parents=True, exist_ok=True)
    findings = work / "findings" / target
    findings.mkdir(parents=True, exist_ok=True)
    program = build / "fuzz" / f"fuzz_{target}"
    sanitized = build / "fuzz" / f"fuzz_{target}_sanitized"
    corpora = [str(corpus), str(HERE / "corpus" / target)]
    options = [f"-max_len={MAX_LEN[target]}", "-timeout=30", "-rss_limit_mb=4096", f"-artifact_prefix={findings}/",
               *OPTIONS.get(target, [])]
    if (HERE / f"{target}.dict").exists():
        options.append(f"-dict={HERE / (target + '.dict')}")
    # Databases and sockets are faster on a file system in memory.
    environment = dict(os.environ, TMPDIR="/dev/shm" if os.path.isdir("/dev/shm") else "/tmp")
    said, failures = find(program, [*options, f"-max_total_time={seconds}", "-print_final_stats=1", *corpora], log,
                          findings, environment, target)
    if sanitized.exists() and not failures:
        _, failures = find(sanitized, [*options, "-runs=0", *corpora], work / f"{target}-sanitized.log", findings,
                           environment, target)
    return Outcome(said, failures)


def main(build, work, seconds, targets):
    build, work = pathlib.Path(build).resolve(), pathlib.Path(work).resolve()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        outcomes = list(pool.map(lambda target: explore(build, work, seconds, target), targets))
    for target, outcome in zip(targets, outcomes):
        print(f"fuzz {target}: {outcome}")
    return 1 if any(outcome.failures or not outcome.executions for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
