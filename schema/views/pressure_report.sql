-- For how much of the time did tasks wait for a resource (pressure stall information, /proc/pressure)? From the totals
-- read before and after the window, as shares of the window, so slightly too high. One row a resource.
CREATE VIEW pressure_report AS
WITH total AS (
    SELECT capture_id, phase, substr(name, length('load.pressure.') + 1) AS resource,
        CAST(substr(value, instr(value, 'total=') + 6) AS INTEGER) AS some_us,
        CASE WHEN instr(value, 'full') THEN
            CAST(substr(value, instr(value, 'full') + instr(substr(value, instr(value, 'full')), 'total=') + 5) AS INTEGER)
        END AS full_us
    FROM condition
    WHERE name LIKE 'load.pressure.%' AND phase IN ('start', 'end') AND value LIKE 'some %total=%'
)
SELECT
    s.capture_id,
    s.resource,                               -- 'cpu', 'io', 'memory'
    min(1.0, (e.some_us - s.some_us) * 1000.0 / nullif(c.window_end_ns - c.window_start_ns, 0)) AS some_share, -- a task waited
    min(1.0, (e.full_us - s.full_us) * 1000.0 / nullif(c.window_end_ns - c.window_start_ns, 0)) AS full_share -- all that could run
FROM total s
JOIN total e ON e.capture_id = s.capture_id AND e.resource = s.resource AND e.phase = 'end'
JOIN capture c ON c.capture_id = s.capture_id
WHERE s.phase = 'start' AND e.some_us >= s.some_us;
