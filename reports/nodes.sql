-- Which NUMA nodes does the machine have?
SELECT n.node, n.socket, n.cpulist AS cpus, n.memory_bytes, count(*) OVER () AS total_rows
FROM node n WHERE n.capture_id = :capture_id
ORDER BY n.node LIMIT :top;
