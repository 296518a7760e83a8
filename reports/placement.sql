-- Where does each process's memory lie, and where did it run? The last snapshot of each process, by node.
WITH last AS (SELECT pid, max(snapshot) AS snapshot FROM numa_map WHERE capture_id = :capture_id GROUP BY pid),
memory AS (
    SELECT l.* FROM locality_report l JOIN last ON last.pid = l.pid AND last.snapshot = l.snapshot
    WHERE l.capture_id = :capture_id
),
cpu_time AS (
    SELECT t.pid, r.node, sum(r.cpu_ns) AS cpu_ns
    FROM residence r JOIN thread t ON t.capture_id = r.capture_id AND t.tid = r.tid
    WHERE r.capture_id = :capture_id GROUP BY t.pid, r.node
),
both_sides AS (
    SELECT pid, node FROM memory
    UNION SELECT pid, node FROM cpu_time WHERE pid IN (SELECT pid FROM memory)
),
joined AS (
    SELECT b.pid, b.node, coalesce(m.total_bytes, 0) AS total_bytes, m.huge_bytes, m.heap_bytes, m.stack_bytes,
        m.private_bytes, coalesce(c.cpu_ns, 0) AS cpu_ns,
        sum(coalesce(m.total_bytes, 0)) OVER p AS process_bytes, sum(coalesce(c.cpu_ns, 0)) OVER p AS process_ns
    FROM both_sides b
    LEFT JOIN memory m ON m.pid = b.pid AND m.node = b.node
    LEFT JOIN cpu_time c ON c.pid = b.pid AND c.node = b.node
    WINDOW p AS (PARTITION BY b.pid)
),
ranked AS (SELECT j.*, dense_rank() OVER (ORDER BY process_bytes DESC, pid) AS place FROM joined j)
SELECT
    p.comm, r.pid, r.node,
    r.total_bytes AS memory_bytes, r.total_bytes * 1.0 / nullif(r.process_bytes, 0) AS memory_share,
    r.cpu_ns AS cpu_time_ns, r.cpu_ns * 1.0 / nullif(r.process_ns, 0) AS cpu_share,
    r.huge_bytes, r.heap_bytes, r.stack_bytes, r.private_bytes,
    (SELECT count(*) FROM ranked) AS total_rows
FROM ranked r
LEFT JOIN process p ON p.capture_id = :capture_id AND p.pid = r.pid
ORDER BY r.place, r.node LIMIT :top;
