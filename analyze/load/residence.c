#include "analyze/load/residence.h"

#include <stdlib.h>
#include <string.h>

void ht_residence_free(struct ht_residence *r) {
    free(r->row);
    free(r->slot);
    memset(r, 0, sizeof *r);
}

static uint64_t hash_row(uint32_t thread, int32_t node) {
    uint64_t h = ((uint64_t)thread << 32 | (uint32_t)node) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

static enum ht_status grow(struct ht_residence *r) {
    uint64_t slots = r->slots == 0 ? 256 : r->slots * 2;
    uint32_t *slot = calloc(slots, sizeof *slot);
    struct ht_residence_row *row = slot != NULL ? realloc(r->row, slots / 2 * sizeof *row) : NULL;
    if (row == NULL) {
        free(slot);
        return HT_NOMEM;
    }
    for (uint32_t i = 0; i < r->count; i++) {
        uint64_t h = hash_row(row[i].thread, row[i].node) & (slots - 1);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = i + 1;
    }
    free(r->slot);
    r->row = row;
    r->slot = slot;
    r->slots = slots;
    r->capacity = (uint32_t)(slots / 2);
    return HT_OK;
}

enum ht_status ht_residence_add(struct ht_residence *r, uint32_t thread, int node, uint64_t cpu_ns) {
    enum ht_status status = r->count == r->capacity ? grow(r) : HT_OK;
    if (status != HT_OK)
        return status;
    uint64_t h = hash_row(thread, node) & (r->slots - 1);
    while (r->slot[h] != 0 &&
           (r->row[r->slot[h] - 1].thread != thread || r->row[r->slot[h] - 1].node != node))
        h = (h + 1) & (r->slots - 1);
    if (r->slot[h] == 0) {
        r->row[r->count++] = (struct ht_residence_row){.thread = thread, .node = node};
        r->slot[h] = r->count;
    }
    r->row[r->slot[h] - 1].samples++;
    r->row[r->slot[h] - 1].cpu_ns += cpu_ns;
    return HT_OK;
}
