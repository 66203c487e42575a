# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""What run.py checks of the single files: they declare what the headers declare, do not mix with them or with those of
another version, and are not written from headers that cannot be put into files."""
import re
import shutil

import amalgamate
from commands import CLANG, GCC, Failed, run

NEEDS_CPP20 = "shearline needs C++20"
NEEDS_POSIX = "shearline needs a POSIX system"
NOT_MIXED = "do not mix: include only one of the two forms"
ONE_CORE = "of another version: keep only one of them"
ONE_RELEASE = "take both from one release"
BESIDE = "that is not the single file: put the single file beside it"
# No other system has these.
POSIX = ("sys/", "linux/", "dirent.h", "fcntl.h", "poll.h", "pthread.h", "unistd.h")
# Only the single files or only the headers define these.
OWN_MACROS = re.compile(r"#(?:define|undef) SHEARLINE_(?:SINGLE_FILE\w*|FROM_HEADERS)\b")


def must(good, why):
    if not good:
        raise Failed(why)


class Texts:
    """Preprocesses without the headers of others. A file in the place of each one leaves its name in the output: two
    outputs are equal only if the headers of others are included at the same places, too."""

    def __init__(self, place):
        self.place, self.folder, self.headers = place, place.folder / "texts", amalgamate.read(place.source)
        foreign = {name for text in self.headers.values()
                   for name in re.findall(r"^#\s*include <((?!shearline/|needs-)[^>]+)>", text, re.MULTILINE)}
        for name in foreign:
            on_windows = "#error there is no such header\n" if name.startswith(POSIX) else ""
            for folder, text in (("foreign", f'included "{name}"\n'), ("windows", on_windows)):
                (self.folder / folder / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / folder / name).write_text(text, encoding="utf-8")

    def of(self, includes, *options):
        source = self.folder / "source.cpp"
        source.write_text("".join(f"#include {name}\n" for name in includes), encoding="utf-8")
        text = run(GCC, "-std=c++20", "-E", "-P", "-dD", "-nostdinc", "-nostdinc++", "-D__cpp_lib_expected",
                   f"-I{self.folder / 'foreign'}", *options, source, cwd=self.folder)
        return [line for line in text.splitlines() if line.strip() and not OWN_MACROS.match(line)]

    def of_headers(self, parts):
        return self.of([f"<shearline/{name}>" for name in (
            amalgamate.UMBRELLA, *(root for part in parts for root in amalgamate.PARTS[part]))],
            f"-I{self.place.source / 'include'}")

    def must_equal(self, parts, folders):
        """The single files of these folders, one after the other, have what the headers have."""
        expected = self.of_headers(parts)
        found = self.of([f'"{folder}/{name}"' for folder in folders for name in (
            amalgamate.UMBRELLA, *(f"shearline_{part}.hpp" for part in parts))])
        must(len(expected) > 1000 and 'included "vector"' in expected, f"the headers have {len(expected)} lines")
        for number, (one, other) in enumerate(zip(expected, found)):
            must(one == other, f"line {number} is\n{other}\nand in the headers\n{one}")
        must(len(expected) == len(found), f"there are {len(found)} lines, and {len(expected)} in the headers")


def errors_of(compiler, options, names, folder):
    source = folder / "refused.cpp"
    source.write_text("".join(f"#include {name}\n" for name in names), encoding="utf-8")
    try:
        run(compiler, *options, "-E", source, "-o", folder / "refused.txt", cwd=folder)
    except Failed as why:
        return re.findall(r"^.*\berror: .*$", str(why), re.MULTILINE)
    return []


def must_refuse(compiler, options, names, words, folder):
    """The first error is ours, on one line of ASCII, and the compiler stops at the next."""
    errors = errors_of(compiler, options, names, folder)
    must(errors, f"{compiler} accepts {names}")
    must(words in errors[0] and errors[0].isascii(), f"{compiler}, {names}: not '{words}', but {errors[0]}")
    must(len(errors) == 2 and "needs-" in errors[1], f"{compiler}, {names}: goes on after '{words}': {errors[1:]}")


def equality(texts):
    place = texts.place
    for parts in [[], *([part] for part in amalgamate.PARTS), [*amalgamate.PARTS], [*reversed(amalgamate.PARTS)]]:
        yield (f"the core{' and ' if parts else ''}{', '.join(parts)} declare what the headers declare",
               lambda parts=parts: texts.must_equal(parts, [place.single]))

    def twice():
        copy = place.folder / "copy_of_single"
        shutil.copytree(place.single, copy)
        for file in copy.iterdir():  # two equal files would be one to #pragma once of g++
            file.write_text(f"{file.read_text('utf-8')}// a copy\n", encoding="utf-8")
        texts.must_equal([*amalgamate.PARTS], [place.single, copy])
        texts.must_equal([*amalgamate.PARTS], [copy, place.single])

    def again():
        folder = place.folder / "again"
        for seed in "12":  # also over the files of the first time
            run("python3", amalgamate.__file__, place.source, folder, cwd=place.folder, PYTHONHASHSEED=seed)
            for file in place.single.iterdir():
                must(file.read_bytes() == (folder / file.name).read_bytes(), f"{file.name} is different")

    def changed():
        for name, old, new in (("shearline.hpp", "#include <vector>\n", ""), ("shearline.hpp", "= false", "= true"),
                               ("shearline_sqlite.hpp", "#define SHEARLINE_SINGLE_FILE_STORE_CURSOR_HPP\n", "")):
            folder = place.folder / "changed"
            shutil.copytree(place.single, folder)
            text = (folder / name).read_text("utf-8")
            must(old in text, f"{name} has no '{old}': name another change")
            (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
            try:
                texts.must_equal(["sqlite", "memory_store"], [folder])
            except Failed:
                shutil.rmtree(folder)
            else:
                raise Failed(f"'{old}' in {name} became '{new}', and nobody sees it")

    yield "two copies in one program are as one", twice
    yield "the same headers give the same files", again
    yield "control: changed files are seen", changed


def another_version(texts):
    """The single files of the next patch version."""
    source = texts.place.folder / "another_source"
    shutil.copytree(texts.place.source / "include", source / "include")
    shutil.copy(texts.place.source / "LICENSE", source)
    version = source / "include/shearline/version.hpp"
    text = version.read_text("utf-8")
    bumped = re.sub(r"(_PATCH )(\d+)", lambda found: found[1] + str(int(found[2]) + 1), text)
    must(bumped != text, "version.hpp has no patch version")
    version.write_text(bumped, encoding="utf-8")
    run("python3", amalgamate.__file__, source, source / "single", cwd=source)
    return source / "single"


def refusals(texts):
    place, single = texts.place, texts.place.single
    headers = [f"-I{place.source / 'include'}"]
    cpp20 = ["-std=c++20", "-nostdinc", f"-I{texts.folder / 'foreign'}"]

    def mixed():
        for compiler in (GCC, CLANG):
            for file, header in (("shearline", "shearline"), ("shearline", "expected"), ("shearline_http", "error"),
                                 ("shearline_sqlite", "store/sqlite_store")):
                both = [f'"{single}/{file}.hpp"', f"<shearline/{header}.hpp>"]
                options = [*cpp20, "-D__cpp_lib_expected", *headers]
                must_refuse(compiler, options, both, NOT_MIXED, place.folder)
                must_refuse(compiler, options, both[::-1], NOT_MIXED, place.folder)

    def versions():
        other, half = another_version(texts), place.folder / "half"
        for core, part in ((single, other), (other, single)):
            half.mkdir(exist_ok=True)
            shutil.copy(core / "shearline.hpp", half)
            shutil.copy(part / "shearline_sqlite.hpp", half)
            for compiler in (GCC, CLANG):
                must_refuse(compiler, cpp20, [f'"{half}/shearline_sqlite.hpp"'], ONE_RELEASE, place.folder)
                for name in ("shearline.hpp", "shearline_sqlite.hpp"):
                    both = [f'"{core}/shearline.hpp"', f'"{part}/{name}"']
                    must_refuse(compiler, cpp20, both, ONE_CORE, place.folder)

    def alone():
        folder = place.folder / "alone"
        folder.mkdir()
        part = [f'"{shutil.copy(single / "shearline_sqlite.hpp", folder)}"']
        for compiler in (GCC, CLANG):
            errors = errors_of(compiler, cpp20, part, folder)
            must(len(errors) == 1 and "shearline.hpp" in errors[0].split("error: ")[1], f"{compiler} says {errors}")
            found = [*headers, f"-I{place.source / 'include/shearline'}"]
            must_refuse(compiler, [*cpp20, *found], part, BESIDE, folder)

    def requirements():
        both = [f'"{single}/shearline.hpp"', "<shearline/error.hpp>"]
        for names in (both, both[:1], both[::-1]):
            for compiler in (GCC, CLANG):
                must_refuse(compiler, ["-std=c++17", *headers], names, NEEDS_CPP20, place.folder)
        windows = ["-D_WIN32", "-U__linux__", "-nostdinc", f"-I{texts.folder / 'windows'}"]
        for file in sorted(single.iterdir()):
            must_refuse(GCC, ["-std=c++17"], [f'"{file}"'], NEEDS_CPP20, place.folder)
            must_refuse(GCC, ["-std=c++20", *windows], [f'"{file}"'], NEEDS_POSIX, place.folder)

    yield "do not mix with the headers, in either order", mixed
    yield "a part does not go with a core of another version, nor one core with another", versions
    yield "a part does not go without the core", alone
    yield "C++20 and POSIX are asked for first", requirements


def what_cannot_be_written(texts):
    def planted(change, words):
        headers = dict(texts.headers)
        change(headers)
        try:
            amalgamate.amalgamate(headers)
        except amalgamate.Failed as why:
            must(words in str(why), f"does not say '{words}', but: {why}")
        else:
            raise Failed("was written")

    def more(name, text):
        def change(headers):
            headers[name] = headers.get(name, "#pragma once\n") + text
        return change

    def in_conditional(headers):
        more("rules/new.hpp", "")(headers)
        more("verdict.hpp", "#ifdef SOMETHING\n#include <shearline/rules/new.hpp>\n#endif\n")(headers)

    for name, change, words in (
            ("a circle", more("chrono.hpp", "#include <shearline/fwd.hpp>\n"),
             "fwd.hpp: includes itself: fwd.hpp, which includes chrono.hpp, which includes fwd.hpp"),
            ("a missing header", more("http/problem.hpp", "#include <shearline/nowhere.hpp>\n"),
             "http/problem.hpp: includes shearline/nowhere.hpp, which is not there"),
            ("an include in a conditional", in_conditional, "includes shearline/rules/new.hpp in a conditional"),
            ("an include with quotes", more("verdict.hpp", '#include "error.hpp"\n'), "write <shearline/…>"),
            ("a header that no part has", more("rules/new.hpp", ""), "rules/new.hpp: is in no single file"),
            ("a part without its header", lambda headers: headers.pop("store/memory_store.hpp"),
             "store/memory_store.hpp: is not there"),
            ("a part of a header of the core", more("shearline.hpp", "#include <shearline/expected.hpp>\n"),
             "expected.hpp: is in the core, so not in the part expected"),
            ("a header that may be included twice", lambda headers: headers.update({"verdict.hpp": ""}),
             "verdict.hpp: has no #pragma once"),
            ("an #if without its end", more("verdict.hpp", "#if 1\n"), "verdict.hpp: has an #if without #endif"),
            ("an end without its #if", more("verdict.hpp", "#endif\n"), "#endif without #if"),
            ("two headers with one guard", more("format_fwd.hpp", ""), "would have the same guard as"),
            ("no version", lambda headers: headers.update({"version.hpp": ""}), "version.hpp: does not define")):
        yield f"control: {name} is refused", lambda change=change, words=words: planted(change, words)

    def over_a_file():
        folder = texts.place.folder / "project"
        folder.mkdir()
        (folder / "shearline_http.hpp").write_text("// mine\n", encoding="utf-8")
        try:
            amalgamate.write(texts.place.source, folder)
        except amalgamate.Failed as why:
            must("was not written by this command" in str(why), f"does not say why: {why}")
        else:
            raise Failed("was written over")
        must([path.name for path in folder.iterdir()] == ["shearline_http.hpp"] and
             (folder / "shearline_http.hpp").read_text("utf-8") == "// mine\n", "the folder was changed")

    yield "control: a file of somebody else is not written over", over_a_file


def checks(place):
    texts = Texts(place)
    yield from equality(texts)
    yield from refusals(texts)
    yield from what_cannot_be_written(texts)
