#!/bin/sh
# hitm-record --doctor: exit status, the rows that have to be there and their states, for root, nobody, without tracefs, in
# a pid namespace and from files alone; plain text of at most 100 columns; nothing changed, nothing left.
. "$(dirname "$0")/record_lib.sh"

# doctor NAME CODE [COMMAND...]: into got.out; no message, no long line, no control characters.
doctor() {
    name=$1 code=$2
    shift 2
    "$@" "$record" --doctor >got.out 2>got.err
    got=$?
    if [ $got -eq "$code" ] && [ ! -s got.err ]; then pass "$name: exit status $code"; else fail "$name: exit status $code, not $got" got.err; fi
    if awk 'length > 100 { bad = 1; print } END { exit bad }' got.out >long.out; then
        pass "$name: at most 100 columns"
    else
        fail "$name: at most 100 columns" long.out
    fi
    if LC_ALL=C tr -d '\n -~' <got.out | grep -q .; then fail "$name: plain text"; else pass "$name: plain text"; fi
}

# row STATE NAME [TEXT]: the row is there with this state, and TEXT in what was found.
row() {
    if awk -v state="$1" -v name="$2" -v text="${3:-}" '
        $1 == state && index($0, name) == 12 && index($0, text) > 0 { found = 1 } END { exit !found }' got.out; then
        pass "  $1 $2${3:+: $3}"
    else
        fail "  $1 $2${3:+: $3}" got.out
    fi
}

# says TEXT: somewhere, lines joined.
says() {
    if tr -s '\n ' '  ' <got.out | grep -qF -- "$1"; then pass "  says: $1"; else fail "  says: $1" got.out; fi
}

# ---- usage ----

for with in '-a' '-p 1' '-o x.hitm' '-- true'; do
    # shellcheck disable=SC2086
    "$record" --doctor $with >got.out 2>got.err
    if [ $? -eq 2 ] && [ ! -s got.out ] &&
        [ "$(cat got.err)" = 'hitm-record: --doctor records nothing: give it without -a, -p, --cgroup, -o and a command' ]; then
        pass "--doctor $with is refused"
    else
        fail "--doctor $with is refused" got.err
    fi
done
"$record" --doctor >/dev/full 2>got.err
if [ $? -eq 1 ] && grep -q '^hitm-record: cannot write to standard output: ' got.err; then
    pass '--doctor into a full disk fails'
else
    fail '--doctor into a full disk fails' got.err
fi

# ---- from files alone: a small machine of two nodes, its kernel old, tracefs absent ----

root=$open/root
put() { mkdir -p "$root$(dirname "$1")" && printf '%s\n' "$2" >"$root$1"; }
put /proc/sys/kernel/osrelease 4.19.0
put /proc/sys/kernel/perf_event_paranoid 2
put /proc/sys/kernel/kptr_restrict 2
put /proc/kallsyms '0000000000000000 T _text'
put /sys/kernel/security/lockdown 'none integrity [confidentiality]'
put /sys/devices/system/cpu/present 0-1
put /sys/devices/system/cpu/online 0-1
put /sys/devices/system/cpu/isolated 1
for node in 0 1; do
    put /sys/devices/system/cpu/cpu$node/topology/physical_package_id $node
    put /sys/devices/system/node/node$node/cpulist $node
done
put /sys/devices/system/node/online 0-1
put /sys/bus/event_source/devices/cpu/type 4
put /sys/bus/event_source/devices/cpu/events/mem-loads 'event=0xcd,umask=0x1,ldlat=3'
"$record" --doctor --sysroot "$root" >got.out 2>got.err
if [ $? -eq 0 ] && [ ! -s got.err ]; then pass '--sysroot: exit status 0'; else fail '--sysroot: exit status 0' got.err; fi
row limited version 'Linux 4.19.0'
row limited lockdown
row missing tracefs 'kernel lockdown closes'
row missing 'kernel symbols' 'kptr_restrict 2'
row ok PMUs cpu
row limited 'memory sampling' 'cpu mem-loads'
row ok 'NUMA nodes' '2 nodes, 2 sockets, 2 CPUs online'
row limited 'isolated CPUs' 'isolated 1'
says 'PERF_FORMAT_LOST (from Linux 6.0 on)'
says 'sudo sysctl kernel.kptr_restrict=1'
says 'only files are looked at'
if grep -q 'CAP_PERFMON' got.out; then fail '--sysroot: nothing of this process' got.out; else pass '--sysroot: nothing of this process'; fi

# ---- this machine ----

if ! can_record; then
    skip 'what needs perf events' "$(tail -n 1 can.out)"
    exit $failed
fi
rm -f can.hitm
settings() { for f in perf_event_paranoid kptr_restrict perf_event_max_sample_rate perf_event_mlock_kb nmi_watchdog; do cat /proc/sys/kernel/$f; done; }
settings >before
doctor 'here' 0
row ok version "$(uname -r)"
says ' sideband opens for '
says 'Level software, for'
if tail -n 1 got.out | grep -q '^Run    '; then pass '  the last line is the command to run'; else fail '  the last line is the command to run' got.out; fi
run=$(sed -n 's/^Run    //p' got.out)
case $run in
*COMMAND) skip '  and it records' 'for own processes only' ;;
*)
    # shellcheck disable=SC2086
    check '  and it records' $run -q -d 0.1
    rm -f ./*.hitm
    ;;
esac
# Two other users of perf events.
"$record" -q -d 60 -o other1.hitm -- sleep 60 &
one=$!
"$record" -q -d 60 -o other2.hitm -- sleep 60 &
two=$!
tries=0
for other in $one $two; do
    until ls -l /proc/$other/fd | grep -q 'perf_event' || [ $tries -ge 200 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
done
"$record" --doctor >got.out
kill -INT $one $two
wait $one $two
row limited 'other perf users'
says "hitm-record (pid $one): "
says "hitm-record (pid $two): "
rm -f other1.hitm other2.hitm
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    TERM=xterm script -qec "$record --doctor" /dev/null </dev/null >colour.out
    TERM=xterm NO_COLOR=1 script -qec "$record --doctor" /dev/null </dev/null >plain.out
    escape=$(printf '\033')
    if grep -q "$escape\\[32mok" colour.out && ! grep -q "$escape" plain.out; then
        pass 'colours on a terminal, none with NO_COLOR'
    else
        fail 'colours on a terminal, none with NO_COLOR' colour.out
    fi
else
    skip 'colours on a terminal' 'no script(1), or no terminal to be had'
fi

# ---- where nothing can be recorded: a seccomp filter, as containers have it ----

cat >deny.c <<'EOF'
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv) {
    struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {sizeof code / sizeof code[0], code};
    if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, 2, &filter) != 0)
        return 77;
    execv(argv[1], argv + 1);
    return 78;
}
EOF
if cc -o "$open/bin/deny" deny.c 2>cc.err && "$open/bin/deny" /bin/true; then
    doctor 'under a seccomp filter' 1 "$open/bin/deny"
    row missing sideband 'Operation not permitted'
    row missing page-faults
    says 'Level none, nothing can be recorded: perf_event_open is refused'
    says 'a seccomp filter forbids perf events'
else
    skip 'under a seccomp filter' 'no compiler, or no filters'
fi

# ---- as others ----

if ! is_root; then
    skip 'nobody, mounts and namespaces' 'not root'
    exit $failed
fi
doctor 'root' 0
if [ "$(grep -c 'sudo ' got.out)" -eq 0 ]; then pass '  root is not told to use sudo'; else fail '  root is not told to use sudo' got.out; fi
if tr -s '\n ' '  ' <got.out | grep -qF 'software, for the whole machine'; then
    row ok CAP_PERFMON held
    row ok page-faults 'opens for whole CPUs'
else
    skip '  root of the machine' 'root of a container'
fi
doctor 'nobody' 0 as_nobody
row missing CAP_PERFMON 'not held'
row missing CAP_SYS_PTRACE 'not held'
row limited 'other perf users' # unknown, or those of another recording as nobody
if [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -ge 2 ]; then
    row limited perf_event_paranoid
    row limited page-faults 'opens for your own processes, in user mode only'
    says 'Level software, for your own processes only'
    says "Run $record -- COMMAND"
    check '  and that records' as_nobody "$record" -q -o own.hitm -- true
    rm -f own.hitm
fi
says "cap_dac_read_search=ep \\ $record"
if mount_tracefs && grep -q ' /sys/kernel/tracing tracefs ' /proc/mounts && unshare -m true 2>/dev/null; then
    row missing tracefs 'for root only'
    # The mend for users, on the copy: the same command without sudo.
    cp "$record" "$open/bin/capable"
    if setcap cap_perfmon,cap_sys_ptrace,cap_syslog,cap_dac_read_search=ep "$open/bin/capable" 2>setcap.err &&
        as_nobody "$open/bin/capable" --doctor >got.out 2>got.err; then
        row ok CAP_PERFMON held
        row ok tracefs 'mounted, readable'
        row ok 'task migrations' 'opens for whole CPUs (sched:sched_migrate_task)'
    else
        skip 'the mend for users' "$(cat setcap.err got.err)"
    fi
    # shellcheck disable=SC2016
    doctor 'without tracefs' 0 unshare -m sh -c 'umount -l /sys/kernel/tracing && exec "$@"' sh
    row missing tracefs 'is not mounted'
    row missing 'task migrations'
    row missing 'NUMA balancing'
    says 'mend: mount -t tracefs nodev /sys/kernel/tracing'
fi
if unshare -p -f --mount-proc true 2>/dev/null; then
    doctor 'in a pid namespace' 0 unshare -p -f --mount-proc
    row limited 'pid namespace' 'inside a container'
fi
if unshare -r true 2>/dev/null; then
    doctor 'as root of a user namespace' 0 unshare -r
    says 'not held outside this user namespace'
fi
settings >after
check 'the settings of the machine are as they were' cmp before after
left=$(find . -name '*.hitm')
if [ -z "$left" ]; then pass 'no capture is left'; else fail "no capture is left: $left"; fi
exit $failed
