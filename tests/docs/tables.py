#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Checks docs/errors_and_statuses.md against the headers, and the picture of a key in README.md.

    tables.py ROOT COMPILER OPTION…

Each enumerator of `errc`, `reason` and `credential_errc` has a row, in the order of the header: its name, what the
library returns for it (face, status, text for the client), the meaning in the words of the header, and what to do."""
import pathlib
import re
import subprocess
import sys
import tempfile

PAGE = "docs/errors_and_statuses.md"
# Each enumeration: its header, and the expressions for the cells between the name and the meaning.
ENUMS = {
    "errc": ("error.hpp", ["std::to_string(status_of(x))"]),
    "reason": ("verdict.hpp", ["name_of(row_of(x).face)", "std::to_string(denial{x}.status())"]),
    "credential_errc": ("http/credential_source.hpp",
                        ['std::to_string(credential_error{x, ""}.status())', "std::string{to_string(x)}"]),
}
ENUMERATOR = re.compile(r"^ {4}(\w+)(?: = 1)?, +///< (.*)$", re.MULTILINE)
KEY = re.compile(r"^```text\n(\w+_\w+)\n([└─┬┘]+)\n", re.MULTILINE)

SOURCE = """
#include <iostream>
#include <string>
#include <shearline/error.hpp>
#include <shearline/format/key_format.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/http/credential_source.hpp>
#include <shearline/verdict.hpp>
using namespace shearline;
std::string name_of(face shown) {{
    switch (shown) {{ {faces} }}
    return "none";
}}
template <typename... Cells> void row(const Cells&... cells) {{
    const char* between = "";
    ((std::cout << between << cells, between = " | "), ...);
    std::cout << '\\n';
}}
int main() {{
{rows}
    using pictured = key_format<"instance">;
    row(parse<pictured>("{key}") ? "a key" : "no key", pictured::handle_part.offset, pictured::secret_part.offset,
        pictured::checksum_part.offset, pictured::chars);
}}
"""


def enumerators(text, name):
    """Of an enumeration in a header: names and meanings."""
    body = re.search(rf"^enum class {name} [^{{]*\{{\n(.*?)^\}};", text, re.MULTILINE | re.DOTALL)[1]
    found = ENUMERATOR.findall(body)
    if len(found) != len(re.findall(r"^ {4}\w", body, re.MULTILINE)):
        sys.exit(f"error: {name}: an enumerator has no comment `///<` on its line")
    return found


def rows_of(page, name):
    """The cells of the table whose first column has this title."""
    table = re.search(rf"^\| `{name}` \|.*\n\|[-|]+\|\n((?:\|.*\n)*)", page, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()] if table else []


def answers(command, headers, key):
    """What the library says of each enumerator, and of the key."""
    rows = "\n".join(f'    {{ constexpr auto x = {name}::{one}; row("`{one}`", {", ".join(ENUMS[name][1])}); }}'
                     for name, text in headers.items() for one, _ in enumerators(text, name))
    faces = " ".join(f'case face::{one}: return "`{one}`";' for one, _ in enumerators(headers["reason"], "face"))
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder) / "tables.cpp", pathlib.Path(folder) / "tables"
        source.write_text(SOURCE.format(rows=rows, faces=faces, key=key), encoding="utf-8")
        done = subprocess.run([*command, "-std=c++20", "-O0", str(source), "-o", str(program), "-lsodium"], text=True,
                              check=False, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return subprocess.run([program], check=True, text=True, stdout=subprocess.PIPE).stdout.splitlines()


def complaints(page, headers, said):
    said = iter(said)
    for name, text in headers.items():
        rows = {row[0]: row for row in rows_of(page, name)}
        names = [f"`{one}`" for one, _ in enumerators(text, name)]
        listed = [row[0] for row in rows_of(page, name)]
        if listed != names:
            yield f"{PAGE}: the rows of `{name}` are {' '.join(listed)}, and the header has {' '.join(names)}"
        for one, meaning in enumerators(text, name):
            expected = [*next(said).split(" | "), meaning]
            row = rows.get(f"`{one}`", [])
            if row[:-1] != expected or not row[-1]:
                yield (f"{PAGE}: the row is | {' | '.join(row)} |, and the library says "
                       f"| {' | '.join(expected)} | what to do |")


def of_picture(readme, said):
    """The brackets below the key are where its parts begin."""
    key, brackets = KEY.search(readme).groups()
    starts = [at for at, sign in enumerate(brackets) if sign == "└"]
    expected = f"a key | {' | '.join(map(str, [*starts[1:], len(key)]))}"
    if said != expected or len(brackets) != len(key):
        yield f"README.md: the picture says: {expected}; the library says: {said}"


def main(root, *compiler):
    root = pathlib.Path(root).resolve()
    headers = {name: (root / "include/shearline" / file).read_text("utf-8") for name, (file, _) in ENUMS.items()}
    page, readme = (root / PAGE).read_text("utf-8"), (root / "README.md").read_text("utf-8")
    *said, of_key = answers([*compiler, f"-I{root / 'include'}"], headers, KEY.search(readme)[1])
    found = [*complaints(page, headers, said), *of_picture(readme, of_key)]
    # Controls: a row that is missing or wrong, an enumerator that is new, a picture that is off.
    for right, other in (("| `stale` |", "| `fresh` |"), ("the key was revoked", "the key is revoked"),
                         ("`expired` | `invalid_key` | 401", "`expired` | `invalid_key` | 403")):
        wrong = page.replace(right, other)
        if wrong == page or not list(complaints(wrong, headers, said)):
            found.append("control: a wrong row is not seen")
    added = {**headers, "errc": headers["errc"].replace("    in_doubt, ", "    too_new,  ///< new\n    in_doubt, ", 1)}
    if not list(complaints(page, added, [*said[:13], "`too_new` | 500", *said[13:]])):
        found.append("control: a new enumerator is not seen")
    if not list(of_picture(readme.replace("└───┬───┘└", "└────┬───┘└"), of_key)):
        found.append("control: a wrong picture is not seen")
    print("\n".join(found) if found else f"{len(said)} rows are as the headers say")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
