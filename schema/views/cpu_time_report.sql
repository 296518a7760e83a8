-- What did the CPUs spend their time on between the two readings of /proc/stat, before and after the window? One row a
-- capture that has both. Shares are of all CPUs' time, 0 to 1.
CREATE VIEW cpu_time_report AS
WITH list AS (
    SELECT capture_id, phase, '[' || replace(trim(value), ' ', ',') || ']' AS numbers
    FROM condition WHERE name = 'load.stat.cpu' AND phase IN ('start', 'end')
),
-- In the order of proc(5): user, nice, system, idle, iowait, irq, softirq, steal. Guests' time is in user's.
gained AS (
    SELECT l.capture_id, j.key AS position, total(CASE l.phase WHEN 'end' THEN j.value ELSE -j.value END) AS ticks
    FROM list l, json_each(CASE WHEN json_valid(l.numbers) THEN l.numbers ELSE '[]' END) j
    WHERE j.key < 8 AND j.type = 'integer'
    GROUP BY l.capture_id, j.key
    HAVING count(*) = 2
)
SELECT
    capture_id,
    total(CASE WHEN position <= 1 THEN ticks END) / total(ticks) AS user_share,
    total(CASE WHEN position = 2 THEN ticks END) / total(ticks) AS system_share,
    total(CASE WHEN position IN (5, 6) THEN ticks END) / total(ticks) AS interrupt_share,
    total(CASE WHEN position = 3 THEN ticks END) / total(ticks) AS idle_share,
    total(CASE WHEN position = 4 THEN ticks END) / total(ticks) AS iowait_share, -- idle while a task waited for a device
    total(CASE WHEN position = 7 THEN ticks END) / total(ticks) AS steal_share -- the hypervisor ran something else
FROM gained
GROUP BY capture_id
HAVING count(*) = 8 AND total(ticks) > 0 AND min(ticks) >= 0;
