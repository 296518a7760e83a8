-- Which functions are involved? One row a symbol: memory samples on contended lines, CPU profile, page faults. Code
-- without a symbol has a row for each address (apart: grouping hundreds of thousands of them by name takes seconds).
-- stall_share (stalled against working cycles) needs PMU events that this version does not sample: NULL.
CREATE VIEW symbol_report AS
SELECT
    p.capture_id,
    s.name AS symbol,
    d.path AS dso,
    sum(p.mem_samples) AS samples,       -- memory samples on the lines of cache_line
    sum(p.transfers) AS transfers,       -- of these, served by another core's cache
    sum(p.loads) AS loads,
    sum(p.stores) AS stores,
    sum(p.cpu_samples) AS cpu_samples,   -- cpu-clock samples in this function
    sum(p.faults) AS faults,             -- page faults raised in this function
    NULL AS stall_share
FROM code_profile p
JOIN code_bytes c ON c.capture_id = p.capture_id AND c.code_id = p.code_id
JOIN symbol s ON s.capture_id = c.capture_id AND s.symbol_id = c.symbol_id
LEFT JOIN dso d ON d.capture_id = c.capture_id AND d.dso_id = c.dso_id
GROUP BY p.capture_id, s.name, d.path
UNION ALL
SELECT
    p.capture_id, printf('0x%x', c.code_address), d.path, p.mem_samples, p.transfers, p.loads, p.stores, p.cpu_samples,
    p.faults, NULL
FROM code_profile p
JOIN code_bytes c ON c.capture_id = p.capture_id AND c.code_id = p.code_id
LEFT JOIN dso d ON d.capture_id = c.capture_id AND d.dso_id = c.dso_id
WHERE c.symbol_id IS NULL;
