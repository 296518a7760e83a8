/* Tracepoint payloads to tables, by the formats that the capture carries: what goes where says tp_tables.h.
 * One thread. */
#ifndef HT_ANALYZE_LOAD_TRACEPOINTS_H
#define HT_ANALYZE_LOAD_TRACEPOINTS_H

#include "analyze/load/model.h"

struct ht_tracepoints;

enum ht_status ht_tracepoints_new(struct ht_load *load, struct ht_tracepoints **tracepoints,
                                  struct ht_cause *cause);
void ht_tracepoints_free(struct ht_tracepoints *tracepoints);

/* A TP_FORMAT table. A format that cannot be parsed leaves its event without rows, counted. */
enum ht_status ht_tracepoints_format(struct ht_tracepoints *tracepoints, const struct ht_table *table);

/* A TRACEPOINT table; formats must have come before. */
enum ht_status ht_tracepoints_rows(struct ht_tracepoints *tracepoints, const struct ht_table *table,
                                   struct ht_cause *cause);

/* Rows of import_skip for hits that no table took, by tracepoint: other ones, and payloads too short for
 * their format.
 */
enum ht_status ht_tracepoints_note(struct ht_tracepoints *tracepoints, struct ht_cause *cause);

#endif
