#!/bin/sh
# What goes right: outputs, where they go, what they say; that the same input makes the same bytes; that output which
# cannot be written is a failure.
. "$(dirname "$0")/analyze_lib.sh"
make_input
a=$analyze p='hitm-analyze: '

missing='3 of 3 binaries that samples hit are not on this machine: /opt/hitm/bin/app1 and others. Their names and code are missing; import where they are, or give the root directory that they lie under by --symfs DIR'
expect 'import says what it took' 0 'i.hitm: 300 samples (300 of memory accesses), 0 records lost by perf, 0 records skipped' "${p}warning: $missing" \
    "$a" import in/x.data -o i.hitm
expect 'import -q' 0 '' '' "$a" import -q --force in/x.data -o i.hitm
same 'the same perf.data makes the same capture' in/x.hitm i.hitm
expect 'verify of a whole capture' 0 \
    "in/x.hitm is whole: $("$HITM_BUILD/tests/dump_capture" in/x.hitm | awk '{ c++; for (i = 1; i < NF; i++) if ($(i + 1) ~ /^rows/) n += $i } END { print c " chunks, " n " rows" }'), $(wc -c <in/x.hitm) bytes" '' \
    "$a" verify in/x.hitm
expect 'load' 0 'in/x.hitm is capture 1' '' "$a" load in/x.hitm -o one.db
expect 'load into a database that is there adds' 0 'in/y.hitm is capture 2' '' "$a" load in/y.hitm -o one.db
expect 'load of two' 0 "in/x.hitm is capture 1
in/y.hitm is capture 2" '' "$a" load in/x.hitm in/y.hitm -o two.db
for t in cache_line mem_sample line_access c2c_stat bucket thread event; do
    for db in one two; do sqlite3 $db.db "SELECT * FROM $t ORDER BY 1, 2, 3, 4" >$db.rows; done
    same "one load or two, the same rows: $t ($(wc -l <one.rows))" one.rows two.rows
done
expect 'a failing capture adds nothing' 1 '' "${p}in/text is no hitmtrace capture" "$a" load in/text -o two.db
expect 'what was there stays' 0 2 '' sqlite3 two.db 'SELECT count(*) FROM capture'
expect '... nor does a new database come of it' 1 'in/x.hitm is capture 1' "${p}in/text is no hitmtrace capture" "$a" load in/x.hitm in/text -o three.db
rm -f one.rows two.rows

# query
expect 'query, table' 0 ' a  b
--  -
 1  x
22  ' '' "$a" query one.db "SELECT 1 AS a, 'x' AS b UNION ALL SELECT 22, NULL"
expect 'query, CSV' 0 "$(printf 'a,b\r\n1,"x,y"\r\n22,\r')" '' "$a" query one.db "SELECT 1 AS a, 'x,y' AS b UNION ALL SELECT 22, NULL" --format csv
expect 'query, JSON' 0 '[
{"a": 1, "b": "x\"y"},
{"a": 22, "b": null}
]' '' "$a" query one.db "SELECT 1 AS a, 'x\"y' AS b UNION ALL SELECT 22, NULL" --format json
expect 'query on a capture' 0 'n,m
300,1' '' sh -c '"$1" query in/x.hitm "SELECT count(*) AS n, max(capture_id) AS m FROM mem_sample" --format csv | tr -d "\r"' - "$a"
expect 'query by name, of one of two captures' 0 'cpus,nodes
8,2' '' sh -c '"$1" query one.db "SELECT count(*) AS cpus, count(DISTINCT node) AS nodes FROM cpu WHERE capture_id = 2" --format csv | tr -d "\r"' - "$a"
expect 'a syntax error' 2 '' "${p}query: near \"selec\": syntax error (a name of reports/ or SQL is expected)" "$a" query one.db 'selec 1'
expect 'no such table' 2 '' "${p}query: no such table: nix (a name of reports/ or SQL is expected)" "$a" query one.db 'SELECT * FROM nix'
expect 'a database is only read' 1 '' "${p}query: attempt to write a readonly database" "$a" query one.db 'DELETE FROM capture'
expect 'nothing was deleted' 0 2 '' sqlite3 one.db 'SELECT count(*) FROM capture'
ls "$here/../../reports" | sed -n 's/\.sql$//p' >names
while read -r name; do
    if "$a" query in/x.hitm "$name" --format csv >query.out 2>query.err && [ -s query.out ] && [ ! -s query.err ]; then :; else
        echo "$name" >>broken
    fi
done <names
if [ -e broken ]; then fail 'every query of reports/ runs' broken; else pass "every query of reports/ runs ($(wc -l <names))"; fi
rm -f names query.out query.err broken

# report
if "$a" report in/x.hitm >report.out 2>report.err && [ "$(tail -n 1 report.out)" = in/x.html ] && [ ! -s report.err ] &&
    [ "$(wc -l <report.out)" -eq 2 ]; then
    pass 'report: the verdict, then the path beside the capture'
else
    fail 'report: the verdict, then the path beside the capture' report.out
fi
cp in/x.html first.html
"$a" report in/x.hitm >/dev/null && same 'report: the same capture, the same bytes' first.html in/x.html
"$a" load -q in/x.hitm -o in/x.db && "$a" report in/x.db -o db.html >/dev/null && same 'report of the database: the same page' first.html db.html
"$a" report in/x.hitm --format text >a.txt && "$a" report in/x.hitm --format text -o b.txt && same 'text report: stdout and -o' a.txt b.txt
"$a" report in/x.hitm --format text -o - >b.txt && same 'text report: -o - is stdout' a.txt b.txt
"$a" report in/x.hitm -o - >b.out 2>b.err
[ $? -eq 2 ] && [ ! -e ./- ] && pass 'an HTML report does not go to -o -' || fail 'an HTML report does not go to -o -' b.err
rm -f b.out b.err
if grep -q "$(head -n 1 report.out | cut -c1-40)" a.txt; then pass 'the text report has the verdict'; else fail 'the text report has the verdict' a.txt; fi
if grep -q "$(printf '\033')" a.txt; then fail 'no colour in a pipe'; else pass 'no colour in a pipe'; fi
for name in a.hitm:a b:b c.db:c d.tar.gz:d.tar.gz; do
    mkdir w && cp in/x.hitm "w/${name%:*}"
    case $name in c.db*) cp in/x.db w/c.db ;; esac
    expect "default name for ${name%:*}" 0 "w/${name#*:}.html" '' sh -c '"$1" report "$2" | tail -n 1' - "$a" "w/${name%:*}"
    if [ -s "w/${name#*:}.html" ]; then pass "... and there it is"; else fail "... and there it is"; fi
    rm -r w
done
rm -f a.txt b.txt db.html first.html report.out report.err

# cut: what is there, and a warning
expect 'verify of a cut capture' 1 '' "${p}in/cut.hitm is cut at byte 700: $("$HITM_BUILD/tests/dump_capture" in/cut.hitm 2>/dev/null | wc -l) whole chunks, end of recording missing" "$a" verify in/cut.hitm
w="${p}warning: the capture is not whole: in/cut.hitm is cut at byte 700: $("$HITM_BUILD/tests/dump_capture" in/cut.hitm 2>/dev/null | wc -l) whole chunks, end of recording missing"
expect 'load of a cut capture' 0 'in/cut.hitm is capture 1' "$w" "$a" load in/cut.hitm -o cut.db
expect '... which the database says' 0 0 '' sqlite3 cut.db 'SELECT complete FROM capture'
"$a" report in/cut.hitm --format text >cut.txt 2>cut.err
expect 'report of a cut capture warns' 0 "$w" '' cat cut.err
if grep -q 'cut at byte 700' cut.txt; then pass 'the report says so itself'; else fail 'the report says so itself' cut.txt; fi
rm -f cut.db cut.txt cut.err

# output that cannot be written
closed() { "$@" >&-; }
full() { "$@" >/dev/full; }
for c in 'verify in/x.hitm' 'info in/x.hitm' 'query in/x.hitm nodes' 'report in/x.hitm --format text' 'report in/x.hitm -o r.html' 'load in/x.hitm -o l.db' 'import in/x.data -o m.hitm' '--help' '--version'; do
    # shellcheck disable=SC2086
    full "$a" $c 2>full.err
    code=$?
    rm -f l.db m.hitm
    if [ $code -eq 1 ] && grep -q '^hitm-analyze: .*\(No space left on device\|standard output\)$' full.err; then pass "/dev/full: $c"; else fail "/dev/full: $c: exit $code" full.err; fi
    # shellcheck disable=SC2086
    closed "$a" $c 2>full.err
    code=$?
    rm -f l.db m.hitm
    if [ $code -eq 1 ] && [ "$(grep -vc ": warning: " full.err)" -eq 1 ]; then pass "stdout closed: $c"; else fail "stdout closed: $c: exit $code" full.err; fi
done
rm -f full.err r.html
"$a" load -q in/x.hitm -o q.db >&- && [ "$(sqlite3 q.db 'SELECT count(*) FROM capture')" = 1 ] && pass 'load -q says nothing, so needs no stdout' ||
    fail 'load -q says nothing, so needs no stdout'
only 'outputs, and nothing else' i.hitm one.db two.db q.db
exit $failed
