-- How full is each node, and how did that change in the window? From the readings of its meminfo.
WITH m AS (
    SELECT node, name, time_ns, value FROM node_stat
    WHERE capture_id = :capture_id AND node IS NOT NULL
        AND name IN ('meminfo.MemTotal', 'meminfo.MemFree', 'meminfo.AnonPages', 'meminfo.FilePages', 'meminfo.AnonHugePages',
                     'meminfo.Slab')
),
ends AS (SELECT min(time_ns) AS first, max(time_ns) AS last FROM m)
SELECT node,
    max(CASE WHEN name = 'meminfo.MemTotal' THEN value END) AS total_bytes,
    max(CASE WHEN name = 'meminfo.MemFree' AND time_ns = first THEN value END) AS free_at_start_bytes,
    min(CASE WHEN name = 'meminfo.MemFree' THEN value END) AS lowest_free_bytes,
    max(CASE WHEN name = 'meminfo.MemFree' AND time_ns = last THEN value END) AS free_at_end_bytes,
    max(CASE WHEN name = 'meminfo.AnonPages' AND time_ns = last THEN value END) AS anon_bytes,
    max(CASE WHEN name = 'meminfo.AnonPages' AND time_ns = last THEN value END)
        - max(CASE WHEN name = 'meminfo.AnonPages' AND time_ns = first THEN value END) AS anon_change_bytes,
    max(CASE WHEN name = 'meminfo.FilePages' AND time_ns = last THEN value END) AS file_bytes,
    max(CASE WHEN name = 'meminfo.FilePages' AND time_ns = last THEN value END)
        - max(CASE WHEN name = 'meminfo.FilePages' AND time_ns = first THEN value END) AS file_change_bytes,
    max(CASE WHEN name = 'meminfo.AnonHugePages' AND time_ns = last THEN value END) AS huge_bytes,
    max(CASE WHEN name = 'meminfo.Slab' AND time_ns = last THEN value END) AS slab_bytes,
    count(DISTINCT time_ns) AS readings
FROM m, ends
GROUP BY node
ORDER BY node;
