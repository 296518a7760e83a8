-- Who had to free memory, and for how long? One row a node for its kswapd, one a process for each kind of stall.
-- What began before the window or went on behind it counts from or up to its edge, or to where the source was switched
-- off. Where records of the source were lost, what has no end or no begin counts no time: the sum is a lower bound.
CREATE VIEW reclaim_report AS
WITH kept AS ( -- of both sources: up to when they were recorded, and whether records of theirs were lost
    SELECT s.capture_id, s.source = 'kswapd' AS is_kswapd, s.lost > 0 AS loses,
        c.window_start_ns + coalesce(s.off_at_ns, s.window_ns) AS until_ns
    FROM source_report s
    JOIN capture c ON c.capture_id = s.capture_id
    WHERE s.source IN ('kswapd', 'reclaim')
),
step AS (
    SELECT
        capture_id, time_ns, rowid AS position, node, tid, reclaimed_pages,
        substr(kind, 1, instr(kind, ' ') - 1) AS work,
        kind LIKE '% wake' OR kind LIKE '% begin' AS starts,
        CASE WHEN kind LIKE 'kswapd %' THEN node ELSE tid END AS worker
    FROM reclaim
),
-- Steps up to an end belong together: kswapd tells its wake once for each round of work, and a lost end leaves two begins.
numbered AS (
    SELECT *, sum(NOT starts) OVER (PARTITION BY capture_id, work, worker ORDER BY time_ns, position) - (NOT starts) AS stretch
    FROM step
),
stretch AS (
    SELECT
        capture_id, work, worker, stretch, max(node) AS node, max(tid) AS tid,
        CASE WHEN work = 'kswapd' THEN min(CASE WHEN starts THEN time_ns END)
             ELSE max(CASE WHEN starts THEN time_ns END) END AS start_ns,
        max(CASE WHEN NOT starts THEN time_ns END) AS end_ns,
        CASE WHEN work = 'kswapd' THEN 0 ELSE max(sum(starts) - 1, 0) END AS lost_ends,
        CAST(sum(reclaimed_pages * 1.0) AS INTEGER) AS pages
    FROM numbered
    GROUP BY capture_id, work, worker, stretch
),
timed AS (
    SELECT s.*, t.pid,
        -- tid 0: several tasks outside of the recorder's pid namespace, whose begins and ends cannot be told apart
        CASE WHEN s.work <> 'kswapd' AND s.tid = 0 THEN NULL
             WHEN NOT coalesce(k.loses, 0) OR (s.start_ns IS NOT NULL AND s.end_ns IS NOT NULL)
             THEN max(0, coalesce(s.end_ns, k.until_ns, c.window_end_ns)
                         - coalesce(s.start_ns, CASE WHEN s.stretch = 0 THEN c.window_start_ns END))
        END AS took_ns,
        (s.start_ns IS NULL) + (s.end_ns IS NULL) + s.lost_ends AS unpaired
    FROM stretch s
    JOIN capture c ON c.capture_id = s.capture_id
    LEFT JOIN kept k ON k.capture_id = s.capture_id AND k.is_kswapd = (s.work = 'kswapd')
    LEFT JOIN thread t ON t.capture_id = s.capture_id AND t.tid = s.tid AND s.work <> 'kswapd'
)
SELECT
    w.capture_id,
    w.work AS kind,                           -- 'kswapd', 'direct', 'cgroup' (its limit was reached), 'node' (zone_reclaim_mode)
    CASE WHEN w.work IN ('kswapd', 'node') THEN w.node END AS node, -- NULL: not told
    w.pid,                                    -- NULL for kswapd
    p.comm,
    count(*) AS stalls,                       -- for kswapd: times it was awake
    CAST(sum(w.took_ns * 1.0) AS INTEGER) AS total_ns,
    max(w.took_ns) AS longest_ns,
    CAST(sum(w.pages * 1.0) AS INTEGER) AS reclaimed_pages,          -- NULL for kswapd: not told
    sum(w.unpaired) AS unpaired               -- begins without an end or ends without a begin
FROM timed w
LEFT JOIN process p ON p.capture_id = w.capture_id AND p.pid = w.pid
GROUP BY w.capture_id, w.work, CASE WHEN w.work IN ('kswapd', 'node') THEN w.node END, w.pid;
