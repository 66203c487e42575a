#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""report.py RESULTS OUT: makes a page with tables and plots from the JSON files of a run of the benchmarks.

RESULTS has verify.json and fill.json (written by Google Benchmark), node.json if `./dev bench node` was run, and crm.json
if `./dev bench crm` was run. Writes README.md and the plots into OUT."""

import json
import pathlib
import statistics
import sys

import plot

SIZES = {"1e4": 10_000, "1e6": 1_000_000, "1e7": 10_000_000, "5e7": 50_000_000}
WORDS = {"1e4": "10⁴", "1e6": "10⁶", "1e7": "10⁷", "5e7": "5·10⁷"}

class Results:
    """The repetitions of each benchmark, by name, in the unit of the file."""

    def __init__(self, folder):
        self.runs, self.counters, self.context = {}, {}, {}
        for name in ("verify", "fill"):
            with open(folder / f"{name}.json", encoding="utf-8") as file:
                read = json.load(file)
            self.context = self.context or read["context"]
            for one in read["benchmarks"]:
                if one["run_type"] == "iteration" and not one.get("error_occurred"):
                    self.runs.setdefault(one["name"], []).append(one["real_time"])
                    self.counters.setdefault(one["name"], []).append(one)

    def __contains__(self, name):
        return name in self.runs

    def median(self, name):
        return statistics.median(self.runs[name])

    def counter(self, name, counter):
        return statistics.median(one[counter] for one in self.counters[name])

    def point(self, name):
        return self.median(name), min(self.runs[name]), max(self.runs[name])

    def sizes(self, pattern):
        return [n for n in SIZES if pattern.format(n) in self]


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head),
                      *("| " + " | ".join(row) + " |" for row in rows)])


def spread(results, name):
    median, least, most = results.point(name)
    return f"{plot.number(median)} ({plot.number(least)}–{plot.number(most)})"


def times(results):
    """A table of everything that was measured in nanoseconds a key."""
    names = [name for name in results.runs if not name.startswith(("ours/fill", "ours/scan", "raw/scan", "ours/grow"))]
    return table(["benchmark", "ns a key: median (min–max)", "keys a second"],
                 [[f"`{name}`", spread(results, name), f"{results.counter(name, 'keys_per_second') / 1e6:.2f} million"]
                  for name in names])


def in_five_rows(results):
    """What a verification costs, and what plain text would: in the table itself, which costs least, and in nodes."""
    rows = [("a key that is used again and again", "ours/hot/1e4/memo", "peer/plaintext_inline_hot/1e4",
             "peer/unordered_map_hot/1e4"),
            ("any of 10⁶ keys, one at a time", "ours/random/1e6/single", "peer/plaintext_inline/1e6",
             "peer/unordered_map/1e6"),
            ("any of 10⁶ keys, in batches of 16", "ours/random/1e6/batch16", "peer/plaintext_inline_batch16/1e6", None),
            ("a key that does not exist", "ours/unknown_handle", None, None),
            ("what is no key", "ours/junk", None, None)]

    def beside(ours, other):
        """What another costs, and ours in terms of it."""
        if not other:
            return ""
        return f"{plot.number(results.median(other))} ({results.median(ours) / results.median(other):.2f} ×)"
    return table(["to verify", "ns", "plain text in the table itself (ours / it)",
                  "plain text in a `std::unordered_map` (ours / it)"],
                 [[what, plot.number(results.median(ours)), beside(ours, inline), beside(ours, nodes)]
                  for what, ours, inline, nodes in rows])


PARTS = (("tag", "length and prefix compared, and the memo's tag: one SipHash"),
         ("line", "the handle read from the text, its line found, the tags compared"),
         ("inside", "the reader enters and leaves, so that what it reads is not freed"),
         ("lease", "the clock, the lease, and the store's count of changes"),
         ("time", "time that does not go back"), ("rules", "state, end, tenant and scope"),
         ("counts", "the key's uses and the reader's answers"))


def part_by_part(results):
    """What each step of a hot verification adds to those before it."""
    rows, before = [], 0.0
    steps = [(f"parts/{name}/1e4", what) for name, what in PARTS]
    for name, what in [*steps, ("ours/hot/1e4/memo", "the verdict: all of `reader::verify`")]:
        rows.append([what, f"`{name}`", spread(results, name), f"{results.median(name) - before:+.1f}"])
        before = results.median(name)
    return table(["up to here", "benchmark", "ns: median (min–max)", "adds"], rows)


def goals(results):
    """[(case, figure, goal, whether it was reached)], mostly ratios within the run."""
    rows = []

    def at_most(what, figure, goal, unit=" ×"):
        rows.append((what, f"{figure:.2f}{unit}", f"≤ {goal}{unit}", figure <= goal))

    def at_least(what, figure, goal, unit=" ×"):
        rows.append((what, f"{figure:.2f}{unit}", f"≥ {goal}{unit}", figure >= goal))

    def ratio(one, other):
        return results.median(one) / results.median(other)

    hot = "ours/hot/1e4/memo"
    at_most("hot, 10⁴ keys, memo / one raw SipHash of the text", ratio(hot, "raw/siphash"), 1.3)
    at_least("hand-rolled / hot, 10⁴ keys, memo", ratio("peer/hand_rolled_hot/1e4", hot), 10)
    at_least("libjwt / hot, 10⁴ keys, memo", ratio("peer/libjwt", hot), 70)
    if "ours/hot/1e4/batch16" in results:  # four lanes with AVX2 or AVX-512VL
        at_most("hot, 10⁴ keys, batch of 16 / one raw SipHash", ratio("ours/hot/1e4/batch16", "raw/siphash"), 0.8)
    at_most("hot, 10⁴ keys, no memo, OpenSSL / one raw HMAC", ratio("ours/hot/1e4/openssl", "raw/hmac_openssl"), 1.5)
    for n, single in (("1e6", 1.10), ("1e7", 1.15)):
        for how, words, most in (("single", "one at a time", single), ("batch16", "batch of 16", 0.45),
                                 ("batch64", "batch of 64", 0.38)):
            if f"raw/line_read/{n}" in results:
                at_most(f"random, {WORDS[n]} keys, {words} / one dependent read of a line",
                        ratio(f"ours/random/{n}/{how}", f"raw/line_read/{n}"), most)
    at_most("junk / hot", ratio("ours/junk", hot), 0.08)
    for refused in ("wrong_checksum", "unknown_handle"):
        at_most(f"{refused.replace('_', ' ')} / hot", ratio(f"ours/{refused}", hot), 1.5)
    two = results.counter("ours/threads2/1e4", "keys_per_second") / results.counter(hot, "keys_per_second")
    at_least("two threads / one", two, 1.9)
    largest = results.sizes("ours/with_writer/{}")[-1]
    at_most(f"with a writer / without, {WORDS[largest]} keys",
            ratio(f"ours/with_writer/{largest}", f"ours/with_idle_writer/{largest}"), 1.11)
    largest = results.sizes("ours/hot/{}/memo")[-1]
    memory = f"ours/hot/{largest}/memo"
    at_most(f"lines, {WORDS[largest]} keys", results.counter(memory, "line_bytes_per_key"), 130, " bytes a key")
    at_most("lines touched per successful search", results.counter(memory, "probes_per_hit"), 1.6, "")
    at_most("all memory", results.counter(memory, "bytes_per_key"), 180, " bytes a key")
    at_least("filling from SQLite", results.counter("ours/fill_sqlite/1e6", "keys_per_second") / 1e6, 1.0,
             " million keys a second")
    at_most("filling from SQLite, without the proofs of rows / a bare scan of the same rows",
            ratio("ours/fill_sqlite_unproved/1e6", "raw/scan_sqlite/1e6"), 10)
    return rows


def plots(results, out):
    by_size = {"ours, one at a time": "ours/random/{}/single", "ours, in batches of 16": "ours/random/{}/batch16",
               "text, absl::flat_hash_map": "peer/plaintext/{}",
               "text in the table itself": "peer/plaintext_inline/{}",
               "SHA-256, std::unordered_map": "peer/hand_rolled/{}",
               "one dependent line read": "raw/line_read/{}"}
    series = {name: [(SIZES[n], *results.point(pattern.format(n))) for n in results.sizes(pattern)]
              for name, pattern in by_size.items()}
    sizes = {SIZES[n]: WORDS[n] for n in results.sizes("ours/random/{}/single")}
    plot.lines(out / "by_number_of_keys.svg", "A verification of a random key", "keys", "ns", series, sizes)

    batches = {1: "single", 16: "batch16", 64: "batch64"}
    series = {}
    for n in results.sizes("ours/random/{}/single"):
        points = []
        for batch, name in batches.items():
            rates = [one["keys_per_second"] / 1e6 for one in results.counters[f"ours/random/{n}/{name}"]]
            points.append((batch, statistics.median(rates), min(rates), max(rates)))
        series[f"{WORDS[n]} keys"] = points
    plot.lines(out / "by_batch.svg", "Throughput of one thread, random keys", "keys in a batch",
               "million keys a second", series, {batch: str(batch) for batch in batches}, log_y=False)


def beside_others(results, node, out):
    rows = [("shearline, memo", "ours/hot/1e4/memo", True), ("shearline, no memo, OpenSSL",
            "ours/hot/1e4/openssl", True), ("shearline, no memo, libsodium", "ours/hot/1e4/sodium", True),
            ("text in absl::flat_hash_map (no hash)", "peer/plaintext_hot/1e4", False),
            ("text in the table itself (no hash)", "peer/plaintext_inline_hot/1e4", False),
            ("SHA-256, hex, std::unordered_map", "peer/hand_rolled_hot/1e4", False),
            ("libjwt, HS256", "peer/libjwt", False)]
    drawn = [(name, *results.point(of), ours) for name, of, ours in rows if of in results]
    drawn += [(name, statistics.median(runs), min(runs), max(runs), False) for name, runs in node.items()]
    plot.bars(out / "ours_and_others.svg", "One verification, 10⁴ keys", "ns",
              sorted(drawn, key=lambda row: row[1]))


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "unknown"


PAGE = """# What a verification costs

Written by `./dev bench` on {date}: {cpu}, {cpus} processors, {compiler}, `-O3`, no flags for this processor{shared}.
Times differ between machines, and on a shared machine from hour to hour: compare the ratios.

{rows}

For the difference, nobody who reads the database can verify; time does not tell how much of a guess is right; a key that
was revoked is refused as soon as the revocation has returned; state, end, scope and tenant are checked; and each use is
counted.

![Nanoseconds of a verification of a random key against the number of keys](by_number_of_keys.svg)

![Throughput against the size of a batch](by_batch.svg)

![One verification: shearline and others](ours_and_others.svg)

## How it is measured

- Everything runs in one program and one run (`bench/verify.cpp`), pinned to one processor, with Google Benchmark: five
  repetitions of up to 500 blocks of 4,096 keys. Each figure is the median of the repetitions, with their minimum and
  maximum. A block is timed as a whole. Its texts are made outside the measured time and are read from a buffer that
  stays in the cache, like a request that a server has just received.
- A verification is complete: lease and coarse clock, the store's change count, the search, the proof, state and end of
  validity, one required scope, and the counts of uses and answers. Every key has been verified once before
  (`ours/hot/…/openssl` and `…/sodium` use no memo and hash every time).
- `hot`: 64 keys in turn. `random`: keys drawn uniformly from all keys, anew for every block and repetition.
- `with_writer`: another thread rotates a key every 100 µs; `with_idle_writer` is its control, a thread that wakes up as
  often and does nothing. `threads2` verifies on two processors; `raw/siphash_threads2` is its control: threads that
  share nothing. If the two processors of a virtual machine are two threads of one core, neither reaches twice the
  throughput of one thread.
- `wrong_checksum` has an unknown handle; `mistyped` has a known handle and a wrong secret, so the memo's tag is
  computed before the checksum.
- Filling is compared with a bare scan (`raw/scan_sqlite`): the same rows and columns in the same order, read through
  SQLite's own functions, with nothing counted, checked or converted. Filling without the proofs of rows
  (`ours/fill_sqlite_unproved`) is measured apart.
- Peers: keys in plain text in a hash map (`peer/plaintext`, as gateways do it: neither hashed nor constant-time), and
  with the texts in the table itself (`peer/plaintext_inline`, also in batches of 16 that are prefetched);
  SHA-256 by OpenSSL's one-shot call, in hexadecimal, in a `std::unordered_map`, compared with `CRYPTO_memcmp`
  (`peer/hand_rolled`); an HS256 token verified by libjwt; and, in `bench/node/`, common Node.js packages at pinned
  versions.
- `probes_per_hit` is an average over all keys of the table. Memory is the size of the mappings, and peaks are those of
  the process (`VmHWM`).
- Google Benchmark is Debian's package, a debug build of that library; it does no work inside a block.

## Goals

{goals}

{limits}

## A hot verification, part by part

The verifier's own steps in their order, in the same run; each row has those before it, too.

{parts}

## Memory and filling

{memory}

## All figures

{times}
{node}{crm}"""


def main():
    source, out = map(pathlib.Path, sys.argv[1:])
    results = Results(source)
    out.mkdir(parents=True, exist_ok=True)

    def optional(name):
        path = source / name
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    node, crm = optional("node.json"), optional("crm.json")
    plots(results, out)
    beside_others(results, node.get("ns", {}), out)
    fill = "ours/fill_sqlite/1e6"
    memory = [
        ["filling a verifier from SQLite, 10⁶ keys", f"{spread(results, fill)} ms"],
        ["the same by two threads", f"{spread(results, 'ours/fill_sqlite_by_2/1e6')} ms"],
        ["the same by one, without the proofs of rows", f"{spread(results, 'ours/fill_sqlite_unproved/1e6')} ms"],
        ["of that, reading the database (`store.scan`)", f"{spread(results, 'ours/scan_sqlite/1e6')} ms"],
        ["a bare scan of the same rows, by SQLite alone", f"{spread(results, 'raw/scan_sqlite/1e6')} ms"],
        ["peak memory while it fills", f"{results.counter(fill, 'peak_bytes_per_key'):.0f} bytes a key"],
        ["memory after filling", f"{results.counter('ours/grow/1e6', 'filled_bytes_per_key'):.0f} bytes a key"],
        ["peak memory while it grows (two tables)", f"{results.counter('ours/grow/1e6', 'peak_bytes_per_key'):.0f} "
                                                        "bytes a key"]]
    missed = [what for what, _, _, good in goals(results) if not good]
    notes = out / "limits.md"
    page = PAGE.format(
        rows=in_five_rows(results),
        date=results.context["date"][:10], cpu=processor(), cpus=results.context["num_cpus"],
        compiler=results.context.get("compiler", "an unknown compiler"),
        shared=", a virtual machine" if "hypervisor" in pathlib.Path("/proc/cpuinfo").read_text() else "",
        goals=table(["case", "measured", "goal", ""],
                    [[what, figure, goal, "reached" if good else "**not reached**"]
                     for what, figure, goal, good in goals(results)]),
        limits=notes.read_text(encoding="utf-8").strip() if missed and notes.exists() else "",
        parts=part_by_part(results), memory=table(["", ""], memory), times=times(results),
        node="" if not node else "\n## Node.js\n\n" + node["versions"] + ", `bench/node/`; 2,000 verifications per sample.\n\n" +
             table(["", "ns: median (min–max)"],
                   [[name, f"{plot.number(statistics.median(runs))} ({plot.number(min(runs))}–{plot.number(max(runs))})"]
                    for name, runs in node["ns"].items()]) + "\n",
        crm="" if not crm else "\n## The CRM with and without the check\n\n" + crm["text"] + "\n")
    (out / "README.md").write_text(page, encoding="utf-8")
    for what in missed:
        print(f"not reached: {what}")


if __name__ == "__main__":
    main()
