#!/bin/sh
# source_report, cpu_time_report, pressure_report: what was recorded, for how long, and what the machine was short of.
. "$(dirname "$0")/lib.sh"
row capture capture_id=1 window_start_ns=1000000000 window_end_ns=11000000000

columns source_report 'capture_id, source, events, samples, lost, lost_exact, window_ns, recorded_ns, off_at_ns'
row event capture_id=1 event_id=1 "name='cpu-clock'" "kind='cpu clock'" samples=70 lost=2 lost_exact=1 sample_type=32
row event capture_id=1 event_id=2 "name='vmscan:mm_vmscan_direct_reclaim_begin'" "kind='tracepoint'" samples=3 lost_exact=1
row event capture_id=1 event_id=3 "name='vmscan:mm_vmscan_direct_reclaim_end'" "kind='tracepoint'" samples=2 lost=1 lost_exact=0
row event capture_id=1 event_id=4 "name='sched:sched_migrate_task'" "kind='tracepoint'" samples=9 lost_exact=1
row event capture_id=1 event_id=5 "name='sideband'" "kind='sideband'" flags=1610612736 lost_exact=1
row event capture_id=1 event_id=6 "name='numa_maps'" "kind='snapshot'" samples=4 lost_exact=1
row event capture_id=1 event_id=7 "name='migrate:mm_migrate_pages_start'" "kind='tracepoint'" samples=4 lost_exact=1
# the end of reclaim went off after 4 s and stayed off; migrations were off twice, for 1 s and 2 s
row loss capture_id=1 time_ns=5000000000 "kind='gap'" event_id=3 count=6000000000
row loss capture_id=1 time_ns=2000000000 "kind='gap'" event_id=4 count=1000000000
row loss capture_id=1 time_ns=5000000000 "kind='gap'" event_id=4 count=2000000000
row loss capture_id=1 time_ns=5000000000 "kind='samples'" event_id=1 count=2
expect 'source_report: sources, their account and their time' 'SELECT source, events, samples, lost, lost_exact, recorded_ns, off_at_ns FROM source_report WHERE capture_id = 1 ORDER BY source' \
    'call chains | 1 | 70 | 2 | 1 | 10000000000 | -
cpu | 1 | 70 | 2 | 1 | 10000000000 | -
kernel code | 1 | 0 | 0 | 1 | 10000000000 | -
migrations | 1 | 9 | 0 | 1 | 7000000000 | -
numa_maps | 1 | 4 | 0 | 1 | 10000000000 | -
reclaim | 2 | 5 | 1 | 0 | 4000000000 | 4000000000'

columns cpu_time_report 'capture_id, user_share, system_share, interrupt_share, idle_share, iowait_share, steal_share'
row condition capture_id=1 "phase='start'" "name='load.stat.cpu'" "value='100 0 100 1000 10 0 5 0 0 0'"
row condition capture_id=1 "phase='end'" "name='load.stat.cpu'" "value='130 10 120 1020 15 1 9 10 77 0'"
# 40 user (nice is user), 20 system, 5 interrupts, 20 idle, 5 iowait, 10 stolen; guests are in user already
expect 'cpu_time_report' 'SELECT * FROM cpu_time_report' '1 | 0.4 | 0.2 | 0.05 | 0.2 | 0.05 | 0.1'
sqlite3 v.db "UPDATE condition SET value = '1 2 x' WHERE phase = 'end'"
expect 'cpu_time_report: nothing from a broken line' 'SELECT count(*) FROM cpu_time_report' 0

columns pressure_report 'capture_id, resource, some_share, full_share'
row condition capture_id=1 "phase='start'" "name='load.pressure.memory'" \
    "value='some avg10=0.00 total=1000' || char(10) || 'full avg10=0.00 total=500'"
row condition capture_id=1 "phase='end'" "name='load.pressure.memory'" \
    "value='some avg10=9.00 total=2501000' || char(10) || 'full avg10=1.00 total=1000500'"
row condition capture_id=1 "phase='start'" "name='load.pressure.cpu'" "value='some avg10=0.00 total=9'"
row condition capture_id=1 "phase='end'" "name='load.pressure.cpu'" "value='some avg10=0.00 total=20000009'"
row condition capture_id=1 "phase='start'" "name='load.pressure.io'" "value='not supported'"
# 2.5 s and 1 s of 10 s; never more than the window
expect 'pressure_report' 'SELECT * FROM pressure_report ORDER BY resource' '1 | cpu | 1.0 | -
1 | memory | 0.25 | 0.1'

# Numbers in words of reports have no exponent: 99.6 % is no "1e+02 %", 3000 a second no "3e+03". The window has 1 s.
row capture capture_id=9 window_start_ns=0 window_end_ns=1000000000 "level='software'"
row condition capture_id=9 "phase='start'" "name='load.pressure.cpu'" "value='some avg10=0.00 total=0'"
row condition capture_id=9 "phase='end'" "name='load.pressure.cpu'" "value='some avg10=0.00 total=996000'"
row event capture_id=9 event_id=1 "name='major-faults'" "kind='major fault'" samples=3000 lost_exact=1
row event capture_id=9 event_id=2 "name='sched:sched_migrate_task'" "kind='tracepoint'" samples=3 lost_exact=1
expect 'overview: shares and rates without an exponent' \
    "SELECT seen FROM ($(sed '/^--/d; s/:capture_id/9/g; s/;$//' "$root/reports/overview.sql"))
     WHERE subject IN ('tasks that waited', 'major page faults', 'task migrations')" 'for a CPU 99.6 % of the time
3,000 (3,000 a second)
3 (3.0 a second)'
if grep -l '%[0-9.]*[ge]' "$root"/reports/*.sql; then echo 'not ok reports: no number with an exponent'; failed=1
else echo 'ok reports: no number with an exponent'; fi
exit "$failed"
