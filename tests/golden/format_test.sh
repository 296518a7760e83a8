#!/bin/sh
# A capture of format version 1 with rows in every kind, written once and never again: what it says must not change.
# format-1.txt was checked with a reader written in another language from schema/CAPTURE.md alone.
. "$(dirname "$0")/lib.sh"
if "$HITM_BUILD/tests/dump_capture" "$here/format-1.hitm" all >dump.txt; then
    pass 'format 1: the stored capture is read'
else
    fail 'format 1: the stored capture is read'
fi
# Columns that a later version appends come after the ones of version 1: a line begins as it did.
awk 'NR == FNR { wanted[FNR] = $0; lines = FNR; next }
    substr($0, 1, length(wanted[FNR])) != wanted[FNR] { print FNR ": " $0; bad = 1 }
    END { exit bad || FNR != lines }' "$here/format-1.txt" dump.txt >dump.diff
if [ $? -eq 0 ]; then
    pass "format 1: all $(wc -l <"$here/format-1.txt") rows decode to what they were"
else
    fail 'format 1: rows decode to what they were' dump.diff
fi
cut -d ' ' -f 1 dump.txt | sort -u >kinds.txt
if [ "$(wc -l <kinds.txt)" -eq 30 ]; then pass 'format 1: rows of 30 kinds'; else fail 'format 1: rows of 30 kinds' kinds.txt; fi
"$analyze" verify "$here/format-1.hitm" >verify.txt 2>&1
if [ $? -eq 0 ] && grep -q '30 chunks, 415 rows' verify.txt; then
    pass 'format 1: verify says whole'
else
    fail 'format 1: verify says whole' verify.txt
fi
exit $failed
