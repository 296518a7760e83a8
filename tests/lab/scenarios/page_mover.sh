# Pages moved on demand: by a program's own move_pages(2), and by the tool migratepages from outside.
machine=two_nodes

guest() {
    trace_on migrate/mm_migrate_pages migrate/remove_migration_pte
    record_while own page_mover 8
    trace_off
    mkdir tool
    cd tool || return
    start workload remote_memory 0 0 16 1
    truth before_node1 "$(on_node 1)"
    trace_on migrate/mm_migrate_pages migrate/remove_migration_pte
    record_while capture migratepages "$pid" 0 1
    trace_off
    truth after_node1 "$(on_node 1)"
    stop
}

# on_node NODE: pages that the process has there
on_node() {
    awk -v key="^N$1=" '{ for (i = 2; i <= NF; i++) if ($i ~ key) { sub(key, "", $i); n += $i } } END { print n + 0 }' \
        "/proc/$pid/numa_maps"
}

# moved_in NAME: what capture and trace say of pages moved by a system call
moved_in() {
    missing=$(lost "$1" mm_migrate_pages)
    sum=$(traced mm_migrate_pages | sed -n 's/.*nr_succeeded=\([0-9]*\).*reason=syscall_or_cpuset.*/\1/p' |
        awk '{ n += $1 } END { print n + 0 }')
    found=$(ask "$1" "SELECT coalesce(sum(succeeded_pages), 0) FROM page_migration WHERE reason = 'syscall_or_cpuset'
        AND $(while_marked)")
    within "$1: pages moved by system calls equal the trace" "$((missing > 0 ? 0 : sum))" "$sum" "$found"
}

check() {
    if recorded own; then
        trace_is_whole
        moved_in own
        moved=$(truth moved own.log)
        same 'own: every page that was asked for moved' "$(truth asked own.log)" "$moved"
        within 'own: pages moved equal what the program moved' "$((missing > 0 ? 0 : moved))" "$moved" "$found"
        if has_event own migrate:remove_migration_pte; then
            missing=$(lost own remove_migration_pte)
            start=$(truth memory_start own.log) end=$(truth memory_end own.log)
            # every second page from the first on
            odd="(address - $start) / 4096 % 2"
            same 'own: moved are the even pages, to node 1' 0 "$(ask own "SELECT count(*) FROM page_move WHERE address >= $start
                AND address < $end AND ($odd <> 0 OR to_node IS NOT 1)")"
            within 'own: their addresses are all there' "$((moved - missing))" "$moved" "$(ask own "SELECT count(DISTINCT address)
                FROM page_move WHERE address >= $start AND address < $end")"
        fi
    fi
    cd tool || return
    recorded capture || return
    moved_in capture
    gained=$(($(truth after_node1) - $(truth before_node1)))
    within 'capture: the tool moved the memory' 4096 100000 "$gained"
    # Pages of files that others map too are counted on the new node, and were moved once.
    within 'capture: pages moved equal what numa_maps gained' "$((missing > 0 ? 0 : gained))" "$((gained + 600))" "$found"
    has_event capture migrate:remove_migration_pte || return 0
    missing=$(lost capture remove_migration_pte)
    start=$(truth memory_start workload.truth) end=$(truth memory_end workload.truth)
    within 'capture: the addresses of the memory are all there, on node 1' "$((4096 - missing))" 4096 "$(ask capture "SELECT
        count(DISTINCT address) FROM page_move WHERE address >= $start AND address < $end AND to_node = 1")"
}
