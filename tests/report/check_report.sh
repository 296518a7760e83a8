#!/bin/sh
# Is a report what reports/README.md promises? check_report.sh REPORT.html; prints each broken promise, exit 1 on any.
# Needs xmllint, sha256sum, base64. Run anywhere in the source tree.
set -u
export LC_ALL=C
root=$(cd "$(dirname "$0")/../.." && pwd)
report=$1
failed=0

broken() {
    echo "$report: $*" >&2
    failed=1
}

# How many nodes an XPath expression finds.
count() {
    xmllint --html --xpath "count($1)" "$report" 2>/dev/null
}

none() { # XPATH MESSAGE
    found=$(count "$1")
    [ "$found" = 0 ] || broken "$found $2"
}

one() {
    found=$(count "$1")
    [ "$found" = 1 ] || broken "$found of $1, not 1"
}

# What stands between <NAME> and </NAME>, byte for byte.
inside() {
    awk -v name="$1" '
        index($0, "<" name ">") { $0 = substr($0, index($0, "<" name ">") + length(name) + 2); on = 1 }
        on && index($0, "</" name ">") { printf "%s", substr($0, 1, index($0, "</" name ">") - 1); exit }
        on { print }' "$report"
}

# base64 of the sha256 of stdin; printf makes the bytes from octal escapes.
hash_of_input() {
    octal=$(sha256sum | awk '{
        for (i = 1; i < 64; i += 2)
            printf "\\%03o", (index("0123456789abcdef", substr($1, i, 1)) - 1) * 16 + index("0123456789abcdef", substr($1, i + 1, 1)) - 1
    }')
    # shellcheck disable=SC2059
    printf "$octal" | base64
}

command -v xmllint >/dev/null || { echo "check_report.sh: xmllint is missing (libxml2-utils)" >&2; exit 1; }
[ -s "$report" ] || { echo "$report: missing or empty" >&2; exit 1; }

# well-formed; libxml2 knows HTML 4 only, so newer elements are no error
xmllint --html --noout "$report" 2>&1 | grep ' error :' | grep -v 'Tag [a-z]* invalid' | grep -q . &&
    broken "not well-formed: $(xmllint --html --noout "$report" 2>&1 | grep ' error :' | grep -v 'Tag [a-z]* invalid' | head -1)"
tail -c 8 "$report" | grep -q '</html>' || broken 'the end is missing'

size=$(wc -c <"$report")
[ "$size" -le 2000000 ] || broken "$size bytes, more than 2,000,000"
tr -d '\n\t\040-\176' <"$report" | grep -q . && broken 'bytes that are no printable ASCII'

# nothing from elsewhere, nothing that runs but the one script
none '//@src' 'src attributes'
none '//@href[not(starts-with(., "#"))]' 'links out of the page'
none '//@*[starts-with(name(), "on")]' 'event handler attributes'
none '//@style' 'style attributes, which the policy forbids'
none '//iframe | //object | //embed | //link | //base | //form | //img' 'elements that load or send'
sed 's/http:..www.w3.org.2000.svg//' "$report" | grep -qi 'url(\|@import\|https\{0,1\}://[^ <]*["'\'']' &&
    broken 'an address outside of texts'
one '//style'
one '//script'
policy=$(xmllint --html --xpath 'string(//meta[@http-equiv="Content-Security-Policy"]/@content)' "$report" 2>/dev/null)
for part in "default-src 'none'" "style-src 'sha256-$(inside style | hash_of_input)'" "script-src 'sha256-$(inside script | hash_of_input)'"; do
    case "$policy" in *"$part"*) ;; *) broken "the policy lacks $part" ;; esac
done
case "$policy" in *unsafe*) broken 'the policy allows what it should not' ;; esac
inside script | cmp -s - "$root/reports/report.js" || broken 'the script is not reports/report.js: it could hold data'

# figures and tables can be read without eyes
figures='//svg[not(ancestor::svg)]'
[ "$(count "$figures")" -ge 1 ] || grep -q '<p>There is nothing to draw.</p>' "$report" || broken 'no figure at all'
none "${figures}[not(title) or not(desc) or not(@role='img')]" 'figures without title, description or role'
none "${figures}[not(parent::div/following-sibling::*[position() <= 2]//table)]" 'figures without a table after them'
none "${figures}[not(.//*[@fill])]" 'figures whose colours need CSS'
none '//table[not(caption)]' 'tables without a caption'
none '//th[not(@scope)]' 'head cells without scope'
none '//table[not(tbody/tr)]' 'empty tables'

# structure
for id in verdict conditions timeline next guide events capture; do
    one "//*[@id='$id']"
done
one "//main/section[@id='lines' or @id='seen']" # what was found, or where lines cannot be seen what was looked at
ids=$(grep -o ' id="[^"]*"' "$report" | sort | uniq -d)
[ -z "$ids" ] || broken "ids used twice: $ids"
grep -o 'href="#[^"]*"' "$report" | sed 's/href="#//; s/"//' | sort -u | while read -r target; do
    grep -q " id=\"$target\"" "$report" || echo "$target"
done | grep . && broken 'links to nowhere (above)'
[ "$(count '//h1')" = 1 ] || broken 'not one h1'
[ "$(count '//section[not(h2)]')" = 0 ] || broken 'sections without a heading'

exit "$failed"
