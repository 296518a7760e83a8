-- Through which callers did the CPU time go? One row a process and chain of functions, heaviest first: outermost caller
-- first, as flamegraph.pl takes it. Functions without a name stand as their file, '[libc.so.6]', or '[unknown]'.
CREATE VIEW call_chain_report AS
WITH chain AS (
    SELECT
        c.capture_id, c.chain_id, c.pid, c.cpu_samples,
        (SELECT group_concat(name, ';') FROM (
            SELECT replace(coalesce(s.name,
                '[' || trim(replace(d.path, rtrim(d.path, replace(d.path, '/', '')), ''), '[]') || ']', '[unknown]'), ';', ':') AS name
            FROM call_chain_frame f
            JOIN code_bytes b ON b.capture_id = f.capture_id AND b.code_id = f.code_id
            LEFT JOIN symbol s ON s.capture_id = b.capture_id AND s.symbol_id = b.symbol_id
            LEFT JOIN dso d ON d.capture_id = b.capture_id AND d.dso_id = b.dso_id
            WHERE f.capture_id = c.capture_id AND f.chain_id = c.chain_id
            ORDER BY f.depth DESC
        )) AS stack,
        (SELECT count(*) FROM call_chain_frame f WHERE f.capture_id = c.capture_id AND f.chain_id = c.chain_id) AS depth
    FROM call_chain c
)
SELECT
    c.capture_id,
    row_number() OVER (PARTITION BY c.capture_id ORDER BY sum(c.cpu_samples) DESC, c.pid, c.stack) AS rank,
    sum(c.cpu_samples) AS cpu_samples,        -- cpu-clock samples
    sum(c.cpu_samples) * 1.0 / nullif(sum(sum(c.cpu_samples)) OVER (PARTITION BY c.capture_id), 0) AS share, -- of those with a chain
    c.pid,                                    -- -1: kernel code alone, which every process shares
    CASE WHEN c.pid = -1 THEN '[kernel]' ELSE p.comm END AS comm,
    c.depth,                                  -- number of functions
    c.stack                                   -- 'main;worker;spin'
FROM chain c
LEFT JOIN process p ON p.capture_id = c.capture_id AND p.pid = c.pid
GROUP BY c.capture_id, c.pid, c.stack;
