-- Who freed memory, and who had to wait for it? kswapd by node (it works beside the others), then stalls by process:
-- 'direct' (memory was short), 'cgroup' (a limit was reached), 'node' (zone_reclaim_mode). reclaim_node NULL: a stall,
-- of which no node is told.
SELECT kind, node AS reclaim_node, CASE WHEN kind = 'kswapd' THEN 'kswapd' || coalesce(node, '') ELSE comm END AS comm, pid,
    stalls, total_ns, longest_ns, reclaimed_pages, unpaired, count(*) OVER () AS total_rows
FROM reclaim_report
WHERE capture_id = :capture_id
ORDER BY kind = 'kswapd' DESC, total_ns DESC, node, pid LIMIT :top;
