#!/bin/sh
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
# Runs one case of constant_time under memcheck: memcheck.sh <program> <case>. Passes if memcheck reports nothing, or, in
# a case whose name begins with "control_", if it reports something; a program that fails by itself is neither.
program=$1
name=$2

command -v valgrind >/dev/null || { echo "skipped: valgrind is not installed"; exit 77; }

# Precise tracking of undefined bits through additions and comparisons: without it, arithmetic on a byte that is partly
# known reads as wholly unknown.
valgrind -q --error-exitcode=99 --expensive-definedness-checks=yes "$program" "$name"
status=$?
case $name in
    control_*)
        [ "$status" = 99 ] && exit 0
        echo "$name: memcheck had to report something and did not (status $status)"
        exit 1 ;;
    *)
        exit "$status" ;;
esac
