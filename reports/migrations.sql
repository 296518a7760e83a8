-- How often were tasks moved, from which node to which?
SELECT
    from_node, to_node,
    CASE WHEN from_node IS NULL OR to_node IS NULL THEN 'unknown' WHEN from_node = to_node THEN 'within a node'
         ELSE 'between nodes' END AS kind,
    sum(migrations) AS migrations, count(DISTINCT tid) AS threads,
    min(first_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    max(last_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM migration_report
WHERE capture_id = :capture_id
GROUP BY from_node, to_node
ORDER BY kind, migrations DESC, from_node, to_node LIMIT :top;
