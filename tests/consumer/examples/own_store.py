# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""The story in two processes, and in killed ones; a second process; a full map and a full disk; a damaged journal, one
of another version; and the conformance suite."""
import fcntl
import os
import pathlib
import re
import resource
import signal
import stat
import struct
import subprocess
import time
import zlib

FIRST = "a new key: opens\nit, after a rotation: revoked\nthe next key: opens\n"
SECOND = "found: nightly sync, generation 2\nits key, after a restart: opens\n"
FOUND = re.compile(r"found: nightly sync, generation ([12])\nits key, after a restart: opens\n")
FILES = ("keyring", "keys.mdb")
KILLED = 60


def run(program, folder, *words, **options):
    folder.mkdir(exist_ok=True)
    return subprocess.run([program, *words], cwd=folder, text=True, capture_output=True, check=False, **options)


def says(program, folder, text, *words):
    done = run(program, folder, *words)
    assert done.returncode == 0 and done.stdout == text and done.stderr == "", done


def refused(program, folder, words, *arguments, **options):
    done = run(program, folder, *arguments, **options)
    assert done.returncode == 1 and done.stdout == "" and done.stderr.startswith(f"own_store: {words}"), (words, done)


def with_entry(content, number, alter):
    """Alters all copies of an entry, and makes its checksum right again. A row of LMDB has two halves of a size, flags,
    the size of the key, the key, and the value. Here the value is a version, a checksum, and the rows."""
    changed = bytearray(content)
    row = re.compile(rb"(..)(..)\x00\x00\x08\x00" + re.escape(struct.pack("<Q", number)), re.DOTALL)
    for at in row.finditer(content):
        value = content[at.end():at.end() + int.from_bytes(at[1] + at[2], "little")]
        if value[:16] != struct.pack("<QQ", 2, zlib.crc32(value[16:])):
            continue  # a row of another table, whose keys are numbers too
        value = alter(value)
        value = value[:8] + struct.pack("<Q", zlib.crc32(value[16:])) + value[16:]
        changed[at.end():at.end() + len(value)] = value
        changed[at.start():at.start() + 2] = struct.pack("<H", len(value))
    return bytes(changed)


def damaged(program, place):
    good = (place / "keys.mdb").read_bytes()
    damage = "corrupt: keys.mdb: an entry is not what was written"
    second, other = (b"\x08\x00" + struct.pack("<Q", number) for number in (2, 99))
    for content, words in (
            (good.replace(b"nightly sync", b"nightly sink"), damage),
            (with_entry(good, 2, lambda value: value[:-8]), damage),  # a part of it is missing
            (with_entry(good, 2, lambda value: value[:24] + b"\x77" + value[25:]), damage),  # a key without its credential
            (with_entry(good, 2, lambda value: value[:16] + b"\xff" * 8 + value[24:]), damage),  # too many rows
            (with_entry(good, 1, lambda value: b"\x03" + value[1:]), "wrong version: keys.mdb: another version"),
            (with_entry(good, 1, lambda value: b"\x01" + value[1:]), "wrong version: keys.mdb: another version"),
            (good.replace(second, other), "corrupt: keys.mdb: "),  # an entry is missing
            (good[:16] + bytes(len(good) - 16), "corrupt: keys.mdb: MDB_INVALID: "),
            (b"this is a text, and no database\n" * 300, "corrupt: keys.mdb: MDB_INVALID: ")):
        assert content != good, words
        (place / "keys.mdb").write_bytes(content)
        refused(program, place, words)
    (place / "keys.mdb").write_bytes(good)
    says(program, place, SECOND)


def second_process(program, folder):
    """The first one waits in its first line, because nobody reads the pipe."""
    ours, theirs = os.pipe()
    size = fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    os.write(theirs, b"-" * size)
    folder.mkdir()
    first = subprocess.Popen([program], cwd=folder, stdout=theirs)
    os.close(theirs)
    locked = time.monotonic() + 60
    while not (folder / "keys.mdb").exists() or \
            f":{(folder / 'keys.mdb').stat().st_ino} " not in pathlib.Path("/proc/locks").read_text("utf-8"):
        assert time.monotonic() < locked and first.poll() is None, "the first process does not lock its file"
        time.sleep(0.01)
    refused(program, folder, "unavailable: keys.mdb: ")
    with open(ours, "rb") as pipe:
        assert pipe.read()[size:].decode() == FIRST
    assert first.wait() == 0
    says(program, folder, SECOND)


def killed(program, folder):
    """What it had said is still true. Some processes are killed after one or two lines, the others at any moment."""
    folder.mkdir()
    for turn in range(KILLED):
        place = folder / str(turn)
        place.mkdir()
        child = subprocess.Popen([program], cwd=place, stdout=subprocess.PIPE)
        lines = [child.stdout.readline() for _ in range(turn % 3)]
        if not lines:
            time.sleep(turn * 0.0005)
        child.send_signal(signal.SIGKILL)
        lines += child.stdout.readlines()
        child.wait()
        child.stdout.close()
        after = run(program, place)
        found = FOUND.fullmatch(after.stdout)
        generation = int(found[1]) if found else 0
        assert after.returncode == 0 and (found or after.stdout == FIRST), (lines, after)
        assert generation >= min(len(lines), 2), (lines, after)


def full_disk(program, folder):
    def limit():  # three pages
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (12288, 12288))
    refused(program, folder, "unavailable: keys.mdb: ", preexec_fn=limit, restore_signals=False)
    says(program, folder, FIRST)  # nothing was half-written


def check(program, folder):
    place = folder / "story"
    says(program, place, FIRST)
    assert sorted(path.name for path in place.iterdir()) == sorted(FILES)
    assert all(stat.S_IMODE((place / name).stat().st_mode) == 0o600 for name in FILES), "others can read the files"
    for _ in range(2):
        says(program, place, SECOND)
    assert not re.search(rb"acme_\w{20}", (place / "keys.mdb").read_bytes()), "the text of a key is in the file"

    refused(program, folder / "full", "unavailable: keys.mdb: MDB_MAP_FULL: ", "16")
    says(program, folder / "full", FIRST)  # nothing was half-written
    full_disk(program, folder / "disk")
    damaged(program, place)
    second_process(program, folder / "second")
    killed(program, folder / "killed")

    tested = run(program, folder / "suite", "--conformance")
    assert tested.returncode == 0 and re.fullmatch(r"[1-9]\d+ checks, [1-9]\d* negative controls, 0 failed\n",
                                                   tested.stdout), tested
    for words in (["-1"], ["1x"], ["--conformance", ""], ["1", "2"]):
        assert run(program, folder, *words).returncode == 2, words
