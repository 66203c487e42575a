#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Checks that the headers keep to the architecture: what may include what, and how each one opens.

    architecture.py INCLUDE_FOLDER
"""
import pathlib
import re
import sys

# A header includes headers of its own layer or below. Longest match first: a folder is a layer, a file may be one.
LAYERS = {
    "fwd": 0, "error": 0, "result": 0, "concepts": 0, "clock": 0, "version": 0,
    "format/": 1, "secret/": 1,
    "digest/": 2, "generate": 2, "keyring": 2, "keyring_file": 2,
    "credential/": 3, "rotation/": 3, "custody/": 3, "rules/": 3, "verdict": 3,
    "store/": 4, "mirror/": 4, "policies": 4,
    "authority": 5, "authority/": 5, "verifier": 5,
    "http/": 6, "testing/": 6, "shearline": 6,
}
# Key text needs no crypto library, and an owner of a secret needs no key text.
STRANGERS = [("format/", "secret/"), ("secret/", "format/")]
SODIUM_USERS = ("secret/", "digest/", "keyring", "custody/recoverable.hpp", "digest/memo.hpp")
# Each of these is used by one header, so that only who asks for that header needs the library.
OPTIONAL = ("sqlite3.h", "libpq-fe.h", "openssl/", "boost/", "httplib.h")
MAX_LINES = 350

OPENING = re.compile(
    r"\A// SPDX-FileCopyrightText: 2026 the shearline authors\n"
    r"// SPDX-License-Identifier: BSL-1\.0\n"
    r"(?:// \S.*\n)+#pragma once\n")
# A part of another header says whose part it is, instead of what it never touches.
SCOPE = re.compile(r"^// (?:.*\. )?Depends on .*; (?:never on|for) ", re.MULTILINE)
INCLUDE = re.compile(r"^#\s*include\s+[<\"]([^>\"]+)[>\"]", re.MULTILINE)


def layer_of(name):
    key = name.split("/")[0] + "/" if "/" in name else name.removesuffix(".hpp")
    return LAYERS.get(key)


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
        if any(name.startswith(one) and included.startswith(other) for one, other in STRANGERS):
            yield f"includes {included}: the two folders of layer 1 do not know each other"
    if "sodium.h" in INCLUDE.findall(text) and not name.startswith(SODIUM_USERS):
        yield "includes libsodium: only " + ", ".join(SODIUM_USERS) + " do"
    if not OPENING.match(text) or not SCOPE.search(text.split("#pragma once")[0]):
        yield "does not open with the SPDX lines, its purpose, 'Depends on …; never on …' and #pragma once"
    if text.count("\n") > MAX_LINES:
        yield f"has more than {MAX_LINES} lines: it is two headers"


def complaints(texts):
    graph = {name: [each.removeprefix("shearline/") for each in INCLUDE.findall(text) if each.startswith("shearline/")]
             for name, text in texts.items()}
    for name, text in sorted(texts.items()):
        for complaint in complaints_of_header(name, text, graph[name]):
            yield f"{name}: {complaint}"
        if any(name in reachable(included, graph) for included in graph[name]):
            yield f"{name}: includes itself in the end"
    core = reachable("shearline.hpp", graph)
    for library in OPTIONAL:
        users = {name for name, text in texts.items()
                 if any(each.startswith(library) for each in INCLUDE.findall(text))}
        if len(users) > 1:
            yield f"{', '.join(sorted(users))}: more than one header includes {library}"
        for name in sorted(users & core):
            yield f"{name}: the umbrella reaches it, and so {library}"


def main(folder):
    root = pathlib.Path(folder) / "shearline"
    texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in root.rglob("*.hpp")}
    if "shearline.hpp" not in texts:
        sys.exit(f"{root}: not the headers of shearline")
    found = list(complaints(texts))
    print("\n".join(found) if found else f"{len(texts)} headers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
