-- Which threads left their CPU most, how often against their will, and how long did they stay on it?
SELECT comm, pid, tid, switches, preempted, preempted * 1.0 / nullif(switches, 0) AS preempted_share, mean_stay_ns,
    longest_stay_ns, count(*) OVER () AS total_rows
FROM switch_report
WHERE capture_id = :capture_id
ORDER BY switches DESC, tid LIMIT :top;
