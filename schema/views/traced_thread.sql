-- Whose are the thread numbers in what tracepoints said? As thread; no row where the recorder ran in a pid namespace of its
-- own: these numbers are the host's, and match no thread of the capture, though they may be equal.
CREATE VIEW traced_thread AS
SELECT t.capture_id, t.tid, t.pid, t.comm
FROM thread t
WHERE NOT EXISTS (
    SELECT 1 FROM condition c
    WHERE c.capture_id = t.capture_id AND c.phase = 'capture' AND c.name = 'pid_namespace' AND c.value = 'own'
);
