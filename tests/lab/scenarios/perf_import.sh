# perf record and hitm-record watch the same programs at the same time: what is imported from perf.data says the same of
# migrations, moved pages, page faults and the machine.
machine=two_nodes

guest() {
    record own -a -- sh -c 'perf record -N -q -a -c 1 -d -m 1024 -o theirs.data -e sched:sched_migrate_task \
        -e migrate:mm_migrate_pages,migrate:remove_migration_pte -e page-faults -- \
        sh -c "node_bouncer 30 >bouncer.truth; page_mover 4 >mover.truth" >perf.log 2>&1; echo $? >perf.code'
    uname -r >release
}

# both CHECK SQL: the same answer of both
both() { same "both have the same $1" "$(ask theirs "$2")" "$(ask own "$2")"; }

check() {
    case $(cat release) in
    6.[1-9]* | 6.1[0-9]* | [7-9].*) ;;
    *)
        pass 'perf beside hitm-record (left out: this kernel has no migrate:remove_migration_pte)'
        return
        ;;
    esac
    recorded own || return
    same 'perf recorded' 0 "$(cat perf.code)"
    imported theirs || return
    same 'nothing was lost on either side' '0 0' "$(ask own 'SELECT lost_samples FROM capture') $(ask theirs 'SELECT lost_samples
        FROM capture')"
    tid=$(truth tid bouncer.truth)
    start=$(truth memory_start mover.truth) end=$(truth memory_end mover.truth)
    same 'the bouncer moved as often as it says' "$(truth moved bouncer.truth)" "$(ask theirs "SELECT sum(migrations) FROM
        migration_report WHERE tid = $tid AND from_node <> to_node")"
    both 'moves of the bouncer' "SELECT from_cpu, to_cpu, from_node, to_node, comm, count(*) FROM migration WHERE tid = $tid
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2"
    both 'pages moved by system calls' "SELECT count(*), sum(succeeded_pages), sum(failed_pages) FROM page_migration
        WHERE reason = 'syscall_or_cpuset'"
    both 'addresses of moved pages' "SELECT count(*), count(DISTINCT address), min(address), max(address), sum(address / 4096) FROM
        page_move WHERE address >= $start AND address < $end"
    both 'faults on that memory' "SELECT count(*), count(DISTINCT address / 4096) FROM cpu_sample WHERE address >= $start AND
        address < $end"
    both 'nodes' 'SELECT node, cpulist, memory_bytes / 1048576 FROM node ORDER BY node'
    both 'CPUs' 'SELECT cpu, node, socket, die, core, online FROM cpu ORDER BY cpu'
}
