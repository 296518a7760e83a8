#include "analyze/load/slots.h"

#include <stdlib.h>

#define SLOTS_FIRST 1024u

enum ht_status ht_slots_room(struct ht_slots *slots, uint32_t used, ht_slot_hash_fn hash, const void *table) {
    if ((uint64_t)used * 3 < slots->slots * 2)
        return HT_OK;
    if (used >= UINT32_MAX - 1)
        return HT_LIMIT;
    struct ht_slots grown = {.slots = slots->slots == 0 ? SLOTS_FIRST : slots->slots * 2};
    grown.slot = calloc(grown.slots, sizeof *grown.slot);
    if (grown.slot == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < used; i++) {
        uint64_t h = ht_slots_first(&grown, hash(table, i));
        while (grown.slot[h] != 0)
            h = ht_slots_next(&grown, h);
        grown.slot[h] = i + 1;
    }
    free(slots->slot);
    *slots = grown;
    return HT_OK;
}

void ht_slots_free(struct ht_slots *slots) {
    free(slots->slot);
    *slots = (struct ht_slots){0};
}
