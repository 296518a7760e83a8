-- Which tasks were moved between nodes, how often? One row a thread and node pair; NULL nodes: node not known.
CREATE VIEW migration_report AS
SELECT
    m.capture_id,
    m.from_node,
    m.to_node,
    m.tid,
    t.pid,
    coalesce(t.comm, max(m.comm)) AS comm,
    count(*) AS migrations,
    min(m.time_ns) AS first_ns,
    max(m.time_ns) AS last_ns
FROM migration m
LEFT JOIN traced_thread t ON t.capture_id = m.capture_id AND t.tid = m.tid
GROUP BY m.capture_id, m.from_node, m.to_node, m.tid;
