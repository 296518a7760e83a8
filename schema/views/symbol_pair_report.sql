-- Which code writes what other code then has to fetch? One row a pair of symbols, NULL where a name is not known.
CREATE VIEW symbol_pair_report AS
SELECT
    l.capture_id,
    w.name AS writer_symbol,
    r.name AS reader_symbol,
    count(*) AS lines,
    sum(l.transfers) AS transfers,         -- samples
    sum(l.cost_cycles_low) AS cost_cycles_low,
    sum(l.cost_cycles_high) AS cost_cycles_high,
    group_concat(DISTINCT l.verdict) AS verdicts
FROM cache_line l
LEFT JOIN code_bytes wc ON wc.capture_id = l.capture_id AND wc.code_id = l.writer_code_id
LEFT JOIN symbol w ON w.capture_id = l.capture_id AND w.symbol_id = wc.symbol_id
LEFT JOIN code_bytes rc ON rc.capture_id = l.capture_id AND rc.code_id = l.reader_code_id
LEFT JOIN symbol r ON r.capture_id = l.capture_id AND r.symbol_id = rc.symbol_id
WHERE l.transfers > 0
GROUP BY l.capture_id, w.name, r.name;
