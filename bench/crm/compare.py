#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""compare.py SERVER [ROUNDS]: measures requests per second of the CRM with and without its key check; prints JSON.

Both servers run all the time, on one processor; wrk asks one and the other in turns, from the other processor, so that
what disturbs the machine disturbs both. The result is the median of the ratios of neighbouring turns."""

import json
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile

SECONDS, CONNECTIONS = 2, 16


class Server:
    def __init__(self, program, how, folder):
        folder.mkdir()
        self.process = subprocess.Popen(["taskset", "-c", "0", program, how, folder], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port, self.key, self.path = self.process.stdout.readline().split()

    def requests_per_second(self):
        done = subprocess.run(
            ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s",
             "-H", f"Authorization: Bearer {self.key}", f"http://127.0.0.1:{self.port}{self.path}"],
            capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in done or "Socket errors" in done:
            raise RuntimeError(done)
        return float(re.search(r"Requests/sec:\s+([\d.]+)", done)[1])

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)


def interval(values, draws=10_000):
    """The 95 % confidence interval of the median, by bootstrap: resampling from the measurements."""
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(values, k=len(values))) for _ in range(draws))
    return medians[int(draws * 0.025)], medians[int(draws * 0.975)]


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 40
    with tempfile.TemporaryDirectory() as folder:
        servers = [Server(program, how, pathlib.Path(folder) / how) for how in ("checked", "unchecked")]
        for server in servers:
            server.requests_per_second()  # warms up
        rates = ([], [])
        for i in range(rounds):
            for which in (0, 1) if i % 2 == 0 else (1, 0):
                rates[which].append(servers[which].requests_per_second())
        for server in servers:
            server.stop()
    ratios = [checked / unchecked for checked, unchecked in zip(*rates)]
    ratio, (least, most) = statistics.median(ratios), interval(ratios)
    checked, unchecked = map(statistics.median, rates)
    print(json.dumps({
        "ratio": ratio, "interval": [least, most],
        "text": f"{checked:,.0f} requests a second with the check, {unchecked:,.0f} without: the median of the ratios "
                f"is {ratio:.1%} (95 % interval {least:.1%} to {most:.1%}; goal: at least 97 %). GET of a contact by "
                f"wrk, {CONNECTIONS} keep-alive connections, {rounds} turns of {SECONDS} s each, server and load "
                "on one processor each (`bench/crm/`)."}, indent=2))


if __name__ == "__main__":
    main()
