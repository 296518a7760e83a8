-- On which nodes did the busiest threads run?
SELECT t.comm, t.pid, r.tid, r.node, r.cpu_ns AS cpu_time_ns,
    r.cpu_ns * 1.0 / nullif(sum(r.cpu_ns) OVER (PARTITION BY r.tid), 0) AS share, r.samples,
    count(*) OVER () AS total_rows
FROM residence r
LEFT JOIN thread t ON t.capture_id = r.capture_id AND t.tid = r.tid
WHERE r.capture_id = :capture_id
ORDER BY sum(r.cpu_ns) OVER (PARTITION BY r.tid) DESC, r.tid, r.node LIMIT :top;
