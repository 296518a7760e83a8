-- What could not be recorded, why, and what would allow it?
SELECT name AS not_recorded, value AS why, mend, count AS times, count(*) OVER () AS total_rows
FROM condition WHERE capture_id = :capture_id AND phase = 'limit'
ORDER BY name, value LIMIT :top;
