#!/bin/sh
# line_report, symbol_report, symbol_pair_report, finding_report.
. "$(dirname "$0")/lib.sh"
row dso capture_id=1 dso_id=1 "path='/bin/a'"
for n in 1 2 3; do row symbol capture_id=1 symbol_id=$n dso_id=1 "kind='code'" "name='f$n'"; done
for n in 1 2 3; do row code_bytes capture_id=1 code_id=$n dso_id=1 code_address=$((4096 + n)) symbol_id=$n; done
row code_bytes capture_id=1 code_id=4 code_address=0x5000

columns line_report 'capture_id, rank, line_id, line, pid, scope, verdict, confidence, confidence_reason, samples, transfers, writers, readers, node_pair, false_share, true_share, unknown_share, home_nodes, cost_cycles_low, cost_cycles_high, cost_share, writer_symbol, reader_symbol, object'
line() { row cache_line capture_id=1 "$@"; }
line line_id=1 address=0x1000 transfers=50 writer_code_id=1 reader_code_id=2 "verdict='true sharing'" "scope='within node'"
line line_id=2 address=0x2000 transfers=10 cost_cycles_low=500 cost_cycles_high=900 writer_code_id=1 reader_code_id=2 "verdict='mixed'"
line line_id=3 address=0x3000 transfers=60 cost_cycles_low=700 "verdict='cannot tell'" writer_code_id=4
line line_id=4 address=-128 transfers=50 remote_memory=1 pid=9 samples=77 writers=2 readers=3 "node_pair='0>1'" \
    false_share=0.75 true_share=0.25 unknown_share=0.0 "home_nodes='0,1'" "object='counters+0x8'" confidence=0.5 \
    "confidence_reason='why'" cost_share=0.1 "verdict='false sharing'" "scope='cross-socket'"
line line_id=5 address=0x5000 transfers=0 "verdict='remote placement'" reader_code_id=2
row cache_line capture_id=2 line_id=1 address=0x9000 transfers=1 "verdict='no finding'"
# The loader numbers the lines by their rank, each capture from 1.
expect 'line_report: ranks' 'SELECT capture_id, rank, line_id FROM line_report ORDER BY capture_id, rank' '1 | 1 | 1
1 | 2 | 2
1 | 3 | 3
1 | 4 | 4
1 | 5 | 5
2 | 1 | 1'
expect 'line_report: a whole row' 'SELECT * FROM line_report WHERE line_id = 4' \
    '1 | 4 | 4 | 0xffffffffffffff80 | 9 | cross-socket | false sharing | 0.5 | why | 77 | 50 | 2 | 3 | 0>1 | 0.75 | 0.25 | 0.0 | 0,1 | - | - | 0.1 | - | - | counters+0x8'
expect 'line_report: symbols' 'SELECT line_id, writer_symbol, reader_symbol FROM line_report WHERE capture_id = 1 ORDER BY 1' '1 | f1 | f2
2 | f1 | f2
3 | - | -
4 | - | -
5 | - | f2'

columns symbol_pair_report 'capture_id, writer_symbol, reader_symbol, lines, transfers, cost_cycles_low, cost_cycles_high, verdicts'
row code_bytes capture_id=1 code_id=6 code_address=0x7000
line line_id=6 address=0x6000 transfers=7 cost_cycles_low=10 cost_cycles_high=20 writer_code_id=4 reader_code_id=6 "verdict='mixed'"
line line_id=7 address=0x7000 transfers=2 cost_cycles_low=30 cost_cycles_high=40 writer_code_id=4 reader_code_id=6 "verdict='mixed'"
# Lines 6 and 7 are the one pair without names whose upper bound is known of each line: 10 + 30, 20 + 40.
expect 'symbol_pair_report: lines of a pair together, none without a transfer; unnamed pairs each for itself' \
    'SELECT * FROM symbol_pair_report WHERE capture_id = 1 ORDER BY transfers, writer_symbol DESC' '1 | 0x5000 | 0x7000 | 2 | 9 | 40 | 60 | mixed
1 | - | - | 1 | 50 | - | - | false sharing
1 | f1 | f2 | 2 | 60 | 500 | - | true sharing,mixed
1 | 0x5000 | - | 1 | 60 | 700 | - | cannot tell'

columns symbol_report 'capture_id, symbol, dso, samples, transfers, loads, stores, cpu_samples, faults, stall_share'
row symbol capture_id=1 symbol_id=4 dso_id=1 "kind='code'" "name='f1'" # another f1 of the same file: one function
row code_bytes capture_id=1 code_id=5 dso_id=1 code_address=0x6000 symbol_id=4
row code_profile capture_id=1 code_id=1 mem_samples=10 transfers=3 loads=7 stores=3 cpu_samples=100 faults=2
row code_profile capture_id=1 code_id=5 mem_samples=5 transfers=1 loads=5
row code_profile capture_id=1 code_id=4 mem_samples=1 loads=1
row code_profile capture_id=1 code_id=3 cpu_samples=50
row code_profile capture_id=2 code_id=3 cpu_samples=50
expect 'symbol_report: memory samples, profile and faults of a function' 'SELECT * FROM symbol_report ORDER BY symbol' \
    '1 | 0x5000 | - | 1 | 0 | 1 | 0 | 0 | 0 | -
1 | f1 | /bin/a | 15 | 4 | 12 | 3 | 100 | 2 | -
1 | f3 | /bin/a | 0 | 0 | 0 | 0 | 50 | 0 | -'

columns finding_report 'capture_id, rank, kind, scope, confidence, sentence, advice'
row finding capture_id=1 finding_id=2 "kind='loss'" "scope='unknown'" confidence=1 "sentence='second'"
row finding capture_id=1 finding_id=1 "kind='line'" "scope='cross-node'" confidence=0.5 "sentence='first'" "advice='do'"
expect 'finding_report: most important first' 'SELECT * FROM finding_report' '1 | 1 | line | cross-node | 0.5 | first | do
1 | 2 | loss | unknown | 1.0 | second | -'

expect 'mem_class: the numbers of enum ht_mem_class, each once' \
    "SELECT count(*), count(DISTINCT class), min(class), max(class), count(DISTINCT name) FROM mem_class" '19 | 19 | 0 | 18 | 19'
sed -n 's/^ *HT_CLASS_\([A-Z0-9_]*\) = \([0-9]*\),.*/\2 \1/p' "$root/analyze/load/data_source.h" >classes.txt
expect 'mem_class: names for them' "SELECT name FROM mem_class WHERE class IN (0, 5, 7, 10, 15, 18) ORDER BY class" 'not a memory access
other core, same node
other socket'\''s cache
remote memory
store, L1 miss
remote, cache or memory not told'
if [ "$(sed -n '1p;6p;8p;11p;16p;19p' classes.txt | tr '\n' ' ')" = '0 NOT_MEMORY 5 CACHE_SAME_NODE 7 CACHE_OTHER_SOCKET 10 REMOTE_MEMORY 15 STORE_L1_MISS 18 REMOTE_UNKNOWN ' ]; then
    echo 'ok mem_class: as in data_source.h'
else
    echo 'not ok mem_class: as in data_source.h'
    failed=1
fi
# reports/page_faults.sql: one place in a file is one row, wherever it was mapped; an address stays one.
row event capture_id=8 event_id=1 "kind='page fault'"
row dso capture_id=8 dso_id=1 "path='/lib/x'"
for at in 1 2 3; do
    row code_bytes capture_id=8 code_id=$at dso_id=1 offset=0x109 code_address=$((at * 4096 + 0x109))
    row code_profile capture_id=8 code_id=$at faults=$at
done
row code_bytes capture_id=8 code_id=4 offset=0x5000 code_address=0x5000
row code_profile capture_id=8 code_id=4 faults=2
expect 'page_faults: code without a name is counted by its place in the file' \
    "$(sed '/^--/d; s/:capture_id/8/g; s/:top/10/g' "$root/reports/page_faults.sql")" '+0x109 | /lib/x | 6 | 0.75 | 2
0x5000 | - | 2 | 0.25 | 2'
exit $failed
