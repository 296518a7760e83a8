-- What is the conclusion, in one sentence, and how sure is it? One row: the first finding, else why there is none.
SELECT verdict, scope, CASE WHEN verdict <> 'cannot tell' THEN confidence END AS confidence, sentence, advice, finding_id,
    line_id
FROM (
    SELECT 0 AS place, coalesce(verdict, kind) AS verdict, scope, confidence, sentence, advice, finding_id, line_id
    FROM finding WHERE capture_id = :capture_id
    UNION ALL
    SELECT 1,
        CASE WHEN lines = 0 AND level = 'memory sampling' AND mem_samples > 0 THEN 'no finding' ELSE 'cannot tell' END,
        'unknown', NULL,
        CASE WHEN lines > 0 THEN 'Cannot tell: this database holds no conclusion on its lines.'
             WHEN level = 'memory sampling' AND mem_samples > 0
             THEN printf('No cache line stands out among %,d memory samples.', mem_samples)
             WHEN level = 'memory sampling' THEN 'Cannot tell: memory was to be sampled, and no sample arrived.'
             ELSE 'Cannot tell which cache lines are fought over: a capture of level ' || level || ' names none.' END,
        NULL, 0, NULL
    FROM (SELECT *, (SELECT count(*) FROM cache_line l WHERE l.capture_id = c.capture_id) AS lines
          FROM capture c WHERE c.capture_id = :capture_id))
ORDER BY place, finding_id LIMIT 1;
