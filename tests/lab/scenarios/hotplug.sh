# A CPU goes offline in the window and comes back: the recording goes on and says what it lacks.
machine=two_nodes

guest() {
    start workload spin 0 3
    trace_on
    record_while capture sh -c 'cpu3=/sys/devices/system/cpu/cpu3/online
        usleep 1500000; echo off >'$traced'/trace_marker; echo 0 >$cpu3
        usleep 1500000; echo on >'$traced'/trace_marker; echo 1 >$cpu3
        usleep 2000000; cat $cpu3'
    trace_off
    # One that comes when everything is open already.
    mkdir late
    cd late || return
    echo 0 >/sys/devices/system/cpu/cpu2/online
    trace_on
    record_while late sh -c 'sleep 1; echo 1 >/sys/devices/system/cpu/cpu2/online; sleep 1'
    trace_off
    stop
}

check() {
    recorded capture || return
    same 'the CPU went and came back' 1 "$(grep -x '[01]' capture.log)"
    off=$(sed -nE 's/.* ([0-9.]+): tracing_mark_write: off$/\1/p' trace | awk '{ printf "%.0f", $1 * 1e9 }')
    on=$(sed -nE 's/.* ([0-9.]+): tracing_mark_write: on$/\1/p' trace | awk '{ printf "%.0f", $1 * 1e9 }')
    end=$(ask capture 'SELECT window_end_ns FROM capture')
    within 'the CPU was sampled while it was there' 1 100000 "$(ask capture "SELECT count(*) FROM cpu_sample WHERE cpu = 3
        AND time_ns < $off")"
    within 'the others were sampled to the end' 1 100000 "$(ask capture "SELECT count(*) FROM cpu_sample WHERE cpu = 0
        AND time_ns > $on + 1000000000")"
    within 'a gap of the CPU is in the capture' 1 100 "$(ask capture "SELECT count(*) FROM loss WHERE kind = 'gap' AND cpu = 3")"
    # The recorder sees it a moment later, and says it from the last time on that it saw the CPU.
    within 'it begins when the CPU went' $((off - 3000000000)) "$on" "$(ask capture "SELECT min(time_ns) FROM loss
        WHERE kind = 'gap' AND cpu = 3")"
    gap_end=$(ask capture "SELECT max(time_ns + count) FROM loss WHERE kind = 'gap' AND cpu = 3")
    if [ "$(ask capture "SELECT count(*) FROM cpu_sample WHERE cpu = 3 AND time_ns > $on")" -gt 0 ]; then
        within 'it ends when the CPU came back' "$on" "$end" "$gap_end"
    else
        within 'it lasts to the end: the CPU that came back was not recorded' $((end - 500000000)) $((end + 500000000)) "$gap_end"
    fi
    within 'the report warns of it' 1 10 "$("$analyze" query capture.db warnings --format csv | grep -c 'CPU 3')"
    within 'it is said what is missing' 1 100 "$(ask capture "SELECT count(*) FROM condition WHERE phase = 'limit' AND
        (name || ' ' || value) LIKE '%CPU%3%'")"
    cd late || return
    recorded late || return
    within 'a CPU that came late is sampled or said to be missing' 1 100000 "$(ask late "SELECT (SELECT count(*) FROM condition
        WHERE phase = 'limit' AND (name || ' ' || value) LIKE '%CPU%2%') + (SELECT count(*) FROM cpu_sample WHERE cpu = 2)")"
    same 'it was offline at the start' 0 "$(ask late 'SELECT online FROM cpu WHERE cpu = 2')"
}
