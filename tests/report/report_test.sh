#!/bin/sh
# The report of the fixture: its promises hold, the checks of them can fail, hostile names stay texts, the same database
# gives the same bytes. HITM_BUILD: where hitm-analyze is (build). Prints "ok NAME" or "not ok NAME" for each check.
set -u
here=$(cd "$(dirname "$0")" && pwd)
analyze=${HITM_BUILD:-$here/../../build}/hitm-analyze
work=$(mktemp -d)
unset COLUMNS
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

check() { # NAME COMMAND...
    name=$1
    shift
    if "$@"; then
        printf 'ok %s\n' "$name"
    else
        printf 'not ok %s\n' "$name"
        failed=1
    fi
}

has() { # FILE FIXED-TEXT
    check "$1 says: $2" grep -qF -- "$2" "$1"
}

fails() {
    ! "$@" >/dev/null 2>&1
}

no_control_characters() {
    ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$1"
}

has_no() { # FILE FIXED-TEXT
    check "$1 does not say: $2" fails grep -qF -- "$2" "$1"
}

at_most_columns() { # N FILE
    [ "$(LC_ALL=C.UTF-8 wc -L <"$2")" -le "$1" ]
}

no_markup_from_names() {
    ! grep -q '<script>alert\|<img' "$@"
}

no_part_files() {
    [ -z "$(find . -name '*part*')" ]
}

# A report with one promise broken is refused.
spoil() { # NAME SED-SCRIPT
    sed "$2" 1.html >spoiled.html
    check "the check sees: $1" fails "$here/check_report.sh" spoiled.html
    check "something was spoiled: $1" fails cmp 1.html spoiled.html
}

"$here/make_db.sh" fixture.db || exit 1
for capture in 1 2 3; do
    "$analyze" report fixture.db --capture "$capture" -o "$capture.html" >/dev/null 2>&1
    "$analyze" report fixture.db --capture "$capture" -o again.html >/dev/null 2>&1
    "$analyze" report fixture.db --capture "$capture" --format text -o "$capture.txt" >/dev/null 2>&1
    check "capture $capture: same bytes twice" cmp "$capture.html" again.html
    check "capture $capture: the promises hold" "$here/check_report.sh" "$capture.html"
    check "capture $capture: no control characters in the text" no_control_characters "$capture.txt"
    check "capture $capture: the text fits 100 columns" at_most_columns 100 "$capture.txt"
done
check 'no part files are left' no_part_files
check 'names become no markup' no_markup_from_names 1.html 2.html 3.html

has 1.html 'ticket=&lt;img src=x onerror=alert(1)&gt;'
has 1.html '&lt;/td&gt;&lt;script&gt;alert(2)&lt;/script&gt;\n\x07 tail'
has 1.html 'bad utf8 &#65533;(Z&#65533; after'
has 2.html 'worker\x1b[31mred\u202eevil'
has 1.html '<strong>false sharing</strong>, cross-socket'
has 1.html 'changed during the window'
has 1.html '412 samples were lost, 0.7 % of what was due'
has 1.html 'Basis: 36,853 memory samples; 412 lost.'
has 1.html '436 to 441 M'
has_no 1.html 'No loss was reported'

# a software-level capture: what waits, moves and lies where; a gap lowers what is said
has 2.html '<strong>memory pressure</strong>'
has 2.html 'Memory was short: 21 times a task had to free pages itself'
has 2.html '1.00 of 1: counted, not sampled'
has 2.html 'cut inside a chunk at byte 120,331'
has 2.html 'No memory samples (level software)'
has 2.html 'page-faults was switched off after 3.2 s of 8.8 s'
has 2.html '6,000 (1,875 a second)<b> [first 3.2 s of 8.8 s]</b>'
has 2.html 'Basis: 6,000 page faults; no loss seen; recorded: the first 3.2 s of 8.8 s.'
has 2.html 'Basis: 1,300 moves; at least 7 lost.'
has 2.html 'Not recorded: transfers between caches, accesses that reached memory. No loss was reported.'
has 2.html 'Bring both to one node. The memory to the threads: migratepages 4242 2 0 (numactl package).'
has 2.html '<b>on other nodes only</b>'
has 2.html '/kubepods/&lt;/td&gt;&lt;script&gt;alert(3)&lt;/script&gt;'
has 2.txt 'memory pressure'
has 2.txt 'Cannot tell which cache lines are fought over: this capture has level software'
has_no 2.html 'confidence 0.00'
has_no 2.html 'id="symbols"'

# one node: nothing is said of nodes
has 3.html '<strong>stolen time</strong>'
has 3.html 'this machine has one: there is nothing to find about nodes'
has 3.html 'Page migrations were recorded, and there was none. Recorded: the first 5.0 s of 10.0 s only.'
for id in placement balancing page-moves page-bounces migrations distances; do
    has_no 3.html "id=\"$id\""
done
has_no 3.html 'between nodes</th>'

has 1.txt 'false sharing, cross-socket'
for width in 80 120; do
    for capture in 1 2 3; do
        COLUMNS=$width "$analyze" report fixture.db --capture "$capture" --format text -o wide.txt >/dev/null 2>&1
        check "capture $capture: the text fits $width columns" at_most_columns "$width" wide.txt
    done
done
check 'collapsed stacks' test "$("$analyze" query fixture.db call_chains --capture 2 --format lines)" = \
    "$(printf 'nginx;ngx_http_process_request;memcpy 6000\nnginx;ngx_http_process_request 2411')"

# every question can be asked by its name
for question in "$here"/../../reports/*.sql; do
    name=$(basename "$question" .sql)
    check "query $name" sh -c '"$1" query fixture.db "$2" --capture 2 --format csv >rows.csv 2>err && test -s rows.csv' \
        sh "$analyze" "$name"
done

spoil script 's|"use strict";|"use strict"; alert(1);|'
spoil style 's|^h1 {|h2 {|'
spoil image 's|<main id="main">|<main id="main"><img src="http://example.com/x.png">|'
spoil handler 's|<main id="main">|<main id="main" onclick="x()">|'
spoil 'control character' "s|Top lines|Top $(printf '\001') lines|"
spoil 'figure without title' 's|<title>Who reads[^<]*</title>||'
spoil 'head cell without scope' 's|<th scope="col">|<th>|'
spoil 'dead link' 's|id="guide"|id="guides"|'
spoil 'cut end' 's|</html>||'
spoil 'inline style' 's|<body>|<body style="color:red">|'

if [ -n "$(command -v chromium || command -v chromium-browser || command -v google-chrome)" ]; then
    for capture in 1 2 3; do
        check "capture $capture in a browser" "$here/browser.sh" "$capture.html"
    done
fi
exit "$failed"
