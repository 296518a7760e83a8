-- What did each node's page counters gain in the window? Pages or times, by the kernel's definitions (numastat.rst): a miss
-- is counted on the node that gave the page, a foreign on the node that was wanted. node NULL: the whole machine. Counters
-- that nowhere changed are left out, but for the first three.
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
    (17, 'vmstat.pgfault', 'page faults'),
    (18, 'vmstat.pgmajfault', 'major page faults: they waited for a device'),
    (19, 'vmstat.allocstall_normal', 'stalls in direct reclaim (ZONE_NORMAL)'),
    (20, 'vmstat.allocstall_movable', 'stalls in direct reclaim (ZONE_MOVABLE)'),
    (21, 'vmstat.allocstall_dma32', 'stalls in direct reclaim (ZONE_DMA32)'),
    (22, 'vmstat.pgscan_direct', 'pages looked at in direct reclaim'),
    (23, 'vmstat.pgsteal_direct', 'of these, freed'),
    (24, 'vmstat.pgscan_kswapd', 'pages looked at by kswapd'),
    (25, 'vmstat.pgsteal_kswapd', 'of these, freed'),
    (26, 'vmstat.pageoutrun', 'runs of kswapd'),
    (27, 'vmstat.zone_reclaim_success', 'reclaims of the own node that freed enough (zone_reclaim_mode)'),
    (28, 'vmstat.zone_reclaim_failed', 'those that did not'),
    (29, 'vmstat.workingset_refault_anon', 'pages read back from swap soon after they were given up'),
    (30, 'vmstat.workingset_refault_file', 'pages of files read again soon after they were given up'),
    (31, 'vmstat.pswpin', 'pages read from swap'),
    (32, 'vmstat.pswpout', 'pages written to swap'),
    (33, 'vmstat.oom_kill', 'processes killed for lack of memory'),
    (34, 'vmstat.thp_fault_alloc', 'huge pages given at a page fault'),
    (35, 'vmstat.thp_fault_fallback', 'huge pages wanted at a page fault, small ones given'),
    (36, 'vmstat.thp_collapse_alloc', 'huge pages made of small ones (khugepaged)'),
    (37, 'vmstat.thp_split_page', 'huge pages split'),
    (38, 'vmstat.thp_split_page_failed', 'huge pages that could not be split'),
    (39, 'vmstat.thp_split_pmd', 'mappings of huge pages split'),
    (40, 'vmstat.thp_migration_success', 'huge pages moved'),
    (41, 'vmstat.thp_migration_fail', 'huge pages that could not be moved'),
    (42, 'vmstat.thp_migration_split', 'huge pages split to be moved'),
    (43, 'vmstat.compact_stall', 'stalls to make room for large pages (compaction)'),
    (44, 'vmstat.compact_fail', 'of these, without success'),
    (45, 'vmstat.balloon_inflate', 'pages taken back by the hypervisor (balloon)'),
    (46, 'vmstat.balloon_deflate', 'pages given by the hypervisor (balloon)')
),
ends AS (SELECT min(time_ns) AS first, max(time_ns) AS last FROM node_stat WHERE capture_id = :capture_id),
gained AS (
    SELECT w.position, w.name, w.meaning, s.node, e.value - s.value AS gained, s.value AS at_start, e.value AS at_end
    FROM want w
    JOIN ends
    JOIN node_stat s ON s.capture_id = :capture_id AND s.name = w.name AND s.time_ns = ends.first
    JOIN node_stat e ON e.capture_id = :capture_id AND e.name = w.name AND e.node IS s.node AND e.time_ns = ends.last
    WHERE ends.last > ends.first
)
SELECT name, meaning, node, gained, at_start, at_end
FROM gained g
WHERE (position <= 3 OR EXISTS (SELECT 1 FROM gained x WHERE x.name = g.name AND x.gained <> 0))
    -- the machine's is the sum where the nodes have their own
    AND (node IS NOT NULL OR NOT EXISTS (SELECT 1 FROM gained x WHERE x.name = g.name AND x.node IS NOT NULL))
ORDER BY position, node IS NULL, node;
