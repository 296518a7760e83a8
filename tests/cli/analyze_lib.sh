# Shared by the tests of hitm-analyze's command line. HITM_BUILD: the build; HITM_WORK: a directory of ours.
here=$(cd "$(dirname "$0")" && pwd)
golden=$here/../golden
cd "${HITM_WORK:?}" || exit 1
analyze=$HITM_BUILD/hitm-analyze
mkperfdata=$HITM_BUILD/tests/mkperfdata
failed=0

pass() { echo "ok $1"; }
fail() { # NAME [FILE]
    echo "not ok $1"
    [ $# -lt 2 ] || head -n 20 "$2" >&2
    failed=1
}

# expect NAME CODE STDOUT STDERR COMMAND...: the exact bytes; @FILE: those of a file beside the test. The program is
# called hitm-analyze in all of them. The number of the process in the name of an unfinished file is left out.
expect() {
    expect_name=$1 expect_code=$2
    case $3 in @*) cat "$here/${3#@}" ;; '') ;; *) printf '%s\n' "$3" ;; esac >wanted.out
    case $4 in @*) cat "$here/${4#@}" ;; '') ;; *) printf '%s\n' "$4" ;; esac >wanted.err
    shift 4
    "$@" >got.out 2>got.err
    echo "exit $?" >>got.out
    sed -i 's/\.part-[0-9][0-9]*/.part/' got.err
    echo "exit $expect_code" >>wanted.out
    if diff wanted.out got.out >expect.diff 2>&1 && diff wanted.err got.err >>expect.diff 2>&1; then
        pass "$expect_name"
    else
        fail "$expect_name" expect.diff
    fi
}

# same NAME WANTED GOT, two files.
same() { if diff "$2" "$3" >same.diff 2>&1; then pass "$1"; else fail "$1" same.diff; fi; }

# only NAME FILE...: besides what the test itself uses, these and no other files are here.
only() {
    only_name=$1
    shift
    printf '%s\n' "$@" | grep . | sort >only.wanted
    ls -A | grep -v '^wanted\.\|^got\.\|\.diff$\|^only\.\|^in$' | sort >only.got
    same "$only_name" only.wanted only.got
}

# in/: small files to work on.
make_input() {
    mkdir in
    "$mkperfdata" random in/x.data --samples 300 --lines 5 --pids 2 --seed 5
    "$mkperfdata" random in/y.data --samples 200 --lines 5 --pids 2 --seed 6
    "$analyze" import -q in/x.data -o in/x.hitm && "$analyze" import -q in/y.data -o in/y.hitm || fail 'make input'
    : >in/empty
    echo 'some text' >in/text
    mkdir in/dir
    sqlite3 in/other.db 'CREATE TABLE t(x)'
    head -c 20 in/x.hitm >in/head.hitm
    head -c 700 in/x.hitm >in/cut.hitm
}
