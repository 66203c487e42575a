# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Keys of `key_format<"instance">` for the checks of the examples, made and read without the library."""
import zlib

DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PREFIX, HANDLE, SECRET, CHECKSUM = b"instance_", 11, 32, 6
CHARS = len(PREFIX) + HANDLE + SECRET + CHECKSUM
KEY = b"instance_CkmNgobJUSmsIVfR4Cyjcby4CbZOkyWDbUPTMN3qcwU3E1YMn"  # the one in README.md


def spelled(number, width):
    digits = bytearray()
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return bytes(reversed(digits))


def new_key(by, prefix=PREFIX):
    """From a random.Random, so that a failure can be repeated."""
    text = prefix + spelled(by.randrange(1, 2**64), HANDLE) + bytes(by.choices(DIGITS, k=SECRET))
    return text + spelled(zlib.crc32(text), CHECKSUM)


def is_key(text):
    if len(text) != CHARS or not text.startswith(PREFIX) or any(c not in DIGITS for c in text[len(PREFIX):]):
        return False
    handle = 0
    for digit in text[len(PREFIX):len(PREFIX) + HANDLE]:
        handle = handle * len(DIGITS) + DIGITS.index(digit)
    return 0 < handle < 2**64 and text.endswith(spelled(zlib.crc32(text[:-CHECKSUM]), CHECKSUM))


def masked(key):
    return key[:len(PREFIX) + HANDLE] + b"***"
