-- Which code writes what other code then has to fetch?
SELECT writer_symbol, reader_symbol, transfers, lines, cost_cycles_low, cost_cycles_high, verdicts,
    count(*) OVER () AS total_rows
FROM symbol_pair_report
WHERE capture_id = :capture_id
ORDER BY coalesce(cost_cycles_high, cost_cycles_low, 0) DESC, transfers DESC, writer_symbol, reader_symbol LIMIT :top;
