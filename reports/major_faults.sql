-- Who waited for a device to bring memory in, in which code?
-- Code without a name stands as its offset in its file ('+0x980f9', one place for all processes), else as its address.
SELECT p.comm, t.pid, coalesce(s.name, CASE WHEN c.offset <> c.code_address THEN printf('+0x%x', c.offset)
        ELSE printf('0x%x', c.code_address) END) AS symbol, d.path AS dso, sum(m.faults) AS faults,
    sum(m.faults) * 1.0 / sum(sum(m.faults)) OVER () AS share,
    min(m.first_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    max(m.last_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM major_fault m
LEFT JOIN thread t ON t.capture_id = m.capture_id AND t.tid = m.tid
LEFT JOIN process p ON p.capture_id = m.capture_id AND p.pid = t.pid
LEFT JOIN code_bytes c ON c.capture_id = m.capture_id AND c.code_id = m.code_id
LEFT JOIN symbol s ON s.capture_id = c.capture_id AND s.symbol_id = c.symbol_id
LEFT JOIN dso d ON d.capture_id = c.capture_id AND d.dso_id = c.dso_id
WHERE m.capture_id = :capture_id
GROUP BY t.pid, 3, 4
ORDER BY faults DESC, t.pid, 3, 4 LIMIT :top;
