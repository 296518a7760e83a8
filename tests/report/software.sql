-- What a virtual machine without PMU tells, loaded after fixture.sql. Capture 2: two nodes with CPUs, one of memory only;
-- memory on the wrong node, pages that wander, stalls, page faults switched off in the window. Capture 3: one node, CPU
-- time stolen, memory short. The findings are what the judge makes of these rows (tests/unit/judge_fixture_test.c).
BEGIN;

INSERT INTO condition VALUES
    (2, 'start', 'load.stat.cpu', '1000 0 500 8000 100 0 20 0 0 0', NULL, NULL),
    (2, 'end', 'load.stat.cpu', '1900 0 1100 9500 220 0 40 10 0 0', NULL, NULL),
    (2, 'start', 'load.pressure.memory', 'some avg10=0.00 avg60=0.00 avg300=0.00 total=1000
full avg10=0.00 avg60=0.00 avg300=0.00 total=500', NULL, NULL),
    (2, 'end', 'load.pressure.memory', 'some avg10=9.00 avg60=3.00 avg300=1.00 total=1761000
full avg10=1.00 avg60=0.30 avg300=0.10 total=200500', NULL, NULL),
    (2, 'start', 'load.pressure.cpu', 'some avg10=2.00 avg60=1.00 avg300=0.50 total=10', NULL, NULL),
    (2, 'end', 'load.pressure.cpu', 'some avg10=3.00 avg60=1.00 avg300=0.50 total=880010', NULL, NULL),
    (2, 'start', 'numa.zone_reclaim_mode', '0', NULL, NULL),
    (2, 'capture', 'page_bytes', '4096', NULL, NULL),
    (2, 'limit', 'page-faults', 'recording took 2.1 % of the machine''s CPU time, over the budget of 1 %: switched off after 3.2 s',
     'a larger --max-overhead, or a shorter window', 1);

UPDATE event SET sample_type = 32 WHERE capture_id = 2 AND event_id = 1;
INSERT INTO event VALUES
    (2, 4, 'major-faults', 'major fault', 1, 6, 0, 0, 1, 0, 0, 264, 264, 0, 0, 8800000000, 8800000000),
    (2, 5, 'migrate:mm_migrate_pages', 'tracepoint', 2, 301, 0, 0, 1, 0, 0, 40, NULL, 0, 0, NULL, NULL),
    (2, 6, 'migrate:remove_migration_pte', 'tracepoint', 2, 302, 0, 0, 1, 0, 0, 1300, NULL, 7, 0, NULL, NULL),
    (2, 7, 'sched:sched_move_numa', 'tracepoint', 2, 303, 0, 0, 1, 0, 0, 12, NULL, 0, 0, NULL, NULL),
    (2, 8, 'sched:sched_swap_numa', 'tracepoint', 2, 304, 0, 0, 1, 0, 0, 2, NULL, 0, 0, NULL, NULL),
    (2, 9, 'sched:sched_stick_numa', 'tracepoint', 2, 305, 0, 0, 1, 0, 0, 3, NULL, 0, 0, NULL, NULL),
    (2, 10, 'vmscan:mm_vmscan_kswapd_wake', 'tracepoint', 2, 306, 0, 0, 1, 0, 0, 4, NULL, 0, 0, NULL, NULL),
    (2, 11, 'vmscan:mm_vmscan_kswapd_sleep', 'tracepoint', 2, 307, 0, 0, 1, 0, 0, 4, NULL, 0, 0, NULL, NULL),
    (2, 12, 'vmscan:mm_vmscan_direct_reclaim_begin', 'tracepoint', 2, 308, 0, 0, 1, 0, 0, 21, NULL, 0, 0, NULL, NULL),
    (2, 13, 'vmscan:mm_vmscan_direct_reclaim_end', 'tracepoint', 2, 309, 0, 0, 1, 0, 0, 20, NULL, 0, 0, NULL, NULL),
    (2, 14, 'context switches', 'switch', 1, 9, 0, 0, 0, 0, 0, 24000, NULL, 0, 0, NULL, NULL),
    (2, 15, 'node statistics', 'snapshot', 4294967295, 0, 0, 0, 1000000000, 0, 0, 9, NULL, 0, 1, NULL, NULL),
    (2, 16, 'cgroup statistics', 'snapshot', 4294967295, 0, 0, 0, 2000000000, 0, 0, 5, NULL, 0, 1, NULL, NULL),
    (2, 17, 'numa_maps', 'snapshot', 4294967295, 0, 0, 0, 2000000000, 0, 0, 2, NULL, 0, 1, NULL, NULL),
    (2, 18, 'sideband', 'sideband', 1, 9, 0, 0, 0, 0, 1610612736, 0, NULL, 0, 0, NULL, NULL);
INSERT INTO loss VALUES (2, 103200000000, 'gap', NULL, 2, 5600000000);

-- memory: 31 of 383 MiB more on node 2 than at first, where nobody runs
INSERT INTO numa_map VALUES
    (2, 11, 107000000000, 1, 4242, 4194304, 'anon', 'bind:2', NULL, 4096, 100000, 100000, 100000),
    (2, 12, 107000000000, 1, 4242, 8388608, 'huge', 'default', NULL, 2097152, 64, 64, 64),
    (2, 13, 107000000000, 1, 4242, 9388608, 'stack', 'default', NULL, 4096, 33, 33, 33);
INSERT INTO numa_map_node VALUES (2, 11, 0, 2000), (2, 11, 2, 98000), (2, 12, 0, 64), (2, 13, 1, 33);

-- NUMA balancing: 12 moves to and fro, two swaps, three that failed
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 16)
INSERT INTO balancing SELECT 2, 100500000000 + i * 400000000, CASE WHEN i < 12 THEN 'move' WHEN i < 14 THEN 'swap' ELSE 'stick' END,
    4243, 4242, i % 2 * 2, CASE WHEN i < 14 THEN 2 - i % 2 * 2 END, i % 2, CASE WHEN i < 14 THEN 1 - i % 2 END,
    CASE WHEN i BETWEEN 12 AND 13 THEN 4242 END FROM n;
INSERT INTO page_migration SELECT 2, 100000000000 + column1 * 1000000000, 0, 4243, column2, column3, 0, column4
    FROM (VALUES (1, 900, 0, 'numa_misplaced'), (2, 300, 4, 'numa_misplaced'), (5, 64, 0, 'compaction'));
-- 120 pages go to and fro, ten times each; 100 move once
WITH RECURSIVE p(page) AS (SELECT 0 UNION ALL SELECT page + 1 FROM p WHERE page < 119),
    t(turn) AS (SELECT 0 UNION ALL SELECT turn + 1 FROM t WHERE turn < 9)
INSERT INTO page_move SELECT 2, 101000000000 + turn * 700000000 + page * 1000, 4242, 4243, 139712000000000 + page * 4096, 1,
    4096 * (1000 + page + turn % 2 * 100000), turn % 2 FROM p, t;
WITH RECURSIVE p(page) AS (SELECT 0 UNION ALL SELECT page + 1 FROM p WHERE page < 99)
INSERT INTO page_move SELECT 2, 102000000000 + page * 2000, 4242, 4243, 139712100000000 + page * 4096, 1, 4096 * page, 2 FROM p;

-- kswapd of node 0 works, node 1 keeps memory; nginx stalls twenty times for 40 ms, once beyond the end
INSERT INTO reclaim SELECT 2, 101000000000 + column1 * 1000000000 + column2, CASE WHEN column2 = 0 THEN 'kswapd wake'
    ELSE 'kswapd sleep' END, 0, 0, NULL, 0, NULL FROM (VALUES (0, 0), (0, 300000000), (2, 0), (2, 500000000), (4, 0), (4, 200000000));
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19)
INSERT INTO reclaim SELECT 2, 101000000000 + i * 200000000 + e * 40000000, CASE WHEN e THEN 'direct end' ELSE 'direct begin' END,
    1, NULL, 4242, 0, CASE WHEN e THEN 32 END FROM n, (SELECT 0 AS e UNION ALL SELECT 1);
INSERT INTO reclaim VALUES (2, 108700000000, 'direct begin', 2, NULL, 4243, 0, NULL);
INSERT INTO major_fault VALUES (2, 4242, 1, 200, 101000000000, 107000000000), (2, 4243, 2, 64, 101500000000, 106000000000);

WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 8),
s(node, name, a, each) AS (VALUES
    (0, 'meminfo.MemTotal', 17179869184, 0), (1, 'meminfo.MemTotal', 17179869184, 0), (2, 'meminfo.MemTotal', 68719476736, 0),
    (0, 'meminfo.MemFree', 524288000, -50331648), (1, 'meminfo.MemFree', 6442450944, -10485760),
    (2, 'meminfo.MemFree', 42949672960, -104857600),
    (0, 'meminfo.AnonPages', 12884901888, 20971520), (1, 'meminfo.AnonPages', 4294967296, 0), (2, 'meminfo.AnonPages', 0, 104857600),
    (0, 'meminfo.FilePages', 3221225472, -10485760), (1, 'meminfo.FilePages', 4294967296, 0), (2, 'meminfo.FilePages', 0, 0),
    (0, 'meminfo.AnonHugePages', 134217728, 0), (1, 'meminfo.AnonHugePages', 0, 0), (2, 'meminfo.AnonHugePages', 0, 0),
    (0, 'numastat.numa_hit', 812345678, 9000), (1, 'numastat.numa_hit', 99000000, 5000), (2, 'numastat.numa_hit', 100, 2000),
    (0, 'numastat.numa_miss', 12, 0), (1, 'numastat.numa_miss', 0, 1500), (2, 'numastat.numa_miss', 0, 500),
    (0, 'numastat.numa_foreign', 12, 2000), (1, 'numastat.numa_foreign', 0, 0), (2, 'numastat.numa_foreign', 0, 0),
    (NULL, 'vmstat.numa_hint_faults', 1000, 2400), (NULL, 'vmstat.numa_hint_faults_local', 500, 600),
    (NULL, 'vmstat.numa_pages_migrated', 10, 1100), (NULL, 'vmstat.numa_pte_updates', 10, 4000),
    (NULL, 'vmstat.pgmigrate_success', 20, 1200), (NULL, 'vmstat.thp_split_page', 3, 11), (NULL, 'vmstat.pgmajfault', 7, 33),
    (NULL, 'vmstat.oom_kill', 0, 0), (NULL, 'vmstat.pswpin', 0, 120))
INSERT INTO node_stat SELECT 2, 100000000000 + i * 1000000000 + (i = 8) * 790000000, node, name, a + i * each FROM s, n;

INSERT INTO cgroup VALUES (2, 77, '/system.slice/nginx.service'), (2, 78, '/kubepods/</td><script>alert(3)</script>');
UPDATE process SET cgroup_id = 77, namespace_pid = 1 WHERE capture_id = 2 AND pid = 4242;
INSERT INTO cgroup_stat SELECT 2, column1, column2, column3, column4, column5 FROM (VALUES
    (100000000000, 77, 0, 'anon', 220000000), (100000000000, 77, 2, 'anon', 204800000), (108000000000, 77, 0, 'anon', 142606336),
    (108000000000, 77, 2, 'anon', 401408000), (100000000000, 77, 0, 'file', 1048576), (108000000000, 77, 0, 'file', 9437184),
    (100000000000, 78, 1, 'anon', 4096), (108000000000, 78, 1, 'anon', 8192));
INSERT INTO device VALUES (2, 'eth0', 'net', 1, '24-27', '0-1'), (2, 'nvme0n1', 'block', 0, '30-31', '0,2'),
    (2, 'vda', 'block', NULL, '40', '0-3'), (2, 'lo"><b>', 'net', 0, NULL, NULL);
INSERT INTO thread_switch VALUES (2, 4242, 4000, 400, 3990, 4000000000, 9000000), (2, 4243, 8000, 7200, 7990, 4411000000, 4000000);
INSERT INTO call_chain VALUES (2, 1, 4242, 6000), (2, 2, 4242, 2411);
INSERT INTO call_chain_frame VALUES (2, 1, 0, 2), (2, 1, 1, 1), (2, 2, 0, 1);
INSERT INTO bpf_program VALUES (2, 101000000000, 1, 90, '0123456789abcdef'), (2, 105000000000, 0, 90, '0123456789abcdef');
INSERT INTO kernel_symbol VALUES (2, 101000000000, -1073700000, 512, 'bpf', 1, 'bpf_prog_0123456789abcdef_<i>probe'),
    (2, 105000000000, -1073700000, 512, 'bpf', 0, 'bpf_prog_0123456789abcdef_<i>probe'),
    (2, 102000000000, -1073600000, 64, 'out of line', 1, 'kprobe_optinsn_page');

DELETE FROM bucket WHERE capture_id = 2 AND metric = 'page_faults' AND bucket > 436;
INSERT INTO bucket SELECT 2, (time_ns - 100000000000) * 1200 / 8800000000, 'page_moves', NULL, to_node, count(*)
    FROM page_move WHERE capture_id = 2 GROUP BY 2, to_node;
INSERT INTO bucket SELECT 2, (time_ns - 100000000000) * 1200 / 8800000000, 'page_migrations', NULL, NULL, succeeded_pages
    FROM page_migration WHERE capture_id = 2;
INSERT INTO bucket SELECT 2, (time_ns - 100000000000) * 1200 / 8800000000, 'direct_reclaim', cpu / 2, NULL, 1
    FROM reclaim WHERE capture_id = 2 AND kind = 'direct begin';
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1199)
INSERT INTO bucket SELECT 2, i, 'switches', i % 2, NULL, 10 FROM n UNION ALL SELECT 2, i, 'major_faults', 0, NULL, 2 FROM n
    WHERE i BETWEEN 140 AND 271;

-- ---- capture 3 ----
INSERT INTO capture VALUES (3, 'vm-1.hitm', 90210, 1, NULL, 'hitm-record', '0.2.0', 'vm-1', '5.10.0-28-amd64', 'x86_64',
    'Intel Xeon Processor (Skylake, IBRS)', 'hitm-record -d 10', 'system', 'software', 'the machine exposes no PMU',
    1795156887000000000, 200000000000, 210000000000, 'duration', 64, 1, 40000000, 0, 19500, 0, 0, 0, 0, 0);
INSERT INTO node VALUES (3, 0, 4294967296, '0-1', 0);
INSERT INTO node_distance VALUES (3, 0, 0, 10);
INSERT INTO cpu VALUES (3, 0, 0, 0, 0, 0, 0, 1), (3, 1, 0, 0, 0, 1, 0, 1);
INSERT INTO condition VALUES
    (3, 'start', 'numa.balancing', '0', NULL, NULL), (3, 'start', 'thp.enabled', 'always [madvise] never', NULL, NULL),
    (3, 'start', 'load.average', '5.00 4.00 3.00 4/122 22785', NULL, NULL),
    (3, 'start', 'virtual.product', 'KVM', NULL, NULL),
    (3, 'start', 'load.stat.cpu', '0 0 0 0 0 0 0 0 0 0', NULL, NULL),
    (3, 'end', 'load.stat.cpu', '880 0 740 60 40 0 20 260 0 0', NULL, NULL),
    (3, 'start', 'load.pressure.cpu', 'some avg10=2.00 avg60=1.00 avg300=0.50 total=0', NULL, NULL),
    (3, 'end', 'load.pressure.cpu', 'some avg10=3.00 avg60=1.00 avg300=0.50 total=7100000', NULL, NULL),
    (3, 'start', 'load.pressure.io', 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0', NULL, NULL),
    (3, 'end', 'load.pressure.io', 'some avg10=3.00 avg60=1.00 avg300=0.50 total=1200000', NULL, NULL),
    (3, 'capture', 'page_bytes', '4096', NULL, NULL);
INSERT INTO event VALUES
    (3, 1, 'cpu-clock', 'cpu clock', 1, 0, 0, 0, 1000003, 0, 0, 18000, NULL, 0, 0, NULL, NULL),
    (3, 2, 'major-faults', 'major fault', 1, 6, 0, 0, 1, 0, 0, 1500, 1500, 0, 0, 10000000000, 10000000000),
    (3, 3, 'sched:sched_migrate_task', 'tracepoint', 2, 300, 0, 0, 1, 0, 0, 40, NULL, 0, 0, NULL, NULL),
    (3, 4, 'migrate:mm_migrate_pages', 'tracepoint', 2, 301, 0, 0, 1, 0, 0, 0, NULL, 0, 0, NULL, NULL),
    (3, 5, 'sched:sched_move_numa', 'tracepoint', 2, 303, 0, 0, 1, 0, 0, 0, NULL, 0, 0, NULL, NULL),
    (3, 6, 'vmscan:mm_vmscan_direct_reclaim_begin', 'tracepoint', 2, 308, 0, 0, 1, 0, 0, 0, NULL, 0, 0, NULL, NULL),
    (3, 7, 'vmscan:mm_vmscan_kswapd_wake', 'tracepoint', 2, 306, 0, 0, 1, 0, 0, 0, NULL, 0, 0, NULL, NULL);
INSERT INTO process VALUES (3, 900, 1, 'postgres', NULL, NULL, 0, 0, NULL, NULL);
INSERT INTO thread VALUES (3, 900, 900, 'postgres', NULL, NULL, 0, 18000);
INSERT INTO dso VALUES (3, 1, '/usr/lib/postgresql/15/bin/postgres', NULL, 'read', 0);
INSERT INTO symbol VALUES (3, 1, 1, 100, 64, 'code', 'heap_getnext', 'heap_getnext');
INSERT INTO code_bytes VALUES (3, 1, 1, 110, 4198510, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL);
INSERT INTO code_profile VALUES (3, 1, 0, 0, 0, 0, 18000, 1500);
INSERT INTO residence VALUES (3, 900, 0, 18000000000, 18000, 'cpu clock');
INSERT INTO major_fault VALUES (3, 900, 1, 1500, 200100000000, 209000000000);
INSERT INTO migration SELECT 3, 200000000000 + column1, 900, 'postgres', 0, 1, 0, 0, 0 FROM (VALUES (100), (5000000000));
INSERT INTO loss VALUES (3, 205000000000, 'gap', NULL, 3, 5000000000), (3, 205000000000, 'gap', NULL, 4, 5000000000);
INSERT INTO numa_map VALUES (3, 1, 201000000000, 0, 900, 4194304, 'heap', 'default', NULL, 4096, 60000, 60000, 60000);
INSERT INTO numa_map_node VALUES (3, 1, 0, 60000);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1199)
INSERT INTO bucket SELECT 3, i, 'cpu_samples', 0, NULL, 15 FROM n UNION ALL SELECT 3, i, 'major_faults', 0, NULL, 3 FROM n
    WHERE i BETWEEN 100 AND 599;
INSERT INTO bucket VALUES (3, 0, 'migrations', 0, 0, 1), (3, 600, 'migrations', 0, 0, 1);
-- The findings, as the judge writes them.
INSERT INTO finding VALUES
    (2, 1, 'memory pressure', NULL, 'unknown', 1.0, 'Memory was short: 21 times a task had to free pages itself before it got any (direct reclaim), 900 ms in all, the longest 100 ms; nginx (process 4242) waited most: 21 times, 900 ms.', 'Find what fills the memory: the tables of the nodes'' and the processes'' memory below, or on the machine free -m and ps -eo pid,rss,comm --sort=-rss | head. Give the machine more, or the biggest user a limit (systemctl set-property UNIT MemoryHigh=...).', NULL),
    (2, 2, 'major faults', NULL, 'unknown', 1.0, 'Tasks waited for a device to bring memory in 264 times (30 a second; major page faults); nginx (process 4242) most: 264.', 'Memory that was used had been given up or never read: find what pushes it out (free -m, vmstat 1: si, so, bi), or keep it in (mlock, memory.min of the group). While it happens: pidstat -r 1 (majflt/s).', NULL),
    (2, 3, 'memory pressure', NULL, 'cross-node', 1.0, 'Memory is short on node 0 alone: kswapd worked 1.00 s there, while node 2 always had at least 39.2 GiB of its 64.0 GiB free.', 'Something keeps its memory to one node: see who with grep -H Mems_allowed_list /proc/[0-9]*/status and grep -l bind /proc/[0-9]*/numa_maps; widen cpuset.mems or the numactl --membind.', NULL),
    (2, 4, 'placement', 'remote placement', 'cross-node', 0.99, 'nginx (process 4242) has 74 % of its memory on node 2, which has no CPUs; it ran most on node 0 (52 %).', 'Bring both to one node. The memory to the threads: migratepages 4242 2 0 (numactl package). Its policy (bind:2) puts new memory there too: that comes first. For good: start it with numactl --cpunodebind=0 --membind=0.', NULL),
    (2, 5, 'allocation', NULL, 'cross-node', 1.0, 'Node 0 could not give 16,000 pages (62.5 MiB) that were wanted there, 18 % of what it was asked for: other nodes gave them (numa_foreign).', 'That node is full, or a policy prefers it: numactl --hardware shows what is free, numastat -m what fills it. What was given elsewhere stays there; migratepages PID FROM TO brings it back.', NULL),
    (2, 6, 'page migration', NULL, 'cross-node', 0.994644, '120 pages (480 KiB) were moved to one node and then to another, up to 10 times: back and forth by NUMA balancing; nginx (process 4242) moved most: 120.', 'Threads on several nodes use these pages, and NUMA balancing follows each in turn. Keep the threads of the process on one node (numactl --cpunodebind=N), or spread the memory (numactl --interleave=all), or switch balancing off for a trial: sysctl -w kernel.numa_balancing=0. Then record again.', NULL),
    (2, 7, 'migration', NULL, 'cross-node', 1.0, 'The scheduler moved tasks between nodes 900 times (102 a second), worker' || char(27) || '[31mred' || char(8238) || 'evil (tid 4243) most often: 900 times.', 'Keep a thread near its memory: taskset -cp 2-3 4243 holds that one on node 1; for a service numactl --cpunodebind=N --membind=N, or cpuset.cpus of its group.', NULL),
    (2, 8, 'NUMA balancing', NULL, 'cross-node', 1.0, 'Automatic NUMA balancing is busy: 2,184 hint faults a second (25 % of them on pages of the node they came from), 1,001 pages moved a second (3.9 MiB).', 'Each hint fault stops a task for a moment. Where placement is settled by hand (numactl, cpusets) it buys nothing: sysctl -w kernel.numa_balancing=0, record again and compare.', NULL),
    (2, 9, 'level', 'cannot tell', 'unknown', 0.0, 'Cannot tell which cache lines are fought over: this capture has level software (no hardware PMU is visible (virtual machine)). It saw stalls to free memory: 21; task migrations: 900 (900 between nodes); pages moved by the kernel: 1,264; page faults: 6,000 in the first 3.2 s; major page faults: 264; samples of what the CPUs ran: 8,411.', 'Run hitm-record --doctor on that machine: it says what would allow memory sampling. Until then what waits, what moves and where memory lies is what can be known; it stands below.', NULL),
    (2, 10, 'page migration', NULL, 'unknown', 1.0, 'The kernel moved 1,200 pages (4 could not be), reason numa_misplaced.', 'Automatic NUMA balancing did it: memory follows the tasks that use it. Placement changed while it was measured: hold the node of a line or process against the time.', NULL),
    (2, 11, 'page migration', NULL, 'unknown', 1.0, 'The kernel moved 64 pages, reason compaction.', 'The kernel made room for large pages: grep -E ''compact_|thp_'' /proc/vmstat says how often it had to.', NULL),
    (2, 12, 'NUMA balancing', NULL, 'cross-node', 1.0, 'NUMA balancing moved tasks to another node 12 times and swapped 2 pairs of tasks; 3 times it wanted to and could not.', 'Tasks are moved to their memory: hold the table of its decisions against where the memory lies. numactl --cpunodebind=N --membind=N settles it for good.', NULL),
    (2, 13, 'device', NULL, 'cross-node', 1.0, 'The interrupts of 1 of 3 devices with a known node are taken on other nodes only: eth0 (node 1, interrupts on node 0).', 'Take the interrupts where the device is: echo 2-3 > /proc/irq/24/smp_affinity_list, and so on (irqbalance may set it back). Who uses the device, and where, this capture does not know.', NULL),
    (3, 1, 'stolen time', NULL, 'unknown', 1.0, 'The hypervisor withheld 13 % of the CPU time of this machine (steal): whatever was ready to run had to wait.', 'Nothing on this machine mends it: ask who runs the host about its load (CPU steal), or move the virtual machine. To watch it: vmstat 1, column st.', NULL),
    (3, 2, 'major faults', NULL, 'unknown', 1.0, 'Tasks waited for a device to bring memory in 1,500 times (150 a second; major page faults); postgres (process 900) most: 1,500.', 'Memory that was used had been given up or never read: find what pushes it out (free -m, vmstat 1: si, so, bi), or keep it in (mlock, memory.min of the group). While it happens: pidstat -r 1 (majflt/s).', NULL),
    (3, 3, 'level', 'cannot tell', 'unknown', 0.0, 'Cannot tell which cache lines are fought over: this capture has level software (the machine exposes no PMU). It saw stalls to free memory: 0; task migrations: 2 in the first 5.0 s; pages moved by the kernel: 0 in the first 5.0 s; major page faults: 1,500; samples of what the CPUs ran: 18,000.', 'Run hitm-record --doctor on that machine: it says what would allow memory sampling. Until then what waits, what moves and where memory lies is what can be known; it stands below.', NULL);
INSERT INTO finding_evidence VALUES
    (2, 1, 1, 'a task waited for memory (PSI)', '20 % of the window'),
    (2, 1, 2, 'pages that they freed', '640'),
    (2, 1, 3, 'control group of that process', '/system.slice/nginx.service'),
    (2, 1, 4, 'kswapd was awake', '1.00 s, all nodes together'),
    (2, 1, 5, 'stalls without a begin or an end', '1; they count from or to the edge of what was recorded, or no time where records were lost'),
    (2, 1, 6, 'recorded', 'the whole window of 8.80 s, no loss seen (it is not counted exactly)'),
    (2, 2, 1, 'most in function', 'ngx_http_process_request'),
    (2, 2, 2, 'recorded', 'the whole window of 8.80 s, no loss seen (it is not counted exactly)'),
    (2, 3, 1, 'kswapd woke up', '3 times'),
    (2, 3, 2, 'zone_reclaim_mode', '0'),
    (2, 3, 3, 'bound by policy', 'nginx (process 4242, bind:2) has most such memory there'),
    (2, 3, 4, 'recorded', 'the whole window of 8.80 s, no loss seen (it is not counted exactly)'),
    (2, 4, 1, 'memory there', '383 MiB of 519 MiB, by the last numa_maps; policy bind:2'),
    (2, 4, 2, 'remote, if it uses all its pages alike', '86 % of its accesses to memory; which pages it does use this level cannot tell'),
    (2, 4, 3, 'CPU time', '8.41 s, from 8,411 samples'),
    (2, 4, 4, 'recorded', 'the whole window of 8.80 s, no loss seen (it is not counted exactly)'),
    (2, 5, 1, 'pages given instead (numa_miss)', 'node 1 gave 12000, 2 gave 4000'),
    (2, 5, 2, 'lowest free memory of that node', '116 MiB'),
    (2, 6, 1, 'the page that was moved most', '0x7f113c218000, 10 times, to nodes 0,1'),
    (2, 6, 2, 'most frequent reason of the kernel', 'numa_misplaced'),
    (2, 6, 3, 'recorded', 'the whole window of 8.80 s, at least 7 lost'),
    (2, 7, 1, 'threads that were moved between nodes', '1'),
    (2, 7, 2, 'the one moved most', 'spent 91 % of its CPU time on node 1, more than on any other'),
    (2, 7, 3, 'recorded', 'the whole window of 8.80 s, no loss seen (it is not counted exactly)'),
    (2, 8, 1, 'between the first and the last reading of vmstat', '19,200 hint faults and 8,800 pages moved in 8.8 s'),
    (2, 8, 2, 'pages marked for a hint fault (numa_pte_updates)', '32,000'),
    (2, 12, 1, 'most of process', 'nginx (process 4242)'),
    (2, 12, 2, 'recorded', 'the whole window of 8.80 s, no loss seen (it is not counted exactly)'),
    (3, 1, 1, 'CPU time by /proc/stat', '13 % stolen, 82 % used, 5.0 % idle, between the readings before and after the window'),
    (3, 1, 2, 'a task was ready and had no CPU (PSI)', '71 % of the window'),
    (3, 2, 1, 'most in function', 'heap_getnext'),
    (3, 2, 2, 'a task waited for a device (PSI, all reasons)', '12 % of the window'),
    (3, 2, 3, 'recorded', 'the whole window of 10.0 s, no loss seen (it is not counted exactly)');
COMMIT;
