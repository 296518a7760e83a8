-- How much CPU time passed in each function itself, and how much with all that it called? One row a function, and one a
-- file for all of it that has no name, of the samples that have a call chain. What calls itself counts once a sample.
CREATE VIEW caller_report AS
WITH frame AS ( -- place: the symbol, else the file with a minus, else 0
    SELECT f.capture_id, f.chain_id, coalesce(b.symbol_id, -b.dso_id, 0) AS place, min(f.depth) AS depth
    FROM call_chain_frame f
    JOIN code_bytes b ON b.capture_id = f.capture_id AND b.code_id = f.code_id
    GROUP BY f.capture_id, f.chain_id, place
),
placed AS (
    SELECT f.capture_id, f.place, sum(c.cpu_samples * (f.depth = 0)) AS self_samples, sum(c.cpu_samples) AS total_samples
    FROM frame f
    JOIN call_chain c ON c.capture_id = f.capture_id AND c.chain_id = f.chain_id
    GROUP BY f.capture_id, f.place
),
whole AS (
    SELECT capture_id, sum(cpu_samples) AS cpu_samples FROM call_chain GROUP BY capture_id
)
SELECT
    p.capture_id,
    coalesce(s.name, '[' || trim(replace(d.path, rtrim(d.path, replace(d.path, '/', '')), ''), '[]') || ']', '[unknown]')
        AS symbol,                            -- '[libc.so.6]': functions of it whose names are not known
    d.path AS dso,
    p.self_samples,                           -- cpu-clock samples in it
    p.total_samples,                          -- in it and in what it called
    p.self_samples * 1.0 / nullif(w.cpu_samples, 0) AS self_share, -- of the samples with a chain, 0 to 1
    p.total_samples * 1.0 / nullif(w.cpu_samples, 0) AS total_share
FROM placed p
JOIN whole w ON w.capture_id = p.capture_id
LEFT JOIN symbol s ON s.capture_id = p.capture_id AND s.symbol_id = p.place
LEFT JOIN dso d ON d.capture_id = p.capture_id AND d.dso_id = coalesce(s.dso_id, -p.place);
