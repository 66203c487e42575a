#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Makes the vectors in this folder, in the manner of Wycheproof, from rules written down here and from Python's own hmac.

    make.py            writes the files
    make.py --check    whether they are what it would write

Nothing of the library is used: a vector that it made of its own answers would prove nothing. What is expected of an
invalid text is the rule that it breaks, worked out here from how the text was made, and not by a parser.
"""
import base64
import hashlib
import hmac
import json
import pathlib
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
KEY_TYPES = ("wrong_prefix", "wrong_length", "bad_character", "out_of_range", "wrong_checksum")


def spell(number, width, alphabet=BASE62):
    text = ""
    for _ in range(width):
        number, digit = divmod(number, len(alphabet))
        text = alphabet[digit] + text
    assert number == 0
    return text


def crc(text):
    return spell(zlib.crc32(text.encode("latin-1")), 6)


def text_or_hex(name, text):
    """A text as JSON has it, or its bytes where it is no ASCII; code points up to 255 stand for bytes."""
    if text.isascii():
        return {name: text}
    return {f"{name}_hex": text.encode("latin-1").hex()}


class Group(list):
    def add(self, comment, result, flags, **more):
        self.append({"tcId": 0, "comment": comment, **more, "result": result, "flags": flags})


# --- keys --------------------------------------------------------------------------------------------------------------

SECRET = "0123456789ABCDEFGHIJKLMNOPQRSTUV"


def instance(handle=7, secret=SECRET, prefix="instance_"):
    body = prefix + spell(handle, 11) + secret
    return body + crc(body)


def with_crc(body):
    return body + crc(body)


def key_vectors():
    def group(name, chars):
        tests = Group()

        def valid(comment, key, handle=0):
            assert len(key) == chars
            tests.add(comment, "valid", ["Pseudorandom"], key=key, handle=str(handle))

        def invalid(comment, key, reason, offset, flag):
            assert reason in KEY_TYPES
            tests.add(comment, "invalid", [flag], **text_or_hex("key", key), reason=reason, offset=offset)
        return tests, valid, invalid

    instance_tests, valid, invalid = group("instance", 58)
    for handle in (1, 2, 61, 62, 63, 2**11, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1):
        valid(f"handle {handle}", instance(handle), handle)
    for secret in ("0" * 32, "z" * 32, "Z" * 32, "A" * 32, SECRET[::-1], "0" * 31 + "1"):
        valid(f"secret {secret[:4]}…", instance(9, secret), 9)
    good = instance()
    for length in (0, 1, 8, 9, 10, 20, 52, 56, 57):
        invalid(f"cut to {length} characters", good[:length], "wrong_length", 58, "Truncated")
    for tail in ("a", "\n", "\r\n", " ", "\0", "=", "\t", ".", "0" * 100, good):
        invalid(f"with {len(tail)} more behind it", good + tail, "wrong_length", 58, "Prolonged")
    for head in (" ", "\n", "\0", "\xef\xbb\xbf", "Bearer ", "x"):
        invalid("with something before it", head + good, "wrong_prefix", 0, "Prolonged")
    for place in range(9):
        other = good[:place] + ("X" if good[place] != "_" else "-") + good[place + 1:]
        invalid(f"another prefix in place {place}", other, "wrong_prefix", place, "WrongPrefix")
        if good[place].isalpha():
            other = good[:place] + good[place].upper() + good[place + 1:]
            invalid(f"an upper-case prefix in place {place}", other, "wrong_prefix", place, "CaseChanged")
    for place in (9, 10, 19, 20, 35, 51, 52, 57):
        for bad, flag in (("_", "Separator"), ("-", "Base64Url"), ("+", "Base64"), ("/", "Base64"), (" ", "Space"),
                          ("\0", "Nul"), ("\x7f", "Control"), ("\xd0", "NotAscii"), ("\n", "Control"), (":", "Neighbour"),
                          ("@", "Neighbour"), ("[", "Neighbour"), ("`", "Neighbour"), ("{", "Neighbour")):
            invalid(f"{bad!r} in place {place}", good[:place] + bad + good[place + 1:], "bad_character", place, flag)
    invalid("two bad characters: the first is told", good[:30] + "!" + good[31:40] + "!" + good[41:], "bad_character", 30,
            "TwoFaults")
    invalid("a bad character and a wrong checksum: the character is told", good[:30] + "!" + good[31:57] + "0",
            "bad_character", 30, "TwoFaults")
    invalid("a handle of zero under a right checksum", instance(0), "out_of_range", 9, "HandleRange")
    for past, name in ((2**64, "2^64"), (2**64 + 1, "2^64 + 1"), (62**11 - 1, "all digits the last")):
        invalid(f"a handle of {name}", with_crc("instance_" + spell(past, 11) + SECRET), "out_of_range", 9, "HandleRange")
    body = good[:52]
    value = zlib.crc32(body.encode())
    invalid("the right checksum, and 2^32 more", body + spell(value + 2**32, 6), "out_of_range", 52, "ModuloChecksum")
    invalid("a checksum of 2^32", body + spell(2**32, 6), "out_of_range", 52, "ModuloChecksum")
    invalid("a checksum of all last digits", body + "zzzzzz", "out_of_range", 52, "ModuloChecksum")
    for bit in range(0, 32, 3):
        invalid(f"a checksum with bit {bit} flipped", body + spell(value ^ 1 << bit, 6), "wrong_checksum", 52,
                "WrongChecksum")
    for place in (20, 21, 30, 40, 50, 51):
        other = "W" if good[place] != "W" else "X"
        invalid(f"another digit of the secret in place {place}", good[:place] + other + good[place + 1:],
                "wrong_checksum", 52, "Mistyped")
    for place in (20, 30, 44):
        swapped = good[:place] + good[place + 1] + good[place] + good[place + 2:]
        invalid(f"two neighbours swapped in place {place}", swapped, "wrong_checksum", 52, "Mistyped")
    invalid("the secret with its case swapped", good[:20] + good[20:52].swapcase() + good[52:], "wrong_checksum", 52,
            "CaseChanged")
    invalid("the checksum of the secret alone, as GitHub makes it", body + crc(SECRET), "wrong_checksum", 52,
            "OtherScheme")
    invalid("handle and secret exchanged", "instance_" + SECRET + good[9:20] + good[52:], "wrong_checksum", 52,
            "Reordered")
    invalid("a key of the test environment", "instance_test_" + good[9:], "wrong_length", 58, "OtherEnvironment")

    token_tests, valid, invalid = group("token", 40)
    entropy = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0"

    def token(text):
        return "tok_" + text + crc(text)

    for text in (entropy, "0" * 30, "z" * 30, entropy[::-1], "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"):
        valid(f"entropy {text[:4]}…", token(text))
    good = token(entropy)
    for length in (0, 3, 4, 39):
        invalid(f"cut to {length} characters", good[:length], "wrong_length", 40, "Truncated")
    invalid("one more character", good + "0", "wrong_length", 40, "Prolonged")
    for prefix in ("Tok_", "tik_", "to-_", "tok-"):
        place = next(i for i in range(4) if prefix[i] != "tok_"[i])
        invalid(f"the prefix {prefix}", prefix + good[4:], "wrong_prefix", place, "WrongPrefix")
    for place in (4, 20, 33, 34, 39):
        invalid(f"'_' in place {place}", good[:place] + "_" + good[place + 1:], "bad_character", place, "Separator")
    invalid("the checksum of all before it, as ours is", "tok_" + entropy + crc("tok_" + entropy), "wrong_checksum", 34,
            "OtherScheme")
    value = zlib.crc32(entropy.encode())
    invalid("the right checksum, and 2^32 more", "tok_" + entropy + spell(value + 2**32, 6), "out_of_range", 34,
            "ModuloChecksum")
    short = next(text for text in (f"{entropy[:27]}{i:03}" for i in range(1000))
                 if zlib.crc32(text.encode()) < 2**32 // 62)
    value = zlib.crc32(short.encode())  # five digits would do for it
    assert value * 62 < 2**32
    invalid("a checksum that is padded on the right", "tok_" + short + spell(value * 62, 6), "wrong_checksum", 34,
            "OtherScheme")
    invalid("a checksum that is not padded", "tok_" + short + spell(value, 5), "wrong_length", 40, "OtherScheme")

    seam_tests, valid, invalid = group("seam", 43)
    long_token = "51FwqftsmMDHHbJAMEXXHCgG"
    for handle, short in ((1, "11111112"), (58**8 - 1, "zzzzzzzz"), (58, "11111121")):
        valid(f"short token {short}", f"mycompany_{short}_{long_token}", handle)
    good = f"mycompany_BRTRKFsL_{long_token}"
    for length in (0, 9, 10, 18, 42):
        invalid(f"cut to {length} characters", good[:length], "wrong_length", 43, "Truncated")
    invalid("a short token of zero", f"mycompany_11111111_{long_token}", "out_of_range", 10, "HandleRange")
    for bad in "0OIl":
        invalid(f"{bad!r}, which base58 leaves out, in the long token", good[:30] + bad + good[31:], "bad_character", 30,
                "LookAlike")
        invalid(f"{bad!r}, which base58 leaves out, in the short token", good[:12] + bad + good[13:], "bad_character", 12,
                "LookAlike")
    invalid("another sign between the tokens", good[:18] + "-" + good[19:], "bad_character", 18, "Separator")
    invalid("the signs between the tokens exchanged with a digit", good[:17] + "_" + good[17] + good[19:],
            "bad_character", 17, "Reordered")
    return {
        "algorithm": "API key",
        "notes": "key_hex holds bytes that are no ASCII. offset: in bytes; of wrong_length, where the right length ends.",
        "testGroups": [{"format": name, "tests": tests} for name, tests in
                       (("instance", instance_tests), ("token", token_tests), ("seam", seam_tests))],
    }


# --- requests ----------------------------------------------------------------------------------------------------------

def request_vectors():
    tests = Group()
    key = instance()

    def case(comment, fields, flag, target="/contacts", credential=None, reason=None, field=None):
        shown = [[name, *text_or_hex("value", value).items()] for name, value in fields]
        shown = [{"name": name, pair[0]: pair[1]} for name, pair in shown]
        if credential is not None:
            tests.add(comment, "valid", [flag], target=target, fields=shown, credential=credential)
        else:
            tests.add(comment, "invalid", [flag], target=target, fields=shown, reason=reason, field=field)

    authorization, api_key = "Authorization", "X-API-Key"
    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR"):
        case(f"{scheme}", [(authorization, f"{scheme} {key}")], "Scheme", credential=key)
    for value in (key, f"  {key}", f"{key}\t", f"Bearer    {key}", "abc", "a" * 512, "a-._~+/=", "abc=="):
        case("in Authorization", [(authorization, value)], "Blanks", credential=value.strip().split()[-1])
    for name in ("X-API-Key", "x-api-key", "X-Api-KEY"):
        case(f"in {name}", [(name, key)], "Name", credential=key)
    for beside in (("Host", key), ("Cookie", f"Authorization={key}"), ("Proxy-Authorization", f"Bearer {key}"),
                   ("X-API-Keys", key), ("Authorizatio", key), ("X-Authorization", "Bearer x")):
        case(f"beside {beside[0]}", [beside, (api_key, key)], "Unrelated", credential=key)
    case("of no format of ours", [(api_key, "whatever")], "Unparsed", credential="whatever")

    missing = {"reason": "missing", "field": authorization}
    case("no field", [], "Missing", **missing)
    for name in ("Host", "Cookie", "X-API-Keys", "Proxy-Authorization", "API-Key", "Token"):
        case(f"only {name}", [(name, key)], "Missing", **missing)
    for first, second in ((authorization, authorization), (api_key, api_key), (authorization, api_key),
                          (api_key, authorization), ("authorization", authorization), ("x-api-key", api_key)):
        field = api_key if second.lower() == "x-api-key" else authorization
        case(f"{first} and {second}, equal", [(first, key), (second, key)], "Repeated", reason="repeated", field=field)
        case(f"{first} and {second}, different", [(first, key), (second, "other")], "Repeated", reason="repeated",
             field=field)
    for name in ("X_API_Key", "x.api.key", "X_Api-Key", " X-API-Key", "X-API-Key ", "X-API-Key\t"):
        case(f"named {name!r}", [(name, key)], "NameResembles", reason="malformed", field=api_key)
    for name in (" Authorization", "Authorization "):
        case(f"named {name!r}", [(name, key)], "NameResembles", reason="malformed", field=authorization)
    for value in ("", " ", "\t", "Bearer", "Bearer ", "bearer\t", f"{key},{key}", f"Bearer {key}, Bearer {key}",
                  f"Bearer {key} x", f"Bearer\t{key}", f"{key}\r\n x", f"{key}\0", f"{key}\n", f"\x01{key}", f"{key}\x7f",
                  f"{key}\xe4", f'"{key}"', f"({key})", "=", "===", f"<{key}>", f"Bearer ={key[:3]}=", f"{key};x"):
        scheme_alone = value.strip(" \t").lower() == "bearer"
        case(f"Authorization: {value.encode('unicode_escape').decode()}", [(authorization, value)],
             "NoCredential" if not value.strip() or scheme_alone else "Malformed", reason="malformed", field=authorization)
    for value in ("", f"{key} {key}", f"Bearer {key}", f"{key}\n", f"{key},"):
        case(f"X-API-Key: {value.encode('unicode_escape').decode()}", [(api_key, value)], "Malformed", reason="malformed",
             field=api_key)
    for value in ("Basic dXNlcjpwYXNz", f"Digest username={key}", f"Negotiate {key}", f"Basic {key}", f"Token {key}",
                  f"basic  {key}", f"ApiKey {key}"):
        case(f"{value.split()[0]}", [(authorization, value)], "OtherScheme", reason="unsupported_scheme",
             field=authorization)
    for length in (513, 600, 5000):
        case(f"{length} characters", [(api_key, "a" * length)], "TooLong", reason="too_long", field=api_key)
        case(f"{length} characters with Bearer", [(authorization, "Bearer " + "a" * length)], "TooLong",
             reason="too_long", field=authorization)
    encoded = key.replace("_", "%5F")
    for target in ("/contacts?key=x", "/contacts?api_key=x", "/contacts?API-KEY=x", "/contacts?a=b&token=x",
                   "/contacts?access_token=", "/contacts?%6Bey=x", "/contacts?a;apikey=x", "/contacts?x-api-key",
                   f"/contacts/{key}", f"/contacts?q={key}", f"/contacts?q={encoded}", f"/{encoded}/x",
                   "/contacts?authorization=x", "/contacts?a?key=x"):
        case("a key in the URL", [(api_key, key)], "InUrl", target=target, reason="in_url", field="request target")
    return {"algorithm": "credential of a request", "notes": "fields in their order; other schemes are refused.",
            "testGroups": [{"format": "instance", "tests": tests}]}


# --- stored digests ----------------------------------------------------------------------------------------------------

def digest_vectors():
    tests = Group()

    def phc(pepper="3", handle=7, mac=bytes(range(32)), head="$hmac-sha256$k="):
        text = base64.b64encode(mac).decode().rstrip("=")
        return f"{head}{pepper}${spell(handle, 11)}${text}"

    for pepper, handle, mac in ((1, 1, bytes(32)), (2**32 - 1, 2**64 - 1, b"\xff" * 32), (3, 7, bytes(range(32))),
                                (10, 62, b"\x80" + bytes(31)), (99, 2**32, bytes(31) + b"\x01"), (4294967295, 9, b"ab" * 16),
                                (7, 2**63, bytes(range(32, 64))), (12, 3, b"\xfb" * 32), (5, 5, b"\x3f\xff" * 16),
                                (1000000000, 2**64 - 2, bytes(range(224, 256)))):
        tests.add(f"pepper {pepper}, handle {handle}", "valid", ["Pseudorandom"], text=phc(str(pepper), handle, mac),
                  hash="hmac-sha256", pepper=pepper, handle=str(handle), mac=mac.hex())
    for name in ("hmac-sha512", "argon2id", "a", "-", "0" * 32):
        tests.add(f"hash '{name}'", "valid", ["Algorithm"], text=phc(head=f"${name}$k="), hash=name, pepper=3,
                  handle="7", mac=bytes(range(32)).hex())
    good = phc()

    def invalid(comment, text, flag):
        tests.add(comment, "invalid", [flag], **text_or_hex("text", text), reason="corrupt")

    for pepper in ("0", "00", "03", "+3", "-3", " 3", "3 ", "", "3a", "0x3", "4294967296", "99999999999", "3\0", "3.0"):
        invalid(f"pepper {pepper!r}", phc(pepper), "Pepper")
    for head in ("$hmac-sha256$K=", "$HMAC-SHA256$k=", "hmac-sha256$k=", "$hmac-sha256$v=1,k=",
                 " $hmac-sha256$k=", "$hmac-sha256$$k=", "$hmac_sha256$k=", "$$k=", "$k=", f"${'a' * 33}$k="):
        invalid(f"head {head!r}", phc(head=head), "Algorithm")
    for length in (0, 1, 15, len(good) - 44, len(good) - 1):
        invalid(f"cut to {length} characters", good[:length], "Truncated")
    for tail in ("=", "\n", " ", "\0", "$", "A", "$x"):
        invalid(f"with {tail!r} behind it", good + tail, "Prolonged")
    invalid("a handle of zero", good.replace(spell(7, 11), "0" * 11), "HandleRange")
    invalid("a handle past 64 bits", good.replace(spell(7, 11), "LygHa16AHYG"), "HandleRange")
    invalid("a handle with a sign", good.replace(spell(7, 11), "-0000000007"), "BadCharacter")
    for more in (1, 2, 3):  # the last character stands for four bits of the digest, and two that are zero
        last = BASE64[BASE64.index(good[-1]) + more]
        invalid(f"bits past the digest: {more}", good[:-1] + last, "NonCanonical")
    for bad in ("-", "_", " ", "=", "\xff", "\x80", "$"):
        invalid(f"{bad!r} in the digest", good[:-10] + bad + good[-9:], "BadCharacter")
    invalid("the '$' before the digest is missing", good[:-44] + "A" + good[-43:], "Separator")
    invalid("the '$' before the handle is missing", good[:-56] + "A" + good[-55:], "Separator")
    return {"algorithm": "stored digest", "notes": "PHC strings; every invalid one is corrupt.",
            "testGroups": [{"tests": tests}]}


# --- HMAC-SHA256 -------------------------------------------------------------------------------------------------------

# RFC 4231 §4, test cases 1 to 4: keys of at most 32 bytes, which is what the library has; shorter ones are filled up
# with zeros, which HMAC does itself.
RFC_4231 = (("0b" * 20, b"Hi There".hex(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (b"Jefe".hex(), b"what do ya want for nothing?".hex(),
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            ("aa" * 20, "dd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (bytes(range(1, 26)).hex(), "cd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"))


def hmac_vectors():
    tests = Group()

    def case(comment, key, message, tag, result, flag):
        filled = bytes.fromhex(key) + bytes(32 - len(key) // 2)
        right = hmac.new(filled, bytes.fromhex(message), hashlib.sha256).hexdigest()
        assert (right == tag) == (result == "valid")
        tests.add(comment, result, [flag], key=filled.hex(), msg=message, tag=tag)

    for number, (key, message, tag) in enumerate(RFC_4231, 1):
        case(f"RFC 4231, test case {number}", key, message, tag, "valid", "Rfc4231")
    key = bytes(range(32)).hex()
    for length in (0, 1, 31, 32, 52, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 255, 300):
        message = bytes((7 * i + length) % 256 for i in range(length)).hex()
        tag = hmac.new(bytes.fromhex(key), bytes.fromhex(message), hashlib.sha256).hexdigest()
        case(f"a message of {length} bytes", key, message, tag, "valid", "MessageLength")
    key, message, tag = RFC_4231[0]
    right = bytes.fromhex(tag)
    for place in (0, 1, 15, 16, 23, 24, 30, 31):
        for bit in (0, 3, 7):
            wrong = bytearray(right)
            wrong[place] ^= 1 << bit
            case(f"bit {bit} of byte {place} of the tag flipped", key, message, bytes(wrong).hex(), "invalid", "ModifiedTag")
    for wrong, name in ((bytes(32), "zeros"), (b"\xff" * 32, "ones"), (right[::-1], "the tag backwards"),
                        (bytes(b ^ 0xff for b in right), "the tag inverted"), (right[16:] + right[:16], "halves exchanged"),
                        (hashlib.sha256(bytes.fromhex(message)).digest(), "the message's digest without a key"),
                        (bytes.fromhex(RFC_4231[1][2]), "the tag of another message and key"),
                        (hmac.new(bytes.fromhex(key), b"Hi Ther", hashlib.sha256).digest(), "the tag of a shorter message"),
                        (hmac.new(bytes.fromhex(message), bytes.fromhex(key), hashlib.sha256).digest(),
                         "key and message exchanged"),
                        (hmac.new(bytes.fromhex(key), bytes.fromhex(message) + b"\0", hashlib.sha256).digest(),
                         "the tag of a message with a zero behind it")):
        case(name, key, message, wrong.hex(), "invalid", "ModifiedTag")
    return {"algorithm": "HMACSHA256", "notes": "Keys are filled up with zeros to 32 bytes.",
            "testGroups": [{"keySize": 256, "tagSize": 256, "tests": tests}]}


FILES = {"key_format.json": key_vectors, "request.json": request_vectors, "stored_digest.json": digest_vectors,
         "hmac_sha256.json": hmac_vectors}


def made(make):
    vectors = make()
    number = 0
    for group in vectors["testGroups"]:
        for test in group["tests"]:
            number += 1
            test["tcId"] = number
    return json.dumps({**vectors, "numberOfTests": number}, indent=1, ensure_ascii=True) + "\n"


def main():
    wrong = 0
    for name, make in FILES.items():
        text = made(make)
        if sys.argv[1:] == ["--check"]:
            if (HERE / name).read_text(encoding="ascii") != text:
                print(f"error: {name} is not what make.py makes")
                wrong += 1
        else:
            (HERE / name).write_text(text, encoding="ascii")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
