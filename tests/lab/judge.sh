#!/bin/sh
# judge.sh BUILD DIRECTORY SCENARIO: judges what SCENARIO left in DIRECTORY. The scenario's check() uses what is below.
set -u
analyze=$1/hitm-analyze
cd "$2" || exit 1
scenario=$(basename "$3" .sh)

pass() { echo "ok $scenario: $*"; }
fail() { echo "not ok $scenario: $*"; }

# same CHECK EXPECTED ACTUAL
same() {
    if [ "$2" = "$3" ]; then pass "$1"; else
        fail "$1"
        echo "   expected: $(echo "$2" | head -n 12)"
        echo "   found:    $(echo "$3" | head -n 12)"
    fi
}

# within CHECK LOW HIGH ACTUAL: numbers, the bounds included
within() {
    if echo "$2 $3 $4" | awk '{ exit !(NF == 3 && $3 + 0 >= $1 && $3 + 0 <= $2) }'; then pass "$1"; else
        fail "$1"
        echo "   expected: $2 to $3"
        echo "   found:    $4"
    fi
}

# holds CHECK COMMAND...: the command says whether it does
holds() {
    held=$1
    shift
    if "$@" >/dev/null; then pass "$held"; else fail "$held"; fi
}

# truth KEY [FILE]: what the guest wrote
truth() { awk -v key="$1=" 'index($0, key) == 1 { value = substr($0, length(key) + 1) } END { print value }' "${2:-truth}"; }

# recorded NAME: the capture is there and whole; loads it into NAME.db, which `ask` asks, and makes its reports. Says why
# not, where not.
recorded() {
    rm -f "$1.db"
    if [ "$(cat "$1.code" 2>/dev/null)" = 0 ] && "$analyze" verify "$1.hitm" >"$1.verify" 2>&1 &&
        "$analyze" load "$1.hitm" -o "$1.db" >"$1.load" 2>&1 &&
        "$analyze" report "$1.hitm" -o "$1.html" >"$1.load" 2>&1 &&
        "$analyze" report "$1.hitm" -o "$1.json" --format json >"$1.load" 2>&1; then
        pass "$1 is recorded, whole, loaded and reported"
    else
        fail "$1 is recorded, whole, loaded and reported"
        tail -n 3 log "$1.log" "$1.verify" "$1.load" 2>/dev/null | sed 's/^/   /'
        return 1
    fi
}

# imported NAME: the same of a perf.data, NAME.data
imported() {
    rm -f "$1.hitm"
    if "$analyze" import "$1.data" -o "$1.hitm" >"$1.import" 2>&1; then
        echo 0 >"$1.code"
        pass "$1.data is imported"
        recorded "$1"
    else
        fail "$1.data is imported"
        tail -n 3 "$1.import" | sed 's/^/   /'
        return 1
    fi
}

# ask NAME SQL: rows of a loaded capture, columns by commas
ask() {
    if answer=$("$analyze" query "$1.db" "$(echo "$2" | tr '\n' ' ')" --format csv 2>&1); then
        echo "$answer" | tail -n +2 | tr -d '\r"'
    else
        echo "no answer: $answer"
    fi
}

# lost NAME EVENT: how many records of an event the capture says are missing
lost() { ask "$1" "SELECT coalesce(sum(lost), 0) FROM event WHERE name LIKE '%$2'"; }

# marked: between which seconds of perf's clock the command of record_while ran; while_marked: the same as SQL
marked() { sed -nE 's/.* ([0-9.]+): tracing_mark_write: (begin|end)$/\1/p' trace | tr '\n' ' '; }
while_marked() { marked | awk '{ printf "time_ns BETWEEN %.0f AND %.0f", $1 * 1e9, $2 * 1e9 }'; }

# finds NAME CHECK WORD...: one finding has all these words
finds() {
    sentences=$(ask "$1" 'SELECT sentence FROM finding_report')
    check=$2
    shift 2
    for word in "$@"; do sentences=$(echo "$sentences" | grep -F -- "$word"); done
    if [ -n "$sentences" ]; then pass "finding: $check"; else fail "finding: $check" && echo "   found: none so"; fi
}

# traced EVENT: the lines of the kernel's own trace of an event while the command of record_while ran
traced() {
    awk -v event="$1:" -v span="$(marked)" 'BEGIN { split(span, at, " ") }
        { for (i = 2; i <= NF; i++) if ($i == event && $(i - 1) + 0 >= at[1] + 0 && $(i - 1) + 0 <= at[2] + 0) print }' trace
}

# The trace itself is whole.
trace_is_whole() {
    same 'the trace has begin and end' 2 "$(marked | wc -w)"
    same 'the trace lost nothing' '' "$(grep -E '^(overrun|commit overrun|dropped events): [1-9]' trace.stats)"
}

# has_event NAME EVENT: the kernel offers it, and it was recorded
has_event() { [ "$(ask "$1" "SELECT count(*) FROM event WHERE name = '$2'")" = 1 ]; }

machine=
. "$3"
here=$PWD
check
: >"$here/judged"
