-- Which code writes what other code then has to fetch? One row a (writer, reader) pair over the lines they meet on.
CREATE VIEW symbol_pair_report AS
SELECT
    capture_id,
    writer_symbol,
    reader_symbol,
    count(*) AS lines,
    sum(transfers) AS transfers,         -- samples
    sum(cost_cycles_low) AS cost_cycles_low,
    sum(cost_cycles_high) AS cost_cycles_high,
    group_concat(DISTINCT verdict) AS verdicts
FROM line_report
WHERE transfers > 0
GROUP BY capture_id, writer_symbol, reader_symbol;
