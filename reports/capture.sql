-- What was recorded, where and when, and how much of it reached the file? One row.
SELECT
    c.hostname,
    strftime('%Y-%m-%d %H:%M:%S', c.start_realtime_ns / 1000000000, 'unixepoch') AS start_utc, -- NULL: not told
    c.window_end_ns - c.window_start_ns AS window_ns,
    c.target,
    c.level,
    c.level_reason,
    c.producer,
    c.tool_version,
    c.command,
    c.end_reason,
    c.kernel,
    c.arch,
    c.cpu_model,
    (SELECT count(DISTINCT socket) FROM cpu WHERE capture_id = c.capture_id AND socket >= 0) AS sockets,
    (SELECT count(*) FROM node WHERE capture_id = c.capture_id) AS nodes,
    (SELECT count(*) FROM cpu WHERE capture_id = c.capture_id AND online) AS cpus_online,
    c.line_bytes,
    c.line_bytes_known,
    c.path,
    c.file_bytes,
    c.complete,
    c.missing,
    c.mem_samples,
    c.cpu_samples,
    c.lost_samples,
    c.lost_exact,
    c.throttles,
    c.unmapped_samples,
    c.late_rows,
    c.recorder_cpu_ns,
    (SELECT group_concat(key || '=' || value, ', ') FROM
        (SELECT key, value FROM capture_label WHERE capture_id = c.capture_id ORDER BY key)) AS labels
FROM capture c
WHERE c.capture_id = :capture_id;
