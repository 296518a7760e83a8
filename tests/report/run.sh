#!/bin/sh
# The report of the fixture: checks hold, they can fail, hostile names stay texts, same database same bytes.
# run.sh [HITM-ANALYZE]; the default is build/hitm-analyze.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
analyze=${1:-$here/../../build/hitm-analyze}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

die() {
    echo "tests/report: $*" >&2
    exit 1
}

has() { # FILE FIXED-TEXT
    grep -qF -- "$2" "$1" || die "$1 lacks: $2"
}

"$here/make_db.sh" fixture.db
for capture in 1 2; do
    "$analyze" report fixture.db --capture "$capture" -o "$capture.html" >/dev/null
    "$analyze" report fixture.db --capture "$capture" -o again.html >/dev/null
    cmp "$capture.html" again.html || die "capture $capture: two runs differ"
    "$here/check_report.sh" "$capture.html" || die "capture $capture"
    [ "$(ls ./*.part* 2>/dev/null)" = "" ] || die 'a part file was left'
done

# hostile names are texts
has 1.html 'ticket=&lt;img src=x onerror=alert(1)&gt;'
has 1.html '&lt;/td&gt;&lt;script&gt;alert(2)&lt;/script&gt;\n\x07 tail'
has 1.html 'bad utf8 &#65533;(Z&#65533; after'
has 2.html 'worker\x1b[31mred\u202eevil'
! grep -q '<script>alert\|<img' 1.html 2.html || die 'a name became markup'

# what must be said
has 1.html '<strong>false sharing</strong>, cross-socket'
has 1.html 'changed during the window'
has 1.html '412 samples were lost, 0.7 % of what was due'
has 1.html 'Basis: 36,853 memory samples; 412 lost.'
has 1.html '436 to 441 M'
has 2.html '<strong>cannot tell</strong>'
has 2.html 'cut inside a chunk at byte 120,331'
has 2.html 'No memory samples'
has 2.html 'at least 0 lost'
has 2.html 'not recorded: no memory samples'

# text: same promises, no control characters, no line beyond 100 columns
for capture in 1 2; do
    "$analyze" report fixture.db --capture "$capture" --format text -o "$capture.txt" >/dev/null
    LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$capture.txt" && die 'control characters in the text'
    [ "$(LC_ALL=C.UTF-8 wc -L <"$capture.txt")" -le 100 ] || die 'a line of the text is too long'
done
has 1.txt 'false sharing, cross-socket'
has 2.txt 'cannot tell'

# rows can be had one by one
"$analyze" query fixture.db "SELECT 1 AS a, 'x,y' AS b" --format csv >rows.csv
printf 'a,b\r\n1,"x,y"\r\n' | cmp - rows.csv || die 'csv'

# the checks can fail
spoil() { # NAME SED-SCRIPT
    sed "$2" 1.html >"spoiled-$1.html"
    ! cmp -s 1.html "spoiled-$1.html" || die "nothing was spoiled: $1"
    ! "$here/check_report.sh" "spoiled-$1.html" >/dev/null 2>/dev/null || die "the check missed: $1"
}
spoil script 's|"use strict";|"use strict"; alert(1);|'
spoil style 's|^h1 {|h2 {|'
spoil image 's|<main id="main">|<main id="main"><img src="http://example.com/x.png">|'
spoil handler 's|<main id="main">|<main id="main" onclick="x()">|'
spoil control "s|Top lines|Top $(printf '\001') lines|"
spoil title 's|<title>Who reads[^<]*</title>||'
spoil scope 's|<th scope="col">|<th>|'
spoil link 's|id="guide"|id="guides"|'
spoil cut 's|</html>||'
spoil inline 's|<body>|<body style="color:red">|'

echo "tests/report: passed"
