#!/bin/sh
# migration_report, placement_report, locality_report.
. "$(dirname "$0")/lib.sh"
row thread capture_id=1 tid=11 pid=10 "comm='worker'"
row process capture_id=1 pid=10 "comm='server'"

columns migration_report 'capture_id, from_node, to_node, tid, pid, comm, migrations, first_ns, last_ns'
m() { row migration capture_id=1 time_ns=$1 tid=$2 from_node=$3 to_node=$4 "comm='$5'"; }
m 100 11 0 1 old
m 300 11 0 1 old
m 200 11 1 0 old
m 400 99 0 0 unknown
m 500 99 NULL 0 unknown
row migration capture_id=2 time_ns=1 tid=11 from_node=0 to_node=1
expect 'migration_report: a row a thread and pair of nodes, with the name the thread has' \
    'SELECT * FROM migration_report ORDER BY capture_id, tid, from_node, to_node' '1 | 0 | 1 | 11 | 10 | worker | 2 | 100 | 300
1 | 1 | 0 | 11 | 10 | worker | 1 | 200 | 200
1 | - | 0 | 99 | - | unknown | 1 | 500 | 500
1 | 0 | 0 | 99 | - | unknown | 1 | 400 | 400
2 | 0 | 1 | 11 | - | - | 1 | 1 | 1'

columns placement_report 'capture_id, pid, comm, snapshot, time_ns, kind, node, bytes'
map() { row numa_map capture_id=1 numa_map_id=$1 snapshot=$2 time_ns=$3 pid=10 "kind='$4'" page_bytes=$5; }
pages() { row numa_map_node capture_id=1 numa_map_id=$1 node=$2 pages=$3; }
map 1 0 1000 heap 4096
map 2 0 1000 heap 4096
map 3 0 1000 huge 2097152
map 4 0 1000 anon 4096
map 5 0 1000 file 4096
map 6 1 2000 stack 4096
pages 1 0 10
pages 1 1 5
pages 2 0 1
pages 3 1 2
pages 4 0 3
pages 5 0 4
pages 6 1 7
# 11 pages of 4096 are 45056, 5 are 20480, 2 of 2 MiB are 4194304, 3 are 12288, 4 are 16384, 7 are 28672
expect 'placement_report: bytes by kind and node' \
    'SELECT snapshot, kind, node, bytes, time_ns, comm FROM placement_report ORDER BY snapshot, kind, node' '0 | anon | 0 | 12288 | 1000 | server
0 | file | 0 | 16384 | 1000 | server
0 | heap | 0 | 45056 | 1000 | server
0 | heap | 1 | 20480 | 1000 | server
0 | huge | 1 | 4194304 | 1000 | server
1 | stack | 1 | 28672 | 2000 | server'

columns locality_report 'capture_id, pid, comm, snapshot, time_ns, node, huge_bytes, heap_bytes, stack_bytes, private_bytes, total_bytes'
expect 'locality_report: the table of numastat -p' 'SELECT * FROM locality_report ORDER BY snapshot, node' \
    '1 | 10 | server | 0 | 1000 | 0 | 0 | 45056 | 0 | 28672 | 73728
1 | 10 | server | 0 | 1000 | 1 | 4194304 | 20480 | 0 | 0 | 4214784
1 | 10 | server | 1 | 2000 | 1 | 0 | 0 | 28672 | 0 | 28672'

# Every view that is public has a test here: a new one without a test is found.
for view in "$root"/schema/views/*.sql; do
    name=$(basename "$view" .sql)
    if grep -qs "FROM $name" "$root"/tests/views/*_test.sh; then echo "ok $name has a test"; else echo "not ok $name has no test"; failed=1; fi
done
exit $failed
