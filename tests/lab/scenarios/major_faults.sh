# Page faults that wait for a disk: their number and addresses, against getrusage(2).
machine=two_nodes

guest() { record capture -- major_faults /dev/vdb 200; }

check() {
    recorded capture || return
    start=$(truth file_start capture.log) end=$(truth file_end capture.log)
    missing=$(lost capture major-faults)
    real=$(truth major capture.log)
    within 'the file was not in memory' 150 200 "$real"
    of="FROM cpu_sample JOIN event USING (capture_id, event_id) WHERE kind = 'major fault' AND address >= $start AND address < $end"
    within 'major faults, recorded and lost' "$real" $((real + missing)) "$(($(ask capture "SELECT count(*) $of") + missing))"
    within 'each at another address' $((real - missing)) "$real" "$(ask capture "SELECT count(DISTINCT address) $of")"
    finds capture 'the program waited for the disk' 'major' "process $(truth tid capture.log)"
    same 'by the program' "$(truth tid capture.log)" "$(ask capture "SELECT DISTINCT tid $of")"
    same 'one for each 16th page' 0 "$(ask capture "SELECT DISTINCT (address - $start) % 65536 $of")"
}
