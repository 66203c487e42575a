# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""How a demo is told: its steps, its end, and its exit status."""
import argparse
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback


class Teller:
    """Prints numbered steps, each with a tick, its time and a sentence; in colour on a terminal."""

    def __init__(self):
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self.passed = self.failed = 0

    def paint(self, code, text):
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def say(self, text=""):
        print(text, flush=True)

    def chapter(self, text):
        self.say("\n" + self.paint("1", text))

    def quote(self, text):
        for line in text.strip().splitlines():
            self.say(self.paint("2", f"        {line}"))

    def progress(self, done, total):
        """A bar at the end of the line of the current step."""
        cells = 24 * min(done, total) // total
        bar = "█" * cells + "░" * (24 - cells)
        print(f"\r\x1b[K  … {self.passed + self.failed + 1:2}  {bar}  {done} contacts", end="", flush=True)

    def step(self, sentence, check):
        """Runs a check, which may return a remark. A failed check raises; the demo continues."""
        number = self.passed + self.failed + 1
        if self.colour:
            print(f"  … {number:2}  {sentence}", end="", flush=True)
        start = time.monotonic()
        try:
            remark = check()
        except Exception as problem:  # whatever it is, report it
            self.failed += 1
            mark = self.paint("31", "✗")
            where = [frame for frame in traceback.extract_tb(problem.__traceback__) if not frame.name.startswith("expect")][-1]
            remark = f"{problem or type(problem).__name__} ({pathlib.Path(where.filename).name}:{where.lineno})"
        else:
            self.passed += 1
            mark = self.paint("32", "✓")
        took = self.paint("2", f"{time.monotonic() - start:6.2f} s")
        self.say(("\r\x1b[K" if self.colour else "") + f"  {mark} {number:2}  {took}  {sentence}")
        if remark:
            self.quote(remark)


def expect(holds, otherwise):
    """Instead of `assert`, which python -O removes."""
    if not holds:
        raise RuntimeError(otherwise)


def expect_equal(found, wanted, what):
    expect(found == wanted, f"{what}: expected {wanted!r}, found {found!r}")


def perform(make_story, description):
    """Plays a story, and returns the exit status of the program: 0 if every step passed.

    `make_story(build, folder, teller)` gives an object with play(); is_running(); stop(), the last step of --once;
    stay(), which prints addresses and waits; and end(), which ends every process that still runs.
    """
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("build", metavar="BUILDDIR", help="the build folder with examples/crm/shearline-crm")
    arguments.add_argument("--once", action="store_true", help="exit after the last step, with status 0 or 1")
    given = arguments.parse_args()

    def interrupt(*_):
        raise KeyboardInterrupt
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, interrupt)
    tell = Teller()
    folder = tempfile.mkdtemp(prefix="shearline-demo-")
    story = make_story(os.path.abspath(given.build), folder, tell)
    try:
        story.play()
        if given.once and story.is_running():
            tell.step(*story.stop())
        elif story.is_running():
            tell.say(f"\ndemo: {tell.passed} steps passed, {tell.failed} failed")
            story.stay()
    except KeyboardInterrupt:
        tell.say("\nstopping")
        if given.once:
            tell.failed += 1  # the demo did not run to its end
    finally:
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, signal.SIG_IGN)  # a second Ctrl-C would leave processes behind
        story.end()
        shutil.rmtree(folder, ignore_errors=True)
    if given.once:
        tell.say(f"\ndemo: {tell.passed} steps passed, {tell.failed} failed")
    return 1 if tell.failed or not tell.passed else 0
