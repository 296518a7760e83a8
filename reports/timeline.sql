-- When did it happen? Sums by bucket of the time axis (1,200 over the window), only where not zero.
SELECT metric, from_node, to_node, bucket, value
FROM bucket WHERE capture_id = :capture_id AND bucket BETWEEN 0 AND 1199
ORDER BY metric, from_node, to_node, bucket;
