# Isolated and nohz_full CPUs: left out and said so; recorded where -C names them.
machine=isolated

guest() {
    truth isolated "$(cat /sys/devices/system/cpu/isolated)"
    truth nohz_full "$(cat /sys/devices/system/cpu/nohz_full)"
    start workload spin 0 2 3
    record without -a -d 1.5
    record with -a -C 0-3 -d 1.5
    record only -a -C 3 -d 1.5
    stop
}

# CPU 1 may be the recorder's own.
sampled() { ask "$1" 'SELECT group_concat(cpu) FROM (SELECT DISTINCT cpu FROM cpu_sample WHERE cpu > 1 ORDER BY cpu)'; }
counted() { ask "$1" 'SELECT group_concat(cpu) FROM (SELECT DISTINCT cpu FROM counter ORDER BY cpu)'; }

check() {
    same 'the guest isolates CPU 3' 3 "$(truth isolated)"
    quiet=3
    # Not every kernel is built for CPUs without ticks.
    case $(truth nohz_full) in *2*) quiet=2,3 ;; esac
    if recorded without; then
        same 'nothing was opened on them' "$([ $quiet = 3 ] && echo 0,1,2 || echo 0,1)" "$(counted without)"
        same 'nothing was sampled on them' "$([ $quiet = 3 ] && echo 2)" "$(sampled without)"
        within 'the capture says so' 1 10 "$(ask without "SELECT count(*) FROM condition WHERE phase = 'limit' AND
            (name || value || coalesce(mend, '')) LIKE '%isolated%' AND (name || value || coalesce(mend, '')) LIKE '%-C%'")"
    fi
    if recorded with; then
        same '-C: every CPU was opened' 0,1,2,3 "$(counted with)"
        same '-C: they were sampled' 2,3 "$(sampled with)"
    fi
    if recorded only; then
        same '-C 3: that CPU and no other was opened' 3 "$(counted only)"
        same '-C 3: that CPU and no other was sampled' 3 "$(sampled only)"
    fi
}
