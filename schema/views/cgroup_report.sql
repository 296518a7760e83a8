-- What did each control group use on which node? One row a group and node. Memory is what its own memory.numa_stat says,
-- at the first and the last reading; NULL: the file was not read. Processes and CPU time are those of the processes
-- that live in the group itself, not in groups below it.
CREATE VIEW cgroup_report AS
WITH used AS (
    SELECT r.capture_id, p.cgroup_id, r.node, CAST(sum(r.cpu_ns * 1.0) AS INTEGER) AS cpu_ns
    FROM residence r
    JOIN thread t ON t.capture_id = r.capture_id AND t.tid = r.tid
    JOIN process p ON p.capture_id = t.capture_id AND p.pid = t.pid
    WHERE p.cgroup_id IS NOT NULL
    GROUP BY r.capture_id, p.cgroup_id, r.node
),
ends AS (
    SELECT capture_id, cgroup_id, min(time_ns) AS first_ns, max(time_ns) AS last_ns
    FROM cgroup_stat
    GROUP BY capture_id, cgroup_id
),
held AS (
    SELECT
        s.capture_id, s.cgroup_id, s.node,
        CAST(sum(CASE WHEN s.name = 'anon' AND s.time_ns = e.first_ns THEN s.value_bytes * 1.0 END) AS INTEGER) AS first_anon_bytes,
        CAST(sum(CASE WHEN s.name = 'anon' AND s.time_ns = e.last_ns THEN s.value_bytes * 1.0 END) AS INTEGER) AS last_anon_bytes,
        CAST(sum(CASE WHEN s.name = 'file' AND s.time_ns = e.first_ns THEN s.value_bytes * 1.0 END) AS INTEGER) AS first_file_bytes,
        CAST(sum(CASE WHEN s.name = 'file' AND s.time_ns = e.last_ns THEN s.value_bytes * 1.0 END) AS INTEGER) AS last_file_bytes
    FROM cgroup_stat s
    JOIN ends e ON e.capture_id = s.capture_id AND e.cgroup_id = s.cgroup_id
    WHERE s.node IS NOT NULL AND s.name IN ('anon', 'file') AND s.time_ns IN (e.first_ns, e.last_ns)
    GROUP BY s.capture_id, s.cgroup_id, s.node
),
place AS (
    SELECT capture_id, cgroup_id, node FROM used
    UNION SELECT capture_id, cgroup_id, node FROM held
)
SELECT
    g.capture_id,
    g.cgroup_id,
    g.path,
    (SELECT count(*) FROM process p WHERE p.capture_id = g.capture_id AND p.cgroup_id = g.cgroup_id) AS processes,
    l.node,                                   -- NULL: nothing is known of any node; -1: the CPU's node is not known
    u.cpu_ns,                                 -- CPU time of its processes on this node; NULL: none seen
    h.first_anon_bytes,
    h.last_anon_bytes,
    h.first_file_bytes,
    h.last_file_bytes
FROM cgroup g
LEFT JOIN place l ON l.capture_id = g.capture_id AND l.cgroup_id = g.cgroup_id
LEFT JOIN used u ON u.capture_id = g.capture_id AND u.cgroup_id = g.cgroup_id AND u.node = l.node
LEFT JOIN held h ON h.capture_id = g.capture_id AND h.cgroup_id = g.cgroup_id AND h.node = l.node;
