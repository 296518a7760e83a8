# Our views, as `sqlite3 -separator |` printed them, in the words of c2c_report.awk. The first word says which view.
# report: a file with the lines of c2c_report.awk.
# Percentages are made here, as perf makes them: count / sum, two digits.
function percent(count, sum) {
    return sum > 0 ? sprintf("%.2f%%", 100 * count / sum) : "0.00%"
}
BEGIN {
    FS = "|"
    while ((getline line < report) > 0)
        wanted[line] = 1
}
$1 == "S" { print "S " $2 "=" $3 }
$1 == "L" {
    line = "L " $2 "|" percent($4, $3)
    for (i = 4; i <= 21; i++)
        line = line "|" $i
    print line
    print "N " $2 "|" $5 "|" $6 "|" $7 "|" $10 "|" $11 "|" $12 "|" ($22 == "" ? "N/A" : $22)
}
# A mean that lies in the middle of two numbers: perf's running mean differs in the last bit and may round either way.
function rounded(mean, up) {
    if (mean * 2 == int(mean * 2) && mean != int(mean))
        return int(mean) + up
    return sprintf("%.0f", mean)
}
function row(up_remote, up_local) {
    line = "O " $2
    for (i = 3; i <= 7; i++)
        line = line "|" $i
    for (i = 3; i <= 7; i++)
        line = line "|" percent($(i + 5), $i)
    return line sprintf("|%x|%s|%s|%s|%s|%s|%s|%s|%s", $13, $14, rounded($15, up_remote), rounded($16, up_local),
                        $17, $18, $19, $20, $21)
}
$1 == "O" {
    found = row(0, 0)
    for (up = 1; up < 4 && !(found in wanted); up++)
        found = row(up % 2, int(up / 2))
    print found
}
