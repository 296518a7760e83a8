-- Two captures for the report's tests, loaded over schema/tables.sql and schema/views. Capture 1: memory sampling on
-- two sockets, false sharing between two threads, hostile names. Capture 2: software level (goes on in software.sql).
-- Made up, but consistent: the counts of a line are the sums of its rows.
BEGIN;

INSERT INTO capture VALUES
    (1, '/var/tmp/db17-20240611T0203Z.hitm', 3313344, 1, NULL, 'hitm-record', '0.1.0', 'db17', '6.1.0-18-amd64', 'x86_64',
     'AMD EPYC 7763 64-Core Processor', 'hitm-record -a -d 10 --label service=orders', 'system', 'memory sampling', NULL,
     1718071380000000000, 5000000000000, 5010000000000, 'duration', 64, 1, 61000000, 36853, 21200, 412, 1, 2, 17, 0),
    (2, 'web-3.hitm', 120331, 0, 'cut inside a chunk at byte 120,331; the last 1.2 s are missing', 'hitm-record', '0.1.0',
     'web-3', '5.15.0-105-generic', 'x86_64', 'Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz', 'hitm-record -p 4242',
     'pid 4242', 'software', 'no hardware PMU is visible (virtual machine)', 1718071380123456789, 100000000000,
     108800000000, NULL, 64, 0, 12000000, 0, 14411, 0, 0, 0, 0, 3);
INSERT INTO capture_label VALUES (1, 'service', 'orders'), (1, 'ticket', '<img src=x onerror=alert(1)>');

WITH s(name, a, b) AS (VALUES
    ('kernel.osrelease', '6.1.0-18-amd64', NULL), ('numa.balancing', '1', '0'),
    ('thp.enabled', 'always [madvise] never', 'always [madvise] never'),
    ('cpufreq.governor', 'performance x 2, powersave x 2', 'performance x 2, powersave x 2'),
    ('cpu.smt.active', '0', '0'), ('load.average', '3.91 2.20 1.04 5/812 99121', '4.02 2.31 1.09 6/812 99344'),
    ('numa.zone_reclaim_mode', '0', '0'), ('virtual.product', 'PowerEdge R7525', NULL), ('cpu.isolated', '', NULL),
    ('perf.max_sample_rate', '100000', '63000'), ('kernel.cmdline', 'root=/dev/sda1 ro "quoted" <b>&amp;', NULL))
INSERT INTO condition SELECT 1, 'start', name, a, NULL, NULL FROM s
UNION ALL SELECT 1, 'end', name, b, NULL, NULL FROM s WHERE b IS NOT NULL;
INSERT INTO condition VALUES
    (1, 'capture', 'recorder.readers', '2', NULL, NULL), (1, 'capture', 'recorder.ring_bytes', '2097152', NULL, NULL),
    (1, 'limit', 'kernel symbols', 'kptr_restrict hides addresses', 'sysctl kernel.kptr_restrict=0', 1),
    (2, 'start', 'numa.balancing', '1', NULL, NULL), (2, 'end', 'numa.balancing', '1', NULL, NULL),
    (2, 'start', 'thp.enabled', '[always] madvise never', NULL, NULL),
    (2, 'start', 'load.average', '0.50 0.40 0.30 1/100 77', NULL, NULL),
    (2, 'limit', 'memory samples', 'no IBS, PEBS or SPE: cpuid reports a hypervisor and no PMU',
     'expose the PMU to the guest, or record on the host', 1),
    (2, 'limit', 'other processes', 'perf_event_paranoid is 2 and the caller is not root',
     'sudo sysctl kernel.perf_event_paranoid=-1', 212);

INSERT INTO node VALUES (1, 0, 34359738368, '0-1', 0), (1, 1, 34359738368, '2-3', 1),
    (2, 0, 17179869184, '0-1', 0), (2, 1, 17179869184, '2-3', 1), (2, 2, 68719476736, '', NULL);
INSERT INTO node_distance VALUES (1, 0, 0, 10), (1, 0, 1, 21), (1, 1, 0, 21), (1, 1, 1, 10), (2, 0, 0, 10),
    (2, 0, 1, 20), (2, 0, 2, 30), (2, 1, 0, 20), (2, 1, 1, 10), (2, 1, 2, 30), (2, 2, 0, 30), (2, 2, 1, 30), (2, 2, 2, 10);
INSERT INTO cpu SELECT column1, column2, column2 / 2, column2 / 2, 0, column2 % 2, column2 / 2, 1
    FROM (VALUES (1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3));

INSERT INTO event VALUES
    (1, 1, 'ibs_op//', 'memory', 8, 0, 0, 0, 100003, 0, 0, 36853, 3685300000, 412, 1, 10000000000, 9100000000),
    (1, 2, 'cpu-clock', 'cpu clock', 1, 0, 0, 0, 1000003, 0, 0, 20000, 20000, 0, 1, 10000000000, 10000000000),
    (1, 3, 'page-faults', 'page fault', 1, 2, 0, 0, 1, 0, 0, 1200, 1200, 0, 1, 10000000000, 10000000000),
    (1, 4, 'sched:sched_migrate_task', 'tracepoint', 2, 300, 0, 0, 1, 0, 0, 5, 5, 0, 1, 10000000000, 10000000000),
    (1, 5, 'migrate:mm_migrate_pages', 'tracepoint', 2, 301, 0, 0, 1, 0, 0, 3, 3, 0, 1, 10000000000, 10000000000),
    (2, 1, 'cpu-clock', 'cpu clock', 1, 0, 0, 0, 1000003, 0, 0, 8411, NULL, 0, 0, NULL, NULL),
    (2, 2, 'page-faults', 'page fault', 1, 2, 0, 0, 1, 0, 0, 6000, 6000, 0, 0, 8800000000, 8800000000),
    (2, 3, 'sched:sched_migrate_task', 'tracepoint', 2, 300, 0, 0, 1, 0, 0, 900, NULL, 0, 0, NULL, NULL);

INSERT INTO process VALUES (1, 310, 1, 'fshare', 5000100000000, 5009900000000, 1, 0, NULL, NULL),
    (1, 311, 1, '"><script>alert(1)</script>', NULL, NULL, 0, 0, NULL, NULL), (2, 4242, 1, 'nginx', NULL, NULL, 1, 0, NULL, NULL);
INSERT INTO thread VALUES (1, 310, 310, 'fshare', NULL, NULL, 18370, 9800), (1, 312, 310, 'fshare-b', NULL, NULL, 18403, 9700),
    (1, 311, 311, '"><script>alert(1)</script>', NULL, NULL, 80, 500), (2, 4242, 4242, 'nginx', NULL, NULL, 0, 4000),
    (2, 4243, 4242, 'worker' || char(27) || '[31mred' || char(8238) || 'evil', NULL, NULL, 0, 4411);
INSERT INTO mapping VALUES (1, 1, 5000000000000, 310, 4194304, 900000, 0, 8, 1, 42, 0, 7, 2, 1, '/wl/fshare');
INSERT INTO dso VALUES (1, 1, '/wl/fshare', 'ab12cd34', 'read', 0),
    (1, 2, '/opt/' || replace(hex(zeroblob(120)), '0', 'x') || '/libevil&<b>.so', NULL, 'missing', 0),
    (1, 3, '[kernel.kallsyms]', NULL, 'hidden', 1), (2, 1, '/usr/sbin/nginx', NULL, 'read', 0);
INSERT INTO symbol VALUES (1, 1, 1, 5830, 40, 'code', 'writer_a', 'writer_a'),
    (1, 2, 1, 5970, 40, 'code', 'reader_b', 'reader_b'),
    (1, 3, 2, 16, 64, 'code', 'std::map<std::string, std::vector<int>>::operator[]</td><script>alert(2)</script>'
     || char(10, 7) || ' tail', '_ZN3'),
    (1, 4, 3, 16, 64, 'code', 'bad utf8 ' || CAST(x'C3285AFF' AS TEXT) || ' after', 'bad'),
    (2, 1, 1, 100, 64, 'code', 'ngx_http_process_request', 'ngx_http_process_request'),
    (2, 2, 1, 300, 64, 'code', 'memcpy', 'memcpy');
INSERT INTO code_bytes VALUES
    (1, 1, 1, 5831, 4200135, NULL, 'mov rax, qword ptr [rip+0xb9d32]', 1, 0, 8, 1, '/wl/fshare.c', 17),
    (1, 2, 1, 5842, 4200146, NULL, 'mov qword ptr [rip+0xb9d27], rax', 0, 1, 8, 1, '/wl/fshare.c', 17),
    (1, 3, 1, 5971, 4200275, NULL, 'mov rax, qword ptr [rip+0xb9cae]', 1, 0, 8, 2, '/wl/fshare.c', 18),
    (1, 4, 1, 5981, 4200285, NULL, 'mov qword ptr [rip+0xb9ca4], rax', 0, 1, 8, 2, '/wl/fshare.c', 18),
    (1, 5, 2, 20, 139712345677844, NULL, 'lock xadd dword ptr [rdi], eax', 1, 1, 4, 3, NULL, NULL),
    (1, 6, 3, 20, -2130706412, NULL, NULL, NULL, NULL, NULL, 4, NULL, NULL),
    (2, 1, 1, 110, 4198510, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL),
    (2, 2, 1, 310, 4198710, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL);

INSERT INTO cache_line VALUES
    (1, 1, 4961280, 'file', NULL, 1, 'counters+0x0', '0', 1, 5000200000000, 5009800000000, 36773, 18366, 18407, 0, 11028,
     11028, 0, 0, 11028, 0, 0, 0, 2, 2, 2, '1>0', 'false sharing', 'cross-socket', 0.98,
     '18,407 writes of other threads, none overlapping: the overlapping share is below 0.02 % at 95 %', 1.0, 0.0, 0.0,
     436200000, 441300000, 0.113, 2, 3, 36773, 11028, 0, 0, 0, 18407, 6479, 11928, 0, 0, 7338, 0, 0, 0, 0, 0, 0),
    (1, 2, 139712000000064, 'private', 311, NULL, '[heap] <b>"&', '0,1', 2, 5001000000000, 5004000000000, 41, 30, 11, 11, 9,
     6, 0, 9, 0, 0, 4, 7, 2, 2, 2, '0>1', 'cannot tell', 'cross-node', 0.31,
     '9 transfers are too few: 20 are needed for a verdict', 0.2, 0.3, 0.5, 900, 5200, NULL, 5, 5, 41, 4, 2, 0, 0, 11, 6, 5,
     0, 0, 19, 0, 0, 0, 7, 4, 0),
    (1, 3, -131940000000000, 'kernel', NULL, NULL, NULL, NULL, NULL, 5002000000000, 5003000000000, 21, 14, 7, 0, 7, 7, 7, 0,
     0, 0, 0, 7, 1, 2, 1, NULL, 'true sharing', 'within node', 0.64, '7 of 7 writes overlap', 0.0, 1.0, 0.0, NULL, NULL,
     NULL, 6, 6, 21, 0, 7, 0, 0, 7, 7, 0, 0, 0, 7, 0, 0, 0, 0, 0, NULL);
INSERT INTO line_access VALUES
    (1, 1, 0, 1, 310, 310, 0, 9049, 9049, 0, 5325, 2130000, 5325, 5000200000000, 5009800000000, 9049, 5325, 0, 0, 0, 0, 2130000, 0, 0),
    (1, 1, 0, 2, 310, 310, 0, 9187, 0, 9187, 0, 0, 0, 5000200000000, 5009800000000, 9187, 0, 0, 3223, 5964, 0, 0, 0, 0),
    (1, 1, 8, 3, 310, 312, 2, 9317, 9317, 0, 5703, 2269794, 5703, 5000200000000, 5009800000000, 9317, 5703, 0, 0, 0, 0, 2269794, 0, 0),
    (1, 1, 8, 4, 310, 312, 2, 9220, 0, 9220, 0, 0, 0, 5000200000000, 5009800000000, 9220, 0, 0, 3256, 5964, 0, 0, 0, 0),
    (1, 2, 60, 5, 311, 311, 1, 41, 30, 11, 9, 1800, 4, 5001000000000, 5004000000000, 41, 4, 2, 6, 5, 0, 900, 0, 0),
    (1, 3, 16, 6, -1, 311, 1, 14, 14, 0, 7, 0, 0, 5002000000000, 5003000000000, 14, 0, 7, 0, 0, 0, 0, 0, 0),
    (1, 3, 16, 6, -1, 0, 0, 7, 0, 7, 0, 0, 0, 5002000000000, 5003000000000, 7, 0, 0, 7, 0, 0, 0, 0, 0);
INSERT INTO code_profile VALUES (1, 1, 0, 0, 0, 0, 9800, 0), (1, 3, 0, 0, 0, 0, 9700, 4), (1, 5, 0, 0, 0, 0, 500, 1196), (2, 1, 0, 0, 0, 0, 5000, 1000), (2, 2, 0, 0, 0, 0, 3411, 5000);
INSERT INTO code_profile SELECT capture_id, code_id, sum(samples), sum(transfers), sum(loads), sum(stores), 0, 0
    FROM line_access WHERE true GROUP BY capture_id, code_id
    ON CONFLICT DO UPDATE SET mem_samples = excluded.mem_samples, transfers = excluded.transfers, loads = excluded.loads,
    stores = excluded.stores;

INSERT INTO residence VALUES (1, 310, 0, 4900000000, 4900, 'cpu clock'), (1, 312, 1, 4850000000, 4850, 'cpu clock'), (1, 311, 0, 200000000, 200, 'cpu clock'),
    (1, 311, 1, 50000000, 50, 'cpu clock'), (2, 4242, 0, 4000000000, 4000, 'cpu clock'), (2, 4243, 0, 411000000, 411, 'cpu clock'), (2, 4243, 1, 4000000000, 4000, 'cpu clock');

INSERT INTO migration VALUES (1, 5001000000000, 311, 'x', 1, 2, 0, 1, 0), (1, 5001500000000, 311, 'x', 2, 3, 1, 1, 0),
    (1, 5002000000000, 311, 'x', 3, 0, 1, 0, 0), (1, 5007000000000, 312, 'fshare-b', 3, 2, 1, 1, 0),
    (1, 5008000000000, 400, 'short', 0, 9, 0, NULL, 0);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 899)
INSERT INTO migration SELECT 2, 100000000000 + i * 9000000, 4243, 'worker', i % 2 * 2, 2 - i % 2 * 2, i % 2, 1 - i % 2, 0 FROM n;
INSERT INTO page_migration VALUES (1, 5001000000000, 0, 311, 512, 3, 0, 'numa_misplaced'),
    (1, 5001200000000, 0, 311, 128, 0, 0, 'numa_misplaced'), (1, 5009000000000, 2, 9, 0, 7, 1, 'compaction');

INSERT INTO numa_map VALUES (1, 1, 5000000000000, 0, 310, 4194304, 'heap', 'default', NULL, 4096, 100, 100, 100),
    (1, 2, 5009000000000, 1, 310, 4194304, 'heap', 'default', NULL, 4096, 100, 100, 100),
    (2, 1, 100000000000, 0, 4242, 4194304, 'anon', 'bind:2', NULL, 4096, 60000, 60000, 60000),
    (2, 2, 100000000000, 0, 4242, 8388608, 'huge', 'default', NULL, 2097152, 64, 64, 64),
    (2, 3, 100000000000, 0, 4242, 9388608, 'stack', 'default', NULL, 4096, 33, 33, 33);
INSERT INTO numa_map_node VALUES (1, 1, 0, 90), (1, 1, 1, 10), (1, 2, 0, 92), (1, 2, 1, 8), (2, 1, 0, 10000),
    (2, 1, 2, 50000), (2, 2, 0, 64), (2, 3, 1, 33);
WITH s(capture_id, t, node, name, value) AS (VALUES
    (1, 5000000000000, 0, 'numastat.numa_hit', 812345678), (1, 5010000000000, 0, 'numastat.numa_hit', 812399999),
    (1, 5000000000000, 1, 'numastat.numa_hit', 99000000), (1, 5010000000000, 1, 'numastat.numa_hit', 99000345),
    (1, 5000000000000, 0, 'numastat.numa_miss', 12), (1, 5010000000000, 0, 'numastat.numa_miss', 4100),
    (1, 5000000000000, 1, 'numastat.numa_miss', 0), (1, 5010000000000, 1, 'numastat.numa_miss', 0),
    (1, 5000000000000, 1, 'numastat.numa_foreign', 12), (1, 5010000000000, 1, 'numastat.numa_foreign', 4100),
    (1, 5000000000000, 0, 'numastat.numa_foreign', 0), (1, 5010000000000, 0, 'numastat.numa_foreign', 0),
    (1, 5000000000000, NULL, 'vmstat.numa_hint_faults', 1000), (1, 5010000000000, NULL, 'vmstat.numa_hint_faults', 1950),
    (1, 5000000000000, NULL, 'vmstat.numa_pages_migrated', 10), (1, 5010000000000, NULL, 'vmstat.numa_pages_migrated', 650))
INSERT INTO node_stat SELECT capture_id, t, node, name, value FROM s;
INSERT INTO loss VALUES (1, 5003000000000, 'ring', 1, 1, 400), (1, 5003100000000, 'samples', 1, NULL, 12),
    (1, 5004000000000, 'throttle', 1, 1, 1), (1, 5004100000000, 'unthrottle', 1, 1, 1);

-- Transfers rise from 2 s on, pause between 6 and 7 s; deterministic ripples.
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1199)
INSERT INTO bucket
SELECT 1, i, 'transfers', 1, 0, 3 + (i * 7919 % 13) + i / 300 FROM n WHERE i BETWEEN 240 AND 719 OR i > 840
UNION ALL SELECT 1, i, 'transfers', 0, 1, 2 + (i * 104729 % 7) FROM n WHERE i BETWEEN 240 AND 719
UNION ALL SELECT 1, i, 'transfers', 0, 0, 1 FROM n WHERE i % 97 = 0
UNION ALL SELECT 1, i, 'local_memory', 0, NULL, 1 + i * 31 % 5 FROM n WHERE i % 3 = 0
UNION ALL SELECT 1, i, 'remote_memory', 1, NULL, 1 + i * 17 % 9 FROM n WHERE i % 5 = 0
UNION ALL SELECT 1, i, 'page_faults', i % 2, NULL, 12 FROM n WHERE i < 100
UNION ALL SELECT 1, i, 'cpu_samples', i % 2, NULL, 16 + i % 3 FROM n;
INSERT INTO bucket VALUES (1, 120, 'migrations', 0, 1, 1), (1, 180, 'migrations', 1, 1, 1), (1, 240, 'migrations', 1, 0, 1),
    (1, 840, 'migrations', 1, 1, 1), (1, 960, 'migrations', 0, NULL, 1), (1, 120, 'page_migrations', NULL, NULL, 512),
    (1, 144, 'page_migrations', NULL, NULL, 128), (1, 360, 'loss', NULL, NULL, 400), (1, 372, 'loss', NULL, NULL, 12);
INSERT INTO bucket SELECT 2, (time_ns - 100000000000) * 1200 / 8800000000, 'migrations', from_node, to_node, count(*)
    FROM migration WHERE capture_id = 2 GROUP BY 2, 4, 5;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1199)
INSERT INTO bucket SELECT 2, i, 'page_faults', 0, NULL, 5 FROM n UNION ALL SELECT 2, i, 'cpu_samples', i % 2, NULL, 7 FROM n;

INSERT INTO finding VALUES
    (1, 1, 'line', 'false sharing', 'cross-socket', 0.98, 'False sharing across sockets: writer_a (CPU 0, node 0) and '
     || 'reader_b (CPU 2, node 1) write disjoint bytes of the line of counters+0x0; it costs 11.3 % of their CPU time.',
     'Give each thread''s counter its own cache line: align counters to 64 bytes or pad them apart (fshare.c:17, fshare.c:18).', 1),
    (1, 2, 'condition changed', NULL, 'unknown', 1.0, 'numa.balancing went from 1 to 0 during the window.',
     'Record again with the setting held.', NULL),
    (1, 3, 'placement', 'remote placement', 'cross-node', 0.55, 'Threads of process 310 on node 1 use memory of node 0.',
     'Bind memory and threads to one node, or replicate the data.', NULL);
INSERT INTO finding_evidence VALUES (1, 1, 1, 'memory samples on the line', '36,773'), (1, 1, 2, 'transfers', '11,028, all from the other socket'),
    (1, 1, 3, 'writes', '18,407 of 2 threads, none overlapping'), (1, 1, 4, 'samples lost', '412 of 58,465 (0.7 %)');
INSERT INTO import_skip VALUES (1, 'AUX data <of> intel_pt', 3, 4096, 1), (1, 'callchains', 36853, 812000, 0);
INSERT INTO c2c_stat VALUES (1, 0, 'Total records', 36853), (1, 1, 'Locked Load/Store Operations', 0),
    (1, 2, 'Load Operations', 18442), (1, 3, 'Load Remote HITM', 11028), (1, 4, 'Store Operations', 18411);
COMMIT;
