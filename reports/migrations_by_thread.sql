-- Which threads were moved between nodes most?
SELECT
    comm, pid, tid,
    sum(CASE WHEN from_node <> to_node THEN migrations ELSE 0 END) AS between_nodes,
    sum(CASE WHEN from_node = to_node THEN migrations ELSE 0 END) AS within_node,
    sum(CASE WHEN from_node IS NULL OR to_node IS NULL THEN migrations ELSE 0 END) AS node_unknown,
    sum(migrations) AS migrations,
    min(first_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    max(last_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM migration_report
WHERE capture_id = :capture_id
GROUP BY tid
ORDER BY between_nodes DESC, within_node DESC, tid LIMIT :top;
