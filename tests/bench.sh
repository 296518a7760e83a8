#!/bin/sh
# make bench: what recording and reading cost here, beside perf doing the same where perf is installed. CPU seconds
# (user and system, of the tool alone) and peak memory, medians of HITM_BENCH_RUNS (3) runs. Nothing is judged.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
runs=${HITM_BENCH_RUNS:-3}
sizes=${HITM_BENCH_SAMPLES:-1000000 4000000}
seconds=3
record=$build/hitm-record analyze=$build/hitm-analyze
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work" || exit 1
has_perf=0
command -v perf >/dev/null && perf --version >/dev/null 2>&1 && has_perf=1
has_time=0
[ -x /usr/bin/time ] && has_time=1

# cost COMMAND...: appends "CPU-seconds peak-MB" to costs; without time(1) the shell's sum, and no memory.
cost() {
    if [ $has_time -eq 1 ]; then
        /usr/bin/time -q -a -o times -f '%U %S %M' "$@" >/dev/null 2>cost.err || return 1
        tail -n 1 times | awk '{ printf "%.3f %.0f\n", $1 + $2, $3 / 1024 }' >>costs
    else
        bash -c 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>cost.err; } 2>shell.time' bash "$@" || return 1
        awk '{ printf "%.3f -\n", $1 + $2 }' shell.time >>costs
    fi
}

# middle COLUMN FILE
middle() { awk -v c="$1" '{ print $c }' "$2" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# measure COMMAND...: sets cpu and peak; the command removes or overwrites its own output.
measure() {
    rm -f costs
    for run in $(seq "$runs"); do
        cost "$@" || { echo "bench: failed: $*" >&2; cat cost.err >&2; cpu=failed peak=-; return 1; }
    done
    cpu=$(middle 1 costs) peak=$(middle 2 costs)
}

row() { printf '%-34s %-34s %9s %9s %10s %8s\n' "$@"; }

# ---- recording: the load runs beside the recorder, so that the time of the tool alone is counted ----

# watched NAME TOOL LOAD-COMMAND COMMAND...: the tool's file is watched.out
watched() {
    name=$1 tool=$2 load=$3
    shift 3
    rm -f costs samples bytes work.done window
    for run in $(seq "$runs"); do
        rm -f watched.out
        $load >load.out &
        cost "$@" || { echo "bench: failed: $*" >&2; cat cost.err >&2; wait; return; }
        wait
        sed 's/ .*//' load.out >>work.done
        stat -c %s watched.out >>bytes
        if [ "$tool" = hitm-record ]; then
            "$analyze" info watched.out | sed -n 's/^samples  *//p' >>samples
            "$analyze" info watched.out | sed -n 's/^recorder_cpu_ns  *//p' | awk '{ printf "%.3f\n", $1 / 1e9 }' >>window
        else
            perf report --stats -i watched.out 2>/dev/null | awk '/ SAMPLE events:/ { print $3; exit }' >>samples
            echo - >>window
        fi
    done
    count=$(middle 1 samples)
    row "$name" "$tool" "$(middle 1 costs)" "$(middle 1 window)" "$count" \
        "$(awk -v b="$(middle 1 bytes)" -v n="$count" 'BEGIN { if (n > 0) printf "%.1f", b / n; else print "-" }')"
    printf '%s\n' "$name|$tool|$(middle 1 work.done)" >>done.all
}

perf_events='-c 1 -e cpu-clock/period=1000003/ -e page-faults -e sched:sched_migrate_task -e migrate:mm_migrate_pages'
recordings() { # NAME LOAD-COMMAND
    $2 >load.out # without anybody watching
    printf '%s\n' "$1|nobody|$(sed 's/ .*//' load.out)" >>done.all
    watched "$1" hitm-record "$2" "$record" -q -a --force --max-overhead 0 -d $seconds -o watched.out
    [ $has_perf -eq 0 ] ||
        watched "$1" 'perf record -B -N' "$2" perf record -q -B -N -a -d $perf_events -o watched.out -- sleep $seconds
}

echo "Recording $seconds s of the whole machine, same events and periods. CPU s: of the tool in all; window: in the window."
row load tool 'CPU s' 'window' samples 'bytes/s.'
if "$record" -q -d 0.05 -o try.hitm 2>try.err && [ "$("$analyze" info try.hitm | sed -n 's/^mode  *//p')" = cpu-wide ]; then
    recordings 'page-fault storm, 1 thread' "$build/workloads/fault_storm $seconds"
    recordings 'two threads that compute' "$build/workloads/false_sharing $seconds"
    echo
    echo "Work that the load did meanwhile (faults; additions a second):"
    awk -F '|' '{ printf "%-34s %-34s %s\n", $1, "watched by " $2, $3 }' done.all
else
    echo "  left out: $(cat try.err)"
fi

# ---- reading ----

echo
echo "Reading generated perf.data of perf c2c (tests/tools/mkperfdata random)."
row samples step 'CPU s' 'peak MB' '' ''
for size in $sizes; do
    "$build/tests/mkperfdata" random big.data --samples "$size" --seed 1 || exit 1
    for step in 'import -q big.data --force -o big.hitm' 'report big.hitm -o big.html'; do
        # shellcheck disable=SC2086
        measure "$analyze" $step
        row "$size" "hitm-analyze ${step%% *}" "$cpu" "$peak" '' ''
    done
    measure sh -c 'rm -f big.db; exec "$@"' sh "$analyze" load -q big.hitm -o big.db
    row "$size" 'hitm-analyze load (every row)' "$cpu" "$peak" '' ''
    measure "$analyze" report big.db -o big.html
    row "$size" 'hitm-analyze report of that' "$cpu" "$peak" '' ''
    if [ $has_perf -eq 1 ]; then
        measure perf c2c report --stats --no-source -i big.data
        row "$size" 'perf c2c report --stats' "$cpu" "$peak" '' ''
        measure perf c2c report --stdio --no-source -i big.data
        row "$size" 'perf c2c report --stdio' "$cpu" "$peak" '' ''
    fi
    row "$size" 'file: perf.data, capture, database' "$(stat -c %s big.data big.hitm big.db | awk '{ printf "%s%.0f", (NR > 1 ? "/" : ""), $1 / 1e6 }')" MB '' ''
    rm -f big.*
done
