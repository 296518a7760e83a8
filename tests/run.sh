#!/bin/sh
# Runs every test of the project against the build in $1 (default build) and ends with "N passed, N failed".
# Unit tests count one for each function; scripts print a line "ok NAME" or "not ok NAME" for each check.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
export HITM_BUILD="$build" HITM_WORK="$work" LC_ALL=C.UTF-8 TZ=UTC
passed=0 failed=0

for unit in "$build"/tests/*_test; do
    [ -x "$unit" ] || continue
    name=$(basename "$unit")
    if "$unit" >"$work/out" 2>&1; then code=0; else code=$?; fi
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$work/out")
    f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$work/out" | head -n 1)
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0}))
    # A crash, a leak report or a run without tests is a failure of its own.
    if [ "$code" -ne 0 ] && [ "${f:-0}" -eq 0 ] || [ -z "$p" ]; then failed=$((failed + 1)); f=1; fi
    if [ "${f:-0}" -ne 0 ]; then
        echo "== $name failed (exit $code)"
        grep -v '^\[       OK\|^\[ RUN' "$work/out" | tail -n 40
    else
        echo "ok $name ($p)"
    fi
done

for script in tests/views/*_test.sh tests/cli/*_test.sh tests/golden/*_test.sh tests/golden-errors/*_test.sh \
    tests/report/*_test.sh tests/house/*_test.sh; do
    [ -e "$script" ] || continue
    mkdir -p "$work/dir"
    if HITM_WORK="$work/dir" sh "$script" >"$work/out" 2>"$work/err"; then code=0; else code=$?; fi
    p=$(grep -c '^ok ' "$work/out")
    f=$(grep -c '^not ok ' "$work/out")
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ] || [ $((p + f)) -eq 0 ]; then f=$((f + 1)); fi
    passed=$((passed + p)) failed=$((failed + f))
    if [ "$f" -ne 0 ]; then
        echo "== $script failed (exit $code)"
        grep -v '^ok ' "$work/out"
        tail -n 40 "$work/err"
    else
        echo "ok $script ($p)"
    fi
    rm -rf "$work/dir"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
