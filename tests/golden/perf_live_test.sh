#!/bin/sh
# What the installed perf records here, imported, against what the same perf counts in it. Left out where perf cannot
# record.
. "$(dirname "$0")/lib.sh"
dump=$HITM_BUILD/tests/dump_capture
if ! perf record -q -e cpu-clock -o probe.data -- true >/dev/null 2>&1 || ! perf report --stats -i probe.data >/dev/null 2>&1; then
    echo 'ok comparison with perf left out: perf cannot record here'
    exit 0
fi
cat >work.sh <<'W'
i=0
while [ $i -lt 20 ]; do
    dd if=/dev/zero of=/dev/null bs=64k count=200 2>/dev/null
    i=$((i + 1))
done
W
counts() { "$dump" "$1.hitm" all | awk -v name="$1" -f "$here/counts.awk"; }

# Samples of each event, as perf script prints them.
perf_samples() { # NAME PERF-SCRIPT-OPTION...
    perf_name=$1
    shift
    perf script "$@" -F event 2>/dev/null | sed -n 's/^ *\([^ ].*[^: ]\):* *$/\1/p' | grep -v '^[0-9a-f]* ' | sort | uniq -c |
        awk -v name="$perf_name" '{ n = $1; sub(/^ *[0-9]* /, ""); print name, "samples", $0, n }'
}

# Records of each type, as perf report --stats counts them.
perf_records() { # NAME FILE
    perf report --stats -i "$2" 2>/dev/null | awk -v name="$1" '
        / stats:$/ { total = /^Aggregated/ }
        total && /events:/ && $1 ~ /^(MMAP|MMAP2|COMM|EXIT|FORK|SWITCH|SWITCH_CPU_WIDE|CGROUP)$/ { print name, "records", $1, $3 }
    ' | sed 's/ SWITCH / SWITCH_CPU_WIDE /'
}

compare_file() { # NAME PERF-RECORD-OPTION...
    name=$1
    shift
    if ! perf record -q -o "$name.data" "$@" -- sh work.sh >record.out 2>&1; then
        echo "ok $name left out: perf does not record that here"
        return
    fi
    if ! "$analyze" import -q "$name.data" -o "$name.hitm" 2>import.err; then fail "$name: import" import.err; return; fi
    { perf_records "$name" "$name.data"; perf_samples "$name" -i "$name.data" -G; } | sort >wanted
    counts "$name" | grep -v ' frames ' | sort >got
    same "$name: as perf counts ($(wc -l <wanted))" wanted got
}

compare_file chains -g --switch-events -e cpu-clock -F 2000
compare_file group -e '{cpu-clock,page-faults}:S' -F 2000
compare_file packed -z -e page-faults -c 1 -d
compare_file sums -s -e cpu-clock,page-faults,context-switches
compare_file system -a -F 500 -e cpu-clock --switch-events --all-cgroups
compare_file hits -e sched:sched_process_fork,cpu-clock
compare_file stacks --call-graph dwarf,1024 -e cpu-clock -F 500

if perf record -q -e cpu-clock,page-faults -g -o - -- sh work.sh >pipe.data 2>/dev/null; then
    "$analyze" import -q - -o pipe.hitm <pipe.data
    perf script -i - -F event -G <pipe.data 2>/dev/null | sed 's/[: ]*$//; s/^ *//' | grep . | sort | uniq -c |
        awk '{ print "pipe samples", $2, $1 }' | sort >wanted
    counts pipe | grep ' samples ' | sort >got
    same "pipe: as perf counts ($(wc -l <wanted))" wanted got
fi
exit $failed
