-- Which node did pages move to, and did they stay? One row a process that moved them and a node; to_node NULL: not known.
-- The process is the mover: with NUMA balancing that is the one whose pages they are, with migratepages another one.
-- Told once for each mapping of a page: one that processes share counts for each of them. The kernel also tells a page
-- that came back to its old place: a move that failed, a huge page that was split.
CREATE VIEW page_move_report AS
SELECT
    m.capture_id,
    m.by_pid,
    p.comm,
    m.to_node,
    count(*) AS moves,                        -- of pages of any size
    sum(m.pages) AS pages,                    -- of the base page size
    count(DISTINCT m.address) AS addresses,   -- distinct ones
    count(DISTINCT CASE WHEN m.again THEN m.address END) AS addresses_moved_again, -- of these, see page_bounce_report
    min(m.time_ns) AS first_ns,
    max(m.time_ns) AS last_ns
FROM (
    SELECT *, CASE WHEN count(phys_address) OVER same < count(*) OVER same THEN count(*) OVER same > 1
                   ELSE min(phys_address) OVER same <> max(phys_address) OVER same END AS again
    FROM page_move
    WINDOW same AS (PARTITION BY capture_id, by_pid, address)
) m
LEFT JOIN process p ON p.capture_id = m.capture_id AND p.pid = m.by_pid
GROUP BY m.capture_id, m.by_pid, m.to_node;
