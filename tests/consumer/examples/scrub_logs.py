# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""scrub_logs against a slow copy of its rule, which looks for a key at every place: whole logs, logs that arrive in
pieces of any size, logs that are meant to be slow, and inputs and outputs that fail."""
import os
import random
import resource
import select
import socket
import subprocess

from sample_keys import CHARS, DIGITS, KEY, PREFIX, is_key, masked, new_key


def scrubbed(log):
    """The rule: a mask where a key begins, and every byte that is in no key."""
    out, end = bytearray(), 0
    for at in range(len(log)):
        if log[at] == PREFIX[0] and is_key(log[at:at + CHARS]):
            out += masked(log[at:at + CHARS])
            end = at + CHARS
        if at >= end:
            out.append(log[at])
    return bytes(out)


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}:\n  got      {got[-2000:]!r}\n  expected {wanted[-2000:]!r}")


def output_of(program, log):
    done = subprocess.run([program], input=log, capture_output=True, check=True)
    expect("standard error", done.stderr, b"")
    return done.stdout


def output_of_pieces(program, pieces):
    """One read() of the program gets one piece: that is how a SOCK_SEQPACKET differs from a pipe."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, subprocess.Popen([program], stdin=theirs, stdout=subprocess.PIPE) as child:
        theirs.close()
        for piece in pieces:
            ours.send(piece)
        ours.close()
        return child.communicate()[0]


def random_log(by):
    """Of keys, of what looks like keys, and of what stands around them."""
    log = bytearray()
    for _ in range(by.randrange(12)):
        key = new_key(by)
        at = by.randrange(CHARS)
        mistyped = key[:at] + bytes([by.choice(DIGITS)]) + key[at + 1:]
        log += by.choice([key, key, key[:at], key[at:], mistyped, PREFIX, b"\n", b"_", b"instance", b" took_ms=7\r\n",
                          new_key(by, b"instance_test_"), by.randbytes(by.randrange(4))])
    return bytes(log)


def in_pieces(by, log):
    at = 0
    while at < len(log):
        size = by.choice([1, 2, 7, 57, 58, 59, by.randrange(1, 200)])
        yield log[at:at + size]
        at += size


def fuzz(program, seed):
    by = random.Random(seed)
    log = random_log(by)
    expect(f"random log {seed} in pieces", output_of_pieces(program, in_pieces(by, log)), scrubbed(log))


def check_rule(program):
    mask = b"instance_CkmNgobJUSm***"
    for log, wanted in [
        (b"", b""),
        (KEY, mask),
        (b"a " + KEY + b" b\r\n", b"a " + mask + b" b\r\n"),
        (b"x" + KEY + b"Z9", b"x" + mask + b"Z9"),
        (KEY + KEY + b"\n" + KEY, mask + mask + b"\n" + mask),
        (PREFIX + KEY, PREFIX + mask),
        (b"\0\xff\n\n" + KEY + b"\0", b"\0\xff\n\n" + mask + b"\0"),
    ]:
        expect("the copy of the rule", scrubbed(log), wanted)
        expect("the program", output_of(program, log), wanted)
    for log in [KEY[:-1], KEY[1:], KEY[:-1] + b"o", KEY[:20] + b"\n" + KEY[20:], KEY.swapcase(), b"instance_type=7\n"]:
        expect("what is no key", output_of(program, log), log)


def check_errors(program, folder):
    reader, writer = os.pipe()
    os.close(reader)
    full = os.open("/dev/full", os.O_WRONLY)
    directory = os.open(folder, os.O_RDONLY)
    for fds, message in [({"stdout": writer, "input": KEY}, "write standard output: Broken pipe"),
                         ({"stdout": full, "input": KEY}, "write standard output: No space left on device"),
                         ({"stdin": directory}, "read standard input: Is a directory")]:
        done = subprocess.run([program], stderr=subprocess.PIPE, check=False, **fds)
        expect("the message", done.stderr.decode(), f"scrub_logs: cannot {message}\n")
        expect("the exit status", (done.returncode,), (1,))
    for fd in writer, full, directory:
        os.close(fd)


def check_prompt(program):
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdin.write(b"one\n" + KEY + b"\n")
        child.stdin.flush()
        if not select.select([child.stdout], [], [], 30)[0]:
            raise AssertionError("a whole line waits for the next one")
        expect("what was written so far", child.stdout.read1(), scrubbed(b"one\n" + KEY + b"\n"))
        child.stdin.close()
        child.wait()


def check_worst_case(program):
    """A program that looked at all that is left for each prefix would need hours."""
    for log in PREFIX * (4 << 20), b"_" * (32 << 20), KEY[:-1] * (1 << 19):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        same = output_of(program, log) == log
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        if not same or seconds > 5:
            raise AssertionError(f"{log[:20]}…: same output: {same}; {seconds} s")


def check(program, folder):
    check_rule(program)
    for seed in range(300):
        fuzz(program, seed)
    by = random.Random(1)
    log = b"".join(by.randbytes(by.randrange(90)) + new_key(by) for _ in range(10_000))  # longer than any buffer
    expect("a long log", output_of(program, log), scrubbed(log))
    check_prompt(program)
    check_worst_case(program)
    check_errors(program, folder)
