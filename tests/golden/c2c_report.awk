# What `perf c2c report --stdio [--no-source] [--full-symbols] -g none` printed, as comparable lines:
#   S name=value                          a count of the two blocks of statistics
#   L address|share|18 counts             a line of the table
#   N address|6 counts|nodes              its nodes: N/A, 0, 0-1
#   O head|row                            a row of the Pareto table; head: address and five counts of its line
# Numbers only: a column that our views do not have (PA cnt, the cycles of other loads) is left out.
/Trace Event Information/ { part = "S" }
/Shared Data Cache Line Table/ { part = "L" }
/Shared Cache Line Distribution Pareto/ { part = "O" }
/c2c details/ { part = "" }
/^#/ || /^=====/ || /^ *-----/ || NF == 0 || /^ +Shared / { next }

part == "S" && /:/ && !/%$/ {
    name = $0
    sub(/ *:.*/, "", name)
    sub(/^ */, "", name)
    if ($NF ~ /^[0-9]+$/)
        print "S " name "=" $NF
}

part == "L" {
    counts = ""
    for (i = 6; i <= 23; i++)
        counts = counts "|" $i
    print "L " $2 "|" $5 counts
    print "N " $2 "|" $7 "|" $8 "|" $9 "|" $12 "|" $13 "|" $14 "|" $3
}

# The head of a line has seven words, a row starts with percentages.
part == "O" && NF == 7 && $2 !~ /%/ {
    head = $7 "|" $2 "|" $3 "|" $4 "|" $5 "|" $6
    next
}
part == "O" && $1 ~ /%$/ {
    row = ""
    for (i = 1; i <= 5; i++)
        row = row $i "|"
    offset = $6
    sub(/^0x/, "", offset)
    row = row offset "|" $9 "|" $10 "|" $11 "|" $13 "|" $14
    rest = $0
    sub(/^.* \[[.kHg]\] /, "", rest)
    symbol = rest
    sub(/ .*/, "", symbol)
    if (symbol ~ /^0x[0-9a-f]+$/)
        symbol = ""
    sub(/^[^ ]+ +/, "", rest)
    object = rest
    if (rest ~ /^\[JIT\] tid /)
        object = "[JIT] tid " substr(rest, 11) + 0
    else
        sub(/ .*/, "", object)
    source = ""
    if (match(rest, / [^ ]+:[0-9]+ /))
        source = substr(rest, RSTART + 1, RLENGTH - 2)
    print "O " head "|" row "|" symbol "|" object "|" source
}
