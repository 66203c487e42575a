# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""recoverable_keys as a console uses it; what its files hold; and what a copy of some of them gives."""
import os
import shutil
import sqlite3
import subprocess

from sample_keys import CHARS, CHECKSUM, HANDLE, PREFIX, is_key, masked

WHO = f"uid {os.getuid()}"


class Console:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, *words, **options):
        done = subprocess.run([self.program, *words], cwd=self.folder, text=True, check=False, stderr=subprocess.PIPE,
                              **{"stdout": subprocess.PIPE, **options})
        return done.returncode, done.stdout, done.stderr

    def output(self, *words, **options):
        status, printed, errors = self.run(*words, **options)
        if status != 0 or errors:
            raise AssertionError(f"{words}: exit status {status}, {errors}")
        return printed.splitlines()

    def refuses(self, *words, why, status=1, **options):
        found, printed, errors = self.run(*words, **options)
        if (found, printed or "") != (status, "") or why not in errors or errors.count("\n") != 1:
            raise AssertionError(f"{words}: exit status {found}, prints {printed!r} and {errors!r} instead of {why!r}")

    def issue(self, name):
        id_, key = self.output("issue", "acme", name)
        expect("a key of the format", is_key(key.encode()), True)
        return id_, key

    def sql(self, statement, *values):
        store = sqlite3.connect(self.folder / "keys.db")
        with store:
            rows = store.execute(statement, values).fetchall()
        store.close()
        return rows


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}:\n  got      {got!r}\n  expected {wanted!r}")


def check_files(folder, keys):
    """Neither a key nor its secret is in any file, in the log of the database and in its indexes either."""
    for path in folder.iterdir():
        content = path.read_bytes()
        for key in keys:
            if key[len(PREFIX) + HANDLE:-CHECKSUM].encode() in content:
                raise AssertionError(f"{path.name} contains the secret of a key")


def copied(console, place, *names):
    place.mkdir()
    for name in names:
        for path in console.folder.glob(f"{name}*"):
            shutil.copy(path, place)
    return Console(console.program, place)


def check_reveal(console, id_, key):
    expect("the key is shown again", console.output("reveal", id_, "the disk crashed"), [key])
    expect("what is stored", console.sql("SELECT sealing_key, length(nonce), length(box), state FROM record"),
           [(1, 24, CHARS + 16, 2)])
    mask = masked(key.encode()).decode()
    audit = [f"{WHO} reveal {mask}: the disk crashed", f"{WHO} issue {mask}"]
    expect("the audit", console.output("audit"), audit)
    expect("the stored audit", console.sql("SELECT actor, action, reason FROM audit_event ORDER BY sequence"),
           [(WHO, "issue", ""), (WHO, "reveal", "the disk crashed")])


def check_copies(console, folder, id_, key):
    """The price of showing a key again: both files together are every key. One of them is none."""
    copied(console, folder / "database", "keys.db").refuses("reveal", id_, "stolen", why="wrong keyring: ")
    copied(console, folder / "ring", "keyring").refuses("reveal", id_, "stolen", why="not found: ")
    both = copied(console, folder / "both", "keys.db", "keyring")
    expect("a copy of both", both.output("reveal", id_, "stolen"), [key])

    # Write access to the database: the sealed text of a key is moved to a credential whose keys may be revealed.
    mine, _ = both.issue("mine")
    both.sql("UPDATE record SET (nonce, box) = (SELECT nonce, box FROM record LIMIT 1)")
    expect("both rows have one text", both.sql("SELECT count(DISTINCT box) FROM record"), [(1,)])
    status = {both.run("reveal", each, "moved")[0] for each in (mine, id_)}
    expect("only its own row opens it", status, {0, 1})
    both.sql("UPDATE record SET box = zeroblob(74)")
    both.refuses("reveal", mine, "altered", why="corrupt: a sealed key does not open")


def check_deletion(console, folder, id_, key):
    before = copied(console, folder / "before", "keys.db", "keyring")
    console.output("forget")
    older = copied(console, folder / "older", "keys.db")
    shutil.copy(before.folder / "keyring", older.folder)
    older.refuses("reveal", id_, "with the keyring of before", why="wrong keyring: ")
    console.refuses("reveal", id_, "too late", why="its sealing key was dropped")
    expect("the key still opens", console.output("verify", input=key), ["opens"])
    expect("a backup of both reveals it", before.output("reveal", id_, "restored"), [key])
    later, later_key = console.issue("later")
    expect("a later key", console.output("reveal", later, "why not"), [later_key])
    expect("its sealing key", console.sql("SELECT sealing_key FROM record ORDER BY sealing_key"), [(1,), (2,)])

    console.output("revoke", later)
    console.refuses("reveal", later, "revoked", why="illegal state: ")
    expect("the revoked key", console.output("verify", input=later_key), ["revoked"])
    expect("its sealed text", console.sql("SELECT nonce, box FROM record WHERE state = 4"), [(None, None)])
    check_files(console.folder, [key, later_key])


def check(program, folder):
    place = folder / "console"
    place.mkdir()
    console = Console(program, place)
    for words in [], ["help"], ["issue", "acme"], ["reveal", "id"], ["audit", "all"]:
        console.refuses(*words, why="usage: recoverable_keys ", status=2)
    expect("files after wrong usage", list(place.iterdir()), [])

    id_, key = console.issue("legacy sync")
    expect("a new key", console.output("verify", input=key), ["opens"])
    check_reveal(console, id_, key)
    check_files(place, [key])
    check_copies(console, folder, id_, key)
    check_deletion(console, folder, id_, key)

    console.refuses("reveal", "4711", "why", why="invalid argument: a credential id")
    with open("/dev/full", "w", encoding="utf-8") as full:
        console.refuses("audit", why="cannot write standard output", stdout=full)
    (place / "keyring").chmod(0o644)
    console.refuses("audit", why="permission denied: keyring")
