#!/bin/sh
# Each data_src value that real kernels write, alone in a file: the counters that perf 6.1.187 raised for it are in
# golden_c2c.txt (shipped with the task, made by running perf).
. "$(dirname "$0")/lib.sh"
mkperfdata=$HITM_BUILD/tests/mkperfdata
cases=$here/golden_c2c.txt

# A line's wanted counters as "name=value" lines; the last two lines are Python dictionaries. c2c_stats also counts the
# record itself and what follows from the others (LLC misses are in the file where they are not zero).
wanted_of() {
    printf '%s\n' "$1" | sed -e "s/^.*: *{//" -e 's/}$//' -e "s/'\([^']*\)': \([0-9]*\)\.0/\1=\2/g" -e 's/^[^:{=]*: //' |
        tr ',' '\n' | sed -e 's/^ *//' -e 's/ *$//' | grep -v '^Total records=' | sort
}

index=0
"$mkperfdata" golden unused "$cases" --list >list.txt
while IFS= read -r line; do
    case $line in '' | '#'*) continue ;; esac
    name=$(sed -n "$((index + 1))s/^[0-9]* \(.*\) 0x[0-9a-f]*\$/\1/p" list.txt)
    "$mkperfdata" golden one.data "$cases" --only "$index"
    wanted_of "$line" >wanted.txt
    if to_database one.data one; then
        # The shared-line block has names of its own; the first 31 rows are the samples'.
        sqlite3 -separator = one.db "SELECT name, value FROM (SELECT * FROM c2c_stats LIMIT 31)
            WHERE value > 0 AND name <> 'Total records'" | sort >got.txt
        records=$(sqlite3 one.db "SELECT value FROM c2c_stats WHERE name = 'Total records'")
        [ "$records" = 1 ] || echo "records=$records" >>got.txt
        same "value $index: $name" wanted.txt got.txt
    else
        fail "value $index: $name does not load" import.err
    fi
    index=$((index + 1))
done <"$cases"
if [ "$index" -eq 51 ]; then pass 'all 51 cases were there'; else fail "there were $index cases, not 51"; fi
exit $failed
