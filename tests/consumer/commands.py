# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""The compilers, and how a command is run."""
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
