-- Which functions touch the contended lines?
SELECT symbol, dso, transfers, samples, loads, stores,
    CASE WHEN EXISTS (SELECT 1 FROM event WHERE capture_id = :capture_id AND kind = 'cpu clock') THEN cpu_samples END
        AS cpu_samples, -- NULL: the CPUs were not sampled
    stall_share, count(*) OVER () AS total_rows
FROM symbol_report
WHERE capture_id = :capture_id AND samples > 0
ORDER BY transfers DESC, samples DESC, symbol, dso LIMIT :top;
