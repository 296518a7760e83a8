# Shared by the golden tests. HITM_BUILD: the build; HITM_WORK: a directory of ours, gone afterwards.
here=$(cd "$(dirname "$0")" && pwd)
cd "${HITM_WORK:?}" || exit 1
analyze=$HITM_BUILD/hitm-analyze
failed=0

pass() { echo "ok $1"; }

# fail NAME [FILE]: FILE is shown.
fail() {
    echo "not ok $1"
    [ $# -lt 2 ] || head -n 20 "$2" >&2
    failed=1
}

# same NAME WANTED GOT: two files.
same() {
    if diff "$2" "$3" >same.diff 2>&1; then pass "$1"; else fail "$1" same.diff; fi
}

# to_database PERF.DATA NAME [OPTION...]: import and load into NAME.hitm and NAME.db.
to_database() {
    database_from=$1 database=$2
    shift 2
    rm -f "$database.hitm" "$database.db"
    "$analyze" import -q "$database_from" -o "$database.hitm" "$@" 2>import.err &&
        "$analyze" load -q "$database.hitm" -o "$database.db"
}

# A group of lines (S, L, N or O) must be there in both, and equal; the order of the file does not matter.
same_group() { # NAME LETTER
    grep "^$2 " wanted >wanted.group
    grep "^$2 " got >got.group
    if [ ! -s wanted.group ]; then fail "$1: the report has no such numbers"; return; fi
    same "$1 ($(wc -l <wanted.group))" wanted.group got.group
}

# The node of a line is one of those that perf lists ("0-1,3"; N/A: none).
same_nodes() { # NAME
    grep '^N ' wanted >wanted.group
    grep '^N ' got >got.group
    if paste -d '|' wanted.group got.group | awk -F '|' -v bad=0 '
        function within(list, node, part, n, i, ends) {
            n = split(list, part, ",")
            for (i = 1; i <= n; i++) {
                split(part[i] "-" part[i], ends, "-")
                if (node + 0 >= ends[1] + 0 && node + 0 <= ends[2] + 0) return 1
            }
            return 0
        }
        { for (i = 1; i < 8; i++) if ($i != $(i + 8)) bad = 1
          if ($8 == "N/A" || $16 == "N/A") { if ($8 != $16) bad = 1 } else if (!within($8, $16)) bad = 1
          if (bad) { print; exit } }
        END { exit bad || NR == 0 }' >nodes.diff
    then pass "$1 ($(wc -l <wanted.group))"; else fail "$1" nodes.diff; fi
}

# compare NAME REPORT DB: all groups of a perf c2c report against the views of a database.
compare() {
    awk -f "$here/c2c_report.awk" "$2" | sort >wanted
    sqlite3 -separator '|' "$3" <"$here/c2c_views.sql" | awk -v report=wanted -f "$here/c2c_views.awk" | sort >got
    same_group "$1: c2c_stats" S
    same_group "$1: c2c_line" L
    same_nodes "$1: home nodes"
    same_group "$1: c2c_offset" O
}
