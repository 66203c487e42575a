# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""check_pipeline on a folder of keys and lookalikes, and on the files that somebody leaves there to mislead it."""
import os
import random
import stat
import subprocess

from sample_keys import CHARS, KEY, PREFIX, is_key, masked, new_key

MASKED = masked(KEY).decode()


def run(program, folder, *arguments, **options):
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, check=False, timeout=60, **options)
    for printed in done.stdout, done.stderr:
        if any(is_key(printed[at:at + CHARS]) for at in range(len(printed))):
            raise AssertionError(f"prints a key: {printed!r}")
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def expect(what, got, *wanted):
    if got != wanted:
        raise AssertionError(f"{what}:\n  got      {got}\n  expected {wanted}")


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def check_findings(program, folder):
    lookalikes = [KEY[:-1] + b"o", KEY[:-1], KEY.swapcase(), KEY[:30] + b"\n" + KEY[30:], b"instance_type: small",
                  new_key(random.Random(1), b"instance_test_")]
    write(folder / "src/deploy.yaml", b"\n".join(lookalikes) + b"\n")
    write(folder / "src/empty", b"")
    expect("lookalikes", run(program, folder, "src"), 0, [], "")

    write(folder / "src/api.cpp", b'\n\nauto key = "' + KEY + b'";\r\n// x' + KEY + b"9 " + KEY)
    write(folder / "src/deep/.env", b"KEY=" + KEY + b"\n")
    write(folder / "src/deep/program", b"\x7fELF\0\n\0" + KEY + b"\0")
    found = ["src/api.cpp:3:13", "src/api.cpp:4:5", "src/api.cpp:4:65", "src/deep/.env:1:5", "src/deep/program:2:2"]
    found = [f"{where}: {MASKED}" for where in found]
    expect("a folder", run(program, folder, "src"), 1, found, "")
    expect("files", run(program, folder, "src/deploy.yaml", "src/deep/.env"), 1, found[3:4], "")
    expect("a pipe", run(program, folder, "/dev/stdin", input=KEY), 1, [f"/dev/stdin:1:1: {MASKED}"], "")


def check_large_file(program, folder):
    """Longer than any buffer, with and without line breaks; and a line that is longer than any buffer."""
    by = random.Random(2)
    content, wanted = bytearray(), []
    for _ in range(10_000):
        content += by.choice([b"", b"\n", b"key ", PREFIX, KEY[:-1], by.randbytes(by.randrange(90))])
        column = len(content) - content.rfind(b"\n")
        key = new_key(by)
        wanted.append(f"large:{1 + content.count(10)}:{column}: {masked(key).decode()}")
        content += key
    content += b"\n" + b"x" * 3_000_000 + KEY
    wanted.append(f"large:{1 + content.count(10)}:3000001: {MASKED}")
    write(folder / "large", content)
    expect("a large file", run(program, folder, "large"), 1, wanted, "")


def check_cut_keys(program, folder):
    """Wherever the first part of the file ends that is read at once, if its size is a power of two."""
    ends = [2**power for power in range(12, 21)]
    for before_the_end in range(CHARS + 1):
        content = bytearray(b" " * (ends[-1] + CHARS))
        for end in ends:
            content[end - before_the_end:end - before_the_end + CHARS] = KEY
        write(folder / "cut", content)
        wanted = [f"cut:1:{end - before_the_end + 1}: {MASKED}" for end in ends]
        expect("keys that are cut", run(program, folder, "cut"), 1, wanted, "")


def check_hostile_folder(program, folder):
    write(folder / "elsewhere/secret", KEY)
    hostile = folder / "hostile"
    write(hostile / "fake\nREADME.md:1:1: \x1b[2J\u00e4", KEY)
    write(hostile / os.fsdecode(b"\xff" + KEY), b"")
    (hostile / "circle").symlink_to(".")
    (hostile / "itself").symlink_to("itself")
    (hostile / "nothing").symlink_to("nowhere")
    (hostile / "outside").symlink_to("../elsewhere")
    os.mkfifo(hostile / "pipe")
    os.mknod(hostile / "socket", stat.S_IFSOCK | 0o600)
    hidden = "*" * (CHARS - len(masked(KEY)) + 3)
    found = [f"hostile/fake?README.md:1:1: ?[2J??:1:1: {MASKED}", f"hostile/?{MASKED[:-3]}{hidden}: {MASKED}"]
    expect("a hostile folder", run(program, folder, "hostile"), 1, found, "")
    found = [f"hostile/outside/secret:1:1: {MASKED}"]
    expect("a link as an argument", run(program, folder, "hostile/outside"), 1, found, "")


def check_deep_folder(program, folder):
    """Its path is longer than the system allows, so it is made in small steps."""
    deep, name = os.open(folder, os.O_RDONLY), "x" * 200
    for _ in range(25):
        os.mkdir(name, dir_fd=deep)
        deep, above = os.open(name, os.O_RDONLY, dir_fd=deep), deep
        os.close(above)
    os.close(deep)
    status, found, errors = run(program, folder, name)
    expect("a deep folder", (status, found, errors[-19:], errors.count("\n")), 2, [], "File name too long\n", 1)


def check_errors(program, folder):
    usage = "usage: check_pipeline FILE_OR_FOLDER ...\n"
    expect("no argument", run(program, folder), 2, [], usage)
    finding = [f"elsewhere/secret:1:1: {MASKED}"]
    for argument, why in [("missing", "No such file or directory"), ("", "No such file or directory"),
                          ("hostile/nothing", "No such file or directory"),
                          ("hostile/itself", "Too many levels of symbolic links"),
                          ("hostile/socket", "No such device or address"), ("/proc/self/mem", "Input/output error")]:
        expect("an error, and a key", run(program, folder, argument, "elsewhere"), 2, finding,
               f"check_pipeline: {argument}: {why}\n")
    if os.geteuid() != 0:  # root reads everything
        for name in "closed/inside", "closed":
            write(folder / "closed/inside", KEY)
            (folder / name).chmod(0)
            error = f"check_pipeline: {name}: Permission denied\n"
            expect("a closed door", run(program, folder, "closed"), 2, [], error)
            (folder / name).chmod(0o700)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([program, "elsewhere"], cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False)
    expect("a full disk", (done.returncode, done.stderr), 2, b"check_pipeline: cannot write standard output\n")


def check(program, folder):
    check_findings(program, folder)
    check_large_file(program, folder)
    check_cut_keys(program, folder)
    check_hostile_folder(program, folder)
    check_deep_folder(program, folder)
    check_errors(program, folder)
