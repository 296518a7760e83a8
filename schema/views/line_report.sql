-- Which cache lines are worth a word, and what about them? One row a line, ranked by cost, else by transfers.
CREATE VIEW line_report AS
SELECT
    l.capture_id,
    l.line_id AS rank,
    l.line_id,
    printf('0x%x', l.address) AS line,
    l.pid,
    l.scope,                    -- cross-socket, cross-node, within node, unknown
    l.verdict,                  -- false sharing, true sharing, mixed, remote placement, no finding, cannot tell
    l.confidence,               -- 0 to 1
    l.confidence_reason,
    l.samples,
    l.transfers,                -- samples whose data came from another core's cache
    l.writers,                  -- distinct threads
    l.readers,                  -- distinct threads
    l.node_pair,                -- 'writer>reader': nodes
    l.false_share,              -- shares of accesses by other threads: disjoint bytes, overlapping, not known
    l.true_share,
    l.unknown_share,
    l.home_nodes,
    l.cost_cycles_low,          -- cycles spent waiting in the window; NULL: no latency sampled
    l.cost_cycles_high,
    l.cost_share,               -- of the CPU time of the threads that paid
    w.name AS writer_symbol,
    r.name AS reader_symbol,
    l.object
FROM cache_line l
LEFT JOIN code_bytes wc ON wc.capture_id = l.capture_id AND wc.code_id = l.writer_code_id
LEFT JOIN symbol w ON w.capture_id = l.capture_id AND w.symbol_id = wc.symbol_id
LEFT JOIN code_bytes rc ON rc.capture_id = l.capture_id AND rc.code_id = l.reader_code_id
LEFT JOIN symbol r ON r.capture_id = l.capture_id AND r.symbol_id = rc.symbol_id;
