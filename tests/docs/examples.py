#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Compiles the examples in the docstrings of the headers.

    examples.py ROOT COMPILER OPTION…

An example is a line `/// Example:` and the lines below it that begin with `///` and five spaces. Its code is the body of
a function that returns `shearline::result<void>`. A definition of a type, a template or a function at its left margin
stays outside that function, and its `#include` lines come first. It sees nothing of another example, except the includes
of those of its folder that come before it: the headers of a folder share a translation unit, which saves most of the time.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

EXAMPLE = re.compile(r"^ */// Example:\n(?P<lines>(?:^ *///(?:     .*)?\n)*)", re.MULTILINE)
ALMOST = re.compile(r"^ *//[/!]? *(?:\\code|Examples?\b *:?|```)", re.MULTILINE)
CODE = re.compile(r"^ */// {0,5}", re.MULTILINE)
OUTSIDE = re.compile(r"^(?:template <.*>\n)?(?:struct|class|enum|template|concept|shearline::result<).*"
                     r"(?:\{\n(?:(?: .*)?\n)*\};?|\{.*\};?|;)\n", re.MULTILINE)
INCLUDE = re.compile(r"^#include .*\n", re.MULTILINE)
LONGEST = 10

# Each of these shows how it is called.
DOORS = """
    format/basic_format format/find_handle format/key_format format/mask format/parse format/render
    generate keyring keyring/digester policies result secret/secret_text
    http/challenge http/credential_source http/guard http/problem
""".split()

# What an example may leave unused, and nothing else: an ignored result is a mistake in an example, too.
OPTIONS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable",
           "-Wno-unused-but-set-variable", "-Wno-unused-local-typedefs", "-x", "c++"]


def examples(text):
    """Of a header: where the code begins, as a line number, and the code."""
    for found in EXAMPLE.finditer(text):
        lines = re.sub(r"(?:^ *///\n)+\Z", "", found["lines"], flags=re.MULTILINE)  # what parts it from the next words
        yield text.count("\n", 0, found.start("lines")) + 1, CODE.sub("", lines)


def units(headers):
    """The headers of each folder, and each one that is in none: a translation unit each."""
    found = {}
    for name, text in headers.items():
        if EXAMPLE.search(text):
            found.setdefault(name.split("/")[0], []).append(name)
    return found


def source(names, headers, folder):
    """Each header's include stands right before its examples."""
    text = ""
    for name in names:
        text += f"#include <shearline/{name}>\n#include <shearline/error.hpp>\n#include <shearline/result.hpp>\n"
        for number, (line, code) in enumerate(examples(headers[name])):
            place = f'#line {{}} "{folder / name}"\n'
            text += "".join(INCLUDE.findall(code))
            code = INCLUDE.sub("\n", code)
            outside = place.format(line)
            for part in OUTSIDE.finditer(code):
                outside += place.format(line + code.count("\n", 0, part.start())) + part[0]
            body = OUTSIDE.sub(lambda part: "\n" * part[0].count("\n"), code)
            within = re.sub(r"\W", "_", f"{name}_{number}")
            text += (f"namespace {within} {{\n{outside}shearline::result<void> example() {{\n{place.format(line)}{body}"
                     f"return {{}};\n}}\n}}\n")
    return text


def compile_examples(command, text):
    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work) / "examples.cpp"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run([*command, str(path)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stderr or "the compiler failed\n"


def complaints(headers):
    """Of the form of the examples."""
    for name, text in headers.items():
        for line, code in examples(text):
            if not code.strip():
                yield f"{name}:{line}: no code below `/// Example:`: begin its lines with `///` and five spaces"
            if code.count("\n") > LONGEST:
                yield f"{name}:{line}: an example of more than {LONGEST} lines"
        for found in ALMOST.finditer(EXAMPLE.sub("", text)):
            yield f"{name}: write an example below a line `/// Example:`, and not below `{found[0].strip()}`"
    for name in DOORS:
        if not EXAMPLE.search(headers.get(f"{name}.hpp", "")):
            yield f"{name}.hpp: has no example in a docstring"


def controls(command, headers, folder):
    """A check that does not see a planted fault would pass every header."""
    def with_text(text):
        return {**headers, "result.hpp": headers["result.hpp"] + text}
    for code in ("const int wrong = \"text\";", "shearline::result<int> ignored(); ignored();"):
        planted = with_text(f"    /// Example:\n    ///     {code}\n")
        if "result.hpp:" not in compile_examples(command, source(["result.hpp"], planted, folder)):
            yield f"control: `{code}` is not seen, or not where it stands"
    for text in ("/// Example:\n/// int one = 1;\n", "/// Examples: one\n", "/// Example:\n" + "///     ;\n" * 11):
        if not list(complaints(with_text(text))):
            yield f"control: an example of a wrong form is not seen: {text}"
    if not list(complaints({**headers, "keyring.hpp": ""})):
        yield "control: a header that lost its example is not seen"


def main(root, *compiler):
    folder = pathlib.Path(root).resolve() / "include/shearline"
    headers = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
               for path in sorted(folder.rglob("*.hpp"))}
    of_others = subprocess.run(["pkg-config", "--cflags", "libpq"], check=True, text=True, stdout=subprocess.PIPE).stdout
    command = [*compiler, *OPTIONS, f"-I{folder.parent}", *of_others.split()]
    texts = [source(names, headers, folder) for names in units(headers).values()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [*complaints(headers), *filter(None, pool.map(lambda text: compile_examples(command, text), texts)),
                 *controls(command, headers, folder)]
    print("\n".join(found) if found else
          f"{sum(len(list(examples(text))) for text in headers.values())} examples in {len(texts)} translation units")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
