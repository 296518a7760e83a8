-- What is the conclusion? Findings, most important first.
CREATE VIEW finding_report AS
SELECT capture_id, finding_id AS rank, kind, scope, confidence, sentence, advice
FROM finding
ORDER BY capture_id, finding_id;
