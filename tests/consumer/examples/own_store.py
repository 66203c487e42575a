# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""The story in two processes, a full map, a damaged file, a file of another version, and the conformance suite."""
import re
import stat
import subprocess
import zlib

FIRST = "a new key: opens\nit, after a rotation: revoked\nthe next key: opens\n"
SECOND = "found: nightly sync, generation 2\nits key, after a restart: opens\n"
FILES = ("keyring", "keys.mdb", "keys.mdb-changes", "keys.mdb-lock")


def run(program, folder, *words):
    folder.mkdir(exist_ok=True)
    return subprocess.run([program, *words], cwd=folder, text=True, capture_output=True, check=False)


def says(program, folder, text, *words):
    done = run(program, folder, *words)
    assert done.returncode == 0 and done.stdout == text and done.stderr == "", done


def refused(program, folder, words, *arguments):
    done = run(program, folder, *arguments)
    assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith(f"own_store: {words}"), (words, done)


def change(file, alter):
    before = file.read_bytes()
    file.write_bytes(alter(before))
    assert file.read_bytes() != before, "nothing was changed"


def as_another_version(file):
    """The hash of the format, in a row of the next version. A row has its checksum, its version and its value; a number
    has 8 bytes, and a text has its length before it."""
    def number(of):
        return of.to_bytes(8, "little")

    def row(version):
        key, name = b"h" + number(4) + b"acme", b"hmac-sha256"
        value = number(version) + number(len(name)) + name
        return key + number(zlib.crc32(key + value)) + value

    change(file, lambda content: content.replace(row(1), row(2)))


def check(program, folder):
    place = folder / "story"
    says(program, place, FIRST)
    assert sorted(path.name for path in place.iterdir()) == sorted(FILES)
    assert all(stat.S_IMODE((place / name).stat().st_mode) == 0o600 for name in FILES), "others can read the files"
    for _ in range(2):
        says(program, place, SECOND)
    good = (place / "keys.mdb").read_bytes()

    refused(program, folder / "full", "unavailable: keys.mdb: MDB_MAP_FULL: ", "16")
    says(program, folder / "full", FIRST)  # nothing was half-written

    for alter, words in (
            (lambda content: content.replace(b"nightly sync", b"nightly sink"), "corrupt: keys.mdb: a row is not what"),
            (lambda content: content[:16] + bytes(len(content) - 16), "corrupt: keys.mdb: MDB_INVALID: "),
            (lambda content: b"this is a text, and no database\n" * 300, "corrupt: keys.mdb: MDB_INVALID: ")):
        change(place / "keys.mdb", alter)
        refused(program, place, words)
        (place / "keys.mdb").write_bytes(good)
    as_another_version(place / "keys.mdb")
    refused(program, place, "wrong version: keys.mdb: another version of this program")
    (place / "keys.mdb").write_bytes(good)
    says(program, place, SECOND)

    tested = run(program, folder / "suite", "--conformance")
    assert tested.returncode == 0 and re.fullmatch(r"[1-9]\d+ checks, [1-9]\d* negative controls, 0 failed\n",
                                                   tested.stdout), tested
    for words in (["-1"], ["1x"], ["--conformance", ""], ["1", "2"]):
        assert run(program, folder, *words).returncode == 2, words
