#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Writes the library as single files: the core, and a file for each optional part, to be put beside it.

    amalgamate.py SOURCE_ROOT FOLDER

`shearline.hpp` is what the umbrella header includes, and `shearline_PART.hpp` what the headers of a part need beyond
that. Each header stands once in a file, where the preprocessor would have read it; `#if` blocks and the includes of
other libraries stay as they are. The same headers give the same files."""
import itertools
import pathlib
import re
import sys
import textwrap

UMBRELLA = "shearline.hpp"
# The headers that a part is made of; what they include follows. A part needs no more than one other library, and every
# header that the umbrella does not reach is in a part.
PARTS = {
    "sqlite": ["store/sqlite_store.hpp"],
    "postgres": ["store/postgres_store.hpp"],
    "memory_store": ["store/memory_store.hpp"],
    "move_store": ["move_store.hpp"],
    "openssl": ["digest/hmac_sha256_openssl.hpp"],
    "http": ["http/guard.hpp"],
    "beast": ["http/beast.hpp"],
    "httplib": ["http/httplib.hpp"],
    "formats": ["format/fwd.hpp", "format/github_format.hpp", "format/seam_format.hpp"],
    "expected": ["expected.hpp"],
    "testing": ["testing/fwd.hpp", "testing/format_conformance.hpp", "testing/exhaustive.hpp",
                "testing/hash_conformance.hpp", "testing/rotation_conformance.hpp", "testing/custody_conformance.hpp",
                "testing/memo_conformance.hpp", "testing/bundle_conformance.hpp", "testing/store_conformance.hpp",
                "testing/fault_store.hpp", "testing/kill_harness.hpp", "testing/ledger.hpp",
                "testing/revocation_history.hpp", "testing/constant_time_policies.hpp", "testing/timing_policies.hpp",
                "testing/secret_scan.hpp", "testing/entropy_check.hpp", "testing/fuzz.hpp"],
    "testing_sqlite": ["testing/power_loss_vfs.hpp"],
    "testing_boost": ["testing/boost_test.hpp"],
}

DIRECTIVE = re.compile(r"\s*#\s*(\w+)\s*(.*)")
MADE = re.compile(r"^// shearline \S+: made of ", re.MULTILINE)
NOT_BOTH = "the single file shearline.hpp and the headers shearline/*.hpp do not mix: include only one of the two forms"
STOP = "  // there is no such file: it stops compilers that go on after an #error"


class Failed(Exception):
    pass


def version_of(headers):
    """As a number and as text."""
    text = headers.get("version.hpp", "")
    parts = [re.search(rf"^#define SHEARLINE_VERSION_{part} (\d+)$", text, re.MULTILINE)
             for part in ("MAJOR", "MINOR", "PATCH")]
    if not all(parts):
        raise Failed("version.hpp: does not define SHEARLINE_VERSION_MAJOR, _MINOR and _PATCH as numbers")
    major, minor, patch = (int(part[1]) for part in parts)
    return major * 1_000_000 + minor * 1_000 + patch, f"{major}.{minor}.{patch}"


def guard_of(name):
    return "SHEARLINE_SINGLE_FILE_" + re.sub(r"\W", "_", name).upper()


def paste(name, headers, held, way=(), guarded=False):
    """The lines of a header, with those of each header that it includes in the place of the include. `held` has the
    headers that stand before it, which are left out, and gets those that are pasted; `way` has those that include it.
    A guarded header may stand in several files."""
    if name in way:
        raise Failed(f"{name}: includes itself: {', which includes '.join([*way[way.index(name):], name])}")
    if name not in headers:
        raise Failed(f"{way[-1]}: includes shearline/{name}, which is not there" if way else f"{name}: is not there")
    if name in held:
        return []
    held.append(name)
    lines = [f"// From shearline/{name}"]
    if guarded:
        lines += [f"#ifndef {guard_of(name)}", f"#define {guard_of(name)}"]
    depth, once, removed, away = 0, False, True, False
    for number, line in enumerate(headers[name].splitlines(), 1):
        word, rest = DIRECTIVE.match(line).groups() if DIRECTIVE.match(line) else ("", "")
        depth += word in ("if", "ifdef", "ifndef")
        depth -= word == "endif"
        if depth < 0:
            raise Failed(f"{name}:{number}: #endif without #if")
        if line.startswith("// SPDX-") or (word == "pragma" and rest.split()[:1] == ["once"]):
            once, removed = once or word == "pragma", True
            continue
        if word == "include":
            target = re.match(r"<([^>]+)>", rest)
            if not target:
                raise Failed(f"{name}:{number}: includes {rest or 'nothing'}: write <shearline/…>, or <…> of a library")
            if target[1].startswith("shearline/"):
                pasted = paste(target[1].removeprefix("shearline/"), headers, held, (*way, name), guarded)
                if pasted and depth:
                    raise Failed(f"{name}:{number}: includes {target[1]} in a conditional: move it before the #if")
                lines += [*([""] if pasted and lines[-1] else []), *pasted]
                removed, away = True, away or bool(pasted)
                continue
        if removed and not line and not lines[-1]:
            continue
        if away and line:
            lines += [*([""] if lines[-1] else []), f"// Back in shearline/{name}"]
            away = False
        removed = False
        lines.append(line)
    if depth:
        raise Failed(f"{name}: has an #if without #endif")
    if not once:
        raise Failed(f"{name}: has no #pragma once")
    while not lines[-1]:
        lines.pop()
    return [*lines, *(["#endif"] if guarded else []), ""]


def opening(headers, roots, what):
    about = f"shearline {version_of(headers)[1]}: made of {', '.join(roots)} and {what}; do not edit"
    return ["// SPDX-FileCopyrightText: 2026 the shearline authors", "// SPDX-License-Identifier: BSL-1.0",
            textwrap.fill(about, 120, initial_indent="// ", subsequent_indent="// ", break_on_hyphens=False),
            "#pragma once", ""]


def stop(words, need):
    return [f'#error "{words}"', f"#include <needs-{need}>{STOP}"]


def core_file(headers, held):
    number, version = version_of(headers)
    return [
        *opening(headers, [UMBRELLA], "the headers that it includes"),
        "#ifdef SHEARLINE_FROM_HEADERS",
        *stop(NOT_BOTH, "one-form"),
        "#endif",
        "#ifdef SHEARLINE_SINGLE_FILE  // from another copy of this file",
        f"#if SHEARLINE_VERSION != {number}",
        *stop(f"shearline.hpp {version} is included after a shearline.hpp of another version: keep only one of them",
              "one-version"),
        "#endif",
        "#else", "",
        *paste(UMBRELLA, headers, held),
        "#undef SHEARLINE_FROM_HEADERS  // requirements.hpp has defined it",
        "#define SHEARLINE_SINGLE_FILE",
        "#endif"]


def part_file(part, headers, held):
    number, version = version_of(headers)
    name, core = f"shearline_{part}.hpp", list(held)
    lines = [
        *opening(headers, PARTS[part], "the headers that shearline.hpp lacks for it"),
        '#include "shearline.hpp"', "",
        "#ifndef SHEARLINE_SINGLE_FILE",
        *stop(f"{name} found a shearline.hpp that is not the single file: put the single file beside it", "one-form"),
        f"#elif SHEARLINE_VERSION != {number}",
        *stop(f"{name} is of version {version}, and shearline.hpp is not: take both from one release", "one-version"),
        "#endif", ""]
    for root in PARTS[part]:
        if root in core:
            raise Failed(f"{root}: is in the core, so not in the part {part}")
        lines += paste(root, headers, held, guarded=True)  # another part may have the same header
    return lines[:-1]


def read(source):
    include = pathlib.Path(source) / "include/shearline"
    headers = {path.relative_to(include).as_posix(): path.read_text("utf-8") for path in sorted(include.rglob("*.hpp"))}
    if UMBRELLA not in headers:
        raise Failed(f"{source}: not the source of shearline")
    return headers


def amalgamate(headers):
    """The lines of each file."""
    for name, other in itertools.combinations(headers, 2):
        if guard_of(name) == guard_of(other):
            raise Failed(f"{name}: would have the same guard as {other}: rename one of them")
    core = []
    files, placed = {UMBRELLA: core_file(headers, core)}, set(core)
    for part in PARTS:
        held = list(core)
        files[f"shearline_{part}.hpp"] = part_file(part, headers, held)
        placed |= set(held)
    for name in headers:
        if name not in placed:
            raise Failed(f"{name}: is in no single file: give it to a part in tests/consumer/amalgamate.py")
    return files


def write(source, folder):
    # The licence wants its text in every copy, and these files travel alone.
    licence = [f"// {line}".rstrip() for line in (pathlib.Path(source) / "LICENSE").read_text("utf-8").splitlines()]
    files, folder = amalgamate(read(source)), pathlib.Path(folder)
    for name in files:
        if (folder / name).exists() and not MADE.search((folder / name).read_text("utf-8", "replace")):
            raise Failed(f"{folder / name}: was not written by this command, so it is left alone: name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        (folder / name).write_text("\n".join([*lines, "", *licence, ""]), encoding="utf-8")
        print(folder / name)


def main(source, folder):
    try:
        write(source, folder)
    except (Failed, OSError) as why:
        sys.exit(f"amalgamate: {why}")


if __name__ == "__main__":
    main(*sys.argv[1:])
