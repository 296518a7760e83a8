# What the scenarios share in the guest. Each runs in a directory of its own, which is what the host sees of it; the file
# `truth` holds lines KEY=VALUE.

truth() { echo "$1=$2" >>truth; }

# record NAME OPTION...: a capture NAME.hitm; what the recorder said is NAME.log, its exit code NAME.code. Never fails: the
# host judges that. Without a budget: on an emulated processor everything costs much.
record() {
    recorded=$1
    shift
    hitm-record --max-overhead 0 -o "$recorded.hitm" "$@" >"$recorded.log" 2>&1 </dev/null
    echo $? >"$recorded.code"
}

# record_while NAME COMMAND...: the whole machine while the command runs. When that was is marked in the trace: sources go
# on before and off afterwards, one after the other.
record_while() {
    recorded=$1
    shift
    record "$recorded" -a -- sh -c 'echo begin >"$0"; "$@"; echo end >"$0"' $traced/trace_marker "$@"
}

# start NAME COMMAND...: a workload in the background that says "ready" when it has set itself up; what it says is
# NAME.truth, its process $pid.
start() {
    started=$1
    shift
    "$@" >"$started.truth" 2>&1 </dev/null &
    pid=$!
    waited=0
    until grep -q ^ready "$started.truth" 2>/dev/null || [ $waited -gt 300 ]; do
        usleep 100000
        waited=$((waited + 1))
    done
    grep -q ^ready "$started.truth" || echo "$started did not become ready"
}

# stop: ends the workload of `start` and waits for its last words.
stop() {
    kill -TERM "$pid"
    wait "$pid" 2>/dev/null
}

online_nodes() { cat /sys/devices/system/node/has_memory 2>/dev/null || cat /sys/devices/system/node/online; }

# What is left of a scenario: every process but the kernel's own and this one.
kill_left_over() {
    for left in /proc/[0-9]*; do
        left=${left#/proc/}
        [ "$left" -ne 1 ] && [ -n "$(tr '\0' ' ' 2>/dev/null <"/proc/$left/cmdline")" ] && kill -KILL "$left" 2>/dev/null
    done
    wait
}

traced=/sys/kernel/tracing/instances/truth

# trace_on EVENT..., trace_off: the kernel's own list of tracepoint hits (file `trace`), in a buffer apart from perf's and
# by perf's clock. The host holds the capture against it.
trace_on() {
    [ ! -d $traced ] || rmdir $traced # a scenario may have been cut off
    mkdir $traced && echo 8192 >$traced/buffer_size_kb && echo perf >$traced/trace_clock
    for event in "$@"; do
        # Not every kernel has every event.
        [ ! -d "$traced/events/$event" ] || echo 1 >"$traced/events/$event/enable"
    done
}

trace_off() {
    echo 0 >$traced/tracing_on
    cat $traced/trace >trace
    cat $traced/per_cpu/cpu*/stats >trace.stats
    rmdir $traced
}
