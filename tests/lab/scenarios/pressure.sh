# A node without free memory: wake-ups of kswapd and the reclaim that tasks have to do themselves.
machine=two_nodes

guest() {
    trace_on vmscan/mm_vmscan_kswapd_wake vmscan/mm_vmscan_kswapd_sleep vmscan/mm_vmscan_direct_reclaim_begin \
        vmscan/mm_vmscan_direct_reclaim_end vmscan/mm_vmscan_node_reclaim_begin vmscan/mm_vmscan_node_reclaim_end
    record_while capture pressure 1 /dev/vdb 80
    trace_off
    # Rather than take memory from another node, the kernel now takes pages back on this one.
    mkdir zone
    cd zone || return
    echo 1 >/proc/sys/vm/zone_reclaim_mode
    trace_on vmscan/mm_vmscan_node_reclaim_begin vmscan/mm_vmscan_node_reclaim_end
    record_while zone sh -c 'taskset 4 head -c 120000000 /dev/vdb >/dev/null'
    trace_off
    echo 0 >/proc/sys/vm/zone_reclaim_mode
    echo 3 >/proc/sys/vm/drop_caches
}

# equal NAME EVENT KIND: as many rows of a kind as the trace has
equal() {
    missing=$(lost "$1" "mm_vmscan_$2")
    real=$(traced "mm_vmscan_$2" | wc -l)
    within "$1: as many as in the trace: $3 ($real)" "$((real - missing))" "$real" \
        "$(ask "$1" "SELECT count(*) FROM reclaim WHERE kind = '$3' AND $(while_marked)")"
}

check() {
    recorded capture || return
    trace_is_whole
    equal capture kswapd_wake 'kswapd wake'
    equal capture kswapd_sleep 'kswapd sleep'
    equal capture direct_reclaim_begin 'direct begin'
    equal capture direct_reclaim_end 'direct end'
    within 'kswapd of node 1 woke' 1 100000 "$(ask capture "SELECT count(*) FROM reclaim WHERE kind = 'kswapd wake' AND node = 1")"
    same 'kswapd of node 0 did not' "$(traced mm_vmscan_kswapd_wake | grep -c 'nid=0 ')" \
        "$(ask capture "SELECT count(*) FROM reclaim WHERE kind = 'kswapd wake' AND node = 0 AND $(while_marked)")"
    missing=$(lost capture mm_vmscan_direct_reclaim_end)
    real=$(traced mm_vmscan_direct_reclaim_end | sed -n 's/.*nr_reclaimed=\([0-9]*\).*/\1/p' |
        awk '{ n += $1 } END { print n + 0 }')
    within 'pages that tasks reclaimed themselves' "$((missing > 0 ? 0 : real))" "$real" \
        "$(ask capture "SELECT coalesce(sum(reclaimed_pages), 0) FROM reclaim WHERE kind = 'direct end' AND $(while_marked)")"
    finds capture 'memory was short on node 1' short 'node 1'
    cd zone || return
    recorded zone || return
    trace_is_whole
    has_event zone vmscan:mm_vmscan_node_reclaim_begin || return 0
    equal zone node_reclaim_begin 'node begin'
    equal zone node_reclaim_end 'node end'
    same 'zone: of node 1' "$(traced mm_vmscan_node_reclaim_begin | grep -c 'nid=1 ')" "$(ask zone "SELECT count(*) FROM reclaim
        WHERE kind = 'node begin' AND node = 1 AND $(while_marked)")"
}
