#!/bin/sh
# Files that are not what they should be, and places where nothing can be written: one line on stderr that names the file,
# exit 1, nothing on stdout, nothing left behind.
. "$(dirname "$0")/analyze_lib.sh"
make_input
a=$analyze p='hitm-analyze: '
"$a" load -q in/x.hitm in/y.hitm -o in/two.db

# Every command that reads a capture, on every kind of wrong file: the same words.
readers() { # NAME FILE MESSAGE
    expect "verify: $1" 1 '' "$p$3" "$a" verify "$2"
    expect "info: $1" 1 '' "$p$3" "$a" info "$2"
    expect "load: $1" 1 '' "$p$3" "$a" load "$2" -o out.db
    expect "report: $1" 1 '' "$p$3" "$a" report "$2" -o out.html
    expect "report, text: $1" 1 '' "$p$3" "$a" report "$2" --format text
    expect "query: $1" 1 '' "$p$3" "$a" query "$2" nodes
}
perf_data='is no hitmtrace capture but a perf.data file: run `hitm-analyze import` on it first'
readers 'missing file' in/missing 'cannot open in/missing: No such file or directory'
readers 'a file in place of a folder' in/text/x 'cannot open in/text/x: Not a directory'
readers 'empty file' in/empty 'in/empty is empty'
readers 'text' in/text 'in/text is no hitmtrace capture'
readers 'folder' in/dir 'in/dir is not a regular file'
readers 'device' /dev/zero '/dev/zero is not a regular file'
readers 'perf.data' in/x.data "in/x.data $perf_data"
readers 'cut inside the header' in/head.hitm 'in/head.hitm is cut inside its header (20 of 32 bytes)'
for c in verify info; do
    expect "$c: a database" 1 '' "${p}in/two.db is no hitmtrace capture" "$a" $c in/two.db
done
expect 'load: a database' 1 '' "${p}in/two.db is no hitmtrace capture" "$a" load in/two.db -o out.db
for c in 'report in/other.db -o out.html' 'query in/other.db nodes' "query in/other.db SELECT+1" 'load in/x.hitm -o in/other.db'; do
    # shellcheck disable=SC2086
    expect "a database of another program: $c" 1 '' "${p}in/other.db is a database, but not one of hitmtrace" "$a" $c
done
expect 'two captures, none named: report' 2 '' \
    "${p}in/two.db holds 2 captures: name one with --capture ID (\`hitm-analyze query in/two.db captures\` lists them)" \
    "$a" report in/two.db -o out.html
expect 'two captures, none named: query' 2 '' \
    "${p}in/two.db holds 2 captures: name one with --capture ID (\`hitm-analyze query in/two.db captures\` lists them)" \
    "$a" query in/two.db nodes
expect 'a capture that is not there' 2 '' "${p}in/two.db has no capture 7 (\`hitm-analyze query in/two.db captures\` lists them)" \
    "$a" report in/two.db -o out.html --capture 7

# import
expect 'import: missing file' 1 '' "${p}cannot open in/missing: No such file or directory" "$a" import in/missing -o out.hitm
expect 'import: empty file' 1 '' "${p}in/empty: is empty" "$a" import in/empty -o out.hitm
expect 'import: text' 1 '' "${p}in/text: is text, as perf script and perf report print it; import reads what perf record wrote (perf.data)" "$a" import in/text -o out.hitm
expect 'import: a database' 1 '' "${p}in/two.db: is a database; hitm-analyze report and query read those it made" "$a" import in/two.db -o out.hitm
expect 'import: folder' 1 '' "${p}in/dir: is a folder, but not of perf record (--threads, --kcore): it has no file \"data\"" "$a" import in/dir -o out.hitm
expect 'import: a capture' 1 '' "${p}in/x.hitm: is a capture already: hitm-analyze report 'in/x.hitm'" "$a" import in/x.hitm -o out.hitm

# places to write to
expect 'load into a missing folder' 1 '' "${p}cannot open database nowhere/x.db.part: unable to open database file" "$a" load in/x.hitm -o nowhere/x.db
expect 'load over text' 1 '' "${p}in/text is there already and is no database; it was left alone" "$a" load in/x.hitm -o in/text
expect 'load over a folder' 1 '' "${p}in/dir is there already and is no database; it was left alone" "$a" load in/x.hitm -o in/dir
expect 'load over its own capture' 1 '' "${p}in/x.hitm is there already and is no database; it was left alone" "$a" load in/x.hitm -o in/x.hitm
expect 'import into a missing folder' 1 '' "${p}cannot create nowhere/x.hitm.part: No such file or directory" "$a" import in/x.data -o nowhere/x.hitm
expect 'import over a file' 1 '' "${p}in/text is there already (--force overwrites it)" "$a" import in/x.data -o in/text
expect 'report into a missing folder' 1 '' "${p}cannot write nowhere/x.html: No such file or directory" "$a" report in/x.hitm -o nowhere/x.html
expect 'text report into a missing folder' 1 '' "${p}cannot write nowhere/x.txt: No such file or directory" \
    "$a" report in/x.hitm --format text -o nowhere/x.txt
expect 'report over its own capture' 2 '' "${p}report: in/x.hitm is the capture itself; it was left alone" "$a" report in/x.hitm -o in/x.hitm
expect 'report over its own capture, another name' 2 '' "${p}report: in/dir/../x.hitm is the capture itself; it was left alone" \
    "$a" report in/x.hitm --format text -o in/dir/../x.hitm
expect 'import over its own perf.data' 2 '' "${p}in/x.data: is the file to import itself; name another output" \
    "$a" import in/x.data -o in/x.data --force
echo 'some text' | same 'text was left alone' - in/text
"$a" verify in/x.hitm >/dev/null 2>&1 && pass 'the capture was left alone' || fail 'the capture was left alone'

# as somebody who may not
unprivileged() { command -v setpriv >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ] && setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
# The work folder is closed to others, so these run in an open one.
open=$(mktemp -d /tmp/hitm-open-XXXXXX) && trap 'rm -rf "$open"' EXIT
if chmod 755 "$open" && cp "$a" in/x.hitm in/x.data "$open" && chmod 755 "$open/hitm-analyze" && chmod 644 "$open"/x.* &&
    unprivileged "$open/hitm-analyze" --version >/dev/null 2>&1; then
    cp in/x.hitm "$open/secret.hitm" && chmod 600 "$open/secret.hitm"
    o=$open u=$open/hitm-analyze
    expect 'an unreadable capture' 1 '' "${p}cannot open $o/secret.hitm: Permission denied" unprivileged "$u" verify "$o/secret.hitm"
    expect 'a folder without permission: load' 1 '' "${p}cannot open database $o/n.db.part: unable to open database file" \
        unprivileged "$u" load "$o/x.hitm" -o "$o/n.db"
    expect 'a folder without permission: import' 1 '' "${p}cannot create $o/n.hitm.part: Permission denied" \
        unprivileged "$u" import "$o/x.data" -o "$o/n.hitm"
    expect 'a folder without permission: report' 1 '' "${p}cannot write $o/n.html: Permission denied" unprivileged "$u" report "$o/x.hitm" -o "$o/n.html"
else
    echo '# skipped: files without permission: needs root and setpriv'
fi
only 'failures leave nothing behind'
exit $failed
