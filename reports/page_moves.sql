-- Which node did pages move to, and who moved them? again: addresses that were moved more than once in the window.
SELECT comm, by_pid, to_node, moves, pages, addresses, addresses_moved_again AS again,
    first_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    last_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM page_move_report
WHERE capture_id = :capture_id
ORDER BY moves DESC, by_pid, to_node LIMIT :top;
