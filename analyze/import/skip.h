/* What an import could not use, counted by reason: IMPORT_SKIP of the capture. Adding never fails; one
 * thread. */
#ifndef HT_IMPORT_SKIP_H
#define HT_IMPORT_SKIP_H

#include <stdint.h>

#include "analyze/import/perf_sample.h"
#include "schema/table.h"

/* X(NAME, text) */
#define HT_SKIPS(X)                                                                                          \
    X(NO_EVENT, "samples whose event is not in the file's header")                                           \
    X(BROKEN_SAMPLE, "samples shorter than their fields")                                                    \
    X(BROKEN_RECORD, "records shorter than their fields")                                                    \
    X(NO_EVENT_VALUE, "counter values whose event is not in the file's header")                              \
    X(NO_EVENT_RECORD, "records whose event is not in the file's header")                                    \
    X(UNKNOWN_TYPE, "records of a type that this version does not know")                                     \
    X(DAMAGED_REST, "data behind a damaged record")

enum ht_skip_reason {
#define X(name, text) HT_SKIP_##name,
    HT_SKIPS(X)
#undef X
        HT_SKIP_COUNT
};

#define HT_SKIP_TYPES    128u /* record types that have a counter of their own */
#define HT_SKIP_SIMPLE   127u /* counts all types of simpleperf */
#define HT_SKIP_FEATURES 256u

struct ht_skip_count {
    uint64_t records, bytes;
};

struct ht_skips {
    struct ht_skip_count reason[HT_SKIP_COUNT];
    struct ht_skip_count type[HT_SKIP_TYPES];
    struct ht_skip_count part[HT_PART_COUNT];
    struct ht_skip_count feature[HT_SKIP_FEATURES]; /* sections of no use, or that could not be read */
    uint8_t feature_damaged[HT_SKIP_FEATURES];
};

static inline void ht_skip(struct ht_skips *skips, enum ht_skip_reason reason, uint64_t bytes) {
    skips->reason[reason].records++;
    skips->reason[reason].bytes += bytes;
}

/* A record of a kernel or perf type that import has no use for. */
void ht_skip_type(struct ht_skips *skips, uint32_t type, uint64_t bytes);

void ht_skip_feature(struct ht_skips *skips, unsigned feature, uint64_t bytes, int damaged);

/* Rows for the counters that are not 0; *lost is the number of records that held something of the window. */
enum ht_status ht_skip_rows(const struct ht_skips *skips, struct ht_table *import_skip, uint64_t *lost);

#endif
