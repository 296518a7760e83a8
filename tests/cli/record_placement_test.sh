#!/bin/sh
# Where memory lies, as the recorder reads it from files: held against numastat(8) and against the files themselves,
# read before and after. Nothing here depends on how fast the machine is.
. "$(dirname "$0")/record_lib.sh"
dump=$HITM_BUILD/tests/dump_capture
if ! can_record; then
    skip 'placement' "$(tail -n 1 can.out)"
    exit 0
fi

# A workload that lies still until file descriptor 9 is closed; $placed is its pid.
mkfifo hold
start_placed() { # COMMAND...: runs it
    : >placed.out
    "$@" <hold >placed.out 2>placed.err &
    placed=$!
    exec 9>hold
    tries=0
    until grep -q ready placed.out || [ $tries -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}
end_placed() {
    exec 9>&-
    wait $placed
}

# value LINE COLUMN: of a line of dump_capture
value() { echo "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | tr -d '"'; }

# ---- numa_maps against numastat -p ----

start_placed "$open/bin/placed_memory" 3000 700 5000 900
if ! command -v numastat >/dev/null; then
    skip 'numa_maps as numastat -p sums them' 'no numastat (package numactl)'
elif ! [ -r /proc/self/numa_maps ]; then
    skip 'numa_maps as numastat -p sums them' 'a kernel without numa_maps'
else
    "$record" -q -p $placed -d 0.3 -o placed.hitm 2>record.err
    numastat -p $placed >numastat.out 2>numastat.err
    # One line a kind: its megabytes on each node, as both print them; empty nodes are no rows of ours.
    awk '/^ *Node/ { for (i = 2; i <= NF; i += 2) node[++nodes] = $i; }
        /^(Huge|Heap|Stack|Private|Total) / {
            for (i = 1; i <= nodes; i++) if ($(i + 1) + 0 > 0) print $1, node[i], $(i + 1) }' numastat.out |
        sort >wanted.out
    "$analyze" query placed.hitm "WITH last AS (SELECT * FROM locality_report WHERE pid = $placed AND snapshot =
            (SELECT max(snapshot) FROM numa_map WHERE pid = $placed)),
        kind(name, node, bytes) AS (SELECT 'Huge', node, huge_bytes FROM last UNION ALL
            SELECT 'Heap', node, heap_bytes FROM last UNION ALL SELECT 'Stack', node, stack_bytes FROM last UNION ALL
            SELECT 'Private', node, private_bytes FROM last UNION ALL SELECT 'Total', node, total_bytes FROM last)
        SELECT name || ' ' || node || ' ' || bytes FROM kind" --format csv 2>query.err | tail -n +2 | tr -d '\r"' |
        awk '{ mb = sprintf("%.2f", $3 / 1048576); if (mb + 0 > 0) print $1, $2, mb }' | sort >got.out
    if [ -s wanted.out ] && cmp -s wanted.out got.out; then
        pass 'numa_maps as numastat -p sums them, by node: Huge, Heap, Stack, Private'
    else
        fail 'numa_maps as numastat -p sums them, by node' wanted.out got.out numastat.out record.err query.err
    fi
    kib=$("$analyze" query placed.hitm "SELECT heap_bytes / 1024 >= 3000 AND stack_bytes / 1024 >= 700 AND
        private_bytes / 1024 >= 5900 FROM (SELECT sum(heap_bytes) AS heap_bytes, sum(stack_bytes) AS stack_bytes,
            sum(private_bytes) AS private_bytes FROM locality_report WHERE pid = $placed AND snapshot = 0)" \
        --format csv 2>/dev/null | tail -n 1 | tr -d '\r')
    is 'numa_maps: what the process touched is there' 1 "$kib"
    is 'numa_maps: readings in the account, and how long they took' 2 \
        "$("$dump" placed.hitm meta | grep -c -e '"numa_maps_read_ns" value="[1-9]' -e '"node_statistics_read_ns"')"
    "$record" -q -p $placed -d 0.1 --no-numa-maps -o none.hitm 2>none.err
    is '--no-numa-maps: no reading, no source' 0 "$("$dump" none.hitm all | grep -c -e '^numa_map' -e 'name="numa_maps"')"
fi

# ---- its control group ----

# Version 2 where it has the memory controller, else the memory hierarchy of version 1: as /proc/PID/cgroup has both.
mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -z "$mount" ] || ! grep -qw memory "$mount/cgroup.controllers" 2>/dev/null; then
    v1=$(awk '$3 == "cgroup" && ("," $4 ",") ~ /,memory,/ { print $2; exit }' /proc/mounts)
    mount=${v1:-$mount}
fi
if [ -n "${v1:-}" ]; then
    path=$(sed -n 's/^[0-9]*:\([^:]*,\)\{0,1\}memory\(,[^:]*\)\{0,1\}://p' /proc/$placed/cgroup)
else
    path=$(sed -n 's/^0:://p' /proc/$placed/cgroup)
fi
if [ -n "$mount" ] && [ -d "$mount$path" ]; then
    "$record" -q -p $placed -d 0.1 -o group.hitm 2>group.err
    row=$("$dump" group.hitm process | grep " pid=$placed ")
    is 'the control group of a process is the inode of its directory' "$(stat -c %i "$mount$path")" "$(value "$row" cgroup)"
    is 'its number inside its pid namespace' "$(awk '/^NSpid/ { print $NF }' /proc/$placed/status)" \
        "$(value "$row" namespace_pid)"
    row=$("$dump" group.hitm cgroup | grep " cgroup=$(value "$row" cgroup) ")
    is 'the path of the control group' "$path" "$(value "$row" path)"
else
    skip 'control groups' 'none are mounted here'
fi
end_placed

# numa_stat FILE: "name node bytes", as rows have it
numa_stat() {
    awk -v page="$(getconf PAGESIZE)" '
        /^hierarchical/ { next }
        { split($1, sum, "="); unit = sum[2] == "" ? 1 : page }
        sum[1] ~ /^(total|anon|file|unevictable|shmem|kernel_stack|pagetables)$/ {
            for (i = 2; i <= NF; i++) { split($i, n, "="); print sum[1], substr(n[1], 2), n[2] * unit } }' "$1" | sort
}
group=$mount/hitm-test.$$
trap 'rmdir "$group" 2>/dev/null; cleanup' EXIT
if is_root && [ -n "$mount" ] && mkdir "$group" 2>/dev/null && [ -r "$group/memory.numa_stat" ]; then
    # shellcheck disable=SC2016
    start_placed sh -c 'echo $$ >"$1/cgroup.procs" && exec "$2" 100 50 8000 60' sh "$group" "$open/bin/placed_memory"
    # The kernel sums these up now and then: of an idle group they settle.
    for attempt in 1 2 3 4 5; do
        numa_stat "$group/memory.numa_stat" >before.out
        "$record" -q -p $placed -d 0.3 --force -o memory.hitm 2>memory.err
        numa_stat "$group/memory.numa_stat" >after.out
        ! cmp -s before.out after.out || break
    done
    last=$("$dump" memory.hitm cgroup_stat | sed -n '$s/^cgroup_stat time_ns=\([0-9]*\) .*/\1/p')
    "$dump" memory.hitm cgroup_stat | grep "time_ns=$last " | tr -d '"' | sed 's/[a-z_]*=//g' | awk '
        $4 >= 0 && $5 ~ /^(total|anon|file|unevictable|shmem|kernel_stack|pagetables)$/ { print $5, $4, $6 }' | sort >got.out
    if [ -s before.out ] && cmp -s before.out got.out; then
        pass "memory.numa_stat of a control group as the file has it (window $attempt)"
    else
        fail 'memory.numa_stat of a control group as the file has it' before.out got.out after.out memory.err
    fi
    private=$(awk '$1 == "anon" { sum += $3 } END { print (sum >= 8000 * 1024) }' got.out)
    is 'memory.numa_stat: what the process touched is there' 1 "$private"
    end_placed
else
    skip 'memory.numa_stat of a control group' 'no group could be made, or the kernel has no such file'
fi
rmdir "$group" 2>/dev/null

# ---- statistics of the nodes, bracketed by the files ----

# Counters that only grow: "node name value", the machine as node -1.
grown() {
    for file in /proc/vmstat /sys/devices/system/node/node*/vmstat /sys/devices/system/node/node*/numastat; do
        case $file in
        /proc/*) node=-1 ;;
        *) node=${file#*/node/node} node=${node%%/*} ;;
        esac
        awk -v node="$node" -v file="${file##*/}" '$1 !~ /^nr_/ { print node, file "." $1, $2 }' "$file"
    done
}
grown >before.out
"$record" -q -d 2.5 -o nodes.hitm -- "$open/bin/fault_storm" 2 >nodes.out 2>nodes.err
grown >after.out
"$dump" nodes.hitm node_stat | tr -d '"' | sed 's/[a-z_]*=//g' | awk '{ print $3, $4, $5, $2 }' >rows.out
bracket() {
    awk 'FILENAME == "before.out" { low[$1 " " $2] = $3 }
        FILENAME == "rows.out" { key = $1 " " $2; last[key] = $3; if (!(key in first)) first[key] = $3 }
        FILENAME == "after.out" { key = $1 " " $2; if (!(key in last)) next
            compared++
            if (!(low[key] <= first[key] && first[key] <= last[key] && last[key] <= $3)) {
                print key, "before", low[key], "first", first[key], "last", last[key], "after", $3; wrong++ } }
        END { if (compared < 20) print compared + 0, "names"; exit wrong > 0 || compared < 20 }' before.out rows.out after.out
}
check 'node statistics lie between the files read before and after' bracket
times=$(cut -d ' ' -f 4 rows.out | sort -u | wc -l)
is 'node statistics: every reading has every name' 1 \
    "$(cut -d ' ' -f 4 rows.out | sort | uniq -c | awk '{ print $1 }' | sort -u | wc -l)"
readings() { # CAPTURE NAME: of the last COUNTER row
    event=$("$dump" "$1" event | sed -n "s/^event event=\([0-9]*\) name=\"$2\" .*/\1/p")
    "$dump" "$1" counter | sed -n "s/.* cpu=-1 event=$event value=\([0-9]*\) .*/\1/p" | tail -n 1
}
is 'node statistics: as many readings as the account says' "$times" "$(readings nodes.hitm 'node statistics')"
if [ "$times" -ge 3 ]; then
    pass "node statistics are read in the window too ($times)"
else
    fail "node statistics are read in the window too ($times)" nodes.err
fi
start=$(fact nodes.hitm window_start_ns) end=$(fact nodes.hitm window_end_ns)
is 'node statistics: first reading before the window, last behind it' 1 \
    "$(cut -d ' ' -f 4 rows.out | awk -v s="$start" -v e="$end" '
        NR == 1 { first = $1 } { last = $1 } END { print (first <= s && last >= e) }')"
maps=$("$dump" nodes.hitm numa_map | sed 's/.*snapshot=\([0-9]*\) pid=\([0-9]*\).*/\1 \2/' | sort -u | wc -l)
is 'numa_maps: as many readings as the account says' "$maps" "$(readings nodes.hitm numa_maps)"
rows=$("$dump" nodes.hitm cgroup_stat | cut -d ' ' -f 2,3 | sort -u | wc -l)
got=$(readings nodes.hitm 'cgroup statistics')
is 'control groups: as many readings as the account says' "$rows" "${got:-0}"

# ---- over budget ----

# The budget may stop all of them in turn. Then nothing is read between that and the end.
"$record" -q --max-overhead 0.000001 -d 7 -o broke.hitm -- "$open/bin/fault_storm" 7 >broke.out 2>broke.err
event=$("$dump" broke.hitm event | sed -n 's/^event event=\([0-9]*\) name="node statistics" .*/\1/p')
gap=$("$dump" broke.hitm loss | sed -n "s/^loss time_ns=\([0-9]*\) kind=5 cpu=-1 event=$event .*/\1/p")
end=$(fact broke.hitm window_end_ns)
if [ -n "$gap" ]; then
    is 'over budget: no reading of the nodes but the last' 1 "$("$dump" broke.hitm node_stat |
        sed -n 's/^node_stat time_ns=\([0-9]*\) .*/\1/p' | sort -u | awk -v gap="$gap" '$1 > gap' | wc -l)"
else
    skip 'over budget: no reading of the nodes but the last' 'the budget held'
fi
# counted EVENT: its value in the last account, of all CPUs
counted() { "$dump" broke.hitm counter | awk -v e="event=$1" '$4 == e && $2 > last { last = $2; n = 0 }
    $4 == e { sub("value=", "", $5); n += $5 } END { print n + 0 }'; }
idle=
for event in $("$dump" broke.hitm event | sed -n 's/^event event=\([0-9]*\) .* kind=3 .*/\1/p'); do
    [ "$(counted "$event")" -gt 0 ] || ! "$dump" broke.hitm loss | grep -q " kind=5 cpu=-1 event=$event " || idle=$idle$event,
done
is 'over budget: what had no hits stays on' '' "$idle"
gaps=$("$dump" broke.hitm loss | grep -c ' kind=5 cpu=-1 ')
is 'over budget: one limit for all that went off' $((gaps > 0)) "$("$dump" broke.hitm limit |
    grep -c '^limit what="over budget" why="recording took up to .* over the budget of 1e-06 %: .* off after ')"
is 'over budget: the differences cover the window' 1 "$("$dump" broke.hitm node_stat |
    sed -n 's/^node_stat time_ns=\([0-9]*\) .*/\1/p' | tail -n 1 | awk -v e="$end" '{ print ($1 >= e) }')"

# ---- the whole machine ----

if [ "$(fact can.hitm mode)" = cpu-wide ]; then
    : >sleepers.out
    "$open/bin/sleepers" 1000 <hold >sleepers.out 2>&1 &
    sleepers=$!
    exec 9>hold
    tries=0
    until grep -q sleep sleepers.out || [ $tries -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    "$record" -q -a -d 0.5 -o all.hitm 2>all.err
    exec 9>&-
    wait $sleepers
    is '-a: every process that was there has a name' "$(sed -n 's/ sleep$//p' sleepers.out)" \
        "$("$dump" all.hitm task | grep -c " kind=4 .* ppid=$sleepers .*comm=\"sleepers\"")"
    largest=$(fact all.hitm numa_maps_processes)
    pids=$("$dump" all.hitm numa_map | sed 's/.* pid=\([0-9]*\) .*/\1/' | sort -u | wc -l)
    case $largest in
    "8 largest of "* | "all "[1-8]) pass "-a: whose numa_maps are read is said ($largest)" ;;
    *) fail "-a: whose numa_maps are read is said ($largest)" all.err ;;
    esac
    # One may have ended, or may not be read, but there are never more.
    if [ "$pids" -ge 1 ] && [ "$pids" -le 8 ]; then
        pass "-a: numa_maps of at most 8 ($pids)"
    else
        fail "-a: numa_maps of at most 8 ($pids)" all.err
    fi
    is '-a: not of the recorder itself' 0 "$("$dump" all.hitm numa_map | grep -c " pid=$(fact all.hitm recorder_pid) ")"
    is '-a: a row for each device with hardware' \
        "$(for d in /sys/class/net/* /sys/block/*; do [ ! -e "$d/device" ] || echo "$d"; done | wc -l)" \
        "$("$dump" all.hitm device | wc -l)"
else
    skip '-a' 'no privilege to watch whole CPUs'
fi
exit $failed
