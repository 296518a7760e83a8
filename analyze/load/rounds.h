/* Delivers the rows of some kinds in time order, holding one round of the capture at a time: a ROUND chunk
 * says up to which time everything is there. Rows of equal time come mappings and tasks first, then in file
 * order. One thread. */
#ifndef HT_ANALYZE_LOAD_ROUNDS_H
#define HT_ANALYZE_LOAD_ROUNDS_H

#include <stdint.h>

#include "analyze/load/scan.h"

/* ordinal: position of the row among all rows of these kinds in file order, from 0. */
typedef enum ht_status (*ht_row_fn)(void *context, const struct ht_table *table, uint32_t row,
                                    uint64_t ordinal, struct ht_cause *cause);

/* The time must be column 0 of each kind. late: rows older than a row of an earlier round (delivered all the
 * same). */
enum ht_status ht_rounds(struct ht_reader *reader, uint64_t kinds, ht_row_fn fn, void *context,
                         struct ht_scan_problems *problems, uint64_t *late, struct ht_cause *cause);

#endif
