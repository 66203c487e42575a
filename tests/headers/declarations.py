#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Checks what the headers declare, as clang reads them: machinery in a namespace `detail`, and nothing else there; what is
public has a docstring; every public type that can be declared ahead is in the fwd.hpp files that it belongs into, and every
default argument there alone; no other macros than those that include/shearline/README.md lists.

    declarations.py INCLUDE_FOLDER

Needs libclang for Python: Debian's python3-clang.
"""
import glob
import pathlib
import re
import subprocess
import sys

try:
    from clang import cindex
except ImportError:
    sys.exit("no libclang for this Python: install Debian's python3-clang (its module is for /usr/bin/python3)")

from architecture import PRIVATE

KIND = cindex.CursorKind
TYPES = (KIND.CLASS_DECL, KIND.STRUCT_DECL, KIND.ENUM_DECL, KIND.CLASS_TEMPLATE)
PARAMETERS = (KIND.TEMPLATE_TYPE_PARAMETER, KIND.TEMPLATE_NON_TYPE_PARAMETER, KIND.TEMPLATE_TEMPLATE_PARAMETER)
# A template whose parameters are values of a class: the class must be complete before the template can be declared.
OF_A_CLASS = (cindex.TypeKind.RECORD, cindex.TypeKind.UNEXPOSED)
# Names that another library requires.
NAMES_OF_OTHERS = {"LLVMFuzzerMutate"}
# Only for tests, and included by name.
BY_NAME = {"store/memory_store.hpp"}
# fwd.hpp includes these.
IN_FWD = ("error.hpp", "result.hpp")


class Declaration:
    def __init__(self, cursor, header, namespaces):
        self.cursor, self.header, self.namespaces = cursor, header, namespaces
        self.name, self.kind = cursor.spelling, cursor.kind
        self.is_type = cursor.kind in TYPES
        self.is_defined = cursor.is_definition()
        self.has_docstring = cursor.raw_comment is not None

    @property
    def parameters(self):
        return [child for child in self.cursor.get_children() if child.kind in PARAMETERS]

    def can_be_ahead(self):
        return not any(each.kind == KIND.TEMPLATE_NON_TYPE_PARAMETER and
                       each.type.get_canonical().kind in OF_A_CLASS for each in self.parameters)

    def has_default(self):
        return any("=" in [token.spelling for token in each.get_tokens()] for each in self.parameters)


def library():
    if not cindex.Config.loaded and not cindex.Config.library_file:
        found = sorted(glob.glob("/usr/lib/llvm-*/lib/libclang*.so.1") + glob.glob("/usr/lib/llvm-*/lib/libclang.so*"))
        if found:
            cindex.Config.set_library_file(found[0])


def every_header(include):
    """Every public header except expected.hpp, which needs C++23."""
    return sorted(path.relative_to(include).as_posix() for path in (include / "shearline").rglob("*.hpp")
                  if path.name != "expected.hpp")


def declarations(include, names, planted=()):
    """All that stands in a namespace, or outside of all of them, in these headers of ours and in what they include; and
    the macros they define. `planted`: headers that are not on the disk, with their texts."""
    source = "".join(f"#include <{name}>\n" for name in names)
    unit = cindex.Index.create().parse(
        "every.cpp", ["-std=c++20", f"-I{include}",
                      *subprocess.run(["pkg-config", "--cflags", "libpq"], check=True, text=True,
                                      stdout=subprocess.PIPE).stdout.split()],
        unsaved_files=[("every.cpp", source), *((str(include / name), text) for name, text in planted)],
        options=cindex.TranslationUnit.PARSE_SKIP_FUNCTION_BODIES |
        cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    wrong = [str(each) for each in unit.diagnostics if each.severity >= cindex.Diagnostic.Error]
    if wrong:
        sys.exit("clang does not read the headers:\n" + "\n".join(wrong[:10]))
    found, macros = [], {}

    def header_of(cursor):
        file = cursor.location.file
        if file is None or not file.name.startswith(str(include)):
            return None
        return pathlib.Path(file.name).relative_to(include / "shearline").as_posix()

    def walk(parent, namespaces):
        for cursor in parent.get_children():
            header = header_of(cursor)
            if header is None:
                continue
            if cursor.kind == KIND.MACRO_DEFINITION:
                macros.setdefault(cursor.spelling, header)
            elif cursor.kind == KIND.NAMESPACE:
                walk(cursor, [*namespaces, cursor.spelling])
            elif cursor.kind in (KIND.LINKAGE_SPEC, KIND.UNEXPOSED_DECL) and not cursor.spelling:
                walk(cursor, namespaces)
            elif cursor.kind not in (KIND.MACRO_INSTANTIATION, KIND.INCLUSION_DIRECTIVE, KIND.STATIC_ASSERT):
                found.append(Declaration(cursor, header, namespaces))
    walk(unit.cursor, [])
    return found, macros


def lists_for(header):
    """The headers that must forward-declare a public type."""
    if header in IN_FWD or header in BY_NAME:
        return []
    folder = header.split("/")[0]
    if folder == "testing":
        return ["testing/fwd.hpp"]
    return ["fwd.hpp", "format/fwd.hpp"] if folder == "format" else ["fwd.hpp"]


def is_list(header):
    return header.rsplit("/", 1)[-1] == "fwd.hpp"


def complaints(found, macros, listed):
    ahead = {(one.header, *one.namespaces, one.name): one for one in found if one.is_type and is_list(one.header)}
    defined = set()
    documented = {(*one.namespaces, one.name) for one in found if one.has_docstring}
    for one in found:
        where = f"{one.header}: {one.name}"
        in_detail = "detail" in one.namespaces
        if one.name in NAMES_OF_OTHERS:
            continue
        if one.namespaces[:1] != ["shearline"]:
            if one.namespaces[:1] != ["std"]:  # a specialisation for a type of ours
                yield f"{where}: stands outside of namespace shearline"
            continue
        if one.header.startswith(PRIVATE) and not in_detail:
            yield f"{where}: is in a folder of machinery, and not in namespace detail"
        key = (*one.namespaces, one.name)
        if in_detail:  # a default argument may need a declaration of machinery
            if one.is_type and one.is_defined:
                defined.update((header, *key) for header in lists_for(one.header))
            continue
        if key not in documented and not is_list(one.header) and not one.name.startswith("<deduction guide"):
            yield f"{where}: is public, and has no docstring: write one, or move it to detail"
        if not one.is_type or not one.is_defined:
            continue
        for header in lists_for(one.header):
            defined.add((header, *key))
            declared = ahead.get((header, *key))
            if one.can_be_ahead() and declared is None:
                yield f"{where}: is public, and not in {header}: name it there, or move it to detail"
            if not one.can_be_ahead() and declared is not None:
                yield f"{where}: a template over values of a class: cannot be in fwd.hpp"
            if declared is not None and one.has_default():
                yield f"{where}: its default argument belongs into fwd.hpp, and there alone"
    for key, one in ahead.items():
        if key not in defined:
            yield f"{one.header}: {one.name}: no header of its layer defines it"
    for macro, header in sorted(macros.items()):
        if f"`{macro}`" not in listed:
            yield f"{header}: {macro}: is not among the macros of include/shearline/README.md"


def controls(include, listed):
    """Control: each planted header must be reported."""
    def opened(space):
        return f"#pragma once\nnamespace shearline::inline {version} {{\n{space}\n}}\n"
    version = re.search(r"inline (v\w+)", (include / "shearline/version.hpp").read_text(encoding="utf-8"))[1]
    for planted, words in [
            ({"keyring/planted.hpp": opened("struct planted {};")}, "not in namespace detail"),
            ({"rules/planted.hpp": opened("struct planted {};")}, "not in fwd.hpp"),
            ({"rules/planted.hpp": opened("template <typename T, typename U = int> struct planted {};")}, "not in fwd.hpp"),
            ({"fwd.hpp": opened("template <typename T> struct planted;"),
              "rules/planted.hpp": opened("template <typename T = int> struct planted {};")}, "belongs into fwd.hpp"),
            ({"fwd.hpp": opened("struct value { int of; }; template <value V> struct planted;"),
              "rules/planted.hpp": opened("template <value V> struct planted {};")}, "cannot be in fwd.hpp"),
            ({"rules/planted.hpp": "#pragma once\nstruct planted {};\n"}, "outside of namespace shearline"),
            ({"rules/planted.hpp": "#pragma once\n#define PLANTED 1\n"}, "not among the macros"),
            ({"fwd.hpp": opened("struct planted;")}, "no header of its layer defines it"),
            ({"fwd.hpp": opened("struct planted;"), "format/planted.hpp": opened("struct planted {};")},
             "not in format/fwd.hpp"),
            ({"rules/planted.hpp": opened("void planted();")}, "has no docstring")]:
        headers = {f"shearline/{name}": text for name, text in planted.items()}
        found, macros = declarations(include, headers, headers.items())
        if not any("planted" in each.lower() and words in each for each in complaints(found, macros, listed)):
            yield f"control: a header that declares something '{words}' is not seen"


def main(folder):
    library()
    include = pathlib.Path(folder).resolve()
    listed = (include / "shearline/README.md").read_text(encoding="utf-8")
    found, macros = declarations(include, every_header(include))
    wrong = [*complaints(found, macros, listed), *controls(include, listed)]
    print("\n".join(wrong) if wrong else f"{len(found)} declarations, {len(macros)} macros")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
