#!/bin/sh
# Whom and what a recording is about: control groups, CPUs that are chosen, isolated or switched, namespaces, and what is
# said where the kernel refuses. Real recordings of a second or less; nothing depends on how fast the machine is.
. "$(dirname "$0")/record_lib.sh"
if ! can_record; then
    skip 'targets' "$(tail -n 1 can.out)"
    exit 0
fi
wide=$(fact can.hitm mode)
group='' offline='' started=''
# shellcheck disable=SC2317
restore() {
    [ -z "$offline" ] || echo 1 >"$offline" # before anything else can fail
    # shellcheck disable=SC2086
    kill $started 2>/dev/null
    if [ -n "$group" ]; then
        sleep 0.2
        rmdir "$group"/below "$group" 2>/dev/null
    fi
    cleanup
}
trap 'restore' EXIT

# says NAME CODE PATTERN COMMAND...: exit status, and a line of standard error that matches.
says() {
    name=$1 code=$2 pattern=$3
    shift 3
    "$@" >got.out 2>got.err
    got=$?
    if [ $got -eq "$code" ] && grep -q -- "$pattern" got.err; then
        pass "$name"
    else
        echo "exit $got, wanted $code and: $pattern" >got.code
        fail "$name" got.code got.err
    fi
}

# Returns when the window of a recording in the background is open.
wait_open() { # CAPTURE
    tries=0
    until [ -n "$(fact "$1" window_start_ns)" ] || [ $tries -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
}

# ---- control groups ----

for above in /sys/fs/cgroup/pids /sys/fs/cgroup/freezer /sys/fs/cgroup/unified /sys/fs/cgroup; do
    [ -e $above/cgroup.procs ] && mkdir $above/hitm-test-$$ 2>/dev/null && group=$above/hitm-test-$$ && break
done
if [ -n "$group" ] && [ "$wide" = cpu-wide ]; then
    path=/hitm-test-$$
    mkdir "$group/below"
    sleep 60 &
    outside=$!
    sh -c 'echo $$ >"$1/cgroup.procs" && exec sleep 60' sh "$group" &
    inside=$!
    sh -c 'echo $$ >"$1/cgroup.procs" && exec sleep 60' sh "$group/below" &
    below=$!
    sleep 60 &
    joins=$!
    started="$outside $inside $below $joins"
    "$record" -d 1.5 --cgroup $path -o group.hitm >group.out 2>group.err &
    recorder=$!
    wait_open group.hitm
    echo $joins >"$group/cgroup.procs"
    wait $recorder
    is '--cgroup: exit status' 0 $?
    is '--cgroup: kind' cgroup "$(fact group.hitm target_kind)"
    is '--cgroup: target' "control group $path" "$(fact group.hitm target)"
    is '--cgroup: its path' $path "$(fact group.hitm target_cgroup)"
    is '--cgroup: whole CPUs' cpu-wide "$(fact group.hitm mode)"
    is '--cgroup: the group, the one below it and who came later' "$(printf '%s\n' $inside $below $joins | sort)" \
        "$(fact group.hitm target_pids | tr , '\n' | sort)"
    is '--cgroup: they are the targets in the database' '3 0' "$(sql group.hitm "SELECT sum(is_target) || ' ' ||
        coalesce(sum(is_target AND pid = $outside), 0) FROM process")"
    is '--cgroup: their memory is placed' 3 "$(sql group.hitm "SELECT count(DISTINCT pid) FROM numa_map
        WHERE pid IN ($inside, $below, $joins)")"
    "$record" -q -d 0.1 --cgroup "$group/below/" -o directory.hitm 2>directory.err
    is '--cgroup by its directory' "$path/below $below" \
        "$(fact directory.hitm target_cgroup) $(fact directory.hitm target_pids)"
    sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" "$record" -q -d 0.1 --cgroup $path -o own.hitm
    is '--cgroup: the recorder in it is no target' 3 "$(fact own.hitm target_pids | tr , '\n' | grep -c .)"
    as_nobody "$record" -q -d 0.1 --cgroup $path -o foreign.hitm >foreign.out 2>foreign.err
    if [ $? -eq 1 ] && grep -q '^hitm-record: the target may not be recorded (.*another user' foreign.err ||
        [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -lt 2 ]; then
        pass "--cgroup of another user's processes"
    else
        fail "--cgroup of another user's processes" foreign.err
    fi
    # One of two is nobody's.
    setpriv --reuid=65534 --regid=65534 --clear-groups sleep 60 &
    nobodys=$!
    started="$started $nobodys"
    echo $nobodys >"$group/below/cgroup.procs"
    as_nobody "$record" -d 0.1 --cgroup $path/below -o mixed.hitm >mixed.out 2>mixed.err
    if [ $? -eq 0 ] && grep -q 'limit: threads of other users: 1 of the 2 threads of the target' mixed.err ||
        [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -ne 2 ]; then
        pass '--cgroup: whose threads are not recorded is said'
    else
        fail '--cgroup: whose threads are not recorded is said' mixed.err
    fi
    "$record" -q -d 0.5 --cgroup $path -o ended.hitm 2>ended.err &
    recorder=$!
    wait_open ended.hitm
    kill $inside $below $joins $nobodys
    wait $inside $below $joins $nobodys 2>/dev/null
    wait $recorder
    is '--cgroup: the window goes on when its processes end' duration "$(fact ended.hitm end_reason)"
    says '--cgroup: an empty one is recorded, and said' 0 "limit: control group: $path held no process in the whole window" \
        "$record" -d 0.1 --cgroup $path -o empty.hitm
    "$record" -d 0.5 --cgroup $path -o removed.hitm >removed.out 2>removed.err &
    recorder=$!
    wait_open removed.hitm
    rmdir "$group/below" "$group"
    group=
    wait $recorder
    is '--cgroup: removed in the window, recorded to its end' "0 1" \
        "$? $(grep -c "limit: control group: $path was removed in the window" removed.err)"
    kill $outside
    started=
else
    skip '--cgroup' 'no control group may be made here'
fi
says '--cgroup that is nowhere' 1 '^hitm-record: --cgroup /no/such.group: no' "$record" -q --cgroup /no/such.group -o no.hitm
check '--cgroup that is nowhere: no capture' test ! -e no.hitm

# ---- CPUs ----

cpu=$(sed 's/.*[-,]//' /sys/devices/system/cpu/online)
"$record" -q -C "$cpu" -d 0.3 -o cpu.hitm -- "$open/bin/fault_storm" 1 >cpu.out 2>cpu.err
is '-C: exit status' 0 $?
is '-C: which' "1 $cpu" "$(fact cpu.hitm cpus_recorded) $(fact cpu.hitm cpulist_recorded)"
is '-C: nothing of others' 0 "$(sql cpu.hitm "SELECT count(*) FROM cpu_sample WHERE cpu <> $cpu")"
says '-C of a CPU that is not there' 1 '^hitm-record: -C: there is no CPU 65535; this machine has 0' \
    "$record" -q -C 0,65535 -o no.hitm

# Isolated CPUs as a tree says; what is recorded are the machine's.
tree() { # ISOLATED
    rm -rf tree
    mkdir -p tree/sys/devices/system/cpu tree/proc
    echo "0-$cpu" | tee tree/sys/devices/system/cpu/present >tree/sys/devices/system/cpu/online
    echo "$1" >tree/sys/devices/system/cpu/isolated
    echo '(null)' >tree/sys/devices/system/cpu/nohz_full
}
allowed='sed -n s/^Cpus_allowed_list:.//p'
if [ "$cpu" -ge 1 ] && [ "$(cat /sys/devices/system/cpu/online)" = "0-$cpu" ] && taskset -c 0 true 2>/dev/null; then
    tree "$cpu"
    [ "$cpu" -eq 1 ] && rest=0 || rest=0-$((cpu - 1))
    own=$($allowed /proc/self/status)
    rm -f enough
    "$record" --sysroot tree -d 30 -o isolated.hitm -- \
        sh -c "$allowed /proc/self/status >command.cpus; until [ -e enough ]; do sleep 0.1; done" \
        >isolated.out 2>isolated.err &
    recorder=$!
    wait_open isolated.hitm
    cat /proc/$recorder/task/*/status 2>/dev/null | $allowed | sort -u >threads.cpus
    : >enough
    wait $recorder
    is 'isolated: left out' "$rest" "$(fact isolated.hitm cpulist_recorded)"
    is 'isolated: said, with the way out' 2 "$(grep -c -e "limit: CPU $cpu: isolated: not recorded" \
        -e "to mend it: -C 0-$cpu records them too" isolated.err)"
    if [ "$own" = "0-$cpu" ]; then
        is 'isolated: our threads keep off' "$rest" "$(cat threads.cpus)"
        is 'isolated: the command does not have to' "$own" "$(cat command.cpus)"
    fi
    "$record" -q --sysroot tree -C "$cpu" -d 0.1 -o named.hitm -- true 2>named.err
    is 'isolated: recorded where it is named' "0 $cpu" "$? $(fact named.hitm cpulist_recorded)"
    tree "0-$cpu"
    says 'every CPU isolated' 1 "^hitm-record: every CPU (0-$cpu) is isolated or nohz_full, .*: -C 0-$cpu records them" \
        "$record" -q --sysroot tree -o no.hitm -- true
else
    skip 'isolated CPUs' 'needs two CPUs, numbered without gap'
fi

# A CPU is off for less than a second. Only where it is asked for, in a guest that does nothing else: every other
# recording loses the events of that CPU, and interrupts and cpusets do not always come back. make lab has it too.
file=/sys/devices/system/cpu/cpu$cpu/online
if [ "${HITM_HOTPLUG:-0}" = 1 ] && is_root && [ "$wide" = cpu-wide ] && [ -w "$file" ] && grep -q '^flags.* hypervisor' /proc/cpuinfo; then
    exec 9>>"$file"
    flock 9 # another run of this test
    "$record" -d 1.5 -o gone.hitm >gone.out 2>gone.err &
    recorder=$!
    wait_open gone.hitm
    sleep 0.2
    offline=$file
    echo 0 >"$file"
    off=$?
    sleep 0.1
    echo 1 >"$file" && offline=
    wait $recorder
    code=$?
    if [ $off -eq 0 ]; then
        is 'a CPU goes and comes: recorded to the end' "0 duration" "$code $(fact gone.hitm end_reason)"
        is 'a CPU goes and comes: said' 1 "$(grep -c "limit: CPU $cpu: went offline .* and came back" gone.err)"
        is 'a CPU goes and comes: its gap, from then to the end' 1 "$(sql gone.hitm "SELECT count(*) FROM loss l, capture c
            WHERE l.kind = 'gap' AND l.cpu = $cpu AND l.event_id IS NULL AND l.time_ns > c.window_start_ns
            AND l.time_ns + l.count = c.window_end_ns")"
        is 'a CPU goes and comes: whole' 'gone.hitm is whole' "$("$analyze" verify gone.hitm 2>&1 | sed 's/:.*//')"
    else
        skip 'a CPU that goes' 'the kernel keeps it'
    fi
    offline=$file
    if echo 0 >"$file"; then
        "$record" -d 0.6 -o came.hitm >came.out 2>came.err &
        recorder=$!
        wait_open came.hitm
        echo 1 >"$file" && offline=
        wait $recorder
        is 'a CPU comes: said' "0 1" "$? $(grep -c "limit: CPU $cpu: came online" came.err)"
        is 'a CPU comes: it is not recorded' 1 "$(sql came.hitm "SELECT count(*) FROM loss
            WHERE kind = 'gap' AND cpu = $cpu AND event_id IS NULL")"
    fi
    [ -z "$offline" ] || echo 1 >"$file"
    offline=
    exec 9>&-
else
    skip 'CPUs that go and come' 'needs HITM_HOTPLUG=1 and root, in a guest that can switch its last CPU'
fi

# ---- namespaces ----

if [ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ]; then
    is 'pid namespace: the machine has the initial one' initial "$(fact can.hitm pid_namespace)"
fi
if is_root && [ "$wide" = cpu-wide ] && unshare --pid --fork --mount-proc true 2>/dev/null; then
    sh -c 'while :; do :; done' &
    started=$!
    says 'pid namespace of its own: said' 0 'limit: pid namespace: .* show as pid 0' \
        unshare --pid --fork --mount-proc "$record" -d 0.3 -o own_pids.hitm
    kill $started
    is 'pid namespace of its own: kept' own "$(fact own_pids.hitm pid_namespace)"
    is 'pid namespace of its own: who is outside is pid 0' '1 0' "$(sql own_pids.hitm "SELECT (sum(pid = 0) > 0) || ' ' ||
        sum(pid = $started) FROM cpu_sample")"
    started=
else
    skip 'pid namespace of its own' 'may not be made here'
fi

# ---- refusals ----

if is_root && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -eq 2 ]; then
    says 'a user: the machine' 1 '^hitm-record: the whole machine may not be recorded (Permission denied): .* is 2. Processes of your own' \
        as_nobody "$record" -q -o no.hitm
    if as_nobody unshare -U -r true 2>/dev/null; then
        says 'root of a user namespace' 1 'root of a user namespace .* is an ordinary user' \
            as_nobody unshare -U -r "$record" -q -o no.hitm
    else
        skip 'root of a user namespace' 'may not be made here'
    fi
    says 'root without capabilities' 1 'this root has no CAP_PERFMON.*--cap-add=PERFMON' \
        setpriv --bounding-set=-all --inh-caps=-all "$record" -q -o no.hitm
    # What Debian, Ubuntu and Android add to the kernel.
    if [ -e "$HITM_BUILD/tests/refuse_attr.so" ]; then
        cp "$HITM_BUILD/tests/refuse_attr.so" "$open/bin/"
        for target in '' '-- true'; do
            # shellcheck disable=SC2086
            says "perf_event_paranoid above 2: hitm-record $target" 1 'may not be recorded (Permission denied): ' \
                as_nobody env LD_PRELOAD="$open/bin/refuse_attr.so" HITM_SHIM_PARANOID=4 \
                ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$record" -q -o no.hitm $target
        done
    fi
    if unshare -m mount -t tmpfs none /sys/kernel/security 2>/dev/null; then
        # As it looks after a boot with lockdown=confidentiality: tracefs is there and empty.
        says 'lockdown: said, with the way out' 0 'limit: tracepoints: .* kernel lockdown closes /sys/kernel/tracing' \
            unshare -m sh -c 'mount -t tmpfs none /sys/kernel/security && mount -t tmpfs none /sys/kernel/tracing &&
            echo "none integrity [confidentiality]" >/sys/kernel/security/lockdown && exec "$@"' sh \
            "$record" -d 0.1 -o lockdown.hitm -- true
        is 'lockdown: sudo is not proposed' 'to mend it: boot with lockdown=integrity' \
            "$(grep -A 1 'limit: tracepoints' got.err | sed -n 's/^hitm-record:   //p')"
    else
        skip 'lockdown' 'no mounts of our own'
    fi
    says 'locked memory that does not reach' 0 'to mend it: .* kernel.perf_event_mlock_kb=[0-9]*$' \
        as_nobody prlimit --memlock=0:0 "$record" -m 8192 -o locked.hitm -- true
    says 'file descriptors that do not reach' 0 'to mend it: sudo prlimit --pid .* --nofile=' \
        as_nobody prlimit --nofile=$((45 + 2 * $(nproc))) "$record" -o files.hitm -- true
    as_nobody "$record" -q -o switches.hitm -- sh -c 'for i in 1 2 3 4 5; do sleep 0.02; done' 2>switches.err
    is 'per task: context switches, of the target alone' 1 "$(sql switches.hitm "SELECT count(*) >= 10 AND
        count(DISTINCT CASE WHEN NOT out THEN pid END) >= 2 FROM switch")"
    is 'per task: the counters are there' 1 "$(sql switches.hitm "SELECT min(enabled_ns) > 0 FROM event
        WHERE kind IN ('cpu clock', 'page fault', 'switch', 'sideband')")"
else
    skip 'refusals' 'not root, or kernel.perf_event_paranoid is not 2'
fi
exit $failed
