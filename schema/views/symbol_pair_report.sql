-- Which code writes what other code then has to fetch? One row a pair of symbols; code without a name stands as its
-- address, each pair for itself; NULL where the writer or reader is not known.
CREATE VIEW symbol_pair_report AS
SELECT
    p.capture_id,
    coalesce(w.name, CASE WHEN p.writer_address IS NOT NULL THEN printf('0x%x', p.writer_address) END) AS writer_symbol,
    coalesce(r.name, CASE WHEN p.reader_address IS NOT NULL THEN printf('0x%x', p.reader_address) END) AS reader_symbol,
    p.lines,
    p.transfers,                           -- samples
    p.cost_cycles_low,                     -- of the lines whose cost is known
    p.cost_cycles_high,                    -- NULL: that of a line is not known
    p.verdicts
FROM (
    SELECT
        l.capture_id, wc.symbol_id AS writer, rc.symbol_id AS reader,
        CASE WHEN wc.symbol_id IS NULL THEN wc.code_address END AS writer_address,
        CASE WHEN rc.symbol_id IS NULL THEN rc.code_address END AS reader_address,
        count(*) AS lines,
        sum(l.transfers) AS transfers,
        sum(l.cost_cycles_low) AS cost_cycles_low,
        CASE WHEN count(l.cost_cycles_high) = count(*) THEN sum(l.cost_cycles_high) END AS cost_cycles_high,
        group_concat(DISTINCT l.verdict) AS verdicts
    FROM cache_line l
    LEFT JOIN code_bytes wc ON wc.capture_id = l.capture_id AND wc.code_id = l.writer_code_id
    LEFT JOIN code_bytes rc ON rc.capture_id = l.capture_id AND rc.code_id = l.reader_code_id
    WHERE l.transfers > 0
    GROUP BY l.capture_id, writer, reader, writer_address, reader_address
) p
LEFT JOIN symbol w ON w.capture_id = p.capture_id AND w.symbol_id = p.writer
LEFT JOIN symbol r ON r.capture_id = p.capture_id AND r.symbol_id = p.reader;
