-- What did NUMA balancing decide for which process? One row a process, decision and pair of nodes; NULL nodes: not told.
CREATE VIEW balancing_report AS
SELECT
    b.capture_id,
    b.kind,                                   -- 'move', 'swap', 'stick' (it wanted to move and could not)
    b.from_node,
    b.to_node,
    coalesce(b.pid, t.pid) AS pid,
    coalesce(p.comm, max(t.comm)) AS comm,
    count(*) AS decisions,
    count(DISTINCT b.tid) AS threads,
    min(b.time_ns) AS first_ns,
    max(b.time_ns) AS last_ns
FROM balancing b
LEFT JOIN traced_thread t ON t.capture_id = b.capture_id AND t.tid = b.tid
LEFT JOIN process p ON p.capture_id = b.capture_id AND p.pid = coalesce(b.pid, t.pid)
    AND NOT EXISTS (SELECT 1 FROM condition c WHERE c.capture_id = b.capture_id AND c.phase = 'capture'
                    AND c.name = 'pid_namespace' AND c.value = 'own') -- see traced_thread
GROUP BY b.capture_id, b.kind, b.from_node, b.to_node, coalesce(b.pid, t.pid);
