-- How did memory and its movement change over time? One row a reading of the node statistics, node and metric: free memory
-- in bytes by node; NUMA hint faults, pages moved and allocations that missed their node, a second since the reading before.
WITH r AS (
    SELECT node, name, time_ns, value, lag(time_ns) OVER same AS before_ns, lag(value) OVER same AS before
    FROM node_stat
    WHERE capture_id = :capture_id AND (name IN ('meminfo.MemFree', 'numastat.numa_foreign') AND node IS NOT NULL
        OR name IN ('vmstat.numa_hint_faults', 'vmstat.pgmigrate_success') AND node IS NULL)
    WINDOW same AS (PARTITION BY name, node ORDER BY time_ns)
)
SELECT time_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS at_ns,
    before_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS since_at_ns, -- NULL: a state, not a rate
    node,
    CASE name WHEN 'meminfo.MemFree' THEN 'free_bytes' WHEN 'vmstat.numa_hint_faults' THEN 'hint_faults_a_second'
              WHEN 'vmstat.pgmigrate_success' THEN 'pages_moved_a_second' ELSE 'pages_missed_a_second' END AS metric,
    CASE name WHEN 'meminfo.MemFree' THEN value
              ELSE CAST(round((value - before) * 1e9 / (time_ns - before_ns)) AS INTEGER) END AS value
FROM r
WHERE name = 'meminfo.MemFree' OR time_ns > before_ns
ORDER BY metric, node, time_ns;
