-- On which nodes did each thread run, and for how long? One row a thread and node. node -1: the CPU's node is not known.
-- Time on a CPU holds what interrupts and a hypervisor took of it: a little more than the scheduler's own account.
CREATE VIEW residence_report AS
SELECT
    r.capture_id,
    t.pid,
    r.tid,
    t.comm,
    r.node,
    r.cpu_ns,                                 -- CPU time on this node; NULL: the samples count cycles
    sum(r.cpu_ns) OVER thread AS thread_cpu_ns, -- on all nodes
    r.cpu_ns * 1.0 / nullif(sum(r.cpu_ns) OVER thread, 0) AS thread_share, -- of the thread's CPU time, 0 to 1
    r.cpu_ns * 1.0 / nullif(c.window_end_ns - c.window_start_ns, 0) AS window_share, -- of the window, 0 to 1
    r.samples,                                -- cpu-clock samples, or stays on a CPU
    r.source                                  -- 'switches' (exact) or 'cpu clock' (sampled)
FROM residence r
JOIN capture c ON c.capture_id = r.capture_id
LEFT JOIN thread t ON t.capture_id = r.capture_id AND t.tid = r.tid
WINDOW thread AS (PARTITION BY r.capture_id, r.tid);
