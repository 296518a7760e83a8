-- What memory does each process have on which node, as numastat -p shows it, and what changed between its first and its
-- last snapshot? The biggest processes first. change_bytes NULL: there is one snapshot only.
WITH ends AS (
    SELECT pid, min(snapshot) AS first, max(snapshot) AS last, min(time_ns) AS first_ns, max(time_ns) AS last_ns
    FROM numa_map WHERE capture_id = :capture_id GROUP BY pid
),
l AS (
    SELECT r.*, e.first, e.last FROM locality_report r JOIN ends e ON e.pid = r.pid AND r.snapshot IN (e.first, e.last)
    WHERE r.capture_id = :capture_id
),
node_of AS (
    SELECT pid, max(comm) AS comm, node, max(first) AS first, max(last) AS last,
        sum(CASE WHEN snapshot = last THEN huge_bytes ELSE 0 END) AS huge_bytes,
        sum(CASE WHEN snapshot = last THEN heap_bytes ELSE 0 END) AS heap_bytes,
        sum(CASE WHEN snapshot = last THEN stack_bytes ELSE 0 END) AS stack_bytes,
        sum(CASE WHEN snapshot = last THEN private_bytes ELSE 0 END) AS private_bytes,
        sum(CASE WHEN snapshot = last THEN total_bytes ELSE 0 END) AS total_bytes,
        sum(CASE WHEN snapshot = last THEN total_bytes ELSE 0 END)
            - sum(CASE WHEN snapshot = first THEN total_bytes ELSE 0 END) AS change_bytes
    FROM l GROUP BY pid, node
)
SELECT n.comm, n.pid, n.node, n.huge_bytes, n.heap_bytes, n.stack_bytes, n.private_bytes, n.total_bytes,
    CASE WHEN n.last > n.first THEN n.change_bytes END AS change_bytes,
    (SELECT count(DISTINCT snapshot) FROM numa_map m WHERE m.capture_id = :capture_id AND m.pid = n.pid) AS snapshots,
    e.first_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    e.last_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM node_of n
JOIN ends e ON e.pid = n.pid
ORDER BY sum(n.total_bytes) OVER (PARTITION BY n.pid) DESC, n.pid, n.node LIMIT :top;
