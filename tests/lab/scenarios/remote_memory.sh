# Memory on node 1, its threads on node 0: what the capture says of placement and residence, against /proc, numastat -p
# and where the threads were pinned.
machine=two_nodes

guest() {
    pool=/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages
    echo 3 >$pool
    start workload remote_memory 1 0 48 2 3
    numa_maps_by_node "$pid" >before
    record capture -p "$pid" -d 2
    numa_maps_by_node "$pid" >after
    numastat -p "$pid" >numastat
    cp "/proc/$pid/numa_maps" numa_maps
    stop
    echo 0 >$pool
}

# numa_maps_by_node PID: "KIND NODE BYTES" by the rules of numastat -p
numa_maps_by_node() {
    awk '{
        kind = "private"
        for (i = 2; i <= NF; i++) {
            if ($i == "heap") kind = "heap"
            if ($i ~ /^stack/) kind = "stack"
            if ($i == "huge") kind = "huge"
            if ($i ~ /^kernelpagesize_kB=/) size = substr($i, 19) * 1024
        }
        for (i = 2; i <= NF; i++)
            if ($i ~ /^N[0-9]+=/) { split(substr($i, 2), part, "="); bytes[kind " " part[1]] += part[2] * size }
    }
    END { for (k in bytes) print k, bytes[k] }' "/proc/$1/numa_maps" | sort
}

check() {
    recorded capture || return
    pid=$(truth pid workload.truth)
    same 'the memory of the process did not change meanwhile' "$(cat before)" "$(cat after)"
    last="capture_id = 1 AND pid = $pid AND snapshot = (SELECT max(snapshot) FROM numa_map WHERE pid = $pid)"
    for kind in heap stack private huge; do
        same "locality_report equals numa_maps: $kind" "$(grep "^$kind " after | cut -d ' ' -f 2,3)" \
            "$(ask capture "SELECT node || ' ' || ${kind}_bytes FROM locality_report WHERE $last AND ${kind}_bytes > 0
                ORDER BY node")"
    done
    # numastat prints MB of two decimals
    for node in 0 1; do
        shown=$(awk -v column=$((node + 2)) '$1 == "Total" { print $column }' numastat | head -n 1)
        bytes=$(ask capture "SELECT total_bytes FROM locality_report WHERE $last AND node = $node")
        same "locality_report equals numastat -p: node $node" "$shown" "$(echo "$bytes" | awk '{ printf "%.2f", $1 / 1048576 }')"
    done
    same 'threads ran on node 0 only' '0' "$(ask capture "SELECT DISTINCT node FROM residence JOIN thread USING (capture_id, tid)
        WHERE pid = $pid AND cpu_ns > 0")"
    same 'every thread is resident somewhere' 2 "$(ask capture "SELECT count(DISTINCT tid) FROM residence JOIN thread USING
        (capture_id, tid) WHERE pid = $pid AND comm = 'far-reader' AND cpu_ns > 0")"
    same 'the placement table has the memory on node 1 and the CPU time on node 0' '0,0,1
1,1,0' "$("$analyze" query capture.db placement --format csv | tr -d '\r' | awk -F , -v pid="$pid" 'NR == 1 {
        for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["pid"] == pid { print $column["node"] "," ($column["memory_share"] > 0.7) "," ($column["cpu_share"] > 0.9) }')"
    finds capture 'the process runs on node 0 and has its memory on node 1' "process $pid" 'memory on node 1' 'node 0'
    same 'nothing of what was bound to node 1 lies on node 0' 0 "$(ask capture "SELECT count(*) FROM numa_map m JOIN numa_map_node n
        USING (capture_id, numa_map_id) WHERE m.pid = $pid AND n.node = 0 AND start_address = $(truth memory_start workload.truth)")"
}
