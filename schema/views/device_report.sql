-- Do the CPUs that take a device's interrupts sit on its own node? One row a network or disk device.
CREATE VIEW device_report AS
WITH RECURSIVE
-- '0-3,8' taken apart: the text before the next comma, and what is left.
part(capture_id, name, range, rest) AS (
    SELECT capture_id, name, '', irq_affinity || ',' FROM device WHERE irq_affinity <> ''
    UNION ALL
    SELECT capture_id, name, substr(rest, 1, instr(rest, ',') - 1), substr(rest, instr(rest, ',') + 1)
    FROM part WHERE rest <> ''
),
irq_cpu AS (
    SELECT DISTINCT p.capture_id, p.name, c.cpu, c.node
    FROM part p
    JOIN cpu c ON c.capture_id = p.capture_id
        AND c.cpu BETWEEN CAST(p.range AS INTEGER) AND CAST(substr(p.range, instr(p.range, '-') + 1) AS INTEGER)
    WHERE p.range <> ''
),
irq_node AS (
    SELECT capture_id, name, node, count(*) AS cpus FROM irq_cpu GROUP BY capture_id, name, node
)
SELECT
    d.capture_id,
    d.name,
    d.kind,                                   -- 'net' or 'block'
    d.node,                                   -- NULL: the firmware names none
    d.irqs,                                   -- '24-27'
    d.irq_affinity,                           -- CPUs that take them, '0-3,8'
    (SELECT group_concat(node) FROM (SELECT node FROM irq_node n
        WHERE n.capture_id = d.capture_id AND n.name = d.name AND n.node IS NOT NULL ORDER BY node)) AS irq_nodes, -- '0,1'
    (SELECT sum(cpus) FROM irq_node n WHERE n.capture_id = d.capture_id AND n.name = d.name) AS irq_cpus,
    -- of these, on another node than the device; NULL: its node is not known
    CASE WHEN d.node IS NOT NULL THEN (SELECT sum(cpus * (node <> d.node)) FROM irq_node n
        WHERE n.capture_id = d.capture_id AND n.name = d.name) END AS remote_irq_cpus
FROM device d;
