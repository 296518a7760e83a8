#include "analyze/import/offset_set.h"

#include <stdlib.h>
#include <string.h>

static size_t find(const struct ht_offset_set *set, uint64_t value) {
    size_t slot = ht_offset_mix(value) & (set->slots - 1);
    while (set->slot[slot] != 0 && set->slot[slot] != value)
        slot = (slot + 1) & (set->slots - 1);
    return slot;
}

static enum ht_status grow(struct ht_offset_set *set) {
    struct ht_offset_set grown = *set;
    grown.slots = set->slots > 0 ? set->slots * 2 : 16;
    if ((grown.slot = calloc(grown.slots, sizeof *grown.slot)) == NULL)
        return HT_NOMEM;
    for (size_t i = 0; i < set->slots; i++)
        if (set->slot[i] != 0)
            grown.slot[find(&grown, set->slot[i])] = set->slot[i];
    free(set->slot);
    *set = grown;
    return HT_OK;
}

enum ht_status ht_offset_set_add(struct ht_offset_set *set, uint64_t value) {
    if (set->count * 2 >= set->slots && grow(set) != HT_OK)
        return HT_NOMEM;
    if (value == 0) {
        set->count += !set->has_zero;
        set->has_zero = 1;
        return HT_OK;
    }
    size_t slot = find(set, value);
    set->count += set->slot[slot] == 0;
    set->slot[slot] = value;
    return HT_OK;
}

size_t ht_offset_set_pack(struct ht_offset_set *set) {
    size_t count = 0;
    for (size_t i = 0; i < set->slots; i++)
        if (set->slot[i] != 0)
            set->slot[count++] = set->slot[i];
    if (set->has_zero)
        set->slot[count++] = 0; /* there is room: at most half of the slots are in use */
    return count;
}

void ht_offset_set_free(struct ht_offset_set *set) {
    free(set->slot);
    memset(set, 0, sizeof *set);
}
