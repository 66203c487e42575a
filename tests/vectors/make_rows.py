#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Makes rows.txt: rows of stores, the bytes that their proofs are made over, and the proofs.

    make_rows.py            writes the file
    make_rows.py --check    whether it is what it would write

Nothing of the library is used: the encoding is written down here a second time, from its description, with Python's own
hmac and hashlib.
"""
import hashlib
import hmac
import pathlib
import sys

FILE = pathlib.Path(__file__).resolve().parent / "rows.txt"
HEAD = """\
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
# Made by make_rows.py. A block for each row: its kind and a comment, its fields, its encoding, and its proof.
#
# A number is 8 bytes, the most significant first. A text is its length as a number, then its bytes. Bytes of a fixed
# length are as they are. A time is the number of milliseconds since 1970. What may be missing is two numbers: 0 and 0,
# or 1 and its value. States of keys: 1 pending, 2 active, 3 retiring.
#
#   credential: id (16 bytes), tenant, name, scopes (texts), not before, expires at (may be missing), suspended (0 or
#       1), generation, version, created at, revoked at (may be missing), digest of the metadata (32 bytes), the number
#       of its keys that are not revoked, and these keys by generation, the newest first, then by format and handle
#   key: format (text), handle, generation, state, created at, retires at, revoked at (may be missing), hash (text),
#       pepper, digest (32 bytes)
#   entry: token, arguments (32 bytes), tenant, operation (texts), id of the credential (16 bytes), handle (may be
#       missing), created at, expires at
#   identity: what it says of the keyring (text)
#   metadata: SHA-256 of the text "shearline metadata 1", and of label and value (texts) of each entry in its order
#
# The proof is the HMAC-SHA256 of the text "shearline row 1", the id of the store (16 bytes) and the encoding, under a
# subkey of proof key 3, which is 32 times 'E'. The subkey is the HMAC-SHA256, under the proof key, of the texts
# "shearline keyring subkey" and "proof", the number 3, a text (credential, idempotency or identity) and the id of the
# store, which is the bytes 0 to 15.
"""
PROOF_KEY, NUMBER, STORE = b"E" * 32, 3, bytes(range(16))
STATES = {"pending": 1, "active": 2, "retiring": 3}
LAST = 253_402_300_799_999  # the end of the year 9999


def number(value):
    return value.to_bytes(8, "big")


def text(value):
    value = value.encode()
    return number(len(value)) + value


def optional(value):
    return number(0) + number(0) if value is None else number(1) + number(value)


def digest(label):
    """32 bytes that differ from label to label."""
    return hashlib.sha256(label.encode()).digest()


def proof(purpose, encoding):
    label = text("shearline keyring subkey") + text("proof") + number(NUMBER) + text(purpose) + STORE
    subkey = hmac.new(PROOF_KEY, label, hashlib.sha256).digest()
    return hmac.new(subkey, text("shearline row 1") + STORE + encoding, hashlib.sha256).digest()


def spell(value):
    return "-" if value is None else value.hex() if isinstance(value, bytes) else str(value)


def block(kind, comment, fields, encoding, proven):
    lines = [f"{kind} {comment}"] + [f"{name} {spell(value)}" for name, value in fields]
    lines.append(f"encoding {encoding.hex()}")
    if proven is not None:
        lines.append(f"proof {proven.hex()}")
    return "\n".join(lines) + "\n"


def key(handle=7, generation=1, form="instance", state="active", created=1_700_000_000_000, retires=None, revoked=None,
        hashed="hmac-sha256", pepper=1, mac=None):
    mac = digest(f"key {form} {handle}") if mac is None else mac
    encoding = (text(form) + number(handle) + number(generation) + number(STATES[state]) + number(created) +
                optional(retires) + optional(revoked) + text(hashed) + number(pepper) + mac)
    words = " ".join(map(spell, (form, handle, generation, state, created, retires, revoked, hashed, pepper, mac)))
    return (-generation, form.encode(), handle), words, encoding


def credential(comment, *keys, **changed):
    row = {"id": bytes.fromhex("6ba7b8109dad41d180b400c04fd430c8"), "tenant": "acme", "name": "legacy sync",
           "scopes": "contacts:read contacts:write", "not_before": None, "expires_at": None, "suspended": 0,
           "generation": 1, "version": 1, "created_at": 1_700_000_000_000, "revoked_at": None,
           "metadata_digest": digest("metadata")}
    assert not set(changed) - set(row)
    row.update(changed)
    encoding = (row["id"] + text(row["tenant"]) + text(row["name"]) + text(row["scopes"]) +
                optional(row["not_before"]) + optional(row["expires_at"]) + number(row["suspended"]) +
                number(row["generation"]) + number(row["version"]) + number(row["created_at"]) +
                optional(row["revoked_at"]) + row["metadata_digest"] + number(len(keys)) +
                b"".join(each[2] for each in sorted(keys)))
    fields = list(row.items()) + [("key", each[1]) for each in keys]
    return block("credential", comment, fields, encoding, proof("credential", encoding))


def entry(comment, **changed):
    row = {"token": digest("token"), "arguments": digest("arguments"), "tenant": "acme", "operation": "issue",
           "credential": bytes.fromhex("6ba7b8109dad41d180b400c04fd430c8"), "handle": 7,
           "created_at": 1_700_000_000_000, "expires_at": 1_700_086_400_000}
    assert not set(changed) - set(row)
    row.update(changed)
    encoding = (row["token"] + row["arguments"] + text(row["tenant"]) + text(row["operation"]) + row["credential"] +
                optional(row["handle"]) + number(row["created_at"]) + number(row["expires_at"]))
    return block("entry", comment, row.items(), encoding, proof("idempotency", encoding))


def identity(comment, *lines):
    encoding = text("".join(line + "\n" for line in lines))
    return block("identity", comment, [("line", line) for line in lines], encoding, proof("identity", encoding))


def metadata(comment, *entries):
    encoding = text("shearline metadata 1") + b"".join(text(label) + text(value) for label, value in entries)
    fields = [(name, value) for pair in entries for name, value in zip(("label", "value"), pair)]
    return block("metadata", comment, fields + [("digest", hashlib.sha256(encoding).digest())], encoding, None)


def blocks():
    yield credential("without a key")
    yield credential("with one key", key())
    yield credential("with two keys of two generations", key(8, 2),
                     key(7, 1, state="retiring", retires=1_700_003_600_000), generation=2, version=2)
    yield credential("with two keys, the older one first", key(7, 1), key(8, 2), generation=2, version=2)
    yield credential("with three keys of one generation, told apart by format and handle", key(9, 4, "instance_test"),
                     key(9, 4), key(2**64 - 1, 4), generation=4, version=9)
    yield credential("with three keys in no order", key(5, 1), key(4, 3), key(6, 2), generation=3)
    yield credential("with formats that are ordered by their bytes", key(7, 1, "a"), key(7, 1, "Z"), key(7, 1, "aa"))
    yield credential("with all that may be missing", key(7, 1, state="retiring", retires=1, revoked=2), not_before=3,
                     expires_at=4, revoked_at=5)
    yield credential("not before 1970, which is not the same as no time", not_before=0)
    yield credential("expires at the first moment", expires_at=0)
    yield credential("revoked at the first moment", revoked_at=0)
    yield credential("with a key that retires at the first moment", key(retires=0))
    yield credential("with a key revoked at the first moment", key(revoked=0))
    yield credential("suspended", key(), suspended=1)
    yield credential("with the greatest numbers",
                     key(2**64 - 1, 2**32 - 1, state="retiring", created=LAST, retires=LAST, revoked=LAST,
                         pepper=2**32 - 1, mac=b"\xff" * 32),
                     id=bytes.fromhex("ffffffffffff4fffbfffffffffffffff"), generation=2**32 - 1, version=2**63 - 1,
                     not_before=LAST, expires_at=LAST, created_at=LAST, revoked_at=LAST, metadata_digest=b"\xff" * 32)
    yield credential("with the least", key(1, created=0, state="pending", mac=bytes(32)), created_at=0,
                     metadata_digest=bytes(32))
    yield credential("with texts of many languages", key(), tenant="Zoë & Söhne", name="鍵 \"quoted\"", scopes="")
    yield credential("with long texts", key(form="f" * 300), tenant="t" * 255, name="n" * 256, scopes="s" * 300)
    yield credential("with a key of another hash", key(hashed="blake2b-256", pepper=2))
    yield entry("of a key")
    yield entry("of a credential alone", handle=None, operation="revoke")
    yield entry("of handle 0, which is not the same as none", handle=0)
    yield entry("with texts of many languages", tenant="Zoë & Söhne", operation="", handle=2**64 - 1, created_at=0,
                expires_at=LAST)
    yield identity("of nothing")
    yield identity("of a keyring", "version 3", "pepper 1 current 0123456789abcdef",
                   "sealing 1 current fedcba9876543210", "proof 1 current 00112233445566ff")
    yield metadata("of nothing")
    yield metadata("of one label", ("team", "sales"))
    yield metadata("of an empty value", ("team", ""))
    yield metadata("of two, in their order", ("b", "2"), ("a", "Zoë"))


def main():
    made = HEAD + "\n" + "\n".join(blocks())
    if sys.argv[1:] == ["--check"]:
        if FILE.read_text(encoding="utf-8") == made:
            return 0
        print("error: rows.txt is not what make_rows.py makes")
        return 1
    FILE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
