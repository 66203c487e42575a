#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Installs the library as a user does, builds other people's programs against it, and runs them.

    run.py SOURCE_ROOT

The build systems, compilers and standards are combined so that each pair of two of them is met where that is possible.
The single files are built as they are copied, and single_files.py looks at what is in them. As controls, programs
that ask for what is not there must not be configured."""
import pathlib
import shutil
import sys
import tempfile

import single_files
from commands import CLANG, GCC, Failed, run

HERE = pathlib.Path(__file__).resolve().parent


def found(library, folder):
    try:
        run("pkg-config", "--exists", library, cwd=folder)
    except Failed:
        return False
    return True


class Place:
    """A folder with the source, what was installed from it by each build system, and room for programs."""

    def __init__(self, source, folder):
        self.source, self.folder, self.programs = source, folder, 0
        # Parts whose library need not be on this machine.
        self.more_parts = "postgres" if found("libpq >= 14", folder) else ""
        self.by_meson, self.by_cmake = folder / "by_meson", folder / "by_cmake"
        run("meson", "setup", folder / "meson_build", source, f"--prefix={self.by_meson}", cwd=folder)
        run("meson", "install", "-C", folder / "meson_build", cwd=folder)
        run("cmake", "-S", source, "-B", folder / "cmake_build", f"-DCMAKE_INSTALL_PREFIX={self.by_cmake}", cwd=folder)
        run("cmake", "--install", folder / "cmake_build", cwd=folder)
        of_meson, of_cmake = self.installed(self.by_meson), self.installed(self.by_cmake)
        if of_meson != of_cmake:
            wrong = sorted(name for name in of_meson.keys() | of_cmake.keys() if of_meson.get(name) != of_cmake.get(name))
            raise Failed(f"Meson and CMake install other files, or the same with other content: {', '.join(wrong)}")
        self.single = folder / "single"
        run(sys.executable, HERE / "amalgamate.py", source, self.single, cwd=folder)

    @staticmethod
    def installed(prefix):
        return {str(path.relative_to(prefix)): path.read_text("utf-8").replace(str(prefix), "PREFIX")
                for path in prefix.rglob("*") if path.is_file()}

    def program(self, build_system):
        self.programs += 1
        folder = self.folder / f"program_{self.programs}"
        shutil.copytree(HERE / build_system, folder)
        if not (folder / "main.cpp").exists():
            shutil.copy(HERE / "main.cpp", folder)
        return folder

    def meson(self, compiler, standard, subproject=False):
        folder = self.program("meson")
        if subproject:
            (folder / "subprojects").mkdir()
            (folder / "subprojects" / "shearline").symlink_to(self.source)
        run("meson", "setup", "build", f"-Dcpp_std={standard}",
            f"--wrap-mode={'forcefallback' if subproject else 'nofallback'}", cwd=folder, CXX=compiler,
            PKG_CONFIG_PATH="" if subproject else str(self.by_meson / "share/pkgconfig"))
        run("meson", "compile", "-C", "build", cwd=folder)
        return folder / "build" / "consumer"

    def cmake(self, compiler, how, standard=None, installed=None):
        folder = self.program("cmake")
        run("cmake", "-S", ".", "-B", "build", f"-DHOW={how}", f"-DSHEARLINE={self.source}",
            f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_PREFIX_PATH={installed or ''}",
            f"-DMORE_PARTS={self.more_parts}",
            *([f"-DCMAKE_CXX_STANDARD={standard}"] if standard else []), cwd=folder)
        run("cmake", "--build", "build", cwd=folder)
        return folder / "build" / "app"

    def make(self, compiler, *options):
        folder = self.program("make")
        run("make", cwd=folder, CXX=compiler, OPTIONS=" ".join(options),
            PKG_CONFIG_PATH=str(self.by_meson / "share/pkgconfig"))
        return folder / "consumer"

    def beside(self, compiler, *options, parts=()):
        """With the single files beside the source, and no include path."""
        folder = self.program("single")
        for name in ("shearline.hpp", *(f"shearline_{part}.hpp" for part in parts)):
            shutil.copy(self.single / name, folder)
        run(compiler, *options, "-Wall", "-Wextra", "-Werror", "main.cpp", "-lsodium", "-o", "consumer",
            *(f"-DWITH_{part.upper()}" for part in parts), *(["-lsqlite3"] if "sqlite" in parts else []),
            *(run("pkg-config", "--cflags", "--libs", "libpq", cwd=folder).split() if "postgres" in parts else []), cwd=folder)
        return folder / "consumer"


def programs(place):
    yield "Meson, dependency, g++, C++20", lambda: place.meson(GCC, "c++20")
    yield "Meson, subproject, clang++, C++20", lambda: place.meson(CLANG, "c++20", subproject=True)
    yield "CMake, find_package after meson install, g++, C++23", lambda: place.cmake(
        GCC, "find_package", "23", place.by_meson)
    yield "CMake, find_package after cmake --install, clang++, C++20", lambda: place.cmake(
        CLANG, "find_package", "20", place.by_cmake)
    yield "CMake, add_subdirectory, g++, no standard named", lambda: place.cmake(GCC, "add_subdirectory")
    yield "CMake, FetchContent, g++, C++20", lambda: place.cmake(GCC, "FetchContent", "20")
    yield "make, pkg-config, g++, GNU C++20", lambda: place.make(GCC, "-std=gnu++20")
    yield "make, pkg-config, g++, C++23, neither exceptions nor RTTI", lambda: place.make(
        GCC, "-std=c++23", "-fno-exceptions", "-fno-rtti")
    yield "make, pkg-config, clang++, C++20, optimised", lambda: place.make(CLANG, "-std=c++20", "-O2")
    yield "one file, g++, C++20, neither exceptions nor RTTI", lambda: place.beside(
        GCC, "-std=c++20", "-fno-exceptions", "-fno-rtti")
    more = [place.more_parts] if place.more_parts else []
    yield "single files, g++, C++20", lambda: place.beside(GCC, "-std=c++20", parts=["sqlite", *more])
    yield "two files, clang++, C++20", lambda: place.beside(CLANG, "-std=c++20", parts=["sqlite"])
    yield "two files, clang++, C++23", lambda: place.beside(CLANG, "-std=c++2b", parts=["sqlite"])


def refused(place):
    def of_another_version():
        folder = place.program("cmake")
        file = folder / "CMakeLists.txt"
        file.write_text(file.read_text("utf-8").replace("shearline 0.1", "shearline 0.2"), encoding="utf-8")
        run("cmake", "-S", ".", "-B", "build", "-DHOW=find_package", f"-DCMAKE_PREFIX_PATH={place.by_cmake}", cwd=folder)

    def with_an_unknown_part():
        folder = place.program("cmake")
        file = folder / "CMakeLists.txt"
        file.write_text(file.read_text("utf-8").replace("COMPONENTS sqlite", "COMPONENTS oracle"), encoding="utf-8")
        run("cmake", "-S", ".", "-B", "build", "-DHOW=find_package", f"-DCMAKE_PREFIX_PATH={place.by_cmake}", cwd=folder)

    yield "control: find_package of another minor version", of_another_version, "0.2"
    yield "control: find_package of a part that is not there", with_an_unknown_part, "shearline::oracle needs a library"
    yield "control: make with C++17", lambda: place.make(GCC, "-std=c++17"), "shearline needs C++20"


def main(source):
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(pathlib.Path(source).resolve(), pathlib.Path(folder))
        for name, build in programs(place):
            try:
                program = build()
                said = run(program, cwd=program.parent).strip()
                if not said.startswith("shearline "):
                    raise Failed(f"it says: {said}")
                print(f"{name}: {said}", flush=True)
            except Failed as why:
                failures += 1
                print(f"error: {name}: {why}", flush=True)
        for name, check in single_files.checks(place):
            try:
                check()
                print(f"single files: {name}: good", flush=True)
            except Failed as why:
                failures += 1
                print(f"error: single files: {name}: {why}", flush=True)
        for name, build, words in refused(place):
            try:
                build()
                failures += 1
                print(f"error: {name}: was built", flush=True)
            except Failed as why:
                failures += words not in str(why)
                print(f"{name}: refused" if words in str(why) else f"error: {name}: refused, but not with {words}: {why}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
