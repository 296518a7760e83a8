#!/bin/sh
# The JSON report against its published schema: the same keys, the same columns, whatever the capture holds.
set -u
analyze=$HITM_BUILD/hitm-analyze
fail=0
check() { # NAME WANT GOT
    if [ "$2" = "$3" ]; then echo "ok $1"; else printf 'not ok %s\n  want: %s\n  got:  %s\n' "$1" "$2" "$3"; fail=1; fi
}
query() { sqlite3 :memory: "WITH f(t) AS (SELECT CAST(readfile('$1') AS TEXT)) $2"; }

cat schema/tables.sql schema/views/*.sql tests/report/fixture.sql tests/report/software.sql | sqlite3 "$HITM_WORK/fixture.db" || exit 1
"$analyze" report --format json --capture 1 "$HITM_WORK/fixture.db" >"$HITM_WORK/fixture.json" || fail=1
"$analyze" report --format json samples/two-node-false-sharing.hitm -o "$HITM_WORK/sample.json" || fail=1

keys="SELECT group_concat(key, ' ') FROM f, json_each(t)"
want=$(query schema/report.schema.json "SELECT group_concat(key, ' ') FROM f, json_each(t, '\$.properties')")
for report in fixture sample; do
    check "$report: valid JSON" 1 "$(query "$HITM_WORK/$report.json" 'SELECT json_valid(t) FROM f')"
    check "$report: the keys of the schema, in its order" "$want" "$(query "$HITM_WORK/$report.json" "$keys")"
done
check 'version' 1 "$(query "$HITM_WORK/sample.json" "SELECT json_extract(t, '\$.hitmtrace_report') FROM f")"

# Columns of each array that has a row, held against the schema's required list.
for key in capture findings evidence lines line_accesses symbols symbol_pairs nodes events c2c_counts timeline migrations \
    placement page_faults loss limits skipped; do
    columns=$(query "$HITM_WORK/fixture.json" "SELECT group_concat(key, ' ') FROM f, json_each(t, '\$.${key}[0]')")
    [ -n "$columns" ] || continue
    required=$(query schema/report.schema.json \
        "SELECT group_concat(value, ' ') FROM f, json_each(t, '\$.properties.$key.items.required')")
    check "columns of $key" "$required" "$columns"
done
"$analyze" report --format json --capture 2 "$HITM_WORK/fixture.db" >"$HITM_WORK/software.json" 2>/dev/null || fail=1
for key in overview sources locality reclaim major_faults migrations_by_process migrations_by_thread balancing page_moves \
    page_bounces node_memory node_stats readings control_groups devices switches callers call_chains kernel_code threads; do
    check "columns of $key" "$(query schema/report.schema.json \
        "SELECT group_concat(value, ' ') FROM f, json_each(t, '\$.properties.$key.items.required')")" \
        "$(query "$HITM_WORK/software.json" "SELECT group_concat(key, ' ') FROM f, json_each(t, '\$.${key}[0]')")"
done
check 'what cannot be told has no confidence' '0' "$(query "$HITM_WORK/software.json" \
    "SELECT count(json_extract(value, '\$.confidence')) FROM f, json_each(t, '\$.findings') WHERE json_extract(value, '\$.kind') = 'level'")"
check 'the verdict of the sample' 'false sharing' \
    "$(query "$HITM_WORK/sample.json" "SELECT json_extract(t, '\$.lines[0].verdict') FROM f")"
check 'a count of perf' 11028 "$(query "$HITM_WORK/sample.json" \
    "SELECT json_extract(value, '\$.samples') FROM f, json_each(t, '\$.c2c_counts') WHERE json_extract(value, '\$.name') = 'Load Remote HITM'")"
exit $fail
