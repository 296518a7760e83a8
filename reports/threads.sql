-- On which nodes did the busiest threads run? source: 'switches' is exact, 'cpu clock' is sampled. node -1: not known.
SELECT comm, pid, tid, node, cpu_ns AS cpu_time_ns, thread_share AS share, window_share, samples, source,
    count(*) OVER () AS total_rows
FROM residence_report
WHERE capture_id = :capture_id
ORDER BY thread_cpu_ns DESC, tid, node LIMIT :top;
