#!/bin/sh
# reclaim_report, page_move_report, page_bounce_report, device_report.
. "$(dirname "$0")/lib.sh"
row capture capture_id=1 window_start_ns=1000 window_end_ns=2000
row capture capture_id=2 window_start_ns=0 window_end_ns=100
row process capture_id=1 pid=10 "comm='server'"
row thread capture_id=1 tid=11 pid=10
row thread capture_id=1 tid=12 pid=10

columns reclaim_report 'capture_id, kind, node, pid, comm, stalls, total_ns, longest_ns, reclaimed_pages, unpaired'
r() { row reclaim capture_id=1 time_ns=$1 "kind='$2'" tid=$3 node=$4 reclaimed_pages=$5; }
# kswapd of node 0 is awake when the window opens, sleeps at 1100, works in two rounds from 1200 to 1500, and from 1900 on.
r 1100 'kswapd sleep' 1 0 NULL
r 1200 'kswapd wake' 1 0 NULL
r 1300 'kswapd wake' 1 0 NULL
r 1500 'kswapd sleep' 1 0 NULL
r 1900 'kswapd wake' 1 0 NULL
# kswapd of node 1 does not.
r 1400 'kswapd wake' 2 1 NULL
r 1410 'kswapd sleep' 2 1 NULL
# Thread 11: in a stall at the start (50), one of 30, one whose end was lost (it says nothing), one of 20, one to the end
# (100). Thread 12: one of 200.
r 1050 'direct end' 11 NULL 5
r 1060 'direct begin' 11 NULL NULL
r 1090 'direct end' 11 NULL 32
r 1120 'direct begin' 11 NULL NULL
r 1150 'direct begin' 11 NULL NULL
r 1170 'direct end' 11 NULL 1
r 1900 'direct begin' 11 NULL NULL
r 1300 'direct begin' 12 NULL NULL
r 1500 'direct end' 12 NULL 2
# An end without its begin in the middle says nothing either; another kind of work is apart.
r 1600 'cgroup begin' 11 NULL NULL
r 1610 'cgroup end' 11 NULL 8
r 1620 'cgroup end' 11 NULL 9
row reclaim capture_id=2 time_ns=60 "kind='direct begin'" tid=5
expect 'reclaim_report: kswapd by node, stalls by process, edges of the window' \
    'SELECT * FROM reclaim_report ORDER BY capture_id, kind, node, pid' '1 | cgroup | - | 10 | server | 2 | 10 | 10 | 17 | 1
1 | direct | - | 10 | server | 5 | 400 | 200 | 40 | 3
1 | kswapd | 0 | - | - | 3 | 500 | 300 | - | 2
1 | kswapd | 1 | - | - | 1 | 10 | 10 | - | 0
2 | direct | - | - | - | 1 | 40 | 40 | - | 1'

columns page_move_report 'capture_id, by_pid, comm, to_node, moves, pages, addresses, addresses_moved_again, first_ns, last_ns'
columns page_bounce_report 'capture_id, by_pid, comm, address, moves, places_changed, nodes_changed, nodes, pages, first_ns, last_ns'
p() { row page_move capture_id=1 time_ns=$1 by_pid=$2 address=$3 pages=$4 phys_address=$5 to_node=$6; }
# 0x1000 goes to node 1, back to node 0 and to node 1 again; 0x2000 and a huge page move once; 0x5000 is told three times
# for one place (it is shared); of 0x6000 no place is known.
p 100 10 0x1000 1 0x900000 1
p 200 10 0x1000 1 0x100000 0
p 300 10 0x1000 1 0x900000 1
p 150 10 0x2000 1 0x901000 1
p 160 10 0x200000 512 0xa00000 1
p 170 10 0x5000 1 0x902000 1
p 171 10 0x5000 1 0x902000 1
p 172 10 0x5000 1 0x902000 1
p 400 20 0x6000 1 NULL NULL
p 500 20 0x6000 1 NULL NULL
# to node 1: 3 x 1 of 0x5000, 2 x 1 of 0x1000, 1 and 512: 7 moves of 518 pages at 4 addresses
expect 'page_move_report: moves, pages, addresses by node' 'SELECT * FROM page_move_report ORDER BY by_pid, to_node' \
    '1 | 10 | server | 0 | 1 | 1 | 1 | 1 | 200 | 200
1 | 10 | server | 1 | 7 | 518 | 4 | 1 | 100 | 300
1 | 20 | - | - | 2 | 2 | 1 | 1 | 400 | 500'
expect 'page_bounce_report: what moved more than once, not what is told for one place' \
    'SELECT * FROM page_bounce_report' '1 | 10 | server | 0x1000 | 3 | 2 | 2 | 1,0 | 1 | 100 | 300
1 | 20 | - | 0x6000 | 2 | - | - | - | 1 | 400 | 500'

columns device_report 'capture_id, name, kind, node, irqs, irq_affinity, irq_nodes, irq_cpus, remote_irq_cpus'
for cpu in 0 1 2 3 4 5 6 7 8 9; do row cpu capture_id=1 cpu=$cpu node=$((cpu / 4)) online=1; done
row cpu capture_id=2 cpu=0 node=7
d() { row device capture_id=1 "name='$1'" "kind='$2'" node=$3 irqs=$4 irq_affinity=$5; }
d eth0 net 1 "'24-27'" "'0-2,5,8-9'"
d eth1 net 0 "'28'" "'3'"
d lo net NULL NULL NULL
d sda block NULL "'30'" "'1,6'"
d sdb block 1 "'31'" "'77'"
# eth0: CPUs 0 to 2 are on node 0, 5 on node 1, 8 and 9 on node 2: five of six on another node than 1.
expect 'device_report: nodes of the CPUs that take its interrupts' 'SELECT * FROM device_report ORDER BY name' \
    '1 | eth0 | net | 1 | 24-27 | 0-2,5,8-9 | 0,1,2 | 6 | 5
1 | eth1 | net | 0 | 28 | 3 | 0 | 1 | 0
1 | lo | net | - | - | - | - | - | -
1 | sda | block | - | 30 | 1,6 | 0,1 | 2 | -
1 | sdb | block | 1 | 31 | 77 | - | - | -'
# A source that was switched off at 1600, and records of kswapd that were lost: what has no end goes to there, or says nothing.
row capture capture_id=5 window_start_ns=1000 window_end_ns=2000
row event capture_id=5 event_id=1 "name='vmscan:mm_vmscan_direct_reclaim_begin'" "kind='tracepoint'" lost_exact=1
row event capture_id=5 event_id=2 "name='vmscan:mm_vmscan_kswapd_wake'" "kind='tracepoint'" lost=1 lost_exact=1
row loss capture_id=5 "kind='gap'" event_id=1 time_ns=1600 count=400
row reclaim capture_id=5 time_ns=1500 "kind='direct begin'" tid=5
row reclaim capture_id=5 time_ns=1100 "kind='kswapd wake'" node=0
row reclaim capture_id=5 time_ns=1130 "kind='kswapd sleep'" node=0
row reclaim capture_id=5 time_ns=1200 "kind='kswapd wake'" node=0
row reclaim capture_id=5 time_ns=1100 "kind='cgroup begin'" tid=0
row reclaim capture_id=5 time_ns=1300 "kind='cgroup end'" tid=0
expect 'reclaim_report: no time behind a gap, none from a lost end, none of tasks that cannot be told apart' \
    'SELECT kind, stalls, total_ns, longest_ns, unpaired FROM reclaim_report WHERE capture_id = 5 ORDER BY kind' 'cgroup | 1 | - | - | 0
direct | 1 | 100 | 100 | 1
kswapd | 2 | 30 | 30 | 1'
# Numbers of a hostile capture: their sum is too large for an integer, and no error.
big=9223372036854775807
row capture capture_id=6 window_start_ns=0 window_end_ns=$big
for at in 10 30; do
    row reclaim capture_id=6 time_ns=$at "kind='direct begin'" tid=5
    row reclaim capture_id=6 time_ns=$((at + 5)) "kind='direct end'" tid=5 reclaimed_pages=$big
    row cgroup_stat capture_id=6 cgroup_id=1 node=0 time_ns=9 "name='anon'" value_bytes=$big
    row event capture_id=6 event_id=$at "name='vmscan:mm_vmscan_direct_reclaim_begin'" "kind='tracepoint'" lost=$big
done
row cgroup capture_id=6 cgroup_id=1 "path='/'"
expect 'sums of hostile numbers end at the largest integer' \
    "SELECT 'pages', reclaimed_pages FROM reclaim_report WHERE capture_id = 6 UNION ALL
     SELECT 'bytes', last_anon_bytes FROM cgroup_report WHERE capture_id = 6 UNION ALL
     SELECT source, lost FROM source_report WHERE capture_id = 6" "pages | $big
bytes | $big
reclaim | $big"
exit $failed
