#!/bin/sh
# A real recording against what stock perf said of it, number by number: every count of the statistics, the line table,
# every Pareto row with percentages, mean cycles, CPU count, symbol, object and source line.
. "$(dirname "$0")/lib.sh"
if to_database "$here/two-node-false-sharing.perf.data" real --symfs "$here/symfs"; then
    pass 'import and load of a real recording'
else
    fail 'import and load of a real recording' import.err
fi
compare 'real recording' "$here/two-node-false-sharing.c2c-report.txt" real.db

# Single numbers, read by eye from that report, so that a mistake of the comparison itself shows.
one() { # NAME WANTED SQL
    got=$(sqlite3 real.db "$3")
    if [ "$got" = "$2" ]; then pass "$1"; else fail "$1: $got"; fi
}
one 'total records' 36853 "SELECT value FROM c2c_stats WHERE name = 'Total records'"
one 'the one line' '0x4bb400||36773|11028|0|11028|18407|6479|11928' 'SELECT line, pid, records, rmt_hitm, lcl_hitm,
    tot_hitm, stores, st_l1hit, st_l1miss FROM c2c_line'
one 'a row' '0|0x4016c7|writer_a|fshare|fshare.c:17|9049|1|400' "SELECT offset, code_address, symbol, dso, source_line,
    records, cpus, printf('%.0f', mean_rmt_hitm_cycles) FROM c2c_offset WHERE code_address = '0x4016c7'"
exit $failed
