-- Which functions did the CPU time pass through? total: in the function and all that it called; self: in itself.
SELECT symbol, dso, total_samples, total_share, self_samples, self_share, count(*) OVER () AS total_rows
FROM caller_report
WHERE capture_id = :capture_id
ORDER BY total_samples DESC, self_samples DESC, symbol, dso LIMIT :top;
