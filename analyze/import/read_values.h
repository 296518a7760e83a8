/* Counters that were read with samples (leader sampling, perf record -e '{a,b}:S'): what each counted since
 * it was read last. 24 to 48 bytes a counter. One thread. */
#ifndef HT_IMPORT_READ_VALUES_H
#define HT_IMPORT_READ_VALUES_H

#include <stdint.h>

#include "schema/status.h"

struct ht_read_value {
    uint64_t id; /* 0: empty slot */
    int64_t tid;
    uint64_t value;
};

struct ht_read_values { /* zeroed: empty */
    struct ht_read_value *slot;
    uint32_t slots, count;
};

/* *delta: value less the one before, the value itself at first. tid: of the thread where a counter was
 * inherited, so that each has its own; else 0. id is not 0. NOMEM. */
enum ht_status ht_read_values_delta(struct ht_read_values *values, uint64_t id, int64_t tid, uint64_t value,
                                    uint64_t *delta);
void ht_read_values_free(struct ht_read_values *values);

#endif
