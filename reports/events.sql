-- What was opened, and does its account close? counted: by the kernel; samples: what reached the capture.
SELECT name AS event, kind, period, count AS counted, samples, lost, lost_exact,
    -- software events and tracepoints (types 1 and 2) share no counter: of a task they run on one CPU of many
    CASE WHEN type IN (1, 2) AND running_ns > 0 THEN 1.0 WHEN enabled_ns > 0 THEN running_ns * 1.0 / enabled_ns END
        AS ran_share,
    count(*) OVER () AS total_rows
FROM event WHERE capture_id = :capture_id
ORDER BY event_id LIMIT :top;
