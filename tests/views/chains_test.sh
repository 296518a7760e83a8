#!/bin/sh
# call_chain_report, caller_report.
. "$(dirname "$0")/lib.sh"
row process capture_id=1 pid=10 "comm='server'"
row dso capture_id=1 dso_id=1 "path='/usr/bin/server'"
row dso capture_id=1 dso_id=2 "path='/lib/libc.so.6'"
symbols='main worker spin a;b'
n=0
for name in $symbols; do
    n=$((n + 1))
    row symbol capture_id=1 symbol_id=$n dso_id=1 "kind='code'" "name='$name'"
done
# codes 1 to 4: one place in each function; 5: another one in spin; 6: libc without a name; 7: nothing is known
for n in 1 2 3 4; do row code_bytes capture_id=1 code_id=$n dso_id=1 code_address=$((n * 16)) symbol_id=$n; done
row code_bytes capture_id=1 code_id=5 dso_id=1 code_address=51 symbol_id=3
row code_bytes capture_id=1 code_id=6 dso_id=2 code_address=96
row code_bytes capture_id=1 code_id=7 code_address=112
# chain ID PID SAMPLES CODE...: the sampled instruction first
chain() {
    row call_chain capture_id=1 chain_id=$1 pid=$2 cpu_samples=$3
    chain_id=$1 depth=0
    shift 3
    for code in "$@"; do
        row call_chain_frame capture_id=1 chain_id=$chain_id depth=$depth code_id=$code
        depth=$((depth + 1))
    done
}
chain 1 10 4 3 2 1
chain 2 10 2 5 2 1
chain 3 10 3 6 4 1
chain 4 -1 10 7
chain 5 10 1 2 2 1 # worker calls itself
columns call_chain_report 'capture_id, rank, cpu_samples, share, pid, comm, depth, stack'
expect 'call_chain_report: chains of the same functions together, outermost first' 'SELECT * FROM call_chain_report ORDER BY rank' \
    '1 | 1 | 10 | 0.5 | -1 | [kernel] | 1 | [unknown]
1 | 2 | 6 | 0.3 | 10 | server | 3 | main;worker;spin
1 | 3 | 3 | 0.15 | 10 | server | 3 | main;a:b;[libc.so.6]
1 | 4 | 1 | 0.05 | 10 | server | 3 | main;worker;worker'
columns caller_report 'capture_id, symbol, dso, self_samples, total_samples, self_share, total_share'
# main is in chains 1, 2, 3, 5: 4 + 2 + 3 + 1; worker in 1, 2, 5, once in each
expect 'caller_report: samples in a function and in what it called' 'SELECT * FROM caller_report ORDER BY total_samples DESC, symbol' \
    '1 | [unknown] | - | 10 | 10 | 0.5 | 0.5
1 | main | /usr/bin/server | 0 | 10 | 0.0 | 0.5
1 | worker | /usr/bin/server | 1 | 7 | 0.05 | 0.35
1 | spin | /usr/bin/server | 6 | 6 | 0.3 | 0.3
1 | [libc.so.6] | /lib/libc.so.6 | 3 | 3 | 0.15 | 0.15
1 | a;b | /usr/bin/server | 0 | 3 | 0.0 | 0.15'
exit $failed
