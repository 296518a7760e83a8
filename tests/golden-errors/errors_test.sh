#!/bin/sh
# Files that are damaged, cut, hostile or of another kind. For each NAME.perf.data `import`, for each NAME.hitm `verify`,
# `load` and `report --format text`; what they must say, and the exit code, stands in expected.txt:
#   NAME COMMAND EXIT MESSAGE    (what stands on stderr behind "hitm-analyze: "; FILE: the file; several joined by " / ")
# Whatever fails leaves no output behind.
here=$(cd "$(dirname "$0")" && pwd)
cd "${HITM_WORK:?}" || exit 1
analyze=$HITM_BUILD/hitm-analyze
failed=0

run() { # FILE COMMAND: the line of expected.txt
    rm -f out.* nothing
    cp "$here/$1" FILE
    case $2 in
    import) "$analyze" import FILE -o out.hitm >stdout 2>stderr ;;
    verify) "$analyze" verify FILE >stdout 2>stderr ;;
    load) "$analyze" load FILE -o out.db >stdout 2>stderr ;;
    report) "$analyze" report FILE --format text -o out.txt >stdout 2>stderr ;;
    esac
    code=$?
    printf '%s %s %s %s\n' "$1" "$2" $code "$(sed 's/^hitm-analyze: //' stderr | paste -sd '|' | sed 's,|, / ,g')" | sed 's, $,,'
    if [ $code -ne 0 ] && { ls out.* >/dev/null 2>&1 || [ -s stdout ]; }; then
        echo "$1 $2 failed and left $(ls out.* 2>/dev/null) $(cat stdout)"
    fi
}

for file in "$here"/*.perf.data; do
    run "$(basename "$file")" import
done >got.txt
for file in "$here"/*.hitm; do
    for command in verify load report; do
        run "$(basename "$file")" $command
    done
done >>got.txt
if [ -n "${HITM_SHOW:-}" ]; then cat got.txt; fi
while read -r name command rest; do
    if grep -qxF "$name $command $rest" got.txt; then
        echo "ok $name: $command"
    else
        echo "not ok $name: $command"
        grep "^$name $command " got.txt >&2
        failed=1
    fi
done <"$here/expected.txt"
if [ "$(wc -l <got.txt)" -eq "$(wc -l <"$here/expected.txt")" ]; then
    echo 'ok every file is in expected.txt, and nothing more was said'
else
    echo 'not ok every file is in expected.txt, and nothing more was said'
    failed=1
fi
exit $failed
