# Four nodes, one of them memory without CPUs: topology, distances and statistics of each node against sysfs, and memory
# of a process on the far node.
machine=four_nodes

guest() {
    for node in /sys/devices/system/node/node[0-9]*; do
        number=${node##*node}
        truth "cpulist$number" "$(cat "$node/cpulist")"
        truth "distance$number" "$(cat "$node/distance")"
        truth "memory$number" "$(awk '$3 == "MemTotal:" { print $4 * 1024 }' "$node/meminfo")"
    done
    start workload remote_memory 3 1 32 1
    # Allocated, but not by a task that runs there: node 3 has none.
    files before
    record capture -p "$pid" -d 2
    files after
    numastat -p "$pid" >numastat
    stop
}

# files NAME: the counters of each node as the kernel's files have them
files() {
    for number in 0 1 2 3; do
        node=/sys/devices/system/node/node$number
        sed "s/^/$number numastat./" $node/numastat
        sed "s/^/$number vmstat./" $node/vmstat
    done >"$1"
}

check() {
    recorded capture || return
    for number in 0 1 2 3; do
        same "CPUs of node $number" "$(truth "cpulist$number")" "$(ask capture "SELECT cpulist FROM node WHERE node = $number")"
        same "memory of node $number" "$(truth "memory$number")" \
            "$(ask capture "SELECT memory_bytes FROM node WHERE node = $number")"
        same "distances from node $number" "$(truth "distance$number")" "$(ask capture "SELECT group_concat(distance, ' ') FROM
            (SELECT distance FROM node_distance WHERE from_node = $number ORDER BY to_node)")"
    done
    same 'the CPU-less node has no socket' 1 "$(ask capture 'SELECT socket IS NULL FROM node WHERE node = 3')"
    same 'sockets of the others' '0,1,2' "$(ask capture 'SELECT group_concat(socket) FROM (SELECT socket FROM node WHERE node < 3
        ORDER BY node)')"
    # Counters only grow: what the capture read lies between what the files said before and after.
    ask capture "SELECT node || ' ' || name || ' ' || min(value) || ' ' || max(value) FROM node_stat WHERE node IS NOT NULL
        AND (name LIKE 'numastat.%' OR name LIKE 'vmstat.%') GROUP BY node, name" >seen
    awk 'FILENAME == "before" { before[$1 " " $2] = $3; next } FILENAME == "after" { after[$1 " " $2] = $3; next }
        { key = $1 " " $2; if (key in before) { seen[$1]++; if ($2 ~ /numastat|pg|numa_|workingset/ &&
            ($3 < before[key] || $4 > after[key])) print key, before[key], $3, $4, after[key] } }
        END { for (n = 0; n < 4; n++) if (seen[n] < 6) print "node " n " has " seen[n] + 0 " counters" }' before after seen >odd
    same 'statistics of each node lie between what the files said before and after' '' "$(cat odd)"
    pid=$(truth pid workload.truth)
    finds capture 'its memory lies on a node without CPUs' "process $pid" 'memory on node 3' 'no CPUs'
    shown=$(awk '$1 == "Total" { print $5 }' numastat | head -n 1)
    same 'memory of the process on the CPU-less node equals numastat -p' "$shown" "$(ask capture "SELECT total_bytes FROM
        locality_report WHERE pid = $pid AND node = 3 AND snapshot = (SELECT max(snapshot) FROM numa_map WHERE pid = $pid)" |
        awk '{ printf "%.2f", $1 / 1048576 }')"
}
