/* A set of numbers, for collecting distinct offsets. Owns its slots. One thread. */
#ifndef HT_IMPORT_OFFSET_SET_H
#define HT_IMPORT_OFFSET_SET_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

struct ht_offset_set {
    uint64_t *slot; /* open addressing; 0 is empty and kept apart */
    size_t slots, count;
    int has_zero;
};

static inline uint64_t ht_offset_mix(uint64_t value) {
    value *= 0x9e3779b97f4a7c15ull;
    return value ^ value >> 29;
}

enum ht_status ht_offset_set_add(struct ht_offset_set *set, uint64_t value); /* NOMEM */

/* Packs the numbers to the front of slot[], unsorted, and returns how many; nothing can be added any more. */
size_t ht_offset_set_pack(struct ht_offset_set *set);

void ht_offset_set_free(struct ht_offset_set *set);

#endif
