-- What was lost or throttled, and when? records: NULL for a gap, in which nobody counted; off_ns: how long its source was
-- off. total is the one or the other.
SELECT l.kind, e.name AS event, count(*) AS times, sum(l.count) AS total,
    CASE WHEN l.kind <> 'gap' THEN sum(l.count) END AS records, CASE WHEN l.kind = 'gap' THEN sum(l.count) END AS off_ns,
    count(DISTINCT l.cpu) AS cpus,
    min(l.time_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    max(l.time_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM loss l
LEFT JOIN event e ON e.capture_id = l.capture_id AND e.event_id = l.event_id
WHERE l.capture_id = :capture_id
GROUP BY l.kind, l.event_id
ORDER BY total DESC, l.kind, l.event_id LIMIT :top;
