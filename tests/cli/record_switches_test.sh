#!/bin/sh
# Context switches against the kernel's own count and against perf, call chains of a program whose chain is known, and a
# BPF program that is gone when its name is wanted. Nothing here depends on how fast the machine is.
. "$(dirname "$0")/record_lib.sh"
if ! can_record; then
    skip 'context switches' "$(tail -n 1 can.out)"
    exit 0
fi
wide=$(fact can.hitm mode)

# until_ COMMAND...: waits until it holds, ten seconds at most.
until_() {
    tries=0
    until "$@" || [ $tries -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}

has_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }
is_open() { [ -n "$(fact "$1" window_start_ns)" ]; }

# ---- the kernel's count of each thread ----

# Four threads that sleep when the window opens and when it ends: what /proc counts in between is what must be there.
mkfifo go
: >storm.out
"$open/bin/switch_storm" -n 2000 2 <go >storm.out &
workload=$!
exec 3>go
until_ has_lines storm.out 1
"$record" -q --max-overhead 0 -p $workload -d 60 -o exact.hitm >exact.out 2>&1 3>&- &
recorder=$!
until_ is_open exact.hitm
printf g >&3
until_ has_lines storm.out 5
kill -INT $recorder
wait $recorder
exec 3>&-
wait $workload
lost=$(sql exact.hitm "SELECT lost FROM event WHERE name = 'context switches'")
off=0
sed 1d storm.out >counts
while read -r tid counted; do
    rows=$(sql exact.hitm "SELECT count(*) FROM switch WHERE tid = $tid AND out")
    [ "$rows" -le "$counted" ] && [ $((rows + lost)) -ge "$counted" ] || off=$((off + 1))
    echo "thread $tid: kernel $counted, rows $rows, lost $lost in all" >>exact.out
done <counts
if [ $off -eq 0 ] && has_lines counts 4; then
    pass 'switches: as many as the kernel counts for each thread'
else
    fail 'switches: as many as the kernel counts for each thread' exact.out storm.out
fi
# Processes that nobody knew, born in the moment when the window opened, may be there too.
is 'switches: of the target, none of the idle tasks, the recorder and the shell' "1 0" "$(sql exact.hitm "SELECT
    sum(pid = $workload) > 4000 FROM switch") $(sql exact.hitm "SELECT count(*) FROM switch
    WHERE pid IN (0, $$, $(fact exact.hitm recorder_pid))")"
if [ "$wide" = cpu-wide ]; then
    check 'switches: those of others are counted' test "$(fact exact.hitm switches_of_others)" -gt 0
    # A task that was reaped when it left its CPU has a number only where its coming was seen: not at the start of the
    # window, nor behind lost records.
    is 'switches: who came and went is told' 1 "$(sql exact.hitm "SELECT $lost > 0 OR
        count(*) - count(other_tid) <= $(nproc) FROM switch")"
else
    skip 'switches: those of others are counted' 'no privilege to watch whole CPUs'
fi
is 'switches: who comes to a CPU leaves it again' 1 "$(sql exact.hitm "SELECT $lost > 0 OR abs(sum(1 - 2 * out)) <= 4
    FROM switch")"

# Threads that end: the kernel no longer knows their numbers at their last switch.
"$record" -q -o ends.hitm -- sh -c 'for i in 1 2 3 4 5; do sleep 0.01; done' 2>ends.err
is 'switches: ends of processes have their numbers' 1 "$(sql ends.hitm "SELECT (SELECT lost FROM event
    WHERE name = 'context switches') > 0 OR count(*) = 0 FROM switch WHERE out AND (tid IS NULL OR tid < 0)")"
is 'switches: a command has its children' 1 "$(sql ends.hitm "SELECT count(DISTINCT pid) >= 5 FROM switch")"

# ---- the machine, against perf ----

if [ "$wide" = cpu-wide ]; then
    "$record" -q -a -d 0.2 -o without.hitm 2>without.err
    is '-a: no switches unless asked for' 0 "$(sql without.hitm "SELECT count(*) FROM event WHERE kind = 'switch'")"
    "$record" -q --no-switches -o no.hitm -- true 2>no.err
    is '--no-switches' 0 "$(sql no.hitm "SELECT count(*) FROM event WHERE kind = 'switch'")"
fi

# One window that both record; either may lose something on a busy machine, and then it is tried again.
watch_together() {
    perf record -q -m 1024 -a -e dummy:u --switch-events -o all.data -- \
        "$record" -q -a --switches --force --max-overhead 0 -m 4096 -o all.hitm -- \
        "$open/bin/switch_storm" 0.2 >all.out 2>all.err
    start=$(fact all.hitm window_start_ns) end=$(fact all.hitm window_end_ns)
    seen=$(perf script -i all.data --ns --show-switch-events -F time 2>/dev/null | awk -v start="$start" -v end="$end" '
        /PERF_RECORD_SWITCH/ {
            for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+[.][0-9]+:$/) break
            sub(":", "", $i); split($i, t, "."); ns = t[1] * 1000000000 + t[2]; n += ns >= start && ns <= end
        }
        END { print n + 0 }')
    ours=$(sql all.hitm "SELECT samples + lost FROM event WHERE kind = 'switch'")
}

if [ "$wide" = cpu-wide ] && command -v perf >/dev/null &&
    perf record -q -a -e dummy:u --switch-events -o try.data -- true 2>/dev/null; then
    for attempt in 1 2 3; do
        watch_together
        ! is_within "$ours" "$seen" || break
    done
    if is_within "$ours" "$seen"; then
        pass "switches: as perf record sees them ($ours, $seen, window $attempt)"
    else
        fail "switches: as perf record sees them: $ours and $seen" all.out all.err
    fi
    is 'switches: as many rows as samples' 1 "$(sql all.hitm "SELECT (SELECT samples FROM event WHERE kind = 'switch') =
        (SELECT count(*) FROM switch)")"
else
    skip 'switches: as perf record sees them' 'no perf that works here, or no privilege'
fi

# ---- call chains ----

"$record" -q -g --max-overhead 0 -o chains.hitm -- "$open/bin/call_chain" 0.5 >chains.out 2>chains.err
is '-g: exit status' 0 $?
# Wherever the kernel interrupted chain_inner, its callers follow in order.
is '-g: callers in order, with their names' 1 "$(sql chains.hitm "WITH frame AS (
        SELECT f.chain_id, f.depth, s.raw_name AS name FROM call_chain_frame f JOIN code_bytes c USING (capture_id, code_id)
        JOIN symbol s USING (capture_id, symbol_id)),
    inner AS (SELECT chain_id, min(depth) AS depth FROM frame WHERE name = 'chain_inner' GROUP BY chain_id)
    SELECT count(*) > 0 AND count(*) = sum(
        EXISTS (SELECT 1 FROM frame f WHERE f.chain_id = i.chain_id AND f.depth = i.depth + 1 AND name = 'chain_middle')
        AND EXISTS (SELECT 1 FROM frame f WHERE f.chain_id = i.chain_id AND f.depth = i.depth + 2 AND name = 'chain_outer'))
    FROM inner i")"
is '-g: every chain that is named is there' 0 "$(sql chains.hitm "SELECT count(*) FROM cpu_sample s
    WHERE chain_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM call_chain c WHERE c.chain_id = s.chain_id)")"
is '-g: CPU samples have chains, faults have none' 1 "$(sql chains.hitm "SELECT sum(e.kind = 'cpu clock') > 10 AND
    sum(e.kind <> 'cpu clock') = 0 FROM cpu_sample s JOIN event e USING (capture_id, event_id)
    WHERE s.chain_id IS NOT NULL")"

# ---- kernel code that comes and goes ----

if [ "$wide" = cpu-wide ]; then
    "$record" -q --max-overhead 0 -o bpf.hitm -- "$open/bin/bpf_filter" 0.3 >bpf.out 2>bpf.err
    if [ "$(fact bpf.hitm command_status)" = 'exit 0' ] && [ "$(cat /proc/sys/net/core/bpf_jit_enable)" != 0 ]; then
        is 'BPF: the program that came is told' 1 "$(sql bpf.hitm "SELECT count(*) FROM kernel_symbol
            WHERE kind = 'bpf' AND registered AND name LIKE 'bpf_prog_%_hitm_filter'")"
        is 'BPF: with its number and tag' 1 "$(sql bpf.hitm "SELECT count(*) > 0 FROM bpf_program p JOIN kernel_symbol s
            ON s.name = 'bpf_prog_' || p.tag || '_hitm_filter' WHERE p.loaded AND p.program_id > 0")"
        is 'BPF: it is gone, its samples have its name' 1 "$(sql bpf.hitm "SELECT count(*) > 10 FROM cpu_sample
            JOIN code_bytes USING (capture_id, code_id) JOIN symbol USING (capture_id, symbol_id)
            WHERE raw_name LIKE 'bpf_prog_%_hitm_filter'")"
    else
        skip 'BPF' 'no program can be loaded or compiled here'
    fi
else
    skip 'BPF' 'no privilege'
fi
exit $failed
