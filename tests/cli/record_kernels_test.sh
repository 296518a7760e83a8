#!/bin/sh
# Older kernels and refusals: the recorder under a shim that answers perf_event_open as they would (tools/refuse_attr.c).
# Every row of the recorder's own table of optional attributes is refused by itself, then whole kernels are played, then
# the errors that leave nothing to record.
. "$(dirname "$0")/record_lib.sh"
if ! can_record; then
    skip 'older kernels' "$(tail -n 1 can.out)"
    exit 0
fi
cp "$HITM_BUILD/tests/refuse_attr.so" "$open/bin/" || exit 1
chmod a+rX "$open/bin/refuse_attr.so"
shim=$open/bin/refuse_attr.so
"$HITM_BUILD/tests/print_fallbacks" >table
mount_tracefs || :

# under VARIABLE=VALUE... -- COMMAND...: with the shim; a build with sanitizers is told that it may come first.
under() {
    set -- LD_PRELOAD="$shim" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$@"
    env "$@"
}

# record_under NAME VARIABLE=VALUE...: a storm of a tenth of a second into $name.hitm; still a whole recording.
record_under() {
    name=$1
    shift
    rm -f "$name.hitm"
    under "$@" "$record" -o "$name.hitm" -- "$open/bin/fault_storm" 0.1 >"$name.out" 2>"$name.err"
    code=$?
    faults=$(sed -n 's/ faults$//p' "$name.out")
    if [ $code -eq 0 ] && "$analyze" verify "$name.hitm" >verify.out 2>&1 &&
        [ "$(sql "$name.hitm" "SELECT count >= ${faults:-1} AND samples > 0 AND count = samples + lost FROM event
            WHERE name = 'page-faults'")" = 1 ]; then
        pass "$name: records"
    else
        fail "$name: records (exit $code)" "$name.err" verify.out
    fi
}

# says NAME TEXT: one line of standard error starts so, and no more.
says() {
    if [ "$(grep -cF -- "hitm-record: limit: $2" "$1.err")" = 1 ]; then pass "$1: says $2"; else fail "$1: says $2" "$1.err"; fi
}

# limits NAME WANTED: the capture has these, and no others of the table.
limits() {
    got=$(cut -f 1 table | while read -r row; do
        [ "$(sql "$1.hitm" "SELECT count(*) FROM condition WHERE phase = 'limit' AND name = '$row'")" = 0 ] || echo "$row"
    done | tr '\n' ' ')
    if [ "$got" = "$2" ]; then pass "$1: limits of the capture"; else fail "$1: limits of the capture are '$got', not '$2'"; fi
}

# ---- row by row ----

tab=$(printf '\t')
while IFS=$tab read -r row kernel lost; do
    record_under "$row" "HITM_SHIM_REFUSE=$row"
    says "$row" "$row: needs Linux $kernel: $lost"
    limits "$row" "$row "
done <table

# ---- whole kernels ----

for kernel in 4.18 5.4 5.15 6.0; do
    record_under "$kernel" "HITM_SHIM_KERNEL=$kernel"
    newer=$(while IFS=$tab read -r row first lost; do
        [ "$(printf '%s\n%s\n' "$first" "$kernel" | sort -V | tail -n 1)" = "$kernel" ] || printf '%s ' "$row"
    done <table)
    limits "$kernel" "$newer"
    for row in $newer; do says "$kernel" "$row: needs Linux "; done
    under "HITM_SHIM_KERNEL=$kernel" "$record" --doctor >doctor.out 2>doctor.err
    tr -s '\n ' '  ' <doctor.out >doctor.line
    for row in $newer; do
        if grep -qF -- "$row (from Linux " doctor.line || grep -qF -- "$row needs Linux " doctor.line; then
            pass "$kernel: the doctor says $row"
        else
            fail "$kernel: the doctor says $row" doctor.out doctor.err
        fi
    done
done
if [ -d /sys/kernel/tracing/events/migrate/remove_migration_pte ] && is_root; then
    says 4.18 'tracepoints: no moved pages (from Linux 5.18 on), '
    says 5.4 'tracepoints: no moved pages (from Linux 5.18 on): this kernel has no such tracepoint'
fi

record_under 4.14 HITM_SHIM_KERNEL=4.14
says 4.14 'kernel version: Linux 4.14.0-shim is older than 4.18: untested'

# ---- losses where the kernel does not count them ----

page_kib=$(($(getconf PAGESIZE) / 1024))
under HITM_SHIM_KERNEL=5.15 "$record" -m $page_kib --max-overhead 0 -o loss.hitm -- "$open/bin/fault_storm" 0.4 2 \
    >loss.out 2>loss.err
if [ "$(sql loss.hitm "SELECT lost > 0 AND count = samples + lost AND NOT lost_exact FROM event
    WHERE name = 'page-faults'")" = 1 ]; then
    pass 'before 6.0: what is missing of the hits is lost, and not called exact'
else
    fail 'before 6.0: what is missing of the hits is lost, and not called exact' loss.err
fi
if [ "$(sql loss.hitm "SELECT sum(count) > 0 FROM loss WHERE kind = 'ring'")" = 1 ]; then
    pass 'before 6.0: LOST records are in the capture'
else
    fail 'before 6.0: LOST records are in the capture' loss.err
fi
if grep -q '^page-faults  *[0-9]* samples, at least [1-9][0-9]* lost$' loss.err &&
    grep -q '^lost  *[1-9][0-9]* records of all events found their ring full' loss.err; then
    pass 'before 6.0: the summary says at least'
else
    fail 'before 6.0: the summary says at least' loss.err
fi
"$analyze" report loss.hitm --format text >loss.txt 2>&1
if grep -q 'At least [0-9,]* samples were lost' loss.txt; then
    pass 'before 6.0: the report says at least'
else
    fail 'before 6.0: the report says at least' loss.txt
fi

# ---- nothing to record: exit status 1, one sentence, no file ----

# refused NAME TEXT COMMAND...
refused() {
    name=$1 text=$2
    shift 2
    "$@" >refused.out 2>refused.err
    code=$?
    if [ $code -eq 1 ] && [ "$(grep -c '^hitm-record: ' refused.err)" = 1 ] && grep -qF -- "$text" refused.err &&
        [ ! -e refused.hitm ]; then
        pass "$name: said, exit status 1, no file"
    else
        fail "$name: said, exit status 1, no file (exit $code)" refused.err
    fi
    rm -f refused.hitm
}
refused 'no perf events in the kernel' 'this kernel has no perf events (Function not implemented)' \
    under HITM_SHIM_ERRNO=ENOSYS "$record" -o refused.hitm -- true
refused 'no file descriptor left' 'no event could be opened: Too many open files: raise the limit' \
    under HITM_SHIM_ERRNO=EMFILE "$record" -o refused.hitm -- true
refused 'everything refused' 'may not be recorded (Permission denied)' \
    under HITM_SHIM_ERRNO=EACCES "$record" -o refused.hitm -- true
if is_root; then
    refused 'perf_event_paranoid 3, as Debian has it' 'kernel.perf_event_paranoid is 3' \
        as_nobody env LD_PRELOAD="$shim" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" HITM_SHIM_PARANOID=3 \
        "$record" -o refused.hitm -- true
    as_nobody env LD_PRELOAD="$shim" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" HITM_SHIM_PARANOID=3 \
        "$record" --doctor >doctor.out 2>doctor.err
    code=$?
    if [ $code -eq 1 ] && tail -n 1 doctor.out | grep -q '^Run    sudo sysctl kernel.perf_event_paranoid=2$'; then
        pass 'perf_event_paranoid 3: the doctor says the command'
    else
        fail "perf_event_paranoid 3: the doctor says the command (exit $code)" doctor.out doctor.err
    fi
fi

# ---- one kind of event refused: the rest is recorded ----

if [ -d /sys/kernel/tracing/events/sched ] && is_root; then
    record_under busy HITM_SHIM_ERRNO=EBUSY HITM_SHIM_TYPE=2
    says busy 'events: no task migrations '
    record_under paranoid HITM_SHIM_PARANOID=1
    says paranoid 'other processes: '
    if [ "$(fact paranoid.hitm mode)" = per-task ]; then pass 'paranoid 1: per task'; else fail 'paranoid 1: per task'; fi
fi

# ---- too few file descriptors: whole sources go, all threads and CPUs keep the rest ----

if is_root && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -eq 2 ]; then
    cpus=$(nproc)
    nobody='setpriv --reuid=65534 --regid=65534 --clear-groups' # no function: $! has to be the program itself
    $nobody "$open/bin/fault_storm" 60 20 >/dev/null 2>&1 &
    storm=$!
    tries=0
    while [ "$(ls /proc/$storm/task 2>/dev/null | wc -l)" -lt 20 ] && [ $tries -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    threads=$(ls /proc/$storm/task | wc -l)
    each=$((threads * cpus))
    room=$((each * 3 + 60))
    $nobody prlimit --nofile=$room:$room "$record" --max-overhead 0 -p $storm -d 30 -o few.hitm >few.out 2>few.err &
    recorder=$!
    tries=0
    until [ -n "$(fact few.hitm window_start_ns)" ] || [ $tries -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    open_now=$(ls -l /proc/$recorder/fd | grep -c 'perf_event')
    kill -INT $recorder
    wait $recorder
    code=$?
    if [ $code -eq 0 ] && "$analyze" verify few.hitm >verify.out 2>&1; then
        pass 'few descriptors: records'
    else
        fail "few descriptors: records (exit $code)" few.err verify.out
    fi
    # and the one of the clock
    if [ "$open_now" = $((each * 3 + 1)) ]; then
        pass "few descriptors: three sources on $threads threads and $cpus CPUs"
    else
        fail "few descriptors: three sources on $threads threads and $cpus CPUs: $open_now events" few.err
    fi
    says few "open files: $threads threads x $cpus CPUs x 5 events need $((each * 5 + 40)) file descriptors, $room are allowed. Not recorded: context switches, page faults with their addresses"
    if [ "$(grep -c 'Too many open files' few.err)" = 0 ]; then
        pass 'few descriptors: no error of single events'
    else
        fail 'few descriptors: no error of single events' few.err
    fi
    room=$((each + 30))
    refused 'too few descriptors for one event' \
        "too few file descriptors: $threads threads x $cpus CPUs need $((each + 40)) for one event, $room are allowed: sudo prlimit" \
        as_nobody prlimit --nofile=$room:$room "$record" -p $storm -d 1 -o refused.hitm
    kill $storm
    wait $storm 2>/dev/null
else
    skip 'too few file descriptors' 'not root, or kernel.perf_event_paranoid is not 2'
fi
exit $failed
