# Machines that do not let a recorder see everything: an unprivileged user, no tracefs, hidden kernel symbols, a pid
# namespace. Exit codes and sentences, and captures that say what they lack.
machine=two_nodes

guest() {
    mkdir -m 777 user
    paranoid=/proc/sys/kernel/perf_event_paranoid
    truth paranoid "$(cat $paranoid)"
    for level in 2 3; do
        echo $level >$paranoid
        (
            cd user || exit
            as_user "hitm-record -o own$level.hitm -- sh -c 'usleep 500000'" >own$level.log 2>&1
            echo $? >own$level.code
            as_user "hitm-record -o all$level.hitm -a -d 1" >all$level.log 2>&1
            echo $? >all$level.code
            as_user 'hitm-record --doctor' >doctor$level.log 2>&1
            echo $? >doctor$level.code
            as_user 'hitm-record -p 1 -d 1 -o root.hitm' >root$level.log 2>&1
            echo $? >root$level.code
        )
    done
    echo 2 >$paranoid

    echo 2 >/proc/sys/kernel/kptr_restrict
    record kptr -a -d 1
    echo 0 >/proc/sys/kernel/kptr_restrict

    umount /sys/kernel/tracing && mount -t tmpfs -o ro tmpfs /sys/kernel/tracing
    mount -t tmpfs -o ro tmpfs /sys/kernel/debug
    record tracefs -a -d 1
    umount /sys/kernel/tracing /sys/kernel/debug
    mount -t tracefs tracefs /sys/kernel/tracing

    start workload spin 1
    unshare --pid --fork --mount-proc sh -c 'hitm-record -o namespace.hitm -a -d 1; echo $? >namespace.code' >namespace.log 2>&1
    stop

    hitm-record-static -o static.hitm -a -d 1 >static.log 2>&1
    echo $? >static.code
}

as_user() { su -s /bin/sh nobody -c "$1"; }

# says FILE WORD...: each of the words is in it
says() {
    said=$1
    shift
    for word in "$@"; do
        grep -qiE -- "$word" "$said" || { fail "$said says: $word" && sed 's/^/   /' "$said" && continue; }
        pass "$said says: $word"
    done
}

# limit NAME WORD: the capture itself says it
limit() {
    within "$1: the capture says it: $2" 1 100 "$(ask "$1" "SELECT count(*) FROM condition WHERE phase IN ('limit', 'capture') AND
        (name || ' ' || value || ' ' || coalesce(mend, '')) LIKE '%$2%'")"
}

check() {
    (
        cd user || exit
        if recorded own2; then
            limit own2 perf_event_paranoid
            says own2.log privilege
        fi
        # Debian's kernel knows a level 3: users may open nothing.
        for level in 2 3; do
            same "all$level: exit code" 1 "$(cat all$level.code)"
            says all$level.log perf_event_paranoid
            holds "all$level: no file is left" test ! -e all$level.hitm
            same "root$level: exit code" 1 "$(cat root$level.code)"
        done
        holds 'own3: recorded, or refused with exit code 1' grep -qx '[01]' own3.code
        [ "$(cat own3.code)" = 0 ] || says own3.log perf_event_paranoid
        same 'doctor2: exit code' 0 "$(cat doctor2.code)"
        says doctor2.log perf_event_paranoid
    )
    if recorded kptr; then
        same 'kptr: the kernel is hidden' hidden "$(ask kptr "SELECT state FROM dso WHERE path LIKE '%kallsyms%' LIMIT 1")"
        limit kptr kptr_restrict
    fi
    if recorded tracefs; then
        limit tracefs tracefs
        says tracefs.log tracefs
        same 'tracefs: no tracepoint' 0 "$(ask tracefs "SELECT count(*) FROM event WHERE kind = 'tracepoint'")"
        within 'tracefs: the rest is there' 1 1000000 "$(ask tracefs 'SELECT count(*) FROM cpu_sample')"
    fi
    if recorded namespace; then
        says namespace.log namespace
        limit namespace namespace
    fi
    if recorded static; then
        same 'static: four CPUs' 4 "$(ask static 'SELECT count(DISTINCT cpu) FROM counter')"
    fi
}
