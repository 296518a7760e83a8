# Automatic NUMA balancing moves memory to where it is used: page migrations with their reason, the address and new node
# of each page, and the kernel's counters, against move_pages(2), the kernel's trace and /proc/vmstat.
machine=two_nodes

guest() {
    echo 1 >/proc/sys/kernel/numa_balancing
    trace_on migrate/mm_migrate_pages migrate/remove_migration_pte sched/sched_move_numa sched/sched_stick_numa \
        sched/sched_swap_numa
    cat /proc/vmstat >vmstat.before
    record_while capture hint_faults 16 15
    cat /proc/vmstat >vmstat.after
    trace_off
}

gained() {
    awk -v name="$1" '$1 == name { if (FILENAME == "vmstat.before") before = $2; else print $2 - before }' vmstat.before \
        vmstat.after
}

check() {
    recorded capture || return
    trace_is_whole
    start=$(truth memory_start capture.log) end=$(truth memory_end capture.log)
    moved=$(($(truth after_node0 capture.log) - $(truth before_node0 capture.log)))
    within 'the kernel moved pages at all' 1 4096 "$moved"
    for name in numa_pages_migrated numa_hint_faults; do
        within "node_stat has what /proc/vmstat gained: $name" "$(truth $name capture.log)" "$(gained $name)" \
            "$(ask capture "SELECT max(value) - min(value) FROM node_stat WHERE name = 'vmstat.$name' AND node IS NULL")"
    done
    missing=$(lost capture mm_migrate_pages)
    sum=$(traced mm_migrate_pages | sed -n 's/.*nr_succeeded=\([0-9]*\).*reason=numa_misplaced.*/\1/p' | awk '{ n += $1 }
        END { print n + 0 }')
    found=$(ask capture "SELECT coalesce(sum(succeeded_pages), 0) FROM page_migration WHERE reason = 'numa_misplaced' AND $(while_marked)")
    within 'pages moved as misplaced equal the trace' "$((missing > 0 ? 0 : sum))" "$sum" "$found"
    within 'pages of the workload are among them' "$moved" "$((sum + 1))" "$((missing > 0 ? moved : found))"
    finds capture 'pages were moved as misplaced' pages numa_misplaced
    has_event capture migrate:remove_migration_pte || return 0
    missing=$(lost capture remove_migration_pte)
    traced remove_migration_pte | sed -n 's/.*addr=\([0-9a-fx]*\), pte=.*/\1/p' | sort -u >moved.trace
    ask capture "SELECT DISTINCT printf('%x', address) FROM page_move WHERE $(while_marked)" | sort -u >moved.capture
    [ "$missing" -gt 0 ] || same 'addresses of moved pages equal the trace' "$(cat moved.trace)" "$(cat moved.capture)"
    within 'each page of the workload that moved is there with its new node' "$((moved - missing))" "$moved" \
        "$(ask capture "SELECT count(DISTINCT address) FROM page_move WHERE address >= $start AND address < $end AND to_node = 0")"
}
