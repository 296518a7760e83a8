/* Turns the records of a perf.data into rows of a capture, in the order in which perf would process them.
 *
 * The first pass over the file (ht_records_scan) finds each record's time and puts it in order; delivered
 * records are read a second time and decoded. Everything in the struct is the caller's, opened and freed by
 * it. One thread. Layouts: enum perf_event_type in linux/perf_event.h, and
 * tools/lib/perf/include/perf/event.h. */
#ifndef HT_IMPORT_RECORDS_H
#define HT_IMPORT_RECORDS_H

#include "analyze/import/call_chains.h"
#include "analyze/import/hits.h"
#include "analyze/import/order.h"
#include "analyze/import/perf_features.h"
#include "analyze/import/pid_groups.h"
#include "analyze/import/read_values.h"
#include "analyze/import/stat_rows.h"

/* What an event is to us, by event. */
struct ht_event_use {
    enum ht_event_kind kind;
    enum ht_chunk_kind chunk; /* where its samples go */
    uint64_t samples;
};

struct ht_records {
    struct ht_perf_data *data;
    const struct ht_perf_attrs *attrs;
    struct ht_perf_facts *facts; /* build ids may come with the data, too */
    struct ht_event_use *use;
    struct ht_skips *skips;
    struct ht_output *output;
    struct ht_spaces *spaces;
    struct ht_hits *hits;
    struct ht_order *order;
    struct ht_call_chains *chains;
    struct ht_pid_groups groups;
    struct ht_read_values values;
    struct ht_stat_rows stat;
    struct ht_cause *cause;
    /* counted on the way */
    uint64_t samples, mem_samples, sourced; /* sourced: memory samples whose data_src says anything */
    uint64_t first_ns, last_ns;             /* of samples */
    uint64_t ring_lost,
        samples_lost;  /* told by LOST, by LOST_SAMPLES; the second may count the first again */
    uint64_t maps_cut; /* processes whose mappings perf did not read to the end */
};

/* Fills use[] from the attrs and names. */
void ht_records_classify(struct ht_records *records);

/* Reads all records and writes all rows, without closing the last round. */
enum ht_status ht_records_scan(struct ht_records *records);

#endif
