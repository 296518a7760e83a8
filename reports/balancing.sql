-- What did automatic NUMA balancing decide for which process? 'stick': a task was to move and could not.
SELECT kind, from_node, to_node, comm, pid, decisions, threads,
    first_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    last_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM balancing_report
WHERE capture_id = :capture_id
ORDER BY decisions DESC, kind, from_node, to_node, pid LIMIT :top;
