# Shared by the tests of hitm-record's command line. HITM_BUILD: the build; HITM_WORK: a directory of ours, gone
# afterwards. The recorder is copied to where user nobody may run it: a build can lie in a home that is closed.
here=$(cd "$(dirname "$0")" && pwd)
analyze=$HITM_BUILD/hitm-analyze
open=$(mktemp -d /tmp/hitm-record-test.XXXXXX) || exit 1
trap 'cleanup' EXIT
trap 'exit 1' HUP INT TERM
mounted=
cleanup() {
    [ -z "$mounted" ] || umount "$mounted" 2>/dev/null
    rm -rf "$open"
}
chmod 755 "$open"
mkdir "$open/bin" "$open/work"
chmod 1777 "$open/work"
cp "$HITM_BUILD/hitm-record" "$HITM_BUILD"/workloads/* "$open/bin/" || exit 1
chmod -R a+rX "$open/bin"
record=$open/bin/hitm-record
cd "$open/work" || exit 1
unset SUDO_UID SUDO_GID
failed=0

pass() { echo "ok $1"; }

# A check that this machine or user cannot make: said, and counted as what it is.
skip() { echo "ok $1 (left out: $2)"; }

# fail NAME [FILE...]: the files are shown.
fail() {
    echo "not ok $1"
    shift
    for shown in "$@"; do
        echo "-- $shown" >&2
        head -n 20 "$shown" >&2
    done
    failed=1
}

# is NAME WANTED GOT
is() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1: '$3', wanted '$2'"; fi; }

is_within() { # A B: equal within 1 %
    awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(b > 0 && d * 100 <= b) }'
}

# check NAME COMMAND...: the command says whether it holds.
check() {
    checked=$1
    shift
    if "$@" >check.out 2>&1; then pass "$checked"; else fail "$checked" check.out; fi
}

is_root() { [ "$(id -u)" -eq 0 ]; }

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# Not in every container: the seccomp profile may forbid perf events to root too.
can_record() { rm -f can.hitm; "$record" -q -o can.hitm -- true >can.out 2>&1; }

# tracefs is mounted when something first looks at it, or not at all: then the recorder says how.
mount_tracefs() {
    [ -d /sys/kernel/tracing/events ] && return 0
    is_root && mount -t tracefs nodev /sys/kernel/tracing 2>/dev/null
    [ -d /sys/kernel/tracing/events ]
}

# fact CAPTURE KEY: of the META chunk, as info prints it.
fact() { "$analyze" info "$1" 2>/dev/null | sed -n "s/^$2  *//p"; }

# sql CAPTURE SQL: the bare value of a query with one row.
sql() { "$analyze" query "$1" "$2" --format csv 2>/dev/null | tail -n 1 | tr -d '\r"'; }
