/* The inside of a batch, for the three files that are one. Nobody else includes this. */
#ifndef HT_RECORD_COLLECT_BATCH_PARTS_H
#define HT_RECORD_COLLECT_BATCH_PARTS_H

#include "record/collect/batch.h"

/* batch.c: a new row of zeros at `row`, after handing a full table over. */
enum ht_status ht_batch_row(struct ht_batch *batch, struct ht_table *table, uint64_t time, uint32_t *row);

/* batch.c: tells the owner of a process that was not seen before. */
void ht_batch_note_process(struct ht_batch *batch, int32_t pid);

/* batch_side.c: records that are neither samples nor switches. */
enum ht_status ht_batch_side(struct ht_batch *batch, const struct perf_event_header *header,
                             const struct ht_event *event, int cpu);

#endif
