-- What was looked at, and what was seen? One row a subject; seen NULL: not recorded. recorded: for how much of the window.
-- section is the part of the report that has the detail. What is about nodes is left out on a machine with one.
WITH c AS (
    SELECT *, (SELECT count(*) FROM node n WHERE n.capture_id = :capture_id) AS nodes
    FROM capture WHERE capture_id = :capture_id
),
s AS (
    SELECT source, samples, lost, recorded_ns / 1e9 AS seconds,
        CASE WHEN samples = 0 OR samples >= recorded_ns / 1e8 THEN printf('%,d', samples * 1e9 / nullif(recorded_ns, 0))
             ELSE printf('%.1f', samples * 1e9 / nullif(recorded_ns, 0)) END AS rate,
        CASE WHEN recorded_ns >= window_ns THEN 'whole window'
             WHEN off_at_ns IS NOT NULL THEN printf('first %.1f s of %.1f s', off_at_ns / 1e9, window_ns / 1e9)
             ELSE printf('%.1f s of %.1f s', recorded_ns / 1e9, window_ns / 1e9) END
        || CASE WHEN lost > 0 THEN printf('; %,d lost', lost) ELSE '' END AS recorded
    FROM source_report WHERE capture_id = :capture_id
),
-- What the window added to a counter of vmstat or numastat, all nodes together; seconds between its readings.
gained AS (
    SELECT a.name, total(b.value - a.value) AS n, (max(e.last) - min(e.first)) / 1e9 AS seconds
    FROM (SELECT min(time_ns) AS first, max(time_ns) AS last FROM node_stat WHERE capture_id = :capture_id) e
    JOIN node_stat a ON a.capture_id = :capture_id AND a.time_ns = e.first
    JOIN node_stat b ON b.capture_id = :capture_id AND b.time_ns = e.last AND b.name = a.name AND b.node IS a.node
    WHERE e.last > e.first AND (a.node IS NULL OR a.name LIKE 'numastat.%')
    GROUP BY a.name
),
stall AS (
    SELECT sum(stalls) AS stalls, total(total_ns) AS total_ns, max(longest_ns) AS longest_ns, count(DISTINCT pid) AS processes
    FROM reclaim_report WHERE capture_id = :capture_id AND kind <> 'kswapd'
),
kswapd AS (
    SELECT CASE WHEN node IS NULL OR (SELECT nodes FROM c) = 1 THEN 'awake ' ELSE printf('on node %d awake ', node) END
        || printf('%.2f s', total(total_ns) / 1e9) AS said
    FROM reclaim_report WHERE capture_id = :capture_id AND kind = 'kswapd' GROUP BY node ORDER BY node
),
row(place, subject, section, source, about_nodes, seen) AS (
    SELECT 1, 'CPU time', 'conditions', NULL, 0,
        printf('%.0f %% used (%.0f %% by the kernel), %.0f %% idle, %.0f %% waiting for a device, %.0f %% stolen',
               (user_share + system_share + interrupt_share) * 100, (system_share + interrupt_share) * 100, idle_share * 100,
               iowait_share * 100, steal_share * 100)
    FROM cpu_time_report WHERE capture_id = :capture_id
    UNION ALL
    SELECT 2, 'tasks that waited', 'conditions', NULL, 0, group_concat(said, ', ') || ' of the time' FROM (
        SELECT 'for ' || CASE resource WHEN 'cpu' THEN 'a CPU' WHEN 'io' THEN 'a device' ELSE resource END
            || printf(' %.1f %%', some_share * 100) AS said
        FROM pressure_report WHERE capture_id = :capture_id ORDER BY resource)
    HAVING count(*) > 0
    UNION ALL
    SELECT 3, 'stalls to free memory', 'reclaim', 'reclaim', 0, CASE WHEN stalls > 0
        THEN printf('%,d in %,d process%s, %.2f s in all, the longest %,d ms', stalls, processes,
                    CASE processes WHEN 1 THEN '' ELSE 'es' END, total_ns / 1e9, CAST(round(longest_ns / 1e6) AS INTEGER))
        ELSE 'none' END
    FROM stall
    UNION ALL
    SELECT 4, 'kswapd', 'reclaim', 'kswapd', 0, coalesce((SELECT group_concat(said, ', ') FROM kswapd), 'slept')
    UNION ALL
    SELECT 5, 'major page faults', 'major-faults', source, 0, printf('%,d (%s a second)', samples, rate)
    FROM s WHERE source = 'major faults'
    UNION ALL
    SELECT 6, 'page faults', 'page-faults', source, 0, printf('%,d (%,d a second)', samples, samples / nullif(seconds, 0))
    FROM s WHERE source = 'faults'
    UNION ALL
    SELECT 7, 'task migrations', 'migrations', source, 0, printf('%,d (%s a second)%s', samples, rate,
        CASE WHEN nodes = 1 OR known = 0 THEN '' ELSE printf(', %,d between nodes', crossed) END)
    FROM s, c, (SELECT coalesce(sum(from_node <> to_node), 0) AS crossed,
                       count(from_node) AS known
                FROM migration WHERE capture_id = :capture_id) WHERE source = 'migrations'
    UNION ALL
    SELECT 8, 'NUMA balancing', 'balancing', 'node statistics', 1,
        (SELECT CASE value WHEN '0' THEN 'off; ' WHEN '1' THEN 'on; ' WHEN '2' THEN 'memory tiering; ' ELSE '' END
         FROM condition WHERE capture_id = :capture_id AND phase = 'start' AND name = 'numa.balancing')
        || printf('%,d hint faults a second', f.n / f.seconds)
        || CASE WHEN f.n > 0 AND l.n IS NOT NULL THEN printf(', %.0f %% local', l.n * 100.0 / f.n) ELSE '' END
        || coalesce(printf('; %,d pages moved a second', m.n / m.seconds), '')
    FROM gained f
    LEFT JOIN gained l ON l.name = 'vmstat.numa_hint_faults_local'
    LEFT JOIN gained m ON m.name = 'vmstat.numa_pages_migrated'
    WHERE f.name = 'vmstat.numa_hint_faults'
    UNION ALL
    SELECT 9, 'pages moved by the kernel', 'page-migrations', 'page migrations', 0,
        coalesce(group_concat(printf('%,d by %s', pages, reason), ', '), 'none')
    FROM (SELECT reason, CAST(total(succeeded_pages) AS INTEGER) AS pages FROM page_migration WHERE capture_id = :capture_id
          GROUP BY reason HAVING total(succeeded_pages) > 0 ORDER BY pages DESC, reason LIMIT 3)
    UNION ALL
    SELECT 10, 'where they went', 'page-moves', 'page moves', 1, coalesce(group_concat(said, ', ')
        || (SELECT printf('; %,d addresses more than once', count(*)) FROM
            (SELECT 1 FROM page_move WHERE capture_id = :capture_id GROUP BY by_pid, address HAVING count(*) > 1)), 'none')
    FROM (SELECT CASE WHEN to_node IS NULL THEN printf('%,d to a node not known', count(*))
                      ELSE printf('%,d to node %d', count(*), to_node) END AS said
          FROM page_move WHERE capture_id = :capture_id GROUP BY to_node ORDER BY to_node)
    UNION ALL
    SELECT 11, 'memory of processes', 'locality', 'numa_maps', 0, printf('%,d process%s, up to %,d snapshot%s of each', processes,
        CASE processes WHEN 1 THEN '' ELSE 'es' END, snapshots, CASE snapshots WHEN 1 THEN '' ELSE 's' END)
    FROM (SELECT count(DISTINCT pid) AS processes, max(snapshot) + 1 AS snapshots FROM numa_map WHERE capture_id = :capture_id)
    WHERE processes > 0
    UNION ALL
    SELECT 12, 'allocations', 'node-statistics', 'node statistics', 1,
        printf('%,d pages given by another node than wanted (%.1f %%)', n, n * 100.0 / max(1, n + hit))
    FROM (SELECT n, (SELECT n FROM gained WHERE name = 'numastat.numa_hit') AS hit FROM gained
          WHERE name = 'numastat.numa_miss')
    UNION ALL
    SELECT 13, 'context switches', 'switches', source, 0, printf('%,d (%,d a second), %.0f %% preempted', n, n / nullif(seconds, 0),
        preempted * 100.0 / max(n, 1))
    FROM s, (SELECT coalesce(sum(switches), 0) AS n, total(preempted) AS preempted FROM thread_switch
             WHERE capture_id = :capture_id) WHERE source = 'switches'
    UNION ALL
    SELECT 14, 'CPU profile', 'cpu-profile', source, 0, printf('%,d samples', samples)
    FROM s WHERE source = 'cpu'
    UNION ALL
    SELECT 15, 'control groups', 'cgroups', 'cgroup statistics', 0, printf('%,d', count(*)) FROM cgroup
    WHERE capture_id = :capture_id HAVING count(*) > 0
    UNION ALL
    SELECT 16, 'devices', 'devices', NULL, 1, printf('%,d, %,d of them with interrupts on other nodes only', count(*),
        total(irq_cpus > 0 AND remote_irq_cpus = irq_cpus))
    FROM device_report WHERE capture_id = :capture_id HAVING count(*) > 0
    UNION ALL
    SELECT 17, 'kernel code', 'kernel-code', source, 0, CASE WHEN came + went + other = 0 THEN 'nothing came or went'
        ELSE printf('BPF programs: %,d came, %,d went', came, went) END
    FROM s, (SELECT total(loaded) AS came, total(1 - loaded) AS went,
                (SELECT count(*) FROM kernel_symbol WHERE capture_id = :capture_id) AS other
             FROM bpf_program WHERE capture_id = :capture_id)
    WHERE source = 'kernel code'
    UNION ALL
    SELECT 18, 'nodes', 'machine', NULL, 0, 'this machine has one: there is nothing to find about nodes' FROM c WHERE nodes = 1
)
SELECT r.subject, r.seen,
    coalesce(s.recorded, CASE r.source
        WHEN 'numa_maps' THEN 'at the snapshots'
        WHEN 'node statistics' THEN (SELECT printf('%,d readings', count(DISTINCT time_ns)) FROM node_stat
                                     WHERE capture_id = :capture_id)
        ELSE 'at start and end' END) AS recorded, r.section
FROM row r
JOIN c
LEFT JOIN s ON s.source = r.source
WHERE (c.nodes <> 1 OR NOT r.about_nodes) AND r.seen IS NOT NULL
    AND (r.source IS NULL OR s.source IS NOT NULL OR r.source IN ('numa_maps', 'node statistics', 'cgroup statistics'))
ORDER BY r.place;
