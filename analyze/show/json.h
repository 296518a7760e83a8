/* The report as JSON for other programs: one object, its keys in a fixed order and never renamed within a
 * format version; schema/report.schema.json describes it. Values are those of the database: bytes,
 * nanoseconds of the perf clock, cycles; nothing is rounded or shortened. */
#ifndef HT_ANALYZE_SHOW_JSON_H
#define HT_ANALYZE_SHOW_JSON_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include "schema/status.h"

#define HT_REPORT_JSON_VERSION 1

/* top: rows of an array at most (0: 1,000). */
enum ht_status ht_show_json(sqlite3 *db, int64_t capture_id, int top, FILE *out, struct ht_cause *cause);

#endif
