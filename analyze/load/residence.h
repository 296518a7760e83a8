/* How often each thread was seen running on each node (cpu-clock samples). One thread. */
#ifndef HT_ANALYZE_LOAD_RESIDENCE_H
#define HT_ANALYZE_LOAD_RESIDENCE_H

#include <stdint.h>

#include "analyze/load/slots.h"
#include "schema/status.h"

struct ht_residence_row {
    uint32_t thread; /* ht_threads */
    int32_t node;    /* -1 unknown */
    uint64_t samples, cpu_ns;
};

struct ht_residence {
    struct ht_residence_row *row;
    uint32_t count, capacity;
    struct ht_slots slots;
};

void ht_residence_free(struct ht_residence *residence); /* a zeroed one is fine */
enum ht_status ht_residence_add(struct ht_residence *residence, uint32_t thread, int node, uint64_t cpu_ns);

#endif
