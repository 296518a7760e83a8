-- What did the recorder state about itself and its run?
SELECT name, value, count(*) OVER () AS total_rows
FROM condition WHERE capture_id = :capture_id AND phase = 'capture'
ORDER BY name LIMIT :top;
