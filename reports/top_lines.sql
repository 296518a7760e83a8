-- Which cache lines are fought over, by whom, and at what cost? The columns and the order of line_report; the top is
-- taken first, so that names are looked up for its lines alone. Code without a name is called by its address.
WITH top AS (SELECT line_id FROM cache_line WHERE capture_id = :capture_id ORDER BY line_id LIMIT :top)
SELECT
    l.line_id AS rank,
    printf('0x%x', l.address) AS line, l.verdict, l.scope,
    CASE WHEN l.verdict <> 'cannot tell' THEN l.confidence END AS confidence, -- NULL: nothing is said to be sure of
    l.object,
    CASE WHEN w.name IS NOT NULL THEN w.name WHEN wc.code_id IS NOT NULL THEN printf('0x%x', wc.code_address) END
        AS writer_symbol,
    CASE WHEN r.name IS NOT NULL THEN r.name WHEN rc.code_id IS NOT NULL THEN printf('0x%x', rc.code_address) END
        AS reader_symbol,
    l.transfers, l.samples, l.writers, l.readers, l.node_pair, l.false_share, l.true_share,
    l.unknown_share, l.cost_cycles_low, l.cost_cycles_high, l.cost_share, l.home_nodes, l.pid, l.confidence_reason,
    l.line_id, (SELECT count(*) FROM cache_line WHERE capture_id = :capture_id) AS total_rows
FROM top
JOIN cache_line l ON l.capture_id = :capture_id AND l.line_id = top.line_id
LEFT JOIN code_bytes wc ON wc.capture_id = l.capture_id AND wc.code_id = l.writer_code_id
LEFT JOIN symbol w ON w.capture_id = l.capture_id AND w.symbol_id = wc.symbol_id
LEFT JOIN code_bytes rc ON rc.capture_id = l.capture_id AND rc.code_id = l.reader_code_id
LEFT JOIN symbol r ON r.capture_id = l.capture_id AND r.symbol_id = rc.symbol_id
ORDER BY rank;
