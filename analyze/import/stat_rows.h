/* Counts of perf stat record: rows of COUNTER. A STAT record has no time; the STAT_ROUND behind those of a
 * round has it, in ns since perf stat began. Values are cumulative, as COUNTER wants them. One thread. */
#ifndef HT_IMPORT_STAT_ROWS_H
#define HT_IMPORT_STAT_ROWS_H

#include "analyze/import/output.h"
#include "analyze/import/perf_attrs.h"
#include "analyze/import/record_stream.h"
#include "analyze/import/skip.h"

struct ht_stat_rows { /* zeroed: empty */
    struct ht_table counter;
    uint32_t timed;   /* rows of rounds that ended */
    uint64_t last_ns; /* of the last round, 0 none */
    uint64_t rows;    /* in all */
};

enum ht_status ht_stat_rows_add(struct ht_stat_rows *stat, const struct ht_raw_record *record, int swap,
                                const struct ht_perf_attrs *attrs, struct ht_skips *skips,
                                struct ht_output *output, struct ht_cause *cause);
void ht_stat_rows_round(struct ht_stat_rows *stat, const struct ht_raw_record *record, int swap,
                        struct ht_skips *skips);

/* Writes what is left; rows of a round that was cut off have the time of the last one. */
enum ht_status ht_stat_rows_end(struct ht_stat_rows *stat, struct ht_output *output, struct ht_cause *cause);
void ht_stat_rows_free(struct ht_stat_rows *stat);

#endif
