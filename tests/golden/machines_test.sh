#!/bin/sh
# Recordings that perf 6.1 made on machines of other kinds (s390x has the other byte order, armhf 32 bits; emulated by
# QEMU), against what stock perf said of them there: machines/expected.txt, lines of
#   NAME records TYPE NUMBER | NAME samples EVENT NUMBER | NAME frames EVENT NUMBER    (frames: of all call chains)
# Each machine has three: file.perf.data (call chains, leader sampling, context switches, control groups, a tracepoint),
# pipe.perf.data (through a pipe, with a tracepoint) and packed.perf.data (compressed, page faults with addresses).
. "$(dirname "$0")/lib.sh"
dump=$HITM_BUILD/tests/dump_capture

counts() { "$dump" "$1.hitm" all | awk -v name="$1" -f "$here/counts.awk"; }

for packed in "$here"/machines/*.perf.data.gz; do
    name=$(basename "$packed" .perf.data.gz)
    gzip -dc "$packed" >"$name.perf.data"
    if ! "$analyze" import -q "$name.perf.data" -o "$name.hitm" 2>import.err; then
        fail "$name: import" import.err
        continue
    fi
    # Of a pipe stock perf 6.1 counts nothing but samples.
    case $name in
    *-pipe) counts "$name" | grep ' samples ' ;;
    *) counts "$name" ;;
    esac | sort >got
    grep "^$name " "$here/machines/expected.txt" | sort >wanted
    same "$name: as stock perf counts ($(wc -l <wanted))" wanted got
    if "$analyze" verify "$name.hitm" >verify.out 2>&1; then pass "$name: the capture is whole"; else fail "$name: verify" verify.out; fi
done

# What stands in fields, where the byte order could be mixed up.
"$analyze" load -q s390x-file.hitm -o s390x.db
"$analyze" load -q armhf-file.hitm -o armhf.db
one() { # NAME WANTED DB SQL
    got=$(sqlite3 "$3" "$4" 2>&1)
    if [ "$got" = "$2" ]; then pass "$1"; else fail "$1: $got"; fi
}
for machine in s390x armhf; do
    one "$machine: facts" 'machine|6.1' $machine.db "SELECT hostname, substr(kernel, 1, 3) FROM capture"
    one "$machine: migrations have CPUs of two" 1 $machine.db \
        "SELECT count(*) > 0 AND min(from_cpu) >= 0 AND max(from_cpu) <= 1 AND min(to_cpu) >= 0 AND max(to_cpu) <= 1 FROM migration"
    one "$machine: control groups" '/|/work' $machine.db "SELECT group_concat(path, '|') FROM (SELECT path FROM cgroup ORDER BY path)"
done
exit $failed
