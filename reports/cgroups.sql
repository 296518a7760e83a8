-- What did each control group use on which node? Memory by its memory.numa_stat at the last reading, and what changed
-- since the first; CPU time of the processes that live in it. The biggest first.
SELECT path AS cgroup, processes, node, cpu_ns AS cpu_time_ns, last_anon_bytes AS anon_bytes, last_file_bytes AS file_bytes,
    coalesce(last_anon_bytes, 0) - coalesce(first_anon_bytes, 0) + coalesce(last_file_bytes, 0) - coalesce(first_file_bytes, 0)
        AS change_bytes,
    count(*) OVER () AS total_rows
FROM cgroup_report
WHERE capture_id = :capture_id AND (cpu_ns > 0 OR last_anon_bytes > 0 OR last_file_bytes > 0)
ORDER BY total(coalesce(last_anon_bytes, 0) + coalesce(last_file_bytes, 0)) OVER (PARTITION BY cgroup_id) DESC,
    total(cpu_ns) OVER (PARTITION BY cgroup_id) DESC, path, cgroup_id, node LIMIT :top;
