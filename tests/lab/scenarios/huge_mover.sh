# Transparent huge pages moved by move_pages(2): each one row with its address, its new node and its size in pages.
machine=two_nodes

guest() {
    echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
    trace_on migrate/mm_migrate_pages migrate/remove_migration_pte thp/remove_migration_pmd
    record_while capture huge_mover 4
    trace_off
}

check() {
    recorded capture || return
    trace_is_whole
    start=$(truth memory_start capture.log) end=$(truth memory_end capture.log)
    before=$(truth before_huge capture.log)
    # Where the guest has no huge page left, or the kernel split one, it is small pages that move.
    if [ "$before" != 4 ] || [ "$(truth after_huge capture.log)" != 4 ]; then
        pass "huge pages (left out: the kernel gave $before and kept $(truth after_huge capture.log))"
        return
    fi
    # Before Linux 5.9 mm_migrate_pages counted a huge page as one.
    same 'pages moved by system calls equal the trace' "$(traced mm_migrate_pages |
        sed -n 's/.*nr_succeeded=\([0-9]*\).*reason=syscall_or_cpuset.*/\1/p' | awk '{ n += $1 } END { print n + 0 }')" \
        "$(ask capture "SELECT coalesce(sum(succeeded_pages), 0) FROM page_migration WHERE reason = 'syscall_or_cpuset' AND
            $(while_marked)")"
    if has_event capture thp:remove_migration_pmd || has_event capture migrate:remove_migration_pte; then
        same 'each huge page has its rows, with its size and new node' "$(truth moved capture.log),2048,1,1" "$(ask capture "SELECT
            count(DISTINCT address / 2097152), sum(pages), min(to_node), max(to_node) FROM page_move WHERE address >= $start AND
            address < $end")"
    fi
}
