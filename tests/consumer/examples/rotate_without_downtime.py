# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""What rotate_without_downtime prints, twice in one folder; what is in its store afterwards; and its errors."""
import re
import sqlite3
import subprocess

from sample_keys import CHARS, is_key

PRINTED = re.compile(r"""issued
  (?P<first>instance_\w{11}\*\*\*) opens
rotated
  (?P=first) opens for 24 h more: fetch the new key
  (?P<second>instance_\w{11}\*\*\*) opens
the console shows
  (?P=second) active
  (?P=first) retiring
almost a day later
  (?P=first) opens for 1 h more: fetch the new key
a day later
  (?P=first) refused, grace_over
  (?P=second) opens
rotated, and the grace cut short
  (?P=second) refused, revoked
  (?P<third>instance_\w{11}\*\*\*) opens
the audit, newest first
  ada: revoke key (?P=second), no grace for a leaked key
  ada: rotate (?P=third), the key was in a log
  ada: rotate (?P=second), every year
  ada: issue (?P=first)
""")
ACTIVE, REVOKED = 2, 4
DAY = 24 * 3600 * 1000  # in milliseconds


def run(program, folder, **options):
    return subprocess.run([program], cwd=folder, text=True, check=False, stderr=subprocess.PIPE,
                          **{"stdout": subprocess.PIPE, **options})


def check_stored(folder, runs):
    with sqlite3.connect(folder / "keys.db") as store:
        keys = store.execute("SELECT generation, state, retires_at - revoked_at FROM record "
                             "ORDER BY credential, generation").fetchall()
        audit = [action for action, in store.execute("SELECT action FROM audit_event ORDER BY sequence")]
    store.close()
    # The first was revoked by the next rotation, at the end of its grace; the second a day before the end of its grace.
    expected = [(1, REVOKED, 0), (2, REVOKED, DAY), (3, ACTIVE, None)] * runs
    if keys != expected or audit != ["issue", "rotate", "rotate", "revoke key"] * runs:
        raise AssertionError(f"the store has {keys} and {audit}")


def check_error(program, folder, *words, **options):
    done = run(program, folder, **options)
    if done.returncode != 1 or not all(word in done.stderr for word in words) or done.stderr.count("\n") != 1:
        raise AssertionError(f"exit status {done.returncode}, instead of an error with {words}:\n{done.stderr}")


def check(program, folder):
    for runs in 1, 2:
        done = run(program, folder)
        if done.returncode != 0 or done.stderr or not PRINTED.fullmatch(done.stdout):
            raise AssertionError(f"exit status {done.returncode}\n{done.stdout}{done.stderr}")
        if any(is_key(done.stdout[at:at + CHARS].encode()) for at in range(len(done.stdout))):
            raise AssertionError("prints a key")
        check_stored(folder, runs)

    with open("/dev/full", "w", encoding="utf-8") as full:
        check_error(program, folder, "cannot write standard output", stdout=full)
    (folder / "keyring").chmod(0o644)
    check_error(program, folder, "rotate_without_downtime: permission denied: keyring")
    (folder / "keyring").chmod(0o600)
    (folder / "keys.db").write_text("no database", encoding="utf-8")
    check_error(program, folder, "rotate_without_downtime: ", "keys.db")
