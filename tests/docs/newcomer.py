#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""A newcomer's five minutes: does what docs/start.md says, in empty folders, and gets what it promises.

    newcomer.py SOURCE_ROOT [installed]

The comment before a block says what a newcomer does with it: writes a `file`, types a `build` (one of them, so each is
tried with all that comes after), or types it in a shell that stays open, and sees what `it prints`. What needs root is
not typed: this unpacks the Debian package in a folder of its own, or takes the library as `installed`."""
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "consumer"))
from commands import Failed, run
from package import build as build_package, unpack

BLOCK = re.compile(r"^(?:<!-- (?P<mark>.*) -->\n)?```(?P<language>.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)
INSTALLS = ("sudo apt-get install ", "./dev package", "meson setup build && sudo meson install -C build",
            "cmake -B build && sudo cmake --install build")
END = "----8<----"


def read(text):
    """The files, the builds by name, and what is typed with what it prints."""
    files, builds, typed = {}, {}, []
    for block in BLOCK.finditer(text):
        mark, content = block["mark"] or "", block["text"]
        kind, _, name = mark.partition(": ")
        if kind == "file":
            files[name] = content
        elif kind == "build":
            builds[name] = content
        elif kind == "type this":
            typed.append([content, ""])
        elif kind == "and it prints this" and typed:
            typed[-1][1] = content
        elif not all(line.startswith(INSTALLS) for line in content.splitlines()):
            raise Failed(f"nobody would know what to do with this:\n{content}")
    if not (files and builds and typed):
        raise Failed("the page has no file, no build, or nothing to type")
    return files, builds, typed


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def build(page, how, folder, environment):
    files, builds, _ = read(page)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    run("sh", "-euc", builds[how], cwd=folder, **environment)


def use(page, folder):
    """Types what the page says, in one shell, which in the end stops the server that it started."""
    _, _, typed = read(page)
    for left in (*folder.glob("keys.db*"), *folder.glob("keyring*")):
        left.unlink()
    script = "".join(f"{content}echo '{END}'\n" for content, _ in typed)
    done = subprocess.run(["sh", "-euc", f"trap 'kill ${{!-}} 2>/dev/null || :' EXIT\n{script}"], cwd=folder, text=True,
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    printed = done.stdout.split(f"{END}\n")
    if done.returncode != 0 or len(printed) != len(typed) + 1:
        raise Failed(f"exit status {done.returncode} after {len(printed) - 1} of {len(typed)} blocks:\n{done.stderr}")
    for (content, promised), got in zip(typed, printed):
        if got.strip() != promised.strip():
            raise Failed(f"{content}printed:\n{got}and the page says:\n{promised}")


def controls(page, folder, environment):
    """Pages on which a newcomer would be stuck, in a folder where the server is built."""
    empty = folder / "empty"
    empty.mkdir()
    yield ("a server that is not written", "No rule to make target 'server.cpp'",
           lambda: build(page.replace("server.cpp -->", "other.cpp -->", 1), "make", empty, environment))
    yield ("another answer", "the page says", lambda: use(page.replace("```text\nhello\n", "```text\nhi\n"), folder))
    yield "a command that fails", "exit status 1", lambda: use(page.replace("issue)\n", "issue)\nfalse\n"), folder)
    yield "a block of an unknown kind", "know what to do", lambda: read(f"{page}\n```sh\nrm -rf /\n```\n")


def outcome(steps):
    try:
        steps()
    except Failed as why:
        return str(why)
    return ""


def main(source, installed=""):
    source = pathlib.Path(source).resolve()
    # The port may be taken on this machine: another one is used.
    page = (source / "docs/start.md").read_text("utf-8").replace("8080", free_port())
    failures = 0
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        environment = {} if installed else unpack(build_package(source, place / "package"), place / "root")
        for how in read(page)[1]:
            folder = place / how
            folder.mkdir()
            if how == "one file":
                run(sys.executable, source / "tests/consumer/amalgamate.py", source, folder, cwd=folder)
            wrong = outcome(lambda: (build(page, how, folder, environment), use(page, folder)))
            failures += bool(wrong)
            print(f"error: {how}: {wrong}" if wrong else f"{how}: good", flush=True)
        for name, words, steps in controls(page, place / "make", environment):
            wrong = outcome(steps)
            failures += words not in wrong
            print(f"control: {name}: stuck, as it must be" if words in wrong else f"error: {name}: {wrong or 'good'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
