-- What does each kind of figure rest on, and for how long was it recorded? events 0: this source was not recorded, so
-- its absence says nothing. off_at_ns: the recorder switched it off then, to stay inside its budget.
WITH counted(source, readings, samples) AS (
    SELECT 'numa_maps', count(DISTINCT pid || ' ' || snapshot), count(*) FROM numa_map WHERE capture_id = :capture_id
    UNION ALL
    SELECT 'node statistics', count(DISTINCT time_ns), count(DISTINCT time_ns) FROM node_stat WHERE capture_id = :capture_id
    UNION ALL
    SELECT 'cgroup statistics', count(DISTINCT time_ns), count(DISTINCT cgroup_id || ' ' || time_ns)
    FROM cgroup_stat WHERE capture_id = :capture_id
    UNION ALL
    SELECT 'devices', count(*), count(*) FROM device WHERE capture_id = :capture_id
    UNION ALL
    SELECT 'residence', count(*), total(samples) FROM residence WHERE capture_id = :capture_id
    UNION ALL
    SELECT 'switches', 0, total(switches) FROM thread_switch WHERE capture_id = :capture_id
),
kept AS (SELECT * FROM source_report WHERE capture_id = :capture_id)
SELECT n.source, coalesce(k.events, c.readings) AS events, CAST(coalesce(c.samples, k.samples) AS INTEGER) AS samples,
    coalesce(k.lost, 0) AS lost, coalesce(k.lost_exact, 1) AS lost_exact, k.window_ns, k.recorded_ns, k.off_at_ns
FROM (SELECT source FROM kept UNION SELECT source FROM counted) n
LEFT JOIN kept k ON k.source = n.source
LEFT JOIN counted c ON c.source = n.source
ORDER BY n.source;
