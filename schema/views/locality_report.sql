-- The per-process table of numastat -p, over time: bytes by node as Huge, Heap, Stack and Private (all the rest).
CREATE VIEW locality_report AS
SELECT
    capture_id,
    pid,
    comm,
    snapshot,
    min(time_ns) AS time_ns,
    node,
    sum(CASE WHEN kind = 'huge' THEN bytes ELSE 0 END) AS huge_bytes,
    sum(CASE WHEN kind = 'heap' THEN bytes ELSE 0 END) AS heap_bytes,
    sum(CASE WHEN kind = 'stack' THEN bytes ELSE 0 END) AS stack_bytes,
    sum(CASE WHEN kind NOT IN ('huge', 'heap', 'stack') THEN bytes ELSE 0 END) AS private_bytes,
    sum(bytes) AS total_bytes
FROM placement_report
GROUP BY capture_id, pid, snapshot, node;
