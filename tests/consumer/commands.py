# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""The compilers, how a command is run, and how the library is installed."""
import os
import subprocess

GCC, CLANG = "g++", "clang++-14"


class Failed(Exception):
    pass


def run(*command, cwd, **environment):
    done = subprocess.run([str(word) for word in command], cwd=cwd, text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, **environment})
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def install(source, folder):
    """With Meson, in `folder / "installed"`. Returns what programs must be told to find it, as environment variables."""
    run("meson", "setup", folder / "build", source, f"--prefix={folder / 'installed'}", cwd=folder)
    run("meson", "install", "-C", folder / "build", cwd=folder)
    return {"PKG_CONFIG_PATH": str(folder / "installed/share/pkgconfig")}
