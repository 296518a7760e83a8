-- What did each node's page counters gain in the window? Pages, by the kernel's definitions (numastat.rst): a miss is
-- counted on the node that gave the page, a foreign on the node that was wanted. node NULL: the whole machine.
WITH want(position, name, meaning) AS (VALUES
    (1, 'numastat.numa_hit', 'pages given by this node, as wanted'),
    (2, 'numastat.numa_miss', 'pages given by this node, wanted on another'),
    (3, 'numastat.numa_foreign', 'pages wanted on this node, given by another'),
    (4, 'numastat.local_node', 'pages given to a CPU of this node'),
    (5, 'numastat.other_node', 'pages given to a CPU of another node'),
    (6, 'numastat.interleave_hit', 'pages interleaved here, as wanted'),
    (7, 'vmstat.numa_pte_updates', 'page table entries unmapped for NUMA hint faults'),
    (8, 'vmstat.numa_huge_pte_updates', 'the same for huge pages'),
    (9, 'vmstat.numa_hint_faults', 'NUMA hint faults'),
    (10, 'vmstat.numa_hint_faults_local', 'of these, on pages of the faulting CPU''s node'),
    (11, 'vmstat.numa_pages_migrated', 'pages moved by NUMA balancing'),
    (12, 'vmstat.pgmigrate_success', 'pages moved, any reason'),
    (13, 'vmstat.pgmigrate_fail', 'pages that could not be moved'),
    (14, 'vmstat.pgpromote_success', 'pages promoted to faster memory'),
    (15, 'vmstat.pgdemote_kswapd', 'pages demoted by kswapd'),
    (16, 'vmstat.pgdemote_direct', 'pages demoted by direct reclaim'),
    (17, 'vmstat.pgfault', 'page faults')
),
ends AS (SELECT min(time_ns) AS first, max(time_ns) AS last FROM node_stat WHERE capture_id = :capture_id)
SELECT w.name, w.meaning, s.node, e.value - s.value AS gained, s.value AS at_start, e.value AS at_end
FROM want w
JOIN ends
JOIN node_stat s ON s.capture_id = :capture_id AND s.name = w.name AND s.time_ns = ends.first
JOIN node_stat e ON e.capture_id = :capture_id AND e.name = w.name AND e.node IS s.node AND e.time_ns = ends.last
WHERE ends.last > ends.first
ORDER BY w.position, s.node IS NULL, s.node;
