-- On which node is each network and disk device, and which CPUs take its interrupts? mark: what is worth a look.
-- device_node NULL: the firmware names none.
SELECT name AS device, kind, node AS device_node, irqs, irq_affinity AS irq_cpus, irq_nodes,
    CASE WHEN (SELECT count(*) FROM node WHERE capture_id = :capture_id) = 1 OR node IS NULL OR irq_cpus IS NULL THEN NULL
         WHEN remote_irq_cpus = irq_cpus THEN 'on other nodes only'
         WHEN remote_irq_cpus > 0 THEN 'partly on other nodes'
         ELSE 'on its node' END AS mark,
    count(*) OVER () AS total_rows
FROM device_report
WHERE capture_id = :capture_id
ORDER BY CASE mark WHEN 'on other nodes only' THEN 0 WHEN 'partly on other nodes' THEN 1 ELSE 2 END, kind DESC, name
LIMIT :top;
