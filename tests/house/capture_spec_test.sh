#!/bin/sh
# schema/CAPTURE.md, "META keys": every key that the recorder and the import write, by whom, and no other. Kinds, columns,
# examples and the whole file in it are checked by tests/unit/schema_spec_test.c.
set -u
work=${HITM_WORK:?}
fail=0
# ht_meta_set(meta or ht_meta_set_text(meta, "key", ...) of the recorder; {"key", value...} rows of the import's tables
grep -ohE 'ht_meta_set(_text)?\([^"]*"[a-z_0-9]+"' -r record | sed 's/.*"\(.*\)"/\1/' | sort -u >"$work/record"
sed -n '/enum ht_status fill_meta/,/^}/p' analyze/import/facts_rows.c | grep -oE '\{"[a-z_0-9]+",' | tr -d '{",' | sort -u >"$work/import"
awk '/^## META keys/ { on = 1; next } /^## / { on = 0 } on && /^\| `/' schema/CAPTURE.md |
    sed 's/^| `\([a-z_0-9]*\)` | \([a-z]*\) | .*/\1 \2/' >"$work/spec"
for who in record import; do
    awk -v who=$who '$2 == who || $2 == "both" { print $1 }' "$work/spec" | sort -u >"$work/$who.spec"
    if [ ! -s "$work/$who" ]; then
        echo "not ok keys of $who were found"
        fail=1
    elif diff "$work/$who.spec" "$work/$who" >"$work/diff"; then
        echo "ok CAPTURE.md has the META keys of $who ($(wc -l <"$work/$who"))"
    else
        echo "not ok CAPTURE.md has the META keys of $who"
        cat "$work/diff" >&2
        fail=1
    fi
done
# What the loader asks for is written by somebody.
cat "$work/record" "$work/import" | sort -u >"$work/all"
grep -ohE 'ht_meta_(text|number)\([^"]*"[a-z_0-9]+"' -r analyze | sed 's/.*"\(.*\)"/\1/' | sort -u >"$work/asked"
if [ -s "$work/asked" ] && [ -z "$(comm -13 "$work/all" "$work/asked")" ]; then
    echo "ok every META key that is asked for is written"
else
    echo "not ok every META key that is asked for is written"
    comm -13 "$work/all" "$work/asked" >&2
    fail=1
fi
exit $fail
