-- What else was found? All findings, most important first.
SELECT rank, kind, scope, confidence, sentence, advice, count(*) OVER () AS total_rows
FROM finding_report
WHERE capture_id = :capture_id
ORDER BY rank LIMIT :top;
