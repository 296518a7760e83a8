-- Which functions touch the contended lines?
SELECT symbol, dso, transfers, samples, loads, stores, cpu_samples, stall_share, count(*) OVER () AS total_rows
FROM symbol_report
WHERE capture_id = :capture_id AND samples > 0
ORDER BY transfers DESC, samples DESC, symbol, dso LIMIT :top;
