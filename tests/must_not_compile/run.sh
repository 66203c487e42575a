#!/bin/sh
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
#
# Holds the library to what it refuses at compile time, and to the words it refuses it with.
#
#   run.sh "COMPILER OPTION…" FILE…
#
# A file begins with "// expects: <words>". It must compile as it is, so that what fails is what MUST_FAIL brings in;
# and with MUST_FAIL defined it must not, and the first error (not the source that it quotes) must hold <words>: it is
# what a user reads first, and often all that he reads. So the compiler may end there: otherwise g++ would go on, and
# instantiate all that the headers use, which takes 30 times as long.
set -u
LC_ALL=C
export LC_ALL

[ $# -ge 2 ] || { echo "usage: run.sh \"COMPILER OPTION…\" FILE…" >&2; exit 2; }
compiler=$1
shift
status=0

for file in "$@"; do
    name=$(basename "$file" .cpp)
    expected=$(sed -n '1s|^// expects: \(..*\)$|\1|p' "$file")
    # $compiler is split into words on purpose.
    if [ -z "$expected" ]; then
        verdict='FAILED: its first line is not "// expects: <words>"'
    elif ! said=$($compiler -fsyntax-only "$file" 2>&1); then
        verdict="FAILED: does not compile even without MUST_FAIL:
$said"
    elif said=$($compiler -fsyntax-only -Wfatal-errors -DMUST_FAIL "$file" 2>&1); then
        verdict='FAILED: compiles with MUST_FAIL'
    elif ! printf '%s\n' "$said" | grep -E ': (fatal )?error: ' | head -n 1 | grep -qF -e "$expected"; then
        verdict="FAILED: refused, but its first error does not say \"$expected\":
$said"
    else
        verdict=refused
    fi
    printf '%s: %s\n' "$name" "$verdict"
    [ "$verdict" = refused ] || status=1
done
exit $status
