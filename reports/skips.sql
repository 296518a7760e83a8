-- What was in the input and could not be used?
SELECT reason, records, bytes AS skipped_bytes, count(*) OVER () AS total_rows
FROM import_skip WHERE capture_id = :capture_id
ORDER BY records DESC, reason LIMIT :top;
