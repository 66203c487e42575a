#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Checks that the tree keeps to the architecture: what may include what, how each header opens, and that nothing but the
library and the tests of its machinery names `detail::`. What the headers declare is looked at by declarations.py.

    architecture.py SOURCE_ROOT
"""
import pathlib
import re
import sys

# A header includes headers of its own layer or below. The longest matching name counts.
LAYERS = {
    "fwd": 0, "chrono": 0, "error": 0, "result": 0, "expected": 0, "concepts": 0, "clock": 0,
    "consistency": 0, "version": 0, "requirements": 0,
    "format/": 1, "secret/": 1, "posix/": 1,
    "private_file": 2, "digest/": 2, "generate": 2, "keyring": 2, "keyring/": 2,
    "credential/": 3, "rotation/": 3, "custody/": 3, "rules/": 3, "verdict": 3,
    "store/": 4, "policies": 4,
    "authority": 5, "authority/": 5, "prove_store": 5, "move_store": 5, "verifier_options": 5, "verifier": 5,
    "verifier/": 5,
    "http/": 6, "testing/": 6, "shearline": 6,
}
# Key text needs no crypto library, and secret types need no key text.
STRANGERS = [("format/", "secret/"), ("secret/", "format/"), ("format/", "posix/"), ("posix/", "format/")]
SODIUM_USERS = ("secret/", "posix/fork_wiped.hpp", "digest/", "custody/recoverable.hpp")
# System calls, except clocks.
SYSTEM = ("sys/", "linux/", "unistd.h", "fcntl.h", "pthread.h", "poll.h", "dirent.h")
SYSTEM_USERS = ("posix/", "store/sqlite/", "store/postgres/", "testing/")
# What these includes begin with belongs to a library that only the users of this header need.
OPTIONAL = {
    "sqlite3.h": "store/sqlite/connection.hpp",
    "libpq-fe.h": "store/postgres/answers.hpp",
    "openssl/": "digest/hmac_sha256_openssl.hpp",
    "boost/test/": "testing/boost_test.hpp",
    "boost/beast/": "http/beast.hpp",
    "httplib.h": "http/httplib.hpp",
}
# Folders of ours, of the system and of compilers.
KNOWN = ("shearline/", *SYSTEM, "bits/", "sanitizer/", "valgrind/")
MAX_LINES = 350

# Machinery: a folder of it serves the door of its name, or those above it.
PRIVATE = ("authority/", "verifier/", "keyring/", "posix/", "store/sql/", "store/sqlite/", "store/postgres/",
           "testing/detail/")
# What may name `detail::` outside of the library: the tests of machinery, which lie in the folders of its names, and
# these, each for its reason.
MAY_NAME_DETAIL = {
    "tests/faults/": "make each call of the machinery fail, one after the other",
    "tests/constant_time/": "watch the machinery that a public call goes through",
    "tests/must_not_compile/secret_fork_wiped_read_from_temporary.cpp": "a contract of machinery",
    "tests/must_not_compile/digester_hash_without_name.cpp": "a contract of machinery",
    "tests/format/number.cpp": "format/number.hpp is machinery as a whole",
    "tests/format/compile_time.cpp": "what a compiler computes of a format, computed again at run time",
    "bench/population.hpp": "a store whose rows are computed, and proved",
    "bench/fill.cpp": "fills without the proofs of rows, to measure them apart",
    "bench/parts.hpp": "measures the steps of a verification apart",
    "bench/postgres.cpp": "writes rows into the tables of a store",
    "tests/digest/siphash_lanes.cpp": "digest/siphash_lanes.hpp is machinery as a whole",
    "tests/store/keyring_binding.cpp": "a contract of machinery of stores",
    "tests/store/row_encoding.cpp": "store/row_encoding.hpp is machinery as a whole",
    "tests/store/row_prover.cpp": "store/row_prover.hpp is machinery as a whole",
    "tests/support/keyrings.hpp": "keyrings of every version",
    "tests/support/prove_again.hpp": "proves rows that a test has changed",
    "tests/rules/monotonic_time.cpp": "rules/monotonic_time.hpp is machinery as a whole",
    "tests/generate.cpp": "draws digits of sizes that no format of ours has",
}

OPENING = re.compile(
    r"\A// SPDX-FileCopyrightText: 2026 the shearline authors\n"
    r"// SPDX-License-Identifier: BSL-1\.0\n"
    r"(?:// \S.*\n)+#pragma once\n")
# A part of another header says whose part it is, instead of what it never touches.
SCOPE = re.compile(r"^// (?:.*\. )?Depends on .*; (?:never on|for) ", re.MULTILINE)
INCLUDE = re.compile(r"^#\s*include\s+[<\"]([^>\"]+)[>\"]", re.MULTILINE)
NAMES_DETAIL = re.compile(r"(?<!tt_)\bdetail::|(?:\bnamespace |::)detail;")


def layer_of(name):
    stem = name.removesuffix(".hpp")
    fitting = [key for key in LAYERS if stem == key or (key.endswith("/") and name.startswith(key))]
    return LAYERS[max(fitting, key=len)] if fitting else None


def unit_of(name):
    """A public header and the folder of the same name count as one."""
    first = name.split("/")[0].removesuffix(".hpp")
    return "verifier" if first == "verifier_options" else first


def reachable(name, graph):
    seen, waiting = set(), [name]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += graph.get(current, [])
    return seen


def complaints_of_header(name, text, own):
    layer = layer_of(name)
    if layer is None:
        yield "is in no layer: give it one in the architecture and in this test"
        return
    for included in own:
        below = layer_of(included)
        if below is None or below > layer:
            yield f"is of layer {layer} and includes {included} of layer {below}"
        if any(name.startswith(one) and included.startswith(other) for one, other in STRANGERS) and below == layer:
            yield f"includes {included}: the two folders do not know each other"
        if included.startswith(("testing/", "http/")) and not name.startswith(("testing/", "http/")):
            yield f"includes {included}, which nothing in the library uses"
    if "sodium.h" in INCLUDE.findall(text) and not name.startswith(SODIUM_USERS):
        yield "includes libsodium: only " + ", ".join(SODIUM_USERS) + " do"
    if any(each.startswith(SYSTEM) for each in INCLUDE.findall(text)) and not name.startswith(SYSTEM_USERS):
        yield "calls the system: only " + ", ".join(SYSTEM_USERS) + " do"
    if not own and name != "requirements.hpp":
        yield "includes no header of ours, so requirements.hpp: older compilers are told what they need before they fail"
    if any(each.startswith(SYSTEM) for each in INCLUDE.findall(text)) and (
            INCLUDE.search(text)[1] != "shearline/posix/requirements.hpp"):
        yield "calls the system, so includes posix/requirements.hpp first: other systems are told before they fail"
    if not OPENING.match(text) or not SCOPE.search(text.split("#pragma once")[0]):
        yield "does not open with the SPDX lines, its purpose, 'Depends on …; never on …' and #pragma once"
    if text.count("\n") > MAX_LINES:
        yield f"has more than {MAX_LINES} lines: it is two headers"


def complaints_of_units(graph):
    """Within a layer, folders do not include each other, directly or in a circle."""
    uses = {}
    for name, own in graph.items():
        for included in own:
            if unit_of(included) != unit_of(name) and layer_of(included) == layer_of(name):
                uses.setdefault(unit_of(name), set()).add(unit_of(included))
    for unit in sorted(uses):
        if any(unit in reachable(used, uses) for used in uses[unit]):
            yield f"{unit}: includes {', '.join(sorted(uses[unit]))} of its own layer, and is included by them in the end"


def complaints_of_headers(texts):
    graph = {name: [each.removeprefix("shearline/") for each in INCLUDE.findall(text) if each.startswith("shearline/")]
             for name, text in texts.items()}
    for name, text in sorted(texts.items()):
        for complaint in complaints_of_header(name, text, graph[name]):
            yield f"{name}: {complaint}"
        if any(name in reachable(included, graph) for included in graph[name]):
            yield f"{name}: includes itself in the end"
    yield from complaints_of_units(graph)
    core = reachable("shearline.hpp", graph)
    for name, text in sorted(texts.items()):
        for included in INCLUDE.findall(text):
            library = next(filter(included.startswith, OPTIONAL), None)
            if library and OPTIONAL[library] != name:
                yield f"{name}: includes {included}, which only {OPTIONAL[library]} does"
            elif library and name in core:
                yield f"{name}: the umbrella reaches it, and so {library}"
            elif library is None and "/" in included and not included.startswith(KNOWN):
                yield f"{name}: includes {included}, of a library that no header is known to need"
    for library, name in OPTIONAL.items():
        if not any(included.startswith(library) for included in INCLUDE.findall(texts.get(name, ""))):
            yield f"{name}: includes nothing of {library} any more: take it out of OPTIONAL"


def complaints_of_users(texts):
    """The sources of examples, benchmarks and tests, by path."""
    machinery = tuple(f"tests/{folder}" for folder in PRIVATE)
    for path, text in sorted(texts.items()):
        if not path.startswith((*machinery, *MAY_NAME_DETAIL)) and NAMES_DETAIL.search(text):
            yield f"{path}: names detail::, which is not for users"
    for path in MAY_NAME_DETAIL:
        if not any(name.startswith(path) and "detail" in text for name, text in texts.items()):
            yield f"{path} names no machinery any more: take it out of MAY_NAME_DETAIL"


def controls(headers, users):
    """Control: a check that misses a planted fault would pass every tree."""
    def sees(planted, complaints, words):
        return any(words in each for each in complaints(planted))

    def opening(includes):
        return ("// SPDX-FileCopyrightText: 2026 the shearline authors\n// SPDX-License-Identifier: BSL-1.0\n"
                "// A control.\n// Depends on what it must not; never on anything.\n#pragma once\n" + includes)
    planted = [
        ({**headers, "format/x.hpp": opening("#include <shearline/secret/reveal.hpp>\n")}, "do not know each other"),
        ({**headers, "digest/x.hpp": opening("#include <shearline/verdict.hpp>\n")}, "of layer 3"),
        ({**headers, "credential/x.hpp": opening("#include <shearline/custody/show_once.hpp>\n")}, "included by them"),
        ({**headers, "authority/x.hpp": opening("#include <sqlite3.h>\n")}, "which only store/sqlite/"),
        ({**headers, "authority/x.hpp": opening("#include <boost/asio.hpp>\n")}, "that no header is known to need"),
        ({**headers, "shearline.hpp": opening("#include <shearline/http/beast.hpp>\n")}, "the umbrella reaches it"),
        ({**headers, "rules/x.hpp": opening("// \n" * MAX_LINES)}, "more than"),
        ({**headers, "nowhere/x.hpp": opening("")}, "is in no layer"),
        ({**headers, "secret/x.hpp": opening("#include <sys/mman.h>\n")}, "calls the system: only"),
        ({**headers, "rules/x.hpp": opening("#include <string>\n")}, "so requirements.hpp"),
        ({**headers, "posix/x.hpp": opening("#include <fcntl.h>\n#include <shearline/posix/requirements.hpp>\n")},
         "requirements.hpp first"),
    ]
    for tree, words in planted:
        if not sees(tree, complaints_of_headers, words):
            yield f"control: a header that {words} is not seen"
    for user in ("examples/x.cpp", "bench/x.cpp", "tests/rules/x.cpp"):
        for text in ("shearline::detail::line_table t;", "using namespace shearline::detail;",
                     "namespace d = shearline::detail;"):
            if not sees({**users, user: text}, complaints_of_users, "names detail::"):
                yield f"control: {user} may name detail::"


def read(root, pattern, relative_to):
    return {path.relative_to(relative_to).as_posix(): path.read_text(encoding="utf-8") for path in root.rglob(pattern)
            if "node_modules" not in path.parts}


def main(source):
    root = pathlib.Path(source)
    headers = read(root / "include/shearline", "*.hpp", root / "include/shearline")
    if "shearline.hpp" not in headers:
        sys.exit(f"{root}: not the source of shearline")
    users = {}
    for folder in ("examples", "bench", "tests"):
        users.update(read(root / folder, "*.[ch]pp", root))
    found = [*complaints_of_headers(headers), *complaints_of_users(users), *controls(headers, users)]
    print("\n".join(found) if found else f"{len(headers)} headers, {len(users)} files that use them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
