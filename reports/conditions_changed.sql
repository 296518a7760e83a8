-- Which settings changed while the window was open? Values that always move (load, memory in use) are left out.
SELECT s.name AS condition, s.value AS at_start, e.value AS at_end
FROM condition s
JOIN condition e ON e.capture_id = s.capture_id AND e.name = s.name AND e.phase = 'end'
WHERE s.capture_id = :capture_id AND s.phase = 'start' AND e.value <> s.value
    AND s.name NOT LIKE 'load.%' AND s.name NOT LIKE 'process.%' AND s.name NOT LIKE 'meminfo.%'
    AND s.name NOT IN ('thp.khugepaged.full_scans', 'thp.khugepaged.pages_collapsed') -- counters, no settings
ORDER BY s.name LIMIT :top;
