#!/bin/sh
# Real recordings of a second and less: how they begin and end, that nothing is miscounted, and that the analyzer reads
# what is left of each. Nothing here depends on how fast the machine is.
. "$(dirname "$0")/record_lib.sh"
if ! can_record; then
    skip 'live recordings' "$(tail -n 1 can.out)"
    exit 0
fi
wide=$(fact can.hitm mode)
tracepoints=0
mount_tracefs && is_root && tracepoints=1
page_kib=$(($(getconf PAGESIZE) / 1024))

# whole NAME CAPTURE: verify holds and both reports are made.
whole() {
    if "$analyze" verify "$2" >verify.out 2>&1; then pass "$1: whole"; else fail "$1: whole" verify.out; fi
    reports "$1" "$2"
}

reports() {
    rm -f report.html report.txt
    if "$analyze" report "$2" -o report.html >report.out 2>report.err && tail -c 20 report.html | grep -q '</html>' &&
        "$analyze" report "$2" --format text >report.txt 2>>report.err && [ -s report.txt ]; then
        pass "$1: reports are made"
    else
        fail "$1: reports are made" report.out report.err
    fi
}

# Every hit of an event of period 1 is a row or counted as lost, and the rows are there.
account() { # NAME CAPTURE
    rm -f account.db
    "$analyze" load -q "$2" -o account.db 2>account.err
    off=$(sqlite3 account.db "SELECT name, count, samples, lost FROM event
        WHERE period = 1 AND (count <> samples + lost OR lost_exact = 0)" 2>&1)
    rows=$(sqlite3 account.db "SELECT (SELECT sum(samples) FROM event WHERE kind IN ('page fault', 'major fault', 'cpu clock')) =
        (SELECT count(*) FROM cpu_sample)" 2>&1)
    if [ -z "$off" ] && [ "$rows" = 1 ]; then
        pass "$1: count = samples + lost, for every event"
    else
        printf 'events off: %s\nrows as many as samples: %s\n' "$off" "$rows" >account.out
        fail "$1: count = samples + lost, for every event" account.out account.err
    fi
}

# Starts a long recording in the background as $recorder; returns when its window is open.
start_long() { # CAPTURE ARGUMENT...
    capture=$1
    shift
    "$record" -o "$capture" -d 30 "$@" >long.out 2>long.err &
    recorder=$!
    tries=0
    until [ -n "$(fact "$capture" window_start_ns)" ] || [ $tries -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}

# ---- the three targets ----

if [ "$wide" = cpu-wide ]; then
    "$record" -a -d 0.5 -o all.hitm >all.out 2>all.err
    is '-a: exit status' 0 $?
    is '-a: nothing on standard output' 0 "$(wc -c <all.out)"
    is '-a: how it ended' duration "$(fact all.hitm end_reason)"
    is '-a: mode' cpu-wide "$(fact all.hitm mode)"
    whole '-a' all.hitm
    account '-a' all.hitm
    # The clock is paired by setting our own name: nobody may see another one by that.
    is '-a: the recorder keeps its name' 1 "$(sql all.hitm "SELECT count(DISTINCT comm) = 1 AND min(comm) = 'hitm-record'
        FROM thread WHERE pid = (SELECT pid FROM process WHERE is_recorder)")"
else
    skip '-a' "no privilege to watch whole CPUs"
fi

# Names of tracepoints are longer than the usual column.
"$record" -v -d 0.1 -o columns.hitm -- true 2>columns.err
is 'the summary: one column, however long the names' 1 "$(awk '/^(capture|window|cost|next) / {
        match($0, /^[a-z]+ +/); at[RLENGTH] = 1 } /[0-9] samples, / { match($0, / [0-9]+ samples, /); at[RSTART] = 1 }
    END { for (column in at) columns++; print columns }' columns.err)"

nice -n 19 "$open/bin/false_sharing" 20 >/dev/null &
target=$!
"$record" -p $target -d 0.5 -o pid.hitm >pid.out 2>pid.err
code=$?
for tid in /proc/"$target"/task/*; do tid=${tid##*/}; done
"$record" -q -p "$tid" -d 0.1 -o tid.hitm 2>tid.err
kill $target
wait $target 2>/dev/null
is '-p: exit status' 0 $code
is '-p: target' "pid $target" "$(fact pid.hitm target)"
is '-p: is the target in the database' 1 "$(sql pid.hitm "SELECT is_target FROM process WHERE pid = $target")"
is '-p: its memory is placed' 1 "$(sql pid.hitm "SELECT count(*) > 0 FROM numa_map WHERE pid = $target")"
is '-p: its code has names' 1 "$(sql pid.hitm "SELECT count(*) > 0 FROM symbol WHERE raw_name = 'add_to_counter'")"
whole '-p' pid.hitm
is '-p of a thread is its process' "pid $target" "$(fact tid.hitm target)"

"$record" -o command.hitm -- sh -c 'echo heard; exit 3' >command.out 2>command.err
is 'command: exit status of the recorder' 0 $?
is 'command: its output comes through' heard "$(cat command.out)"
is 'command: its exit status is said' 'exit status 3' "$(sed -n 's/^command  *//p' command.err)"
is 'command: its exit status is kept' 'exit 3' "$(fact command.hitm command_status)"
is 'command: how it ended' 'command exited' "$(fact command.hitm end_reason)"
whole 'command' command.hitm
is 'the reader threads of the recorder have its name too' 1 "$(sql command.hitm "SELECT count(comm) = count(*)
    AND count(*) > 1 FROM thread WHERE pid = (SELECT pid FROM process WHERE is_recorder)")"
"$record" -q -d 30 -o early.hitm -- true 2>early.err
is 'a command that exits before -d ends the window' 'command exited' "$(fact early.hitm end_reason)"
"$record" -d 0.2 -o late.hitm -- sleep 60 2>late.err
kill "$(fact late.hitm target_pids)" 2>/dev/null
is 'a command that runs on is left alone' 'still running, left alone' "$(sed -n 's/^command  *//p' late.err)"
"$record" -o killed.hitm -- sh -c 'kill -9 $$' 2>killed.err
is 'a command that was killed' 'signal 9' "$(fact killed.hitm command_status)"
sleep 0.5 &
"$record" -q -d 30 -p $! -o gone.hitm 2>gone.err
is 'a target that ends (and is a zombie of ours)' 'target gone' "$(fact gone.hitm end_reason)"

# ---- ends before time ----

for signal in INT TERM; do
    start_long $signal.hitm -p $$
    kill -$signal $recorder
    wait $recorder
    is "SIG$signal: exit status" 0 $?
    is "SIG$signal: how it ended" interrupt "$(fact $signal.hitm end_reason)"
    whole "SIG$signal" $signal.hitm
done
start_long again.hitm -p $$
kill -INT $recorder 2>/dev/null
kill -INT $recorder 2>/dev/null
sleep 0.4
kill -INT $recorder 2>/dev/null
wait $recorder
is 'Ctrl-C again and again: exit status' 0 $?
whole 'Ctrl-C again and again' again.hitm

start_long kill.hitm -- "$open/bin/fault_storm" 2
sleep 0.6 # for a round or two; without them the capture is only shorter
kill -9 $recorder
wait $recorder 2>/dev/null
"$analyze" verify kill.hitm >verify.out 2>&1
code=$?
if [ $code -eq 1 ] && grep -qi 'cut' verify.out; then
    pass 'kill -9: verify says cut'
else
    fail "kill -9: verify says cut (exit $code)" verify.out
fi
"$analyze" load kill.hitm -o kill.db >load.out 2>load.err
code=$?
if [ $code -eq 0 ] && grep -q 'warning: the capture is not whole' load.err; then
    pass 'kill -9: load takes what is there, and says so'
else
    fail 'kill -9: load takes what is there, and says so' load.out load.err
fi
reports 'kill -9' kill.hitm

# ---- storms ----

"$record" -q -m $page_kib --max-overhead 0 -o storm.hitm -- "$open/bin/fault_storm" 0.4 2 >storm.out 2>storm.err
is 'storm into a ring of a page: exit status' 0 $?
account 'storm into a ring of a page' storm.hitm
is 'storm into a ring of a page: there is loss' 1 \
    "$(sql storm.hitm "SELECT lost > 0 AND samples > 0 FROM event WHERE name = 'page-faults'")"
faults=$(sed -n 's/ faults$//p' storm.out)
is 'storm into a ring of a page: no fault of the storm is missing in the count' 1 \
    "$(sql storm.hitm "SELECT count >= $faults FROM event WHERE name = 'page-faults'")"
whole 'storm into a ring of a page' storm.hitm

# Two recordings at once: the kernel (6.2 on) then writes identifiers of one into page faults of the other. None may be
# missing or double, and a capture with such samples says so.
start_long outer.hitm --max-overhead 0 -- "$open/bin/fault_storm" 1
"$record" -q --max-overhead 0 -o inner.hitm -- "$open/bin/fault_storm" 0.2 >inner.out 2>&1
kill -INT $recorder 2>/dev/null
wait $recorder
for which in outer inner; do
    account "two recordings at once, the $which one" $which.hitm
    foreign=$(fact $which.hitm foreign_id_samples)
    is "two recordings at once, the $which one: samples with the other's identifier are told" "$foreign" \
        "$(sql $which.hitm "SELECT coalesce(sum(count), 0) FROM condition
            WHERE phase = 'limit' AND name = 'identifiers of page faults'")"
done

# full NAME PATH: the recording there ran out of room.
full() {
    code=$?
    if [ $code -eq 1 ] && grep -q "^hitm-record: cannot write $2 at byte [0-9]*: .*; $2 is cut, but readable" full.err
    then
        pass "$1: said, exit status 1"
    else
        fail "$1: said, exit status 1 (got $code)" full.err
    fi
    rm -f full.db
    if "$analyze" load "$2" -o full.db >load.out 2>load.err && grep -q 'warning: the capture is not whole' load.err &&
        [ "$(sqlite3 full.db 'SELECT count(*) > 0 FROM cpu_sample')" = 1 ]; then
        pass "$1: samples up to there are read"
    else
        fail "$1: samples up to there are read" load.out load.err
    fi
    reports "$1" "$2"
}

# Room for 128 KiB: a storm of a second fills it several times over.
(ulimit -f 256 && exec "$record" -q --max-overhead 0 -o limit.hitm -- "$open/bin/fault_storm" 1) >full.out 2>full.err
full 'over ulimit -f' limit.hitm
if is_root && mkdir "$open/small" && mount -t tmpfs -o size=128k tmpfs "$open/small" 2>/dev/null; then
    mounted=$open/small
    "$record" -q --max-overhead 0 -o "$open/small/full.hitm" -- "$open/bin/fault_storm" 1 >full.out 2>full.err
    full 'disk full' "$open/small/full.hitm"
    rm -f "$open/small/full.hitm"
    dd if=/dev/zero of="$open/small/filler" bs=4k 2>/dev/null
    "$record" -q -d 0.2 -o "$open/small/none.hitm" >full.out 2>full.err
    code=$?
    if [ $code -eq 1 ] && grep -q 'No space left' full.err && [ ! -e "$open/small/none.hitm" ]; then
        pass 'a disk without any room: said, and no empty file is left'
    else
        fail "a disk without any room: said, and no empty file is left ($code)" full.err
    fi
else
    skip 'disk full' 'a tmpfs cannot be mounted'
fi

# ---- migrations, against the one who moved and against perf ----

# One window that both record. The kernel counts some hits of busy moments without giving them to one or the other
# watcher, so the two may differ more once; each account closes all the same (see account).
watch_together() {
    perf record -q -a -c 1 -e sched:sched_migrate_task -o hops.data -- "$@" >hops.out 2>hops.err
    start=$(fact hops.hitm window_start_ns) end=$(fact hops.hitm window_end_ns)
    seen=$(perf script -i hops.data --ns -F time 2>/dev/null | awk -v start="$start" -v end="$end" '
        { sub(":", ""); split($1, t, "."); ns = t[1] * 1000000000 + t[2]; n += ns >= start && ns <= end }
        END { print n + 0 }')
    ours=$(sql hops.hitm 'SELECT count(*) FROM migration')
}

if [ $tracepoints -eq 1 ] && [ "$(nproc)" -ge 2 ]; then
    set -- "$record" -q -a --force --max-overhead 0 -o hops.hitm -- "$open/bin/cpu_hopper" 1000 500
    if command -v perf >/dev/null && perf record -q -a -c 1 -e sched:sched_migrate_task -o try.data -- true 2>/dev/null
    then
        for attempt in 1 2 3; do
            watch_together "$@"
            ! is_within "$ours" "$seen" || break
        done
        if is_within "$ours" "$seen"; then
            pass "migrations as perf record -c 1 sees them ($ours, $seen, window $attempt)"
        else
            fail "migrations as perf record -c 1 sees them: $ours and $seen"
        fi
    else
        "$@" >hops.out 2>hops.err
        skip 'migrations as perf record sees them' 'no perf that works here'
    fi
    moved=$(sed -n 's/ moves$//p' hops.out)
    # On a busy machine the scheduler moves it too; how often in all is held against perf above.
    hops="$(sql hops.hitm "SELECT count(*) FROM migration WHERE comm = 'cpu_hopper'")"
    if [ -n "$moved" ] && [ $((hops * 100)) -ge $((moved * 95)) ]; then
        pass "the moves that the hopper made ($hops, $moved)"
    else
        fail "the moves that the hopper made: $hops of $moved"
    fi
    account 'migrations' hops.hitm
    if unshare -m true 2>/dev/null; then
        # In a mount namespace of our own: others may be using it.
        if unshare -m sh -c 'umount /sys/kernel/tracing; exec "$@"' sh "$record" -d 0.1 -o bare.hitm 2>bare.err &&
            grep -q '^hitm-record: limit: tracepoints: no task migrations .* is not mounted' bare.err &&
            grep -q 'to mend it: sudo mount -t tracefs nodev /sys/kernel/tracing$' bare.err; then
            pass 'without tracefs: recorded, and the command is said'
        else
            fail 'without tracefs: recorded, and the command is said' bare.err
        fi
    fi
else
    skip 'migrations' 'no tracefs, or one CPU'
fi

# ---- without privilege ----

if is_root && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -eq 2 ]; then
    as_nobody "$record" -o nobody.hitm -- "$open/bin/fault_storm" 0.3 >nobody.out 2>nobody.err
    is 'nobody: exit status' 0 $?
    is 'nobody: mode' per-task "$(fact nobody.hitm mode)"
    is 'nobody: privileges' none "$(fact nobody.hitm privileges)"
    is 'nobody: what is missing is in the capture, with commands that mend it' 1 "$(sql nobody.hitm "SELECT
        sum(name = 'other processes' AND mend LIKE '%sudo setcap %') = 1 AND
        sum(name = 'kernel side of events' AND mend <> '') = 1 AND
        sum(name = 'tracepoints' AND mend <> '') = 1 FROM condition WHERE phase = 'limit'")"
    is 'nobody: and on standard error' 1 "$(grep -c 'to mend it: .*sudo setcap' nobody.err)"
    is 'nobody: faults are there' 1 "$(sql nobody.hitm "SELECT samples > 1000 FROM event WHERE name = 'page-faults'")"
    account 'nobody' nobody.hitm
    whole 'nobody' nobody.hitm
    as_nobody "$record" -d 9 -o no.hitm >no.out 2>no.err
    code=$?
    if [ $code -eq 1 ] && grep -q 'hitm-record -p PID, or hitm-record -- COMMAND' no.err && [ ! -e no.hitm ]; then
        pass 'nobody may not record the machine: what to do is said'
    else
        fail 'nobody may not record the machine: what to do is said' no.err
    fi
else
    skip 'without privilege' 'not root, or kernel.perf_event_paranoid is not 2'
fi

# ---- with the capabilities that the limits name ----

capable=$open/bin/hitm-record-capable
cp "$record" "$capable"
if is_root && ! findmnt -n -o OPTIONS -T "$open" | grep -q nosuid &&
    setcap cap_perfmon,cap_sys_ptrace,cap_syslog,cap_dac_read_search=ep "$capable" 2>/dev/null; then
    as_nobody "$capable" -d 0.3 -o capable.hitm 2>capable.err
    is 'nobody with capabilities: exit status' 0 $?
    is 'nobody with capabilities: mode' cpu-wide "$(fact capable.hitm mode)"
    is 'nobody with capabilities: nothing is missing' 0 "$(sql capable.hitm "SELECT count(*) FROM condition
        WHERE phase = 'limit' AND (mend LIKE '%setcap%' OR name LIKE '%kernel%' OR name LIKE '%processes%')")"
    account 'nobody with capabilities' capable.hitm
    # What a user names is read with the user's rights: else --sysroot would show any file of root's.
    mkdir -p "$open/root/proc" "$open/root/sys/devices"
    echo secret >"$open/secret"
    chmod 600 "$open/secret"
    ln -s "$open/secret" "$open/root/proc/version"
    ln -s /sys/devices/system "$open/root/sys/devices/system"
    as_nobody "$capable" -q --sysroot "$open/root" -d 0.1 -o rooted.hitm -- true 2>rooted.err
    is 'nobody with capabilities: --sysroot gives them up' '0 none' \
        "$(sql rooted.hitm "SELECT count(*) FROM condition WHERE value LIKE '%secret%'") $(fact rooted.hitm privileges)"
else
    skip 'with capabilities' 'not root, or no setcap here'
fi
exit $failed
