-- Which pages moved more than once in the window? One row a process that moved them and an address, most moved first;
-- several times to one place (mappings of one shared page) are no row. What a process moves for others (compaction,
-- migratepages) may be pages of several of them under one address.
CREATE VIEW page_bounce_report AS
SELECT
    m.capture_id,
    m.by_pid,
    p.comm,
    printf('0x%x', m.address) AS address,
    count(*) AS moves,
    -- times its physical address differed from the one before; NULL: it is not known
    CASE WHEN count(m.phys_address) = count(*) THEN sum(m.phys_address IS NOT m.place_before AND m.place_before IS NOT NULL)
    END AS places_changed,
    sum(m.to_node <> m.node_before) AS nodes_changed, -- times its node did; NULL: it is not known
    group_concat(DISTINCT m.to_node) AS nodes,   -- '0,1': where it was moved to; NULL: not known
    max(m.pages) AS pages,                       -- of the base page size, in one move
    min(m.time_ns) AS first_ns,
    max(m.time_ns) AS last_ns
FROM (
    SELECT *, lag(phys_address) OVER same AS place_before, lag(to_node) OVER same AS node_before
    FROM page_move
    WINDOW same AS (PARTITION BY capture_id, by_pid, address ORDER BY time_ns)
) m
LEFT JOIN process p ON p.capture_id = m.capture_id AND p.pid = m.by_pid
GROUP BY m.capture_id, m.by_pid, m.address
HAVING count(*) > 1 AND (count(m.phys_address) < count(*) OR min(m.phys_address) <> max(m.phys_address))
ORDER BY m.capture_id, count(*) DESC, m.by_pid, m.address;
