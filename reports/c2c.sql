-- What does perf c2c report --stats 6.1 count in the same capture?
SELECT name, value AS samples FROM c2c_stats WHERE capture_id = :capture_id;
