#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Links sources that are compiled for different processors, with and without link-time optimisation, and runs them.

    run.py INCLUDE_FOLDER COMPILER

What computes tags of several texts must not be one function for all of them: the linker would keep that of any of
them, which may have instructions that the others were not to use. So their names must differ; and those of other
functions do not, which shows that the names were read."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
UNITS = {"of_any": [], "of_sse4": ["-msse4.1"], "of_avx": ["-mavx"], "of_avx2": ["-mavx2"],
         "of_avx2_bmi2": ["-mavx2", "-mbmi2"], "of_avx512vl": ["-mavx512f", "-mavx512vl"]}
LTO = ["-flto", "-Wodr", "-Werror"]


def run(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def functions(of):
    """The names of the functions that a linker merges with others of the name."""
    return {line.split()[-1] for line in run("nm", of).splitlines() if line.split()[-2] in ("W", "V", "u")}


def main(include, compiler):
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for how in ([], LTO):
            objects = []
            for unit, flags in UNITS.items():
                objects.append(f"{folder}/{unit}{len(how)}.o")
                run(compiler, "-std=c++20", "-O1", "-fno-inline", f"-I{include}", f"-DUNIT={unit}", *flags, *how, "-c",
                    HERE / "unit.cpp", "-o", objects[-1])
            program = f"{folder}/program{len(how)}"
            run(compiler, "-O1", *how, HERE / "main.cpp", *objects, "-lsodium", "-o", program)
            run(program)
            if how:
                continue
            named = [functions(one) for one in objects]
            common = set.intersection(*named)
            own = [name for names in named for name in names if "siphash_a" in name or "of_many" in name]
            print(f"{len(common)} functions are common, {len(own)} are of one source each: {len(set(own))} names")
            wrong = (len(own) - len(set(own))) + (len(own) < len(UNITS)) + (not any("make_key" in name for name in common))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
