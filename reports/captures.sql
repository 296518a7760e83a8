-- Which captures does this database hold?
SELECT capture_id, path, hostname, level, complete, mem_samples, cpu_samples, lost_samples,
       (window_end_ns - window_start_ns) / 1e9 AS window_s
FROM capture ORDER BY capture_id;
