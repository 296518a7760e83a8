-- What did the recording itself cost?
SELECT recorder_cpu_ns AS cpu_time_ns, window_end_ns - window_start_ns AS window_ns, cpus,
    recorder_cpu_ns * 1.0 / nullif((window_end_ns - window_start_ns) * cpus, 0) AS machine_share, file_bytes
FROM (SELECT c.*, (SELECT count(*) FROM cpu u WHERE u.capture_id = c.capture_id AND u.online) AS cpus
      FROM capture c WHERE c.capture_id = :capture_id)
WHERE recorder_cpu_ns IS NOT NULL;
