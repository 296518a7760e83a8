#!/bin/sh
# Files that mkperfdata makes, against stock perf: three reports of perf 6.1.187 are stored here, and where perf is
# installed it reads more files now. random.txt: a name and the options of mkperfdata a line.
#   HOME=/empty perf c2c report --stdio --no-source --full-symbols -g none -i FILE
# (with sources perf runs addr2line and dies of it; an empty HOME: no build-id cache.)
. "$(dirname "$0")/lib.sh"
mkperfdata=$HITM_BUILD/tests/mkperfdata
mkdir home

perf_report() { # FILE: perf's lines of 6.1 only; others count differently
    HOME=$PWD/home perf c2c report --stdio --no-source --full-symbols -g none -i "$1" 2>perf.err
}

while read -r name options; do
    case $name in '' | '#'*) continue ;; esac
    # shellcheck disable=SC2086
    "$mkperfdata" random "$name.data" $options
    if ! to_database "$name.data" "$name"; then
        fail "$name: import and load" import.err
        continue
    fi
    if [ -e "$here/$name.c2c-report.txt" ]; then
        compare "$name, stored report" "$here/$name.c2c-report.txt" "$name.db"
    elif ! command -v perf >/dev/null 2>&1; then
        echo "# skipped: $name: no perf"
    elif ! perf --version 2>/dev/null | grep -q ' 6\.1\.'; then
        echo "# skipped: $name: perf is not 6.1"
    elif perf_report "$name.data" >"$name.txt"; then
        compare "$name, perf of this machine" "$name.txt" "$name.db"
    else
        fail "$name: perf c2c report failed" perf.err
    fi
    rm -f "$name.data" "$name.hitm" "$name.db"
done <"$here/random.txt"
exit $failed
