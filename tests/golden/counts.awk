# What a capture holds, from the rows that dump_capture prints, in lines of
#   NAME records TYPE NUMBER | NAME samples EVENT NUMBER | NAME frames EVENT NUMBER    (frames: of all call chains)
function cell(key, i) {
    for (i = 2; i <= NF; i++)
        if (index($i, key "=") == 1) {
            sub(/^[^=]*=/, "", $i)
            gsub(/"/, "", $i)
            return $i
        }
}
BEGIN { split("COMM COMM FORK EXIT FORK", task) }
$1 == "event" { e = cell("event"); event[e] = cell("name") }
$1 == "task" { records[task[cell("kind") + 1]]++ }
$1 == "mmap" { records[cell("source") == 1 ? "MMAP2" : "MMAP"]++ }
$1 == "switch" { records["SWITCH_CPU_WIDE"]++ }
$1 == "cgroup" { records["CGROUP"]++ }
$1 == "chain" { length_of[cell("chain")]++ }
$1 == "tracepoint" { samples[cell("event")]++ }
$1 == "cpu_sample" { e = cell("event"); samples[e]++; chains[e] = chains[e] " " cell("chain") }
END {
    for (type in records) print name, "records", type, records[type]
    for (e in samples) print name, "samples", event[e], samples[e]
    for (e in chains) {
        frames = 0
        n = split(chains[e], chain, " ")
        for (i = 1; i <= n; i++) frames += length_of[chain[i]]
        if (frames > 0) print name, "frames", event[e], frames
    }
}
