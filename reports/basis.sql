-- What does each kind of figure rest on? events 0: this source was not recorded, so its absence says nothing.
WITH e AS (
    SELECT CASE
        WHEN kind IN ('load', 'store', 'memory', 'hitm') THEN 'memory'
        WHEN kind = 'cpu clock' THEN 'cpu'
        WHEN kind = 'page fault' THEN 'faults'
        WHEN name LIKE '%sched_migrate_task%' THEN 'migrations'
        WHEN name LIKE '%mm_migrate_pages%' THEN 'page migrations' END AS source,
        samples, lost, lost_exact
    FROM event WHERE capture_id = :capture_id
)
SELECT source, count(*) AS events, sum(samples) AS samples, sum(lost) AS lost, min(lost_exact) AS lost_exact
FROM e WHERE source IS NOT NULL GROUP BY source
UNION ALL
SELECT 'numa_maps', count(DISTINCT pid || ' ' || snapshot), count(*), 0, 1
FROM numa_map WHERE capture_id = :capture_id
UNION ALL
SELECT 'node statistics', count(DISTINCT time_ns), count(*), 0, 1
FROM node_stat WHERE capture_id = :capture_id
ORDER BY source;
