# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Keys of the company's format, read again here by hand: with the printed pattern, and with zlib's CRC-32."""
import pathlib
import re
import subprocess
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
SECRET = slice(24, 50)
MISTAKE = re.compile(r"^//     (basic_format<(?:.|\n//      )*?)\n//     error: (.*)$", re.MULTILINE)


def number_of(text):
    return sum(DIGITS.index(digit) * len(DIGITS) ** place for place, digit in enumerate(reversed(text)))


def with_checksum(text):
    number = zlib.crc32(text.encode())
    return text + "".join(DIGITS[number >> shift & 31] for shift in range(30, -1, -5))


def run(program, *words, stdin=""):
    return subprocess.run([program, *words], input=stdin, text=True, capture_output=True, check=False)


def refused(program, text, words, key):
    """What is said of a text that is no key: these words, and nothing of the secret of the key that it was made from."""
    done = run(program, "--read", stdin=text + "\n")
    assert done.returncode == 1 and done.stdout == "" and words in done.stderr, (words, done)
    assert not any(key[at:at + 8] in done.stderr for at in range(SECRET.start, len(key) - 7)), f"shows a secret: {done}"


def makes_keys(program):
    pattern = re.compile(run(program, "--pattern").stdout.splitlines()[0])
    made = set()
    for _ in range(20):
        done = run(program)
        key = done.stdout.rstrip("\n")
        assert done.returncode == 0 and pattern.fullmatch(key) and key not in made, done
        assert done.stderr == f"issued {key[:SECRET.start]}***\n", done
        assert 0 < number_of(key[10:23]) < 2**64 and with_checksum(key[:50]) == key, "not the company's layout"
        read = run(program, "--read", stdin=key + "\n")
        assert read.returncode == 0 and read.stdout == f"a key: {key[:SECRET.start]}***\n", read
        made.add(key)
    full = subprocess.run(f"'{program}' > /dev/full", shell=True, text=True, capture_output=True, check=False)
    assert full.returncode == 1 and "not delivered" in full.stderr and "issued" not in full.stderr, full
    return made, pattern


def finds_mistakes(program, key):
    """Every character mistyped, every two neighbours swapped, and every character left out."""
    for at, old in enumerate(key):
        new = DIGITS[(DIGITS.find(old) + 1) % len(DIGITS)]
        where = f"wrong prefix at character {at + 1}:" if at < 10 else \
            f"character outside the alphabet at character {at + 1}:" if at == 23 else ""
        refused(program, key[:at] + new + key[at + 1:], where or "not a key", key)
        if key[at:at + 1] != key[at + 1:at + 2] and at + 1 < len(key):
            refused(program, key[:at] + key[at + 1] + old + key[at + 2:], "not a key", key)
        if at >= 10:
            refused(program, key[:at] + key[at + 1:], "wrong length, a key has 57 characters", key)
    swapped = key[:30] + DIGITS[(DIGITS.index(key[30]) + 1) % 32] + key[31:]
    refused(program, swapped, "wrong checksum at character 51: acme_live_***", key)
    for letter in "iloUO ":
        refused(program, key[:40] + letter + key[41:], "outside the alphabet at character 41", key)
    refused(program, key[:50] + "zzzzzzz", "number out of range at character 51", key)
    for text, words in ((f"acme_test_{key[10:50]}", f"a test key, and live keys are wanted: acme_test_{key[10:23]}_***"),
                        (f"acme_life_{key[10:50]}", "wrong prefix at character 8: ***"),
                        (f"acme_live_{'0' * 13}{key[23:50]}", "number out of range at character 11"),
                        (f"acme_live_{'z' * 13}{key[23:50]}", "number out of range at character 11")):
        refused(program, with_checksum(text), words, key)
    refused(program, "", "wrong length", key)


def is_found_in_a_file(pattern, keys):
    leak = "".join(f"API_KEY='{key}'\nOTHER=acme_live_{'u' * 13}{key[23:]}\n" for key in keys)
    assert set(pattern.findall(leak)) == keys


def does_not_compile_mistakes(folder):
    """The comment shows mistakes, and what the compiler says to each."""
    shown = MISTAKE.findall((ROOT / "examples/own_format.cpp").read_text("utf-8"))
    assert len(shown) == 3, shown
    source = folder / "mistake.cpp"
    for layout, words in [("basic_format<\"acme\", environment::live, base62, literal<\"acme_\">, secret_field<26>>", ""),
                          *shown]:
        layout = layout.replace("\n//", "")
        source.write_text("#include <shearline/format/basic_format.hpp>\n#include <shearline/format/checksum.hpp>\n"
                          f"using namespace shearline;\nconstexpr auto chars = {layout}::chars;\n", encoding="utf-8")
        done = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-I", ROOT / "include", source], text=True,
                              capture_output=True, check=False)
        assert bool(words) == (done.returncode != 0) and words in done.stderr, (layout, words, done.stderr)


def check(program, folder):
    keys, pattern = makes_keys(program)
    finds_mistakes(program, max(keys))
    is_found_in_a_file(pattern, keys)
    does_not_compile_mistakes(folder)
    tested = run(program, "--check")
    assert tested.returncode == 0 and re.search(r"^[1-9]\d+ checks, [1-9]\d* negative controls, 0 failed$", tested.stdout), \
        tested
    assert run(program, "--chekc").returncode == 2
