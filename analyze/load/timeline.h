/* Counts over the window in at most 1,200 buckets of one width, for each metric and pair of nodes. One
 * thread. */
#ifndef HT_ANALYZE_LOAD_TIMELINE_H
#define HT_ANALYZE_LOAD_TIMELINE_H

#include <stdint.h>

#include "schema/status.h"

#define HT_BUCKETS       1200
#define HT_TIMELINES_MAX 1024 /* series; node pairs beyond are counted in `dropped` */

/* X(name, text): text goes to bucket.metric */
#define HT_METRICS(X)                                                                                        \
    X(TRANSFERS, "transfers")                                                                                \
    X(REMOTE_MEMORY, "remote_memory")                                                                        \
    X(LOCAL_MEMORY, "local_memory")                                                                          \
    X(MIGRATIONS, "migrations")                                                                              \
    X(PAGE_MIGRATIONS, "page_migrations")                                                                    \
    X(PAGE_FAULTS, "page_faults")                                                                            \
    X(MAJOR_FAULTS, "major_faults")                                                                          \
    X(PAGE_MOVES, "page_moves")                                                                              \
    X(SWITCHES, "switches")                                                                                  \
    X(DIRECT_RECLAIM, "direct_reclaim")                                                                      \
    X(CPU_SAMPLES, "cpu_samples")                                                                            \
    X(LOSS, "loss")

enum ht_metric {
#define X(name, text) HT_METRIC_##name,
    HT_METRICS(X)
#undef X
};

struct ht_series {
    enum ht_metric metric;
    int from, to;    /* nodes, -1 none or unknown */
    uint64_t *value; /* HT_BUCKETS */
};

struct ht_timeline {
    uint64_t start_ns, width_ns; /* width 0: no window known, nothing is counted */
    struct ht_series *series;
    uint32_t count;
    uint32_t last; /* series of the last add */
    uint64_t dropped;
};

void ht_timeline_start(struct ht_timeline *timeline, uint64_t start_ns, uint64_t end_ns);
void ht_timeline_free(struct ht_timeline *timeline); /* a zeroed one is fine */

/* Times outside the window go to its first or last bucket. */
enum ht_status ht_timeline_add(struct ht_timeline *timeline, enum ht_metric metric, int from, int to,
                               uint64_t time_ns, uint64_t value);
const char *ht_metric_text(enum ht_metric metric);

#endif
