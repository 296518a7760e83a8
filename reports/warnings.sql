-- What limits the trust in this capture? Most serious first: 1 data is missing, 2 data is thinner, 3 to know.
WITH c AS (
    SELECT *, max(mem_samples + cpu_samples,
                  coalesce((SELECT sum(samples) FROM event WHERE capture_id = :capture_id), 0)) AS seen -- tracepoints too
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
    || printf(' samples were lost, %.2g %% of what was due. Counts are lower bounds; shares can be skewed.',
              lost_samples * 100.0 / (lost_samples + seen))
FROM c WHERE lost_samples > 0
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
SELECT 3, 'late',
    printf('%,d rows were stored after the round they belong to: names that changed in between can be wrong for them.',
           late_rows)
FROM c WHERE late_rows > 0
UNION ALL
SELECT 2, 'gap', printf('A source was switched off %,d times, %.3g s in all, to stay inside the budget.', count(*),
                        sum(count) / 1e9)
FROM loss WHERE capture_id = :capture_id AND kind = 'gap' HAVING count(*) > 0
UNION ALL
SELECT 2, 'skipped', printf('%,d records could not be used: ', sum(records)) || group_concat(reason, '; ')
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
ORDER BY severity, instr('cut loss throttled gap event unmapped late skipped limits', subject), sentence;
