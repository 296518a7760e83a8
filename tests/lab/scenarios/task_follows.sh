# Memory that cannot move: automatic balancing brings the thread to it. What it decided, against the kernel's trace.
machine=two_nodes

guest() {
    echo 1 >/proc/sys/kernel/numa_balancing
    trace_on sched/sched_move_numa sched/sched_stick_numa sched/sched_swap_numa sched/sched_migrate_task
    record_while capture task_follows 16 5
    trace_off
}

check() {
    recorded capture || return
    trace_is_whole
    for kind in move stick swap; do
        missing=$(lost capture "sched:sched_${kind}_numa")
        real=$(traced "sched_${kind}_numa" | wc -l)
        within "as many as in the trace: $kind ($real)" $((real - missing)) "$real" \
            "$(ask capture "SELECT count(*) FROM balancing WHERE kind = '$kind' AND $(while_marked)")"
    done
    tid=$(truth tid capture.log)
    same 'where each of the thread went' "$(traced sched_move_numa | grep -E "[^s]pid=$tid " |
        sed -nE 's/.*src_cpu=([0-9]+) src_nid=([0-9]+) dst_cpu=([0-9]+) dst_nid=([0-9]+).*/\1,\2,\3,\4/p')" \
        "$(ask capture "SELECT from_cpu, from_node, to_cpu, to_node FROM balancing WHERE kind = 'move' AND tid = $tid
            AND $(while_marked) ORDER BY time_ns")"
}
