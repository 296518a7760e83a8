-- Under which conditions was this measured? The ones that change what a NUMA measurement means.
WITH want(position, name, label, moving) AS (VALUES
    (1, 'numa.balancing', 'automatic NUMA balancing', 0),
    (2, 'thp.enabled', 'transparent huge pages', 0),
    (3, 'cpufreq.governor', 'CPU frequency governor', 0),
    (4, 'cpufreq.no_turbo', 'turbo switched off', 0),
    (5, 'cpufreq.boost', 'boost', 0),
    (6, 'cpu.smt.active', 'SMT', 0),
    (7, 'cpu.isolated', 'isolated CPUs', 0),
    (8, 'cpu.nohz_full', 'nohz_full CPUs', 0),
    (9, 'numa.zone_reclaim_mode', 'zone reclaim mode', 0),
    (10, 'virtual.product', 'machine', 0),
    (11, 'load.average', 'load average', 1),
    (13, 'perf.max_sample_rate', 'perf_event_max_sample_rate', 0),
    (14, 'perf.other_users', 'other users of perf events', 0)
),
-- Of a choice like "always [madvise] never" the chosen word; of switches what they mean.
said AS (
    SELECT name, phase,
        CASE
            WHEN name LIKE 'thp.%' AND instr(value, '[') > 0
                THEN substr(value, instr(value, '[') + 1, instr(value, ']') - instr(value, '[') - 1)
            WHEN name IN ('numa.balancing', 'cpu.smt.active', 'cpufreq.boost', 'cpufreq.no_turbo') AND value = '0'
                THEN 'off'
            WHEN name IN ('numa.balancing', 'cpu.smt.active', 'cpufreq.boost', 'cpufreq.no_turbo') AND value = '1'
                THEN 'on'
            WHEN name = 'numa.balancing' AND value = '2' THEN 'memory tiering only'
            WHEN value IN ('', '(null)') THEN 'none' -- some kernels print the empty list of nohz_full CPUs so
            ELSE replace(value, char(10), '; ') END AS value
    FROM condition WHERE capture_id = :capture_id AND phase IN ('start', 'end')
)
SELECT condition, at_start, at_end, changed FROM (
SELECT w.position, w.label AS condition, s.value AS at_start, e.value AS at_end,
    CASE WHEN NOT w.moving AND e.value <> s.value THEN 1 ELSE 0 END AS changed
FROM want w
LEFT JOIN said s ON s.name = w.name AND s.phase = 'start'
LEFT JOIN said e ON e.name = w.name AND e.phase = 'end'
WHERE s.value IS NOT NULL OR w.position <= 3
UNION ALL
-- At the other levels these stand in the overview.
SELECT 20, 'tasks that waited', group_concat(said, ', ') || ' of the time', NULL, 0 FROM (
    SELECT 'for ' || CASE resource WHEN 'cpu' THEN 'a CPU' WHEN 'io' THEN 'a device' ELSE resource END
        || printf(' %.1f %%', some_share * 100) AS said
    FROM pressure_report p JOIN capture c ON c.capture_id = p.capture_id
    WHERE p.capture_id = :capture_id AND c.level = 'memory sampling' ORDER BY resource)
HAVING count(*) > 0
UNION ALL
SELECT 21, 'stolen by the hypervisor', printf('%.1f %% of the CPU time', steal_share * 100), NULL, 0
FROM cpu_time_report s JOIN capture c ON c.capture_id = s.capture_id
WHERE s.capture_id = :capture_id AND c.level = 'memory sampling' AND steal_share > 0
)
ORDER BY position;
