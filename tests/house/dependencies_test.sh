#!/bin/sh
# The rooms of the house: which folder may include which. Read from the #include lines themselves.
# analyze: cmd -> show, judge -> load -> names -> schema; import stands beside load. record: session -> collect, host ->
# events -> base -> schema. Sole users of a library are named here too.
set -u
fail=0
forbid() { # WHAT FILES-PATTERN INCLUDE-PATTERN
    found=$(grep -rnE "#include +[\"<]($3)" $2 2>/dev/null)
    if [ -n "$found" ]; then
        echo "not ok $1"
        echo "$found" >&2
        fail=1
    else
        echo "ok $1"
    fi
}
forbid 'schema includes neither half' schema '(record|analyze)/'
forbid 'record never includes analyze' record 'analyze/'
forbid 'analyze never includes record' analyze 'record/'
forbid 'names includes no room above' analyze/names 'analyze/(load|judge|show|import|cmd|command|ingest)'
forbid 'load includes no room above' analyze/load 'analyze/(judge|show|import|cmd|command|ingest)'
forbid 'import includes names only' analyze/import 'analyze/(load|judge|show|cmd|command|ingest)'
forbid 'judge includes no room beside or above' analyze/judge 'analyze/(show|import|cmd|command|ingest)'
forbid 'show includes no room beside or above' analyze/show 'analyze/(judge|import|cmd|command|ingest)'
forbid 'events includes no room above' record/events 'record/(collect|host|session|window|target|main|options)'
forbid 'host includes no room beside or above' record/host 'record/(collect|session|window|target|main|options)'
forbid 'base includes no room above' record/base 'record/(collect|events|host|session|window|target|main|options)'
forbid 'recorder carries no SQLite, libxml2, libdw' record '(sqlite3|libxml|elfutils/libdw)'
only() { # LIBRARY INCLUDE-PATTERN FILES
    found=$(grep -rlE "#include +<$2" record analyze schema 2>/dev/null | grep -vE "$3")
    if [ -n "$found" ]; then
        echo "not ok only its module uses $1"
        echo "$found" >&2
        fail=1
    else
        echo "ok only its module uses $1"
    fi
}
only libxml2 'libxml/' '^analyze/show/markup\.c$'
only Zydis 'Zydis' '^analyze/names/instruction\.c$'
only libtraceevent 'event-parse' '^analyze/load/tp_hit\.c$'
only zstd 'zstd' '^(schema/capture_(read|write)|analyze/import/unpack)\.c$'
only libpfm4 'perfmon/' '^record/events/libpfm\.c$'
only libdw 'elfutils/libdw|dwarf' '^analyze/names/(line_file|elf_file)\.[ch]$'
exit $fail
