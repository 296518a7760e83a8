-- Which sources were recorded, and for how long? One row a source of the capture; a source without a row was not
-- recorded, so that nothing being there says nothing. off_at_ns: from then on it was off (a moment in the window).
CREATE VIEW source_report AS
WITH member AS (
    SELECT capture_id, event_id, samples, lost, lost_exact,
        CASE
            WHEN kind IN ('load', 'store', 'memory', 'hitm') THEN 'memory'
            WHEN kind = 'cpu clock' THEN 'cpu'
            WHEN kind = 'page fault' THEN 'faults'
            WHEN kind = 'major fault' THEN 'major faults'
            WHEN kind = 'switch' THEN 'switches'
            WHEN kind = 'snapshot' THEN name           -- 'node statistics', 'cgroup statistics', 'numa_maps'
            WHEN instr(name, 'sched_migrate_task') THEN 'migrations'
            WHEN instr(name, 'sched_move_numa') OR instr(name, 'sched_swap_numa') OR instr(name, 'sched_stick_numa')
                THEN 'balancing'
            WHEN instr(name, 'mm_migrate_pages') AND NOT instr(name, 'mm_migrate_pages_start') THEN 'page migrations'
            WHEN instr(name, 'remove_migration_pte') OR instr(name, 'remove_migration_pmd') THEN 'page moves'
            WHEN instr(name, 'mm_vmscan_kswapd') THEN 'kswapd'
            WHEN instr(name, 'reclaim_begin') OR instr(name, 'reclaim_end') THEN 'reclaim'
        END AS source
    FROM event
    UNION ALL
    -- bits of perf_event_attr: context_switch 26, ksymbol 29, bpf_event 30; of sample_type: PERF_SAMPLE_CALLCHAIN 5
    SELECT capture_id, event_id, 0, 0, 1, 'switches' FROM event WHERE kind <> 'switch' AND flags & (1 << 26)
    UNION ALL
    SELECT capture_id, event_id, 0, 0, 1, 'kernel code' FROM event WHERE flags & (3 << 29)
    UNION ALL
    SELECT capture_id, event_id, samples, lost, lost_exact, 'call chains' FROM event
    WHERE kind = 'cpu clock' AND sample_type & (1 << 5)
),
gap AS (
    SELECT capture_id, event_id, total(count) AS off_ns, count(*) AS gaps, min(time_ns) AS from_ns,
        max(time_ns + CAST(count AS REAL)) AS until_ns
    FROM loss WHERE kind = 'gap' AND event_id IS NOT NULL GROUP BY capture_id, event_id
)
SELECT
    m.capture_id,
    m.source,
    count(*) AS events,
    CAST(sum(m.samples * 1.0) AS INTEGER) AS samples,                -- records; readings for a snapshot
    CAST(sum(m.lost * 1.0) AS INTEGER) AS lost,
    min(m.lost_exact) AS lost_exact,          -- 0: the kernel does not count loss exactly
    c.window_end_ns - c.window_start_ns AS window_ns,
    -- time in which all of its events were on
    CAST(max(0, c.window_end_ns - c.window_start_ns - max(coalesce(g.off_ns, 0))) AS INTEGER) AS recorded_ns,
    -- NULL: it was never off, or came back
    min(CASE WHEN g.gaps = 1 AND g.until_ns >= c.window_end_ns THEN g.from_ns - c.window_start_ns END) AS off_at_ns
FROM member m
JOIN capture c ON c.capture_id = m.capture_id
LEFT JOIN gap g ON g.capture_id = m.capture_id AND g.event_id = m.event_id
WHERE m.source IS NOT NULL
GROUP BY m.capture_id, m.source;
