-- Which captures are in this database?
SELECT capture_id, path, hostname, strftime('%Y-%m-%d %H:%M:%S', start_realtime_ns / 1000000000, 'unixepoch') AS start_utc,
    window_end_ns - window_start_ns AS window_ns, level, complete,
    (SELECT sentence FROM finding f WHERE f.capture_id = c.capture_id ORDER BY finding_id LIMIT 1) AS verdict
FROM capture c
ORDER BY capture_id;
