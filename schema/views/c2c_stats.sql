-- What does `perf c2c report --stats` 6.1 count? Its counts under its names, in its order (position).
CREATE VIEW c2c_stats AS
SELECT
    capture_id,
    name,   -- as perf prints it, without the padding
    value   -- samples, or lines for 'Total Shared Cache Lines'
FROM c2c_stat
ORDER BY capture_id, position;
