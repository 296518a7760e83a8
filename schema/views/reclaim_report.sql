-- Who had to free memory, and for how long? One row a node for its kswapd, one a process for each kind of stall.
-- What began before the window or went on behind it counts from or up to its edge.
CREATE VIEW reclaim_report AS
WITH step AS (
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
        sum(reclaimed_pages) AS pages
    FROM numbered
    GROUP BY capture_id, work, worker, stretch
),
timed AS (
    SELECT s.*, t.pid,
        coalesce(s.end_ns, c.window_end_ns) - coalesce(s.start_ns, CASE WHEN s.stretch = 0 THEN c.window_start_ns END) AS took_ns,
        (s.start_ns IS NULL) + (s.end_ns IS NULL) + s.lost_ends AS unpaired
    FROM stretch s
    JOIN capture c ON c.capture_id = s.capture_id
    LEFT JOIN thread t ON t.capture_id = s.capture_id AND t.tid = s.tid AND s.work <> 'kswapd'
)
SELECT
    w.capture_id,
    w.work AS kind,                           -- 'kswapd', 'direct', 'cgroup' (its limit was reached), 'node' (zone_reclaim_mode)
    CASE WHEN w.work IN ('kswapd', 'node') THEN w.node END AS node, -- NULL: not told
    w.pid,                                    -- NULL for kswapd
    p.comm,
    count(*) AS stalls,                       -- for kswapd: times it was awake
    sum(w.took_ns) AS total_ns,
    max(w.took_ns) AS longest_ns,
    sum(w.pages) AS reclaimed_pages,          -- NULL for kswapd: not told
    sum(w.unpaired) AS unpaired               -- begins without an end or ends without a begin
FROM timed w
LEFT JOIN process p ON p.capture_id = w.capture_id AND p.pid = w.pid
GROUP BY w.capture_id, w.work, CASE WHEN w.work IN ('kswapd', 'node') THEN w.node END, w.pid;
