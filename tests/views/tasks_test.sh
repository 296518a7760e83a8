#!/bin/sh
# residence_report, switch_report, process_migration_report, balancing_report, cgroup_report.
. "$(dirname "$0")/lib.sh"
row capture capture_id=1 window_start_ns=1000 window_end_ns=11000
row capture capture_id=2 window_start_ns=0 window_end_ns=100
row process capture_id=1 pid=10 "comm='server'" cgroup_id=77
row process capture_id=1 pid=20 "comm='batch'" cgroup_id=77
row process capture_id=1 pid=30 "comm='other'"
row thread capture_id=1 tid=10 pid=10 "comm='server'"
row thread capture_id=1 tid=11 pid=10 "comm='worker'"
row thread capture_id=1 tid=20 pid=20 "comm='batch'"
row thread capture_id=1 tid=30 pid=30 "comm='other'"

columns residence_report 'capture_id, pid, tid, comm, node, cpu_ns, thread_cpu_ns, thread_share, window_share, samples, source'
row residence capture_id=1 tid=11 node=0 cpu_ns=6000 samples=3 "source='switches'"
row residence capture_id=1 tid=11 node=1 cpu_ns=2000 samples=2 "source='switches'"
row residence capture_id=1 tid=20 node=-1 cpu_ns=NULL samples=9 "source='cpu clock'"
row residence capture_id=1 tid=30 node=1 cpu_ns=500 samples=1 "source='cpu clock'"
row residence capture_id=2 tid=11 node=0 cpu_ns=100 samples=1 "source='switches'"
# The window of capture 1 has 10000 ns, that of capture 2 100.
expect 'residence_report: shares of the thread and of the window' 'SELECT * FROM residence_report ORDER BY capture_id, tid, node' \
    '1 | 10 | 11 | worker | 0 | 6000 | 8000 | 0.75 | 0.6 | 3 | switches
1 | 10 | 11 | worker | 1 | 2000 | 8000 | 0.25 | 0.2 | 2 | switches
1 | 20 | 20 | batch | -1 | - | - | - | - | 9 | cpu clock
1 | 30 | 30 | other | 1 | 500 | 500 | 1.0 | 0.05 | 1 | cpu clock
2 | - | 11 | - | 0 | 100 | 100 | 1.0 | 1.0 | 1 | switches'

columns switch_report 'capture_id, pid, tid, comm, switches, preempted, stays, stay_ns, mean_stay_ns, longest_stay_ns'
row thread_switch capture_id=1 tid=11 switches=5 preempted=2 stays=4 stay_ns=10 longest_stay_ns=6
row thread_switch capture_id=1 tid=20 switches=7 preempted=0
row thread_switch capture_id=1 tid=99 switches=1 preempted=1 stays=0 stay_ns=0
expect 'switch_report: a row a thread; no stays where rows were lost' 'SELECT * FROM switch_report ORDER BY tid' \
    '1 | 10 | 11 | worker | 5 | 2 | 4 | 10 | 2.5 | 6
1 | 20 | 20 | batch | 7 | 0 | - | - | - | -
1 | - | 99 | - | 1 | 1 | 0 | 0 | - | -'

columns process_migration_report 'capture_id, pid, comm, threads, between_nodes, within_node, node_unknown, first_ns, last_ns'
m() { row migration capture_id=1 time_ns=$1 tid=$2 from_node=$3 to_node=$4 "comm='$5'"; }
m 300 11 0 1 x
m 100 11 1 1 x
m 500 10 1 0 x
m 400 10 NULL 0 x
m 600 99 0 0 stranger
m 650 98 0 1 stranger
m 700 97 0 0 guest
row migration capture_id=2 time_ns=1 tid=11 from_node=0 to_node=1
expect 'process_migration_report: a row a process, between nodes and within one' \
    'SELECT * FROM process_migration_report ORDER BY capture_id, pid, comm' '1 | - | guest | 1 | 0 | 1 | 0 | 700 | 700
1 | - | stranger | 2 | 1 | 1 | 0 | 600 | 650
1 | 10 | server | 2 | 2 | 1 | 1 | 100 | 500
2 | - | - | 1 | 1 | 0 | 0 | 1 | 1'

columns balancing_report 'capture_id, kind, from_node, to_node, pid, comm, decisions, threads, first_ns, last_ns'
b() { row balancing capture_id=1 time_ns=$1 "kind='$2'" tid=$3 pid=$4 from_node=$5 to_node=$6; }
b 10 move 11 10 0 1
b 30 move 10 10 0 1
b 20 move 11 NULL 0 1
b 40 stick 20 20 1 NULL
b 50 swap 98 97 1 0
expect 'balancing_report: a row a process, decision and pair of nodes' 'SELECT * FROM balancing_report ORDER BY kind' \
    '1 | move | 0 | 1 | 10 | server | 3 | 2 | 10 | 30
1 | stick | 1 | - | 20 | batch | 1 | 1 | 40 | 40
1 | swap | 1 | 0 | 97 | - | 1 | 1 | 50 | 50'

columns cgroup_report 'capture_id, cgroup_id, path, processes, node, cpu_ns, first_anon_bytes, last_anon_bytes, first_file_bytes, last_file_bytes'
row cgroup capture_id=1 cgroup_id=77 "path='/a'"
row cgroup capture_id=1 cgroup_id=78 "path='/empty'"
row cgroup capture_id=2 cgroup_id=77 "path='/a'"
s() { row cgroup_stat capture_id=1 cgroup_id=77 time_ns=$1 node=$2 "name='$3'" value_bytes=$4; }
s 100 0 anon 1000
s 100 1 anon 2000
s 100 0 file 10
s 200 0 anon 7
s 300 0 anon 1500
s 300 1 anon 0
s 300 0 file 20
s 300 1 file 5
s 300 0 shmem 99
s 300 NULL anon 1500
# Group 77 has processes 10 and 20: their threads ran 6000 ns on node 0, 2000 on node 1, and unknown time elsewhere.
expect 'cgroup_report: CPU time and memory by node, at the first and the last reading' \
    'SELECT * FROM cgroup_report ORDER BY capture_id, cgroup_id, node' '1 | 77 | /a | 2 | -1 | - | - | - | - | -
1 | 77 | /a | 2 | 0 | 6000 | 1000 | 1500 | 10 | 20
1 | 77 | /a | 2 | 1 | 2000 | 2000 | 0 | - | 5
1 | 78 | /empty | 0 | - | - | - | - | - | -
2 | 77 | /a | 0 | - | - | - | - | - | -'
# Capture 4 was recorded in a pid namespace of its own: thread 11 of tracepoints is another one than its own 11.
columns traced_thread 'capture_id, tid, pid, comm'
row condition capture_id=4 "phase='capture'" "name='pid_namespace'" "value='own'"
row thread capture_id=4 tid=11 pid=10 "comm='worker'"
row process capture_id=4 pid=10 "comm='server'"
row migration capture_id=4 time_ns=1 tid=11 from_node=0 to_node=1 "comm='host'"
row balancing capture_id=4 time_ns=1 "kind='move'" tid=11 pid=10
expect 'traced_thread: none in a pid namespace of its own' \
    'SELECT count(*), sum(capture_id = 4) FROM traced_thread' '4 | 0'
expect 'a number of the host takes no name from a thread inside' \
    "SELECT 'process', pid, comm FROM process_migration_report WHERE capture_id = 4 UNION ALL
     SELECT 'thread', pid, comm FROM migration_report WHERE capture_id = 4 UNION ALL
     SELECT 'balancing', pid, comm FROM balancing_report WHERE capture_id = 4" 'process | - | host
thread | - | host
balancing | 10 | -'
exit $failed
