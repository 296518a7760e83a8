#!/bin/sh
# c2c_stats, c2c_line and c2c_offset: what perf's tables would show of hand-made roll-ups.
. "$(dirname "$0")/lib.sh"

columns c2c_stats 'capture_id, name, value'
row c2c_stat capture_id=2 position=1 "name='Total records'" value=7
row c2c_stat capture_id=1 position=2 "name='Load Operations'" value=5
row c2c_stat capture_id=1 position=1 "name='Total records'" value=9
expect 'c2c_stats: in the order of perf, capture by capture' 'SELECT * FROM c2c_stats' '1 | Total records | 9
1 | Load Operations | 5
2 | Total records | 7'

columns c2c_line 'capture_id, line_id, line, pid, records, rmt_hitm, lcl_hitm, tot_hitm, rmt_peer, lcl_peer, stores, st_l1hit, st_l1miss, st_na, fb, l1, l2, llc_hit, rmt_hit, lcl_dram, rmt_dram, home_node'
row cache_line capture_id=1 line_id=1 address=0x1000 pid=7 c2c_records=40 c2c_rmt_hitm=3 c2c_lcl_hitm=2 c2c_stores=9 \
    c2c_st_l1hit=4 c2c_st_l1miss=3 c2c_st_na=1 c2c_fb=5 c2c_l1=6 c2c_l2=10 c2c_llc_hit=11 c2c_rmt_hit=12 c2c_lcl_dram=13 \
    c2c_rmt_dram=14 c2c_home_node=1
row cache_line capture_id=1 line_id=2 address=-64 c2c_lcl_peer=1
row cache_line capture_id=1 line_id=3 address=0x2000 c2c_rmt_peer=2
row cache_line capture_id=1 line_id=4 address=0x3000 c2c_stores=100 transfers=9
row cache_line capture_id=2 line_id=1 address=0x1000 c2c_rmt_hitm=1
expect 'c2c_line: lines with a HITM or peer transfer; kernel addresses as they are' 'SELECT * FROM c2c_line' \
    '1 | 1 | 0x1000 | 7 | 40 | 3 | 2 | 5 | 0 | 0 | 9 | 4 | 3 | 1 | 5 | 6 | 10 | 11 | 12 | 13 | 14 | 1
1 | 2 | 0xffffffffffffffc0 | - | 0 | 0 | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | -
1 | 3 | 0x2000 | - | 0 | 0 | 0 | 0 | 2 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | -
2 | 1 | 0x1000 | - | 0 | 1 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | -'

columns c2c_offset 'capture_id, line_id, line, offset, pid, code_address, symbol, dso, source_line, records, cpus, rmt_hitm, lcl_hitm, stores, st_l1hit, st_l1miss, st_na, mean_rmt_hitm_cycles, mean_lcl_hitm_cycles'
row dso capture_id=1 dso_id=1 "path='/usr/bin/a b'"
row dso capture_id=1 dso_id=2 "path='//anon'"
row dso capture_id=1 dso_id=3 "path='/lib/modules/6.1/kernel/virtio-net.ko.xz'"
row symbol capture_id=1 symbol_id=1 dso_id=1 "kind='code'" "name='spin'"
row code_bytes capture_id=1 code_id=1 dso_id=1 code_address=0x401000 symbol_id=1 "source_file='/src/x/spin.c'" source_line=12
row code_bytes capture_id=1 code_id=2 dso_id=2 code_address=0x7f0000001000
row code_bytes capture_id=1 code_id=3 dso_id=3 code_address=-4096
row code_bytes capture_id=1 code_id=4 code_address=0x401000
# Three places share offset 8 and one code address; the third has another file under the same address and came later.
row line_access capture_id=1 line_id=1 offset=8 code_id=1 pid=7 tid=7 cpu=0 first_ns=100 c2c_records=5 c2c_rmt_hitm=2 \
    c2c_rmt_cycles=801 stores=1 c2c_st_l1hit=1
row line_access capture_id=1 line_id=1 offset=8 code_id=1 pid=7 tid=8 cpu=3 first_ns=200 c2c_records=4 c2c_rmt_hitm=1 \
    c2c_rmt_cycles=100 c2c_lcl_hitm=2 c2c_lcl_means=1 c2c_lcl_cycles=50 stores=4 c2c_st_l1miss=2 c2c_st_na=1
row line_access capture_id=1 line_id=1 offset=8 code_id=4 pid=9 tid=9 cpu=-1 first_ns=300 c2c_records=1
row line_access capture_id=1 line_id=1 offset=16 code_id=2 pid=8 tid=8 cpu=3 c2c_lcl_hitm=1
row line_access capture_id=1 line_id=2 offset=0 code_id=3 pid=7 tid=7 cpu=0
row line_access capture_id=1 line_id=4 offset=0 code_id=1 pid=7 tid=7 cpu=0 c2c_records=3
expect 'c2c_offset: a row an offset and code address; the earliest names it; means over what had a latency' \
    'SELECT * FROM c2c_offset ORDER BY line_id, offset' \
    '1 | 1 | 0x1000 | 8 | 7 | 0x401000 | spin | a b | spin.c:12 | 10 | 2 | 3 | 2 | 5 | 1 | 2 | 1 | 300.333333333333 | 50.0
1 | 1 | 0x1000 | 16 | 7 | 0x7f0000001000 | - | [JIT] tid 8 | - | 0 | 1 | 0 | 1 | 0 | 0 | 0 | 0 | - | -
1 | 2 | 0xffffffffffffffc0 | 0 | - | 0xfffffffffffff000 | - | [virtio_net] | - | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | - | -'
exit $failed
