# A thread that moves itself between the nodes: migrations by node pair against its own count and the kernel's trace, and
# the CPU time it spent on each node.
machine=two_nodes

guest() {
    trace_on sched/sched_migrate_task
    record_while capture node_bouncer 100
    trace_off
    mkdir exact
    cd exact || return
    trace_on sched/sched_switch
    record exact -- sh -c 'echo begin >"$0"; node_bouncer 40; echo end >"$0"' $traced/trace_marker
    trace_off
}

check() {
    recorded capture || return
    trace_is_whole
    tid=$(truth tid capture.log) moved=$(truth moved capture.log)
    missing=$(lost capture sched:sched_migrate_task)
    found=$(ask capture "SELECT coalesce(sum(migrations), 0) FROM migration_report WHERE tid = $tid AND from_node <> to_node")
    within 'the workload moved as it was told' 90 100 "$moved"
    within 'migrations between nodes, recorded and lost' "$moved" "$((moved + missing))" "$((found + missing))"
    within 'migrations of all tasks equal the trace' "$(($(traced sched_migrate_task | wc -l) - missing))" \
        "$(traced sched_migrate_task | wc -l)" "$(ask capture "SELECT count(*) FROM migration WHERE $(while_marked)")"
    same 'the thread is named' bouncer "$(ask capture "SELECT DISTINCT comm FROM migration_report WHERE tid = $tid")"
    within 'as many to as fro' -1 1 "$(ask capture "SELECT sum(CASE WHEN from_node = 0 THEN migrations ELSE -migrations END)
        FROM migration_report WHERE tid = $tid AND from_node <> to_node")"
    same 'it is the first of the report' "$tid" "$("$analyze" query capture.db migrations_by_thread --format csv | tr -d '\r' |
        awk -F , 'NR == 2 { print $3 }')"
    finds capture 'the bouncer moved most often' 'between nodes' "(tid $tid)"
    # Samples of a busy emulated processor come late or not at all: wide bounds. Context switches tell it exactly.
    share capture 'cpu clock' 0.29
    cd exact || return
    recorded exact || return
    trace_is_whole
    share exact switches 0.2
    missing=$(lost exact 'context switches')
    for side in 'prev_pid:1' 'next_pid:0'; do
        real=$(traced sched_switch | grep -c " ${side%:*}=$tid ")
        within "exact: switches of the thread equal the trace (${side%:*})" $((real - missing)) "$real" "$(ask exact "SELECT
            count(*) FROM switch WHERE tid = $tid AND out = ${side#*:} AND $(while_marked)")"
    done
}

# share NAME SOURCE BOUND: of its CPU time on node 0, by the capture and by the thread's own clock
share() {
    tid=$(truth tid "$1.log")
    real=$(awk -F = '/^node[01]_ns=/ { ns[$1] = $2 } END { printf "%.3f", ns["node0_ns"] / (ns["node0_ns"] + ns["node1_ns"]) }' \
        "$1.log")
    same "$1: residence comes from $2" "$2" "$(ask "$1" "SELECT DISTINCT source FROM residence WHERE tid = $tid")"
    within "$1: share of CPU time on node 0 ($real by its own clock)" "$(echo "$real $3" | awk '{ print $1 - $2 }')" \
        "$(echo "$real $3" | awk '{ print $1 + $2 }')" "$(ask "$1" "SELECT sum(CASE WHEN node = 0 THEN cpu_ns END) * 1.0 /
        sum(cpu_ns) FROM residence WHERE tid = $tid")"
}
