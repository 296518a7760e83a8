/* The hash of the roll-up tables: slots that hold entry numbers + 1, open addressing, 0 is free. The table
 * keeps its entries where it likes; this only finds and makes room. One thread.
 *
 *   for (h = ht_slots_first(s, hash); s->slot[h] != 0; h = ht_slots_next(s, h))
 *       if (entry s->slot[h] - 1 is the one) ...
 *   s->slot[h] = number + 1;  */
#ifndef HT_ANALYZE_LOAD_SLOTS_H
#define HT_ANALYZE_LOAD_SLOTS_H

#include <stdint.h>

#include "schema/status.h"

struct ht_slots {
    uint32_t *slot;
    uint64_t slots; /* a power of two; 0 at first */
};

/* The hash of an entry that is in the table already. */
typedef uint64_t (*ht_slot_hash_fn)(const void *table, uint32_t number);

/* Makes room for one entry more than used; call before each search that may insert. */
enum ht_status ht_slots_room(struct ht_slots *slots, uint32_t used, ht_slot_hash_fn hash, const void *table);
void ht_slots_free(struct ht_slots *slots); /* a zeroed one is fine; may be used again */

/* Mixes two numbers into a hash whose low bits are good. */
static inline uint64_t ht_slots_hash(uint64_t a, uint64_t b) {
    uint64_t h = a * 0x9e3779b97f4a7c15u ^ b * 0xc2b2ae3d27d4eb4fu;
    return h ^ h >> 29;
}

/* The hash of a terminated text (FNV-1a). */
static inline uint64_t ht_slots_text(const char *text) {
    uint64_t h = 0xcbf29ce484222325u;
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return ht_slots_hash(h, 0);
}

static inline uint64_t ht_slots_first(const struct ht_slots *slots, uint64_t hash) {
    return hash & (slots->slots - 1);
}

static inline uint64_t ht_slots_next(const struct ht_slots *slots, uint64_t at) {
    return (at + 1) & (slots->slots - 1);
}

#endif
