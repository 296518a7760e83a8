/* From the tables of one capture to conclusions: rows of `finding` and `finding_evidence`, most important
 * first. What can be said depends on the capture's level; what cannot be told is a finding too. */
#ifndef HT_ANALYZE_JUDGE_FINDINGS_H
#define HT_ANALYZE_JUDGE_FINDINGS_H

#include <sqlite3.h>
#include <stdint.h>

#include "schema/status.h"

enum ht_status ht_judge_findings(sqlite3 *db, int64_t capture_id, struct ht_cause *cause);

#endif
