-- Which processes had threads moved between nodes most?
SELECT comm, pid, threads, between_nodes, within_node, node_unknown,
    between_nodes + within_node + node_unknown AS migrations,
    first_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    last_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM process_migration_report
WHERE capture_id = :capture_id
ORDER BY between_nodes DESC, within_node DESC, pid LIMIT :top;
