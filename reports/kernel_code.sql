-- Which BPF programs and other kernel code came and went in the window? What was there all the time is not listed.
SELECT time_ns - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS at_ns, kind, what, name, length_bytes,
    program_id, count(*) OVER () AS total_rows
FROM (
    SELECT b.time_ns, 'bpf' AS kind, CASE b.loaded WHEN 1 THEN 'loaded' ELSE 'unloaded' END AS what,
        coalesce((SELECT max(k.name) FROM kernel_symbol k WHERE k.capture_id = b.capture_id AND k.kind = 'bpf'
                  AND substr(k.name, 1, 25) = 'bpf_prog_' || b.tag), 'tag ' || b.tag) AS name,
        (SELECT max(k.length_bytes) FROM kernel_symbol k WHERE k.capture_id = b.capture_id AND k.kind = 'bpf'
         AND substr(k.name, 1, 25) = 'bpf_prog_' || b.tag) AS length_bytes, b.program_id
    FROM bpf_program b WHERE b.capture_id = :capture_id
    UNION ALL
    SELECT k.time_ns, k.kind, CASE k.registered WHEN 1 THEN 'came' ELSE 'went' END, k.name, k.length_bytes, NULL
    FROM kernel_symbol k WHERE k.capture_id = :capture_id
        AND NOT (k.kind = 'bpf' AND EXISTS (SELECT 1 FROM bpf_program b WHERE b.capture_id = k.capture_id
                 AND instr(k.name, b.tag)))
)
ORDER BY time_ns, kind, name, what LIMIT :top;
