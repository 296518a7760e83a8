-- What limits the trust in this capture? Most serious first: 1 data is missing, 2 data is thinner, 3 to know.
WITH c AS (
    SELECT *, max(mem_samples + cpu_samples,
                  (SELECT CAST(total(samples) AS INTEGER) FROM event
                   WHERE capture_id = :capture_id AND kind <> 'snapshot')) AS seen -- tracepoints too
    FROM capture WHERE capture_id = :capture_id
),
e AS (SELECT * FROM event WHERE capture_id = :capture_id),
said AS (
SELECT 1 AS severity, 'cut' AS subject,
    'The capture is not whole: ' || coalesce(missing, 'what is missing is not known')
    || '. What follows holds for the part that could be read.' AS sentence
FROM c WHERE NOT complete
UNION ALL
SELECT CASE WHEN lost_samples * 100 > lost_samples + seen THEN 1 ELSE 2 END, 'loss',
    CASE WHEN lost_exact THEN '' ELSE 'At least ' END || printf('%,d', lost_samples)
    || printf(' sample%s lost, %s of what was due. Counts are lower bounds; shares can be skewed.',
              CASE WHEN lost_samples = 1 THEN ' was' ELSE 's were' END, CASE WHEN lost_samples * 1000.0 < lost_samples + seen THEN 'less than 0.1 %'
                   ELSE printf('%.1f %%', lost_samples * 100.0 / (lost_samples + seen)) END)
FROM c WHERE lost_samples > 0
UNION ALL
SELECT 3, 'loss', 'Loss is not counted exactly (by kernels before 6.0, in imports, in a capture that was cut): "no loss seen" '
    || 'means that none was reported.'
FROM c WHERE NOT lost_exact AND lost_samples = 0
UNION ALL
SELECT 2, 'loss', printf('Of event %s alone %,d of %,d were lost (%.1f %%).', e.name, e.lost, e.lost + e.samples,
                         e.lost * 100.0 / (e.lost + e.samples))
-- where it is far more than the share of all events says
FROM e, c WHERE e.lost * 100 > e.lost + e.samples
    AND e.lost * 1.0 / (e.lost + e.samples) > c.lost_samples * 2.0 / (c.lost_samples + c.seen)
UNION ALL
SELECT 2, 'throttled',
    printf('The kernel throttled sampling %,d times: busy moments are under-represented.', throttles)
FROM c WHERE throttles > 0
UNION ALL
SELECT 1, 'event', 'Event ' || name || ' never ran: the counter was in use by somebody else. It says nothing here.'
FROM e WHERE enabled_ns > 0 AND running_ns = 0 AND type NOT IN (1, 2)
UNION ALL
SELECT 2, 'event', 'Event ' || name || printf(' ran %.0f %% of the time: it shared its counter.',
                                               running_ns * 100.0 / enabled_ns)
-- software events and tracepoints (types 1 and 2) share no counter: on one CPU of a task they run while it is there
FROM e WHERE running_ns > 0 AND running_ns < enabled_ns * 0.99 AND type NOT IN (1, 2)
UNION ALL
SELECT 2, 'unmapped',
    printf('%,d of %,d memory samples point into no known mapping: their object or code has no name.',
           unmapped_samples, mem_samples)
FROM c WHERE unmapped_samples > 0
UNION ALL
SELECT 2, 'binaries', printf('The code of %,d of %,d samples on contended lines is in no binary that was at hand: %s%s. '
        || 'Without it access widths and names are not known. ', max(without), max(total),
           group_concat(CASE WHEN length(path) > 60 THEN '...' || substr(path, -57) ELSE path END, ', '),
        CASE WHEN max(paths) > 3 THEN ' and others' ELSE '' END)
    || CASE WHEN (SELECT producer FROM capture WHERE capture_id = :capture_id) = 'perf'
            THEN 'Import again on the machine that has it, or with --symfs DIR where it lies under DIR.'
            ELSE 'Record while it runs.' END
FROM (SELECT d.path, sum(p.mem_samples) AS samples, sum(sum(p.mem_samples)) OVER () AS without,
          count(*) OVER () AS paths, (SELECT sum(mem_samples) FROM code_profile WHERE capture_id = :capture_id) AS total
      FROM code_profile p
      JOIN code_bytes c ON c.capture_id = :capture_id AND c.code_id = p.code_id
      JOIN dso d ON d.capture_id = :capture_id AND d.dso_id = c.dso_id
      WHERE p.capture_id = :capture_id AND p.mem_samples > 0 AND d.state IN ('missing', 'changed') AND d.path LIKE '/%'
          AND d.path NOT LIKE '//%'
      GROUP BY d.dso_id ORDER BY samples DESC, d.path LIMIT 3)
HAVING max(without) * 100 > max(total)
UNION ALL
SELECT 3, 'late',
    printf('%,d rows were stored after the round they belong to: names that changed in between can be wrong for them.',
           late_rows)
FROM c WHERE late_rows > 0
UNION ALL
SELECT 2, 'gap', group_concat(name, ', ')
    || printf(' %s switched off after %.1f s of %.1f s to stay inside the budget: what is said of %s holds for that time only.',
              CASE WHEN count(*) = 1 THEN 'was' ELSE 'were' END, (from_ns - window_start_ns) / 1e9,
              (window_end_ns - window_start_ns) / 1e9, CASE WHEN count(*) = 1 THEN 'it' ELSE 'them' END)
FROM (SELECT coalesce(e.name, 'a source') AS name, min(l.time_ns) AS from_ns, c.window_start_ns, c.window_end_ns
      FROM loss l JOIN c LEFT JOIN e ON e.event_id = l.event_id
      WHERE l.capture_id = :capture_id AND l.kind = 'gap' AND l.event_id IS NOT NULL
      GROUP BY l.event_id HAVING max(l.time_ns + CAST(l.count AS REAL)) >= c.window_end_ns AND count(*) = 1
      ORDER BY from_ns, name)
GROUP BY from_ns / 100000000
UNION ALL
SELECT 2, 'gap', coalesce(e.name, 'a source') || printf(' was off %,d time%s, %.1f s in all: what is said of it lacks those.',
                                                         count(*), CASE count(*) WHEN 1 THEN '' ELSE 's' END, total(l.count) / 1e9)
FROM loss l JOIN c LEFT JOIN e ON e.event_id = l.event_id
WHERE l.capture_id = :capture_id AND l.kind = 'gap' AND l.event_id IS NOT NULL
GROUP BY l.event_id HAVING NOT (max(l.time_ns + CAST(l.count AS REAL)) >= c.window_end_ns AND count(*) = 1)
UNION ALL
SELECT 2, 'gap', printf('CPU %d was not recorded for %.1f s: it went offline, or came online late.', cpu, total(count) / 1e9)
FROM loss WHERE capture_id = :capture_id AND kind = 'gap' AND event_id IS NULL GROUP BY cpu
UNION ALL
SELECT 2, 'skipped', printf('%,d records could not be used: ', total(records)) || group_concat(reason, '; ')
FROM (SELECT reason, records FROM import_skip WHERE capture_id = :capture_id AND loses ORDER BY records DESC, reason LIMIT 3)
HAVING count(*) > 0
UNION ALL
SELECT 2, 'limits', printf('%,d %s not be recorded: ', max(total), CASE WHEN max(total) = 1 THEN 'thing could'
                           ELSE 'things could' END)
    || group_concat(name, '; ') || CASE WHEN max(total) > 4 THEN '; ...' ELSE '' END || '. Section "Limits" says why.'
FROM (SELECT name, count(*) OVER () AS total FROM condition WHERE capture_id = :capture_id AND phase = 'limit'
      ORDER BY name LIMIT 4)
HAVING count(*) > 0
UNION ALL
SELECT 3, 'line size', printf('The cache line size was not recorded; %d bytes are assumed.', line_bytes)
FROM c WHERE NOT line_bytes_known AND mem_samples > 0
)
SELECT severity, subject, sentence FROM said
ORDER BY severity, instr('cut loss throttled gap event binaries unmapped late skipped limits', subject), sentence;
