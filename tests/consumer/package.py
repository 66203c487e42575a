#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Builds libshearline-dev, the Debian package of the headers: package.py SOURCE_ROOT FOLDER. Prints its path."""
import pathlib
import re
import shutil
import sys

from commands import Failed, run

# Only what the package is built from, so that no build folder or database goes along.
PARTS = "meson.build meson_options.txt LICENSE include cmake debian".split()


def build(source, folder):
    version = re.search(r'^#define SHEARLINE_VERSION_STRING "(.*)"$',
                        (source / "include/shearline/version.hpp").read_text("utf-8"), re.MULTILINE)[1]
    listed = run("dpkg-parsechangelog", "-l", source / "debian/changelog", "-S", "Version", cwd=source).strip()
    if listed != version:
        raise Failed(f"debian/changelog ends with {listed}, and version.hpp has {version}: add an entry")
    shutil.rmtree(folder, ignore_errors=True)
    for part in PARTS:
        copy = shutil.copytree if (source / part).is_dir() else shutil.copy
        (folder / "source").mkdir(parents=True, exist_ok=True)
        copy(source / part, folder / "source" / part)
    run("dpkg-buildpackage", "-b", "-us", "-uc", cwd=folder / "source")
    return folder / f"libshearline-dev_{version}_all.deb"


def unpack(package, root):
    """Returns what programs must be told to find it there, as environment variables."""
    run("dpkg-deb", "-x", package, root, cwd=package.parent)
    return {"PKG_CONFIG_SYSROOT_DIR": str(root), "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1",
            "PKG_CONFIG_PATH": str(root / "usr/share/pkgconfig"), "CMAKE_PREFIX_PATH": str(root / "usr")}


if __name__ == "__main__":
    try:
        print(build(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
    except Failed as why:
        sys.exit(str(why))
