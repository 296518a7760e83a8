-- Where does the memory of each process lie, and what kind is it? One row a process, snapshot, kind and node.
CREATE VIEW placement_report AS
SELECT
    m.capture_id,
    m.pid,
    p.comm,
    m.snapshot,                               -- counts from 0
    min(m.time_ns) AS time_ns,
    m.kind,                                   -- heap, stack, huge, file, anon, other
    n.node,
    sum(n.pages * m.page_bytes) AS bytes
FROM numa_map m
JOIN numa_map_node n ON n.capture_id = m.capture_id AND n.numa_map_id = m.numa_map_id
LEFT JOIN process p ON p.capture_id = m.capture_id AND p.pid = m.pid
GROUP BY m.capture_id, m.pid, m.snapshot, m.kind, n.node;
