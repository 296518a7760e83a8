#!/bin/sh
# Help, version and wrong usage: exact words, exit 0 and 2. The help texts are the ones of DESIGN, section 7.
. "$(dirname "$0")/analyze_lib.sh"
make_input
a=$analyze p='hitm-analyze: '
expect 'no arguments: the help, on stderr' 2 '' @analyze_help.txt "$a"
expect '--help' 0 @analyze_help.txt '' "$a" --help
expect '-h' 0 @analyze_help.txt '' "$a" -h
expect 'help' 0 @analyze_help.txt '' "$a" help
expect '--version' 0 'hitm-analyze 0.1.0' '' "$a" --version
all_help() { for c in report load import query info verify; do "$a" "$c" --help || return 1; done; }
expect 'the help of each command' 0 @analyze_commands_help.txt '' all_help
expect '--help wins over what else is wrong' 0 "$("$a" verify --help)" '' "$a" verify --nonsense a b --help
expect 'unknown command' 2 '' "${p}unknown command 'nonsense' (hitm-analyze --help lists them)" "$a" nonsense
expect 'an option where the command should be' 2 '' "${p}unknown command '-x' (hitm-analyze --help lists them)" "$a" -x
for c in 'report CAPTURE|DB' 'load CAPTURE... -o DB' 'import PERF.DATA -o CAPTURE' 'query DB|CAPTURE SQL|NAME' \
    'info CAPTURE' 'verify CAPTURE'; do
    expect "missing operand: $c" 2 '' "${p}${c%% *}: ${c#* } is missing (usage: hitm-analyze $c)" "$a" "${c%% *}"
    expect "unknown long option: $c" 2 '' "${p}${c%% *}: unknown option --bogus" "$a" "${c%% *}" --bogus in/x.hitm
    expect "unknown letter: $c" 2 '' "${p}${c%% *}: unknown option -Z" "$a" "${c%% *}" -Z in/x.hitm
done
expect 'one operand of two' 2 '' \
    "${p}query: DB|CAPTURE SQL|NAME is missing (usage: hitm-analyze query DB|CAPTURE SQL|NAME)" "$a" query in/x.hitm
expect 'too many operands' 2 '' \
    "${p}verify: too many arguments from 'in/y.hitm' on (usage: hitm-analyze verify CAPTURE)" "$a" verify in/x.hitm in/y.hitm
expect 'an option without its value' 2 '' "${p}report: option -o needs a value" "$a" report in/x.hitm -o
expect 'a long option without its value' 2 '' "${p}report: option --top needs a value" "$a" report in/x.hitm --top
expect 'load without -o' 2 '' "${p}load: say where with -o DB" "$a" load in/x.hitm
expect 'import without -o' 2 '' "${p}import: say where with -o CAPTURE" "$a" import in/x.data
expect 'an unknown report format' 2 '' "${p}report: --format is html, text or json, not 'pdf'" "$a" report in/x.hitm --format pdf
expect 'an unknown query format' 2 '' "${p}query: --format is table, csv, lines or json, not 'xml'" "$a" query in/x.hitm nodes --format xml
for n in 0 -1 1001 x 1x '' 99999999999999999999; do
    expect "--top $n" 2 '' "${p}report: --top takes a whole number from 1 to 1000, not '$n'" "$a" report in/x.hitm "--top=$n"
done
expect '--line-size 96' 2 '' "${p}load: --line-size is 64 or 128" "$a" load in/x.hitm -o x.db --line-size 96
expect '--line-size 256' 2 '' "${p}load: --line-size takes a whole number from 64 to 128, not '256'" "$a" load in/x.hitm -o x.db --line-size 256
expect '-- ends the options' 1 '' "${p}cannot open --help: No such file or directory" "$a" verify -- --help
only 'wrong usage leaves nothing behind'
exit $failed
