-- How often did each thread leave its CPU, how often against its will, and how long did it stay? One row a thread.
CREATE VIEW switch_report AS
SELECT
    s.capture_id,
    t.pid,
    s.tid,
    t.comm,
    s.switches,                               -- times it left a CPU
    s.preempted,                              -- of these, though it could have run on
    s.stays,                                  -- on a CPU, of which both ends are known
    s.stay_ns,                                -- their sum
    s.stay_ns * 1.0 / nullif(s.stays, 0) AS mean_stay_ns,
    s.longest_stay_ns
FROM thread_switch s
LEFT JOIN thread t ON t.capture_id = s.capture_id AND t.tid = s.tid;
