-- What else was found? All findings, most important first. confidence NULL: it says what cannot be told.
SELECT rank, kind, scope, CASE WHEN confidence > 0 AND kind <> 'level' THEN confidence END AS confidence, sentence, advice,
    count(*) OVER () AS total_rows
FROM finding_report
WHERE capture_id = :capture_id
ORDER BY rank LIMIT :top;
