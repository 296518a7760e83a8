#!/bin/sh
# What hitm-record answers to every option, right and wrong: standard output, standard error, exit status, files left.
. "$(dirname "$0")/record_lib.sh"

# answers NAME CODE STDOUT STDERR ARGUMENT...: exactly. The recorder's messages begin with its name.
answers() {
    name=$1 code=$2
    printf '%s' "$3" >wanted.out
    printf '%s' "$4" >wanted.err
    shift 4
    "$record" "$@" >got.out 2>got.err
    got=$?
    if [ $got -eq "$code" ] && cmp -s wanted.out got.out && cmp -s wanted.err got.err; then
        pass "$name"
    else
        echo "exit $got, wanted $code" >got.code
        fail "$name" got.code got.out got.err
    fi
}

# refuses CODE MESSAGE ARGUMENT...: one line on standard error, nothing else, no file.
refuses() {
    code=$1 message=$2
    shift 2
    answers "hitm-record $*: $message" "$code" '' "hitm-record: $message
" "$@"
}

nothing_left() { # NAME
    left=$(find . -name '*.hitm')
    if [ -z "$left" ]; then
        pass "$1: no capture is left"
    else
        echo "$left" >left.out
        rm -f ./*.hitm
        fail "$1: no capture is left" left.out
    fi
}

# ---- what asks for nothing ----

help=$(cat "$here/record_help.txt"; echo .)
answers '--help' 0 "${help%.}" '' --help
answers '-h' 0 "${help%.}" '' -h
answers '--help beside other options' 0 "${help%.}" '' -a -d 1 --help
version=$(sed -n 's/^VERSION := //p' "$here/../../Makefile")
answers '--version' 0 "hitm-record $version
" '' --version
answers '-V' 0 "hitm-record $version
" '' -V
"$record" --help >/dev/full 2>got.err
if [ $? -eq 1 ] && grep -q '^hitm-record: cannot write to standard output: ' got.err; then
    pass '--help into a full disk fails'
else
    fail '--help into a full disk fails' got.err
fi

# ---- wrong usage: exit status 2 ----

refuses 2 'unknown option --nope (hitm-record --help lists them)' --nope
refuses 2 'unknown option -Z (hitm-record --help lists them)' -Z
refuses 2 'unknown option -Z (hitm-record --help lists them)' -aZ
refuses 2 '--duration needs a value: SECONDS' -d
refuses 2 '--duration needs a value: SECONDS' --duration
refuses 2 '--force takes no value' --force=3
refuses 2 '-p and -a exclude each other' -a -p 1
refuses 2 '-p and a command exclude each other' -p 1 -- true
refuses 2 '--cgroup and -a exclude each other' -a --cgroup /x
refuses 2 '--cgroup and -p exclude each other' --cgroup /x -p 1
refuses 2 '--cgroup and a command exclude each other' --cgroup /x -- true
refuses 2 '--cgroup: given twice; one is recorded, with all groups below it: name their parent' --cgroup /x --cgroup /y
for value in '' x.service ./x; do
    refuses 2 "--cgroup: '$value' begins with no '/': give the path as /proc/PID/cgroup has it (/system.slice/db.service), or the directory below /sys/fs/cgroup" --cgroup "$value"
done
for value in '' x 0, ,0 3-1 0- -1 '0 1' 65536 0-65536 99999999999999999999; do
    refuses 2 "-C: '$value' is no list of CPUs such as 0-3,8" -C "$value"
done
refuses 2 '--call-graph takes no value' --call-graph=dwarf
refuses 2 '-q and -v exclude each other' -q -v

kib=$(($(getconf PAGESIZE) / 1024))
for value in abc '' -1 5x nan inf 1e99 0x; do
    refuses 2 "-d: '$value' is no number from 0.01 to 86400" -d "$value"
    refuses 2 "-m: '$value' is no number from $kib to 1048576" -m "$value"
    refuses 2 "--max-overhead: '$value' is no number from 0 to 100" --max-overhead "$value"
    refuses 2 "--cpu-hz: '$value' is no number from 0 to 20000" --cpu-hz "$value"
done
refuses 2 "-d: '0' is no number from 0.01 to 86400" -d 0
refuses 2 "-d: '86401' is no number from 0.01 to 86400" -d 86401
refuses 2 "-m: '1' is no number from $kib to 1048576" -m 1
refuses 2 "-m: 96 KiB is no power of two" -m 96
refuses 2 "-m: 64.5 KiB is no power of two" -m 64.5
refuses 2 "--max-overhead: '101' is no number from 0 to 100" --max-overhead 101
refuses 2 "--cpu-hz: '20001' is no number from 0 to 20000" --cpu-hz 20001
refuses 2 "--cpu-hz: '0.5' is no whole number" --cpu-hz 0.5
for value in abc 12x 12,x ,1 1,,2 '1 2' +1 -1 0 99999999 99999999999999999999; do
    refuses 2 "-p: '$value' is no list of process ids such as 123 or 123,456" -p "$value"
done
refuses 2 '-p: no process id given' -p ''
for value in x '' =x; do
    refuses 2 "--label: '$value' is not KEY=VALUE" --label "$value"
done
refuses 2 '-o: a capture cannot go to a pipe; give a file name' -o -
refuses 2 '-o: empty file name' -o ''
nothing_left 'wrong usage'

# ---- outputs that cannot be: exit status 1 ----

mkdir directory
echo precious >kept.hitm
refuses 1 'kept.hitm is there already and was left alone; --force overwrites it' -d 9 -o kept.hitm
refuses 1 'directory is a directory: name a file in it' -o directory
refuses 1 'directory is a directory: name a file in it' --force -o directory
refuses 1 '/dev/null is no regular file: a capture has to be one' --force -o /dev/null
if [ "$(cat kept.hitm)" = precious ] && [ -c /dev/null ]; then
    pass 'what was there is there still'
else
    fail 'what was there is there still'
fi
rm -f kept.hitm
long=$(printf '%05000d' 0)
"$record" -o "$long" >got.out 2>got.err
if [ $? -eq 1 ] && [ "$(cat got.err)" = 'hitm-record: -o: the name has more than 4095 bytes' ]; then
    pass 'a name that is too long is not cut'
else
    fail 'a name that is too long is not cut' got.err
fi

# A pid that was just in use and is not any more.
dead=$(sh -c 'echo $$')
refuses 1 "-p $dead: no such process" -d 9 -p "$dead" -o dead.hitm
nothing_left 'a dead pid'

if ! can_record; then
    skip 'what needs perf events' "$(tail -n 1 can.out)"
    exit $failed
fi
rm -f can.hitm

refuses 1 'cannot create there/is/none.hitm: No such file or directory' -q -o there/is/none.hitm -- true
saved_path=$PATH PATH=/usr/bin:/bin # a directory of it that is closed to us would be the answer
refuses 1 'cannot execute no-such-command: No such file or directory' -q -o left.hitm -- no-such-command
PATH=$saved_path
nothing_left 'a command that is not there'
echo 'not a program' >text
refuses 1 'cannot execute ./text: Permission denied' -q -o left.hitm -- ./text
nothing_left 'a command that may not be executed'

# ---- whose file, under which name ----

default_name() { # NAME [COMMAND...]: runs the recorder and looks at what lies there
    name=$1
    shift
    mkdir -m 777 named
    (cd named && "$@" "$record" -q -- true) >got.out 2>&1
    ls named >names
    if [ "$(wc -l <names)" -eq 1 ] && grep -qE "^$(uname -n)-20[0-9]{6}T[0-9]{6}Z\.hitm$" names; then
        pass "$name: HOST-UTC.hitm"
    else
        fail "$name: HOST-UTC.hitm" names got.out
    fi
    owner=$(stat -c '%u:%g %a' named/*.hitm 2>/dev/null)
    rm -rf named
}

default_name 'the default output'
if [ "$owner" = "$(id -u):$(id -g) 600" ]; then
    pass 'a capture is for its owner only'
else
    fail "a capture is for its owner only: $owner"
fi
if is_root; then
    default_name 'the default output of nobody' as_nobody
    if [ "$owner" = '65534:65534 600' ]; then pass "nobody's capture is nobody's"; else fail "nobody's capture: $owner"; fi
    default_name 'the default output under sudo' env SUDO_UID=65534 SUDO_GID=65533
    if [ "$owner" = '65534:65533 600' ]; then
        pass 'under sudo the capture belongs to the caller'
    else
        fail "under sudo the capture belongs to the caller: $owner"
    fi
    default_name 'the default output under an odd sudo' env SUDO_UID=joe SUDO_GID=-1
    if [ "$owner" = '0:0 600' ]; then pass 'an odd SUDO_UID changes nothing'; else fail "an odd SUDO_UID: $owner"; fi
    mkdir -m 755 closed
    as_nobody "$record" -q -o closed/x.hitm -- true >got.out 2>got.err
    if [ $? -eq 1 ] && [ "$(cat got.err)" = 'hitm-record: cannot create closed/x.hitm: Permission denied' ]; then
        pass 'an unwritable directory is named'
    else
        fail 'an unwritable directory is named' got.err
    fi
    as_nobody "$record" -q -d 9 -o nobody.hitm -p $$ >got.out 2>got.err
    if [ $? -eq 1 ] && grep -q "^hitm-record: the target may not be recorded (Permission denied): it belongs to another user, .*sudo" got.err ||
        [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -lt 1 ]; then
        pass "another user's process: the mend is said"
    else
        fail "another user's process: the mend is said" got.err
    fi
    rm -f nobody.hitm
else
    skip 'users and owners' 'not root'
fi
nothing_left 'at the end'
exit $failed
