#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Compiles the headers with every compiler that the README names, with every warning of clang++ 19, without exceptions
and RTTI, and with macros in their way; and holds that older standards and Windows meet one clear error first. Each
check must also fail on a control.

    compilers.py SOURCE_ROOT EVERY_HEADER

EVERY_HEADER is what every_header.py wrote. Where a compiler is missing, the rest is run, and the end is "skipped" (77).
"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from architecture import INCLUDE, PRIVATE, read

WARNINGS = "-Wall -Wextra -Wpedantic -Werror"

# clang++ 19 has no warning that the headers cause but these.
UNWANTED = {
    "c++98-compat": "the headers are C++20",
    "c++98-compat-pedantic": "the same",
    "c++20-compat": "the same; it warns of the word consteval",
    "padded": "says how types lie in memory",
    "switch-default": "a switch over an enum has no default, so that -Wswitch finds a new enumerator",
    "switch-enum": "where there is a default, it is meant",
    "ctad-maybe-unsupported": "std::scoped_lock and others are meant to deduce",
    "unsafe-buffer-usage": "asks for spans, also in the implementations of what gives them",
    "unsafe-buffer-usage-in-container": "the same",
    "float-equal": "testing/timing.hpp: two equal means have no distance",
    "cast-function-type-strict": "testing/power_loss_vfs.hpp: how sqlite3_auto_extension takes its function",
    "used-but-marked-unused": "testing/boost_test.hpp: in a macro of Boost.Test",
}
EVERY_WARNING = "-Weverything -Werror " + " ".join(f"-Wno-{name}" for name in UNWANTED)

# What windows.h, sys/sysmacros.h, compilers with GNU extensions, X11 and Qt define.
MACROS = """
#define small char
#define near
#define far
#define interface struct
#define ERROR 0
#define NO_ERROR 0
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define DELETE 0x10000
#define STRICT 1
#define VOID void
#define TRUE 1
#define FALSE 0
#define DOMAIN 1
#define OVERFLOW 3
#define GetObject GetObjectA
#define CreateFile CreateFileA
#define major(device) ((device) >> 8)
#define minor(device) ((device) & 255)
#define makedev(high, low) ((high) << 8 | (low))
#define unix 1
#define linux 1
#define Bool int
#define None 0L
#define Success 0
#define Status int
#define signals public
#define slots
#define emit
"""
# libstdc++ undefines these two, libc++ keeps them: so headers for any system stand them, and others need not.
LIMITS = "#define min(a, b) ((a) < (b) ? (a) : (b))\n#define max(a, b) ((a) > (b) ? (a) : (b))\n"

# Where headers of others lie that are not on every compiler's path.
OF_OTHERS = subprocess.run(["pkg-config", "--cflags", "libpq"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.replace("-I", "-isystem").split()

ANYWHERE = ("format/", "http/credential_source.hpp", "http/key_in_url.hpp")
# Of a system that has none of them. What the standard library itself includes cannot be taken away.
NO_POSIX = ("sys/mman.h", "sys/file.h", "sys/wait.h", "sys/prctl.h", "dirent.h", "fcntl.h", "poll.h",
            "linux/membarrier.h")
ON_WINDOWS = "-std=c++20 -D_WIN32 -U__linux__"
NEEDS_CPP20 = "shearline needs C++20"
NEEDS_POSIX = "shearline needs a POSIX system"


def says(compiler, flags, source, work):
    """What is wrong with the source, by this compiler: its first error, or nothing; and how many errors there are."""
    command = [*shlex.split(compiler), "-fsyntax-only", *shlex.split(flags), "-Iinclude", "-Itests", *OF_OTHERS, "-xc++", "-"]
    done = subprocess.run(command, input=source, cwd=work, capture_output=True, text=True, check=False)
    errors = re.findall(r"^.*\berror: .*$", done.stderr, re.MULTILINE)
    if done.returncode != 0 and not errors:
        errors = [done.stderr.strip() or "it ended without a word"]
    return errors


def include_all(names):
    return "".join(f"#include <shearline/{name}>\n" for name in names)


def must_compile(name, compiler, flags, source, control):
    """Complaints of one check: the source compiles, and with the control behind it, it would not have."""
    def run(work):
        found = says(compiler, flags, source, work)
        if found:
            yield f"{name}: {found[0]} (and {len(found) - 1} more)"
        # The control alone: that a header and a control behind it do not compile is no news, and costs as much again.
        preamble = "".join(line + "\n" for line in source.splitlines() if line.startswith("#define"))
        if not says(compiler, flags, preamble + control, work):
            yield f"{name}: the control compiles"
    return compiler, run


def must_say(name, compiler, flags, sentence, includes, control, optional=False):
    """The first error that whoever includes one of these headers gets is this sentence, and one more ends it; or there
    is none, where that is optional."""
    def run(work):
        told = 0
        for header in includes:
            found = says(compiler, flags, include_all([header]), work)
            if not found and optional:
                continue
            told += 1
            if not found or sentence not in found[0] or len(found) > 2:
                yield f"{name}: {header}: {len(found)} errors, of which the first is {found[0] if found else 'none'}"
        if not told:
            yield f"{name}: no header says it"
        found = says(compiler, flags, control, work)
        if not found or sentence in found[0]:
            yield f"{name}: the control says it first"
    return compiler, run


def checks(root, every):
    every = every.read_text(encoding="utf-8")
    headers = read(root / "include/shearline", "*.hpp", root / "include/shearline")
    public = sorted(name for name in headers if not name.startswith(PRIVATE) and name != "expected.hpp")
    anywhere = [name for name in public if name.startswith(ANYWHERE)]
    core = (root / "tests/headers/core_without_exceptions.cpp").read_text(encoding="utf-8")

    # first_unit.cpp is every header as C++20 with the build's own compiler, without macros in their way.
    absent = "std::no_such_thing control;\n"
    named = "inline int control(int small, int near) { return small + near; }\n"
    yield must_compile("C++20, macros", "g++-12", f"-std=c++20 {WARNINGS}", MACROS + LIMITS + every, named)
    with_expected = every + include_all(["expected.hpp"])
    yield must_compile("C++23", "g++-12", f"-std=c++23 {WARNINGS}", with_expected, absent)
    yield must_compile("C++20", "g++-11", f"-std=c++20 {WARNINGS}", every, absent)
    yield must_compile("C++20", "clang++-14", f"-std=c++20 {WARNINGS}", every, absent)
    yield must_compile("every warning", "clang++-19", f"-std=c++20 {EVERY_WARNING}", every, "int control() { return 0; }\n")
    libcxx = "clang++-19 -stdlib=libc++"
    yield must_compile("C++20, macros", libcxx, f"-std=c++20 {WARNINGS}", MACROS + every, named)
    yield must_compile("C++23", libcxx, f"-std=c++23 {WARNINGS}", include_all(["shearline.hpp", "expected.hpp"]),
                       "#include <stop_token>\nstd::stop_token control;\n")
    yield must_compile("any system, macros", libcxx, f"-std=c++20 {WARNINGS}", MACROS + LIMITS + include_all(anywhere),
                       "#include <limits>\nint control = std::numeric_limits<int>::max();\n")

    # Under UBSan, g++ 12 takes fewer expressions for constant: pointers that it would check at run time.
    made = 'using made = shearline::policies<shearline::key_format<"acme">>;\nconstexpr auto all = shearline::scope<"a:*">;\n'
    yield must_compile("UBSan", "g++-12", f"-std=c++20 -fsanitize=undefined {WARNINGS}",
                       include_all(["shearline.hpp"]) + made,
                       "#include <string_view>\ntemplate <char... C> struct text { static constexpr char of[]{C..., 0}; };\n"
                       "static_assert(std::string_view{text<'a', ':'>::of}.find(':') == 1);\n")

    bare = "-std=c++20 -fno-exceptions -fno-rtti"
    thrown = "#include <typeinfo>\nvoid control() { throw typeid(int).name(); }\n"
    yield must_compile("without exceptions", "clang++-14", f"{bare} {WARNINGS}", core, thrown)
    yield must_compile("without exceptions", "clang++-19", f"{bare} {EVERY_WARNING}", core, thrown)
    yield must_compile("without exceptions", libcxx, f"{bare} {WARNINGS}", core, thrown)

    # With empty files for the headers of others, only ours are read: one declaration before the sentence is an error.
    # g++ looks at all includes before it looks at declarations.
    for compiler, fault in (("g++-12", "#include <no-such-header>\n"), ("clang++-14", "concept declared_early;\n")):
        early = fault + "#include <shearline/requirements.hpp>\n"
        yield must_say("C++17", compiler, "-std=c++17 -nostdinc -nostdinc++ -Iempty", NEEDS_CPP20, public, early)
        yield must_say("C++17", compiler, "-std=c++17", NEEDS_CPP20, ["shearline.hpp"], early)

    # Headers of others do not compile where Windows is only pretended; suites need what they test.
    of_others = ("digest/hmac_sha256_openssl.hpp", "http/beast.hpp", "http/httplib.hpp", "testing/")
    pretended = [name for name in public if name not in anywhere and not name.startswith(of_others)]
    yield must_say("Windows", "g++-12", f"{ON_WINDOWS} -Iwindows -E", NEEDS_POSIX, pretended,
                   "#include <sys/mman.h>\n#include <shearline/posix/requirements.hpp>\n", optional=True)
    yield must_compile("Windows", "g++-12", f"{ON_WINDOWS} -Iwindows", include_all(anywhere), "#include <fcntl.h>\n")


def prepare(root, work):
    for name in ("include", "tests"):
        (work / name).symlink_to(root / name)
    foreign = {name for text in read(root / "include/shearline", "*.hpp", root).values() for name in INCLUDE.findall(text)
               if not name.startswith(("shearline/", "needs-"))}
    for folder, names, text in (("empty", foreign, ""), ("windows", NO_POSIX, "#error there is no such header\n")):
        for name in names:
            (work / folder / name).parent.mkdir(parents=True, exist_ok=True)
            (work / folder / name).write_text(text)


def main(source, every):
    root = pathlib.Path(source).resolve()
    every_check = list(checks(root, pathlib.Path(every)))
    missing = sorted({compiler for compiler, _ in every_check if shutil.which(compiler.split()[0]) is None})
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        work = pathlib.Path(folder)
        prepare(root, work)
        wanted = [run for compiler, run in every_check if compiler not in missing]
        complaints = [each for found in pool.map(lambda run: list(run(work)), wanted) for each in found]
    print("\n".join(complaints) if complaints else f"{len(wanted)} checks")
    if missing:
        print(f"not installed: {', '.join(missing)}")
    return 1 if complaints else 77 if missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
