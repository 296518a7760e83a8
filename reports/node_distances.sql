-- How far apart are the nodes, by the firmware's table (10 is local)?
SELECT from_node, to_node, distance
FROM node_distance WHERE capture_id = :capture_id AND from_node < 16 AND to_node < 16
ORDER BY from_node, to_node;
