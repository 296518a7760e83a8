-- Every condition that was read, at the start and at the end. at_end NULL: read once, or not readable then.
SELECT s.name AS condition, replace(s.value, char(10), '; ') AS at_start, replace(e.value, char(10), '; ') AS at_end,
    CASE WHEN e.value <> s.value AND s.name NOT LIKE 'load.%' AND s.name NOT LIKE 'process.%' AND s.name NOT LIKE 'meminfo.%'
            AND s.name NOT IN ('thp.khugepaged.full_scans', 'thp.khugepaged.pages_collapsed') -- counters, no settings
         THEN 1 ELSE 0 END AS changed,
    count(*) OVER () AS total_rows
FROM condition s
LEFT JOIN condition e ON e.capture_id = s.capture_id AND e.name = s.name AND e.phase = 'end'
WHERE s.capture_id = :capture_id AND s.phase = 'start'
ORDER BY changed DESC, s.name LIMIT :top;
