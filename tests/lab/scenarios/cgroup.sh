# Control groups: the target is one of them; memory of each by node against its memory.numa_stat; reclaim for one that
# has reached its limit against the kernel's trace.
machine=two_nodes

guest() {
    groups=/sys/fs/cgroup
    echo +memory >$groups/cgroup.subtree_control
    mkdir $groups/shop $groups/other
    echo +memory >$groups/shop/cgroup.subtree_control
    mkdir $groups/shop/web
    start inside in_group shop/web remote_memory 1 0 12 1
    first=$pid
    start outside in_group other remote_memory 0 1 8 1
    # What a group holds changes as long as its programs are starting: not any more.
    record capture --cgroup /shop -d 2
    for group in shop/web other; do
        truth "id_$group" "$(stat -c %i $groups/$group)"
        [ ! -e $groups/$group/memory.numa_stat ] || sed "s|^|$group |" $groups/$group/memory.numa_stat
    done >numa_stat
    stop
    pid=$first
    stop
    mkdir $groups/small
    echo 24M >$groups/small/memory.max
    trace_on vmscan/mm_vmscan_memcg_reclaim_begin vmscan/mm_vmscan_memcg_reclaim_end
    record_while small sh -c 'echo 0 >'$groups'/small/cgroup.procs; cat /dev/vdb | head -c 60000000 >/dev/null'
    trace_off
}

# Becomes the command: `start` has to know its process.
in_group() {
    group=$1
    shift
    exec sh -c 'echo 0 >"/sys/fs/cgroup/$0/cgroup.procs"; exec "$@"' "$group" "$@"
}

# numa_stat has lines "GROUP anon N0=1 N1=2"
stat_of() {
    awk -v group="$1" -v name="$2" '$1 == group && $2 == name {
        for (i = 3; i <= NF; i++) { sub("N", "", $i); sub("=", ",", $i); print $i } }' numa_stat
}

check() {
    if recorded capture; then
        in=$(truth pid inside.truth) out=$(truth pid outside.truth)
        same 'the process inside is a target' 1 "$(ask capture "SELECT is_target FROM process WHERE pid = $in")"
        same 'the process outside is none' 0 "$(ask capture "SELECT coalesce(max(is_target), 0) FROM process WHERE pid = $out")"
        same 'and lives in its group' "/shop/web,$(truth id_shop/web)" "$(ask capture "SELECT path, cgroup_id FROM process JOIN
            cgroup USING (capture_id, cgroup_id) WHERE pid = $in")"
        if [ -s numa_stat ]; then
            for name in anon file; do
                same "memory of the group by node: $name" "$(stat_of shop/web $name)" "$(ask capture "SELECT node, value_bytes FROM
                    cgroup_stat s JOIN cgroup g USING (capture_id, cgroup_id) WHERE path = '/shop/web' AND name = '$name' AND
                    time_ns = (SELECT max(time_ns) FROM cgroup_stat WHERE cgroup_id = g.cgroup_id) ORDER BY node")"
            done
            # Kernels count by batches.
            same 'its memory on node 1 is what the program bound there' 1 "$(ask capture "SELECT max(value_bytes) > 10000000 FROM
                cgroup_stat JOIN cgroup USING (capture_id, cgroup_id) WHERE path = '/shop/web' AND name = 'anon' AND node = 1")"
        else
            within 'this kernel has no memory.numa_stat, and the capture says so' 1 10 "$(ask capture "SELECT count(*) FROM
                condition WHERE phase = 'limit' AND (name || ' ' || value) LIKE '%numa_stat%'")"
        fi
    fi
    recorded small || return
    trace_is_whole
    for pair in 'begin:cgroup begin' 'end:cgroup end'; do
        event=mm_vmscan_memcg_reclaim_${pair%%:*}
        missing=$(lost small "$event")
        real=$(traced "$event" | wc -l)
        within "as many as in the trace: ${pair#*:} ($real)" $((real - missing)) "$real" \
            "$(ask small "SELECT count(*) FROM reclaim WHERE kind = '${pair#*:}' AND $(while_marked)")"
    done
    within 'the limit was reached' 1 1000000 "$(traced mm_vmscan_memcg_reclaim_begin | wc -l)"
}
