/* The distinct code addresses that samples hit: what symbols and code bytes are read for after the window;
 * and the callers of call chains, for their names alone. One set for each reader thread, merged when the
 * threads are done. Bounded; what did not fit is counted. */
#ifndef HT_RECORD_COLLECT_HITS_H
#define HT_RECORD_COLLECT_HITS_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_HITS_MAX (1u << 18)

struct ht_hit {
    uint64_t ip;
    int32_t pid;   /* -1: kernel */
    uint32_t what; /* HT_HIT_*; 0: a free slot */
};

enum { HT_HIT_SAMPLED = 1, HT_HIT_CALLER = 2 };

struct ht_hits {
    struct ht_hit *slot; /* hash, a power of two */
    uint32_t slots, count;
    uint64_t dropped; /* samples and callers whose address did not fit */
};

/* Never fails: a set that cannot grow counts what it drops. */
void ht_hits_add(struct ht_hits *hits, int32_t pid, uint64_t ip, uint32_t what);
void ht_hits_merge(struct ht_hits *into, const struct ht_hits *from);
void ht_hits_free(struct ht_hits *hits); /* a zeroed set is fine */

/* Packs the set and orders it by pid and ip; after this it only may be read and freed. */
void ht_hits_sort(struct ht_hits *hits);

#endif
