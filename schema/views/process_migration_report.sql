-- Which processes had threads moved between nodes, how often? One row a process; pid NULL: the thread's is not known, then
-- one row a name.
CREATE VIEW process_migration_report AS
SELECT
    m.capture_id,
    t.pid,
    coalesce(p.comm, max(t.comm), max(m.comm)) AS comm,
    count(DISTINCT m.tid) AS threads,                         -- that were moved
    sum(m.from_node <> m.to_node AND m.from_node IS NOT NULL AND m.to_node IS NOT NULL) AS between_nodes, -- migrations
    sum(m.from_node = m.to_node AND m.from_node IS NOT NULL AND m.to_node IS NOT NULL) AS within_node,    -- migrations
    sum(m.from_node IS NULL OR m.to_node IS NULL) AS node_unknown, -- migrations
    min(m.time_ns) AS first_ns,
    max(m.time_ns) AS last_ns
FROM migration m
LEFT JOIN traced_thread t ON t.capture_id = m.capture_id AND t.tid = m.tid
LEFT JOIN process p ON p.capture_id = t.capture_id AND p.pid = t.pid
GROUP BY m.capture_id, t.pid, CASE WHEN t.pid IS NULL THEN m.comm END;
