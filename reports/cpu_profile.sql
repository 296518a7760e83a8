-- Which functions used the CPUs? As symbol_report counts, without its memory samples.
-- Code without a name stands as its offset in its file ('+0x980f9', one place for all processes), else as its address.
SELECT coalesce(s.name, CASE WHEN c.offset <> c.code_address THEN printf('+0x%x', c.offset)
        ELSE printf('0x%x', c.code_address) END) AS symbol, d.path AS dso, sum(p.cpu_samples) AS cpu_samples,
    sum(p.cpu_samples) * 1.0 / sum(sum(p.cpu_samples)) OVER () AS share, count(*) OVER () AS total_rows
FROM code_profile p
JOIN code_bytes c ON c.capture_id = p.capture_id AND c.code_id = p.code_id
LEFT JOIN symbol s ON s.capture_id = c.capture_id AND s.symbol_id = c.symbol_id
LEFT JOIN dso d ON d.capture_id = c.capture_id AND d.dso_id = c.dso_id
WHERE p.capture_id = :capture_id AND p.cpu_samples > 0
GROUP BY 1, 2
ORDER BY cpu_samples DESC, 1, 2 LIMIT :top;
