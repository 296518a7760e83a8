-- Which numbers stand behind each finding?
SELECT finding_id AS rank, name, value
FROM finding_evidence
WHERE capture_id = :capture_id AND finding_id <= :top
ORDER BY finding_id, position;
