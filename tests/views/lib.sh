# Shared by the view tests: databases made by hand from schema/, rows put in by hand, expected rows computed by hand.
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "${HITM_WORK:?}" || exit 1
failed=0
rm -f v.db
cat "$root/schema/tables.sql" "$root"/schema/views/*.sql | sqlite3 v.db || failed=1

# row TABLE COLUMN=VALUE...: an INSERT; columns that must have a value and are not given get 0 or ''. VALUE is SQL.
row() {
    row_table=$1
    shift
    sqlite3 -separator '|' v.db "PRAGMA table_info($row_table)" | awk -F '|' -v table="$row_table" -v given="$(printf '%s\n' "$@")" '
        BEGIN {
            n = split(given, pair, "\n")
            for (i = 1; i <= n; i++) { at = index(pair[i], "="); value[substr(pair[i], 1, at - 1)] = substr(pair[i], at + 1) }
        }
        {
            used[$2] = 1
            v = ($2 in value) ? value[$2] : ($4 == 0 ? "NULL" : ($3 == "TEXT" ? "\"\"" : "0"))
            if (v == "\"\"") v = sprintf("%c%c", 39, 39)
            columns = columns separator $2; values = values separator v; separator = ", "
        }
        END {
            for (name in value) if (!(name in used)) { print "no column " name > "/dev/stderr"; exit 1 }
            print "INSERT INTO " table " (" columns ") VALUES (" values ");"
        }' >row.sql && sqlite3 v.db <row.sql || { echo "not ok row of $row_table: $*"; failed=1; }
}

# expect NAME SQL ROWS: as `sqlite3 -separator ' | '` prints them, NULL as -.
expect() {
    printf '%s\n' "$3" >wanted.txt
    sqlite3 -separator ' | ' -nullvalue - v.db "$2" >got.txt 2>&1
    if diff wanted.txt got.txt >view.diff; then echo "ok $1"; else echo "not ok $1"; cat view.diff >&2; failed=1; fi
}

# columns NAME VIEW LIST: the public columns, in order (DESIGN, section 6).
columns() {
    expect "$1: columns" "SELECT group_concat(name, ', ') FROM pragma_table_info('$1')" "$2"
}
