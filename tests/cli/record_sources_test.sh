#!/bin/sh
# Sources held against the kernel's own count: major faults against getrusage, reclaim of a control group at its limit
# against what there must be.
. "$(dirname "$0")/record_lib.sh"
if ! can_record; then
    skip 'sources' "$(tail -n 1 can.out)"
    exit 0
fi

# ---- major faults ----

"$record" -q --max-overhead 0 -o major.hitm -- "$open/bin/major_faults" "$open/work/file" 2048 >major.out 2>major.err
read -r pid counted rest <major.out
ours=$(sql major.hitm "SELECT count(*) FROM cpu_sample JOIN event USING (capture_id, event_id)
    WHERE name = 'major-faults' AND pid = ${pid:-0}")
lost=$(sql major.hitm "SELECT lost FROM event WHERE name = 'major-faults'")
if [ "${counted:-0}" -lt 100 ]; then
    skip 'major faults as the kernel counts them' "${counted:-no} faults: no device behind $open"
elif [ $((ours + lost)) -ge "$counted" ] && [ "$ours" -le "$counted" ]; then
    pass "major faults as the kernel counts them ($ours, $lost lost, of $counted)"
else
    fail "major faults as the kernel counts them: $ours, $lost lost, of $counted" major.err
fi
if [ "${counted:-0}" -ge 100 ]; then
    # A fault that had to wait is a page fault too.
    both=$(sql major.hitm "SELECT (SELECT count(*) + (SELECT lost FROM event WHERE name = 'page-faults') FROM cpu_sample
        JOIN event USING (capture_id, event_id) WHERE name = 'page-faults' AND pid = $pid) >= $counted")
    if [ "$both" = 1 ]; then pass 'major faults are page faults too'; else fail 'major faults are page faults too'; fi
fi

# ---- reclaim of a control group ----

# limit_group DIRECTORY FILE: a group of 16 MB.
limit_group() {
    mkdir "$1" 2>/dev/null && [ -e "$1/$2" ] && echo 16777216 2>/dev/null >"$1/$2"
}
group= name=hitm-record-test-$$
trap '[ -z "$group" ] || rmdir "$group" 2>/dev/null; cleanup' EXIT
if is_root && mount_tracefs; then
    for try in "/sys/fs/cgroup/$name memory.max" "/sys/fs/cgroup/memory/$name memory.limit_in_bytes"; do
        # shellcheck disable=SC2086
        if limit_group $try; then
            group=${try% *}
            break
        fi
        rmdir "${try% *}" 2>/dev/null
    done
fi
if [ -n "$group" ] && [ -d /sys/kernel/tracing/events/vmscan/mm_vmscan_memcg_reclaim_begin ]; then
    cat >eater.sh <<EOF
echo \$\$ >$group/cgroup.procs || exit 77
dd if=/dev/zero of=big bs=1M count=64 2>/dev/null && cat big big >/dev/null
rm -f big
EOF
    "$record" -q --max-overhead 0 -o group.hitm -- sh eater.sh >group.out 2>group.err
    begins=$(sql group.hitm "SELECT count(*) FROM reclaim WHERE kind = 'cgroup begin'")
    ends=$(sql group.hitm "SELECT count(*) FROM reclaim WHERE kind = 'cgroup end'")
    freed=$(sql group.hitm "SELECT coalesce(sum(reclaimed_pages), 0) > 0 FROM reclaim WHERE kind = 'cgroup end'")
    if [ "${begins:-0}" -gt 0 ] && [ "$freed" = 1 ] && [ "$begins" -le $((ends + $(nproc))) ]; then
        pass "reclaim of a control group ($begins begins, $ends ends)"
    else
        fail "reclaim of a control group: $begins begins, $ends ends" group.err
    fi
else
    skip 'reclaim of a control group' 'not root, no tracefs, or no memory controller'
fi
exit $failed
