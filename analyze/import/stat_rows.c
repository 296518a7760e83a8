#include "analyze/import/stat_rows.h"

#include "analyze/import/perf_format.h"

#define STAT_BYTES  48u
#define ROUND_BYTES 24u
#define PUT_ROWS    65536u

static void set_time(struct ht_stat_rows *stat) {
    for (; stat->timed < stat->counter.rows; stat->timed++)
        stat->counter.number[HT_COUNTER_TIME][stat->timed] = stat->last_ns;
}

static enum ht_status put(struct ht_stat_rows *stat, struct ht_output *output, struct ht_cause *cause) {
    set_time(stat);
    enum ht_status status = ht_output_put(output, &stat->counter, cause);
    ht_table_clear(&stat->counter);
    stat->timed = 0;
    return status;
}

/* u64 id, u32 cpu (-1: of a task) thread, u64 value enabled running */
enum ht_status ht_stat_rows_add(struct ht_stat_rows *stat, const struct ht_raw_record *record, int swap,
                                const struct ht_perf_attrs *attrs, struct ht_skips *skips,
                                struct ht_output *output, struct ht_cause *cause) {
    const uint8_t *at = record->at + HT_PERF_RECORD_HEADER;
    uint32_t row;
    if (record->bytes < STAT_BYTES) {
        ht_skip(skips, HT_SKIP_BROKEN_RECORD, record->bytes);
        return HT_OK;
    }
    int32_t event = attrs->count == 1 ? 0 : ht_perf_attrs_find(attrs, ht_file_u64(at, swap));
    if (event < 0) {
        ht_skip(skips, HT_SKIP_NO_EVENT_VALUE, record->bytes);
        return HT_OK;
    }
    if (stat->counter.desc == NULL)
        ht_table_init(&stat->counter, HT_CHUNK_COUNTER);
    enum ht_status status = stat->counter.rows >= PUT_ROWS ? put(stat, output, cause) : HT_OK;
    if (status != HT_OK)
        return status;
    status = ht_table_add(&stat->counter, &row);
    if (status != HT_OK)
        return ht_fail(cause, status, "out of memory for counters");
    stat->counter.number[HT_COUNTER_CPU][row] = (uint64_t)(int64_t)(int32_t)ht_file_u32(at + 8, swap);
    stat->counter.number[HT_COUNTER_EVENT][row] = (uint64_t)event;
    stat->counter.number[HT_COUNTER_VALUE][row] = ht_file_u64(at + 16, swap);
    stat->counter.number[HT_COUNTER_ENABLED][row] = ht_file_u64(at + 24, swap);
    stat->counter.number[HT_COUNTER_RUNNING][row] = ht_file_u64(at + 32, swap);
    stat->rows++;
    return HT_OK;
}

/* u64 type time */
void ht_stat_rows_round(struct ht_stat_rows *stat, const struct ht_raw_record *record, int swap,
                        struct ht_skips *skips) {
    if (record->bytes < ROUND_BYTES) {
        ht_skip(skips, HT_SKIP_BROKEN_RECORD, record->bytes);
        return;
    }
    stat->last_ns = ht_file_u64(record->at + HT_PERF_RECORD_HEADER + 8, swap);
    set_time(stat);
}

enum ht_status ht_stat_rows_end(struct ht_stat_rows *stat, struct ht_output *output, struct ht_cause *cause) {
    return stat->counter.rows > 0 ? put(stat, output, cause) : HT_OK;
}

void ht_stat_rows_free(struct ht_stat_rows *stat) {
    ht_table_free(&stat->counter);
}
