-- Which functions are involved? One row a symbol: memory samples on contended lines, CPU profile, page faults.
-- stall_share (stalled against working cycles) needs PMU events that this version does not sample: NULL.
CREATE VIEW symbol_report AS
WITH code AS (
    SELECT c.capture_id, c.code_id, coalesce(s.name, printf('0x%x', c.code_address)) AS symbol, d.path AS dso
    FROM code_bytes c
    LEFT JOIN symbol s ON s.capture_id = c.capture_id AND s.symbol_id = c.symbol_id
    LEFT JOIN dso d ON d.capture_id = c.capture_id AND d.dso_id = c.dso_id
),
uses AS (
    SELECT capture_id, code_id, samples, transfers, loads, stores, 0 AS cpu_samples, 0 AS faults FROM line_access
    UNION ALL
    SELECT capture_id, code_id, 0, 0, 0, 0, cpu_samples, faults FROM code_profile
)
SELECT
    u.capture_id,
    code.symbol,
    code.dso,
    sum(u.samples) AS samples,           -- memory samples on lines with a transfer
    sum(u.transfers) AS transfers,       -- of these, served by another core's cache
    sum(u.loads) AS loads,
    sum(u.stores) AS stores,
    sum(u.cpu_samples) AS cpu_samples,   -- cpu-clock samples in this function
    sum(u.faults) AS faults,             -- page faults raised in this function
    NULL AS stall_share
FROM uses u
JOIN code ON code.capture_id = u.capture_id AND code.code_id = u.code_id
GROUP BY u.capture_id, code.symbol, code.dso;
