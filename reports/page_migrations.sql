-- Why did the kernel move pages, and how many?
SELECT reason, count(*) AS calls, CAST(total(succeeded_pages) AS INTEGER) AS moved_pages,
    CAST(total(failed_pages) AS INTEGER) AS failed_pages,
    min(time_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS first_at_ns,
    max(time_ns) - (SELECT window_start_ns FROM capture WHERE capture_id = :capture_id) AS last_at_ns,
    count(*) OVER () AS total_rows
FROM page_migration
WHERE capture_id = :capture_id
GROUP BY reason
ORDER BY moved_pages DESC, reason LIMIT :top;
