# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""What the program says, and what is in its database; the digest is compared with that of Python's BLAKE2b."""
import contextlib
import hashlib
import re
import sqlite3
import subprocess

SAYS = re.compile(r"""the key: opens
a guess: wrong_secret
stored: (\$blake2b-256\$k=1\$[0-9A-Za-z]{11}\$)\.\.\.
another hash: wrong hash: .*'blake2b-256'.*'hmac-sha256'.*
""")


def run(program, folder, *words):
    return subprocess.run([program, *words], cwd=folder, text=True, capture_output=True, check=False)


def rows(folder, sql):
    with contextlib.closing(sqlite3.connect(folder / "keys.db")) as database, database:
        return [row[0] for row in database.execute(sql)]


def check(program, folder):
    stored = set()
    for times in (1, 2):  # the second time, store and keyring are there
        done = run(program, folder)
        said = SAYS.fullmatch(done.stdout)
        assert done.returncode == 0 and done.stderr == "" and said, done
        stored.add(said[1])
        digests = rows(folder, "SELECT digest FROM record")
        assert len(digests) == times and {digest[:len(said[1])] for digest in digests} == stored, (digests, stored)
        assert not any(digest[len(said[1]):] in done.stdout for digest in digests), "a digest is printed"
    assert rows(folder, "SELECT hash FROM format_hash") == ["blake2b-256"]

    rows(folder, "UPDATE format_hash SET hash = 'hmac-sha256'")  # as in a store that was made with that hash
    done = run(program, folder)
    assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith("own_hash: wrong hash: "), done
    assert len(rows(folder, "SELECT digest FROM record")) == 2, "a key was issued under the wrong hash"

    tested = run(program, folder, "--check")
    assert tested.returncode == 0 and re.match(r"[1-9]\d+ checks, [1-9]\d* negative controls, 0 failed\n", tested.stdout), \
        tested
    digest = hashlib.blake2b(b"abc", key=bytes(range(32)), digest_size=32).hexdigest()
    assert tested.stdout.endswith(f' 00 01 ... 1f: {digest}\n'), f"another digest than {digest}: {tested}"
    assert run(program, folder, "--chekc").returncode == 2
