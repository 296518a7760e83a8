-- Which thread reads and which writes which bytes of the top lines? A row a thread, first byte and width (NULL: the
-- instruction could not be decoded). reads and writes are samples; one that does both counts in both.
WITH top AS (
    SELECT line_id AS rank, line_id, address FROM cache_line WHERE capture_id = :capture_id ORDER BY line_id LIMIT :top
),
a AS (
    SELECT
        k.rank, a.line_id, a.pid, a.tid, a.offset, c.access_bytes AS width,
        sum(a.samples) AS samples, sum(a.transfers) AS transfers,
        sum(CASE WHEN c.reads = 1 THEN a.samples ELSE a.loads END) AS reads,
        sum(CASE WHEN c.writes = 1 THEN a.samples ELSE a.stores END) AS writes,
        count(DISTINCT a.cpu) AS cpus, min(a.cpu) AS cpu, count(DISTINCT u.node) AS nodes, min(u.node) AS node
    FROM top k
    CROSS JOIN line_access a ON a.capture_id = :capture_id AND a.line_id = k.line_id
    JOIN code_bytes c ON c.capture_id = a.capture_id AND c.code_id = a.code_id
    LEFT JOIN cpu u ON u.capture_id = a.capture_id AND u.cpu = a.cpu
    GROUP BY k.rank, a.line_id, a.pid, a.tid, a.offset, c.access_bytes
),
t AS (SELECT line_id, tid, sum(samples) AS thread_samples FROM a GROUP BY line_id, tid),
ranked AS (
    SELECT line_id, tid, thread_samples, count(*) OVER (PARTITION BY line_id) AS threads,
        row_number() OVER (PARTITION BY line_id ORDER BY thread_samples DESC, tid) AS thread_rank
    FROM t
)
SELECT a.rank, a.line_id, k.thread_rank, k.threads, k.thread_samples, h.comm, a.pid, a.tid, a.offset, a.width,
    a.reads, a.writes, a.transfers, a.cpus, a.cpu, a.nodes, a.node
FROM a
JOIN ranked k ON k.line_id = a.line_id AND k.tid = a.tid
LEFT JOIN thread h ON h.capture_id = :capture_id AND h.tid = a.tid
WHERE k.thread_rank <= 8
ORDER BY a.rank, k.thread_rank, a.offset, a.width;
