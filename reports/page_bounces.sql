-- Which pages went to one node and then to another? Most moved first. nodes_changed: times that the node was another than
-- the time before.
SELECT comm, by_pid, address, moves, nodes_changed, nodes, pages,
    first_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    last_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM page_bounce_report
WHERE capture_id = :capture_id AND nodes_changed >= 1
ORDER BY moves DESC, by_pid, address LIMIT :top;
