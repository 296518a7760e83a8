/* What the files that turn records into rows share: a row under construction and the numbers of a record.
 * Internal to rows.c. */
#ifndef HT_IMPORT_ROW_H
#define HT_IMPORT_ROW_H

#include "analyze/import/rows.h"

struct ht_row {
    struct ht_table *table;
    uint32_t row;
};

#define HT_ROW_SET(place, column, value) ((place)->table->number[column][(place)->row] = (uint64_t)(value))

static inline uint32_t ht_record_u32(const struct ht_record *in, const uint8_t *at) {
    return ht_file_u32(at, in->swap);
}

static inline uint64_t ht_record_u64(const struct ht_record *in, const uint8_t *at) {
    return ht_file_u64(at, in->swap);
}

static inline int64_t ht_record_task(const struct ht_record *in, const uint8_t *at) {
    return (int32_t)ht_record_u32(in, at);
}

/* A row at the record's time. */
enum ht_status ht_row_add(struct ht_records *records, const struct ht_record *in, enum ht_chunk_kind kind,
                          enum ht_output_rank rank, int64_t pid, struct ht_row *row);

/* A text of at most `room` bytes, which may end without a 0. */
enum ht_status ht_row_text(struct ht_records *records, struct ht_row *row, unsigned column,
                           const uint8_t *text, uint32_t room);

/* One record; body: where its own part ends and the trailer begins. DAMAGED: too short for its fields. */
typedef enum ht_status ht_row_maker(struct ht_records *records, const struct ht_record *in,
                                    const struct ht_perf_sample *trailer, uint32_t body);

/* row_event.c */
ht_row_maker ht_row_lost, ht_row_lost_samples, ht_row_throttle, ht_row_switch, ht_row_ksymbol,
    ht_row_bpf_event, ht_row_cgroup;

/* row_sample.c */
enum ht_status ht_row_sample(struct ht_records *records, const struct ht_record *in);

#endif
