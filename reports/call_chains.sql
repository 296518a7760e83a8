-- Collapsed stacks, outermost caller first, heaviest first: what flamegraph.pl reads of
-- hitm-analyze query CAPTURE call_chains --top 1000000 --format lines
SELECT replace(coalesce(comm, 'unknown'), ';', ':') || ';' || stack AS stack, cpu_samples
FROM call_chain_report
WHERE capture_id = :capture_id
ORDER BY rank LIMIT :top;
