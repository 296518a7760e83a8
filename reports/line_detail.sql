-- Which code touches which byte of the top lines? At most 30 rows a line, most samples first.
WITH top AS (
    SELECT line_id AS rank, line_id, address FROM cache_line WHERE capture_id = :capture_id ORDER BY line_id LIMIT :top
),
a AS (
    SELECT
        t.rank, a.line_id, printf('0x%x', t.address) AS line, a.offset, a.code_id,
        sum(a.samples) AS samples, sum(a.loads) AS loads, sum(a.stores) AS stores, sum(a.transfers) AS transfers,
        count(DISTINCT a.tid) AS threads, count(DISTINCT CASE WHEN a.cpu >= 0 THEN a.cpu END) AS cpus,
        total(a.weight_cycles) AS weight_cycles, sum(a.weighted) AS weighted
    FROM top t
    CROSS JOIN line_access a ON a.capture_id = :capture_id AND a.line_id = t.line_id
    GROUP BY t.rank, a.line_id, a.offset, a.code_id
),
ranked AS (
    SELECT a.*, count(*) OVER (PARTITION BY line_id) AS total_rows,
        row_number() OVER (PARTITION BY line_id ORDER BY samples DESC, offset, code_id) AS place
    FROM a
)
SELECT
    a.rank, a.line_id, a.line, a.offset,
    CASE WHEN c.reads = 1 AND c.writes = 1 THEN 'read+write' WHEN c.writes = 1 THEN 'write' WHEN c.reads = 1 THEN 'read'
         WHEN c.reads = 0 AND c.writes = 0 THEN 'none'
         -- the instruction is not known: what was sampled of it
         WHEN a.loads > 0 AND a.stores > 0 THEN 'read+write' WHEN a.stores > 0 THEN 'write' WHEN a.loads > 0 THEN 'read'
         ELSE 'unknown' END AS access,
    c.access_bytes AS width,
    a.samples, a.loads, a.stores, a.transfers,
    CASE WHEN a.weighted > 0 THEN a.weight_cycles / a.weighted END AS mean_transfer_cycles,
    a.threads, a.cpus, coalesce(s.name, printf('0x%x', c.code_address)) AS symbol,
    CASE WHEN c.source_line > 0 THEN c.source_file || ':' || c.source_line END AS source_line,
    c.instruction, printf('0x%x', c.code_address) AS code_address, d.path AS dso, a.total_rows
FROM ranked a
JOIN code_bytes c ON c.capture_id = :capture_id AND c.code_id = a.code_id
LEFT JOIN symbol s ON s.capture_id = c.capture_id AND s.symbol_id = c.symbol_id
LEFT JOIN dso d ON d.capture_id = c.capture_id AND d.dso_id = c.dso_id
WHERE a.place <= 30
ORDER BY a.rank, a.offset, a.samples DESC, a.code_id;
