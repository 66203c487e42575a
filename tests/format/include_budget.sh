#!/bin/sh
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
#
# Checks the include budget of format/: none of its headers may include, even indirectly, headers whose cost a client, a
# linter or a log scrubber should not have to pay.
#
#   include_budget.sh "COMPILER OPTION…" INCLUDE_FOLDER
set -u

[ $# -eq 2 ] || { echo "usage: include_budget.sh \"COMPILER OPTION…\" INCLUDE_FOLDER" >&2; exit 2; }
compiler="$1 -I $2 -x c++ -M"
folder=$2/shearline/format
forbidden='sodium.h chrono functional iostream regex'
status=0

# forbidden_in FILE: prints the forbidden headers that it includes, one per line. Fails if the compiler fails. ($compiler
# is split into words on purpose; -M prints every file that was read.)
forbidden_in() {
    files=$($compiler "$1") || return 1
    for name in $forbidden; do
        printf '%s\n' "$files" | tr ' ' '\n' | grep -m1 "/$name\$"
    done
    return 0
}

# Control: a check that does not find a forbidden header would pass every file.
control=$(mktemp) || exit 2
trap 'rm -f "$control"' EXIT
for name in $forbidden; do
    printf '#include <%s>\n' "$name" > "$control"
    if ! forbidden_in "$control" | grep -q "/$name\$"; then
        echo "control: <$name> was included and not seen"
        status=1
    fi
done

for header in "$folder"/*.hpp; do
    if ! found=$(forbidden_in "$header"); then
        echo "$(basename "$header"): the compiler does not read it"
        status=1
    elif [ -n "$found" ]; then
        echo "$(basename "$header"): pulls in $(echo "$found" | tr '\n' ' ')"
        status=1
    else
        echo "$(basename "$header"): within the budget"
    fi
done
exit $status
