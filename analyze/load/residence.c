#include "analyze/load/residence.h"

#include <stdlib.h>
#include <string.h>

void ht_residence_free(struct ht_residence *r) {
    free(r->row);
    ht_slots_free(&r->slots);
    memset(r, 0, sizeof *r);
}

static uint64_t hash_row(const void *table, uint32_t number) {
    const struct ht_residence_row *row = &((const struct ht_residence *)table)->row[number];
    return ht_slots_hash(row->thread, (uint32_t)row->node);
}

static enum ht_status add_row(struct ht_residence *r, uint32_t thread, int node) {
    if (r->count == r->capacity) {
        uint32_t capacity = r->capacity < 64 ? 64 : r->capacity * 2;
        struct ht_residence_row *row = realloc(r->row, capacity * sizeof *row);
        if (row == NULL)
            return HT_NOMEM;
        r->row = row;
        r->capacity = capacity;
    }
    r->row[r->count++] = (struct ht_residence_row){.thread = thread, .node = node};
    return HT_OK;
}

enum ht_status ht_residence_add(struct ht_residence *r, uint32_t thread, int node, uint64_t cpu_ns) {
    enum ht_status status = ht_slots_room(&r->slots, r->count, hash_row, r);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(&r->slots, ht_slots_hash(thread, (uint32_t)node));
    for (; r->slots.slot[h] != 0; h = ht_slots_next(&r->slots, h)) {
        const struct ht_residence_row *row = &r->row[r->slots.slot[h] - 1];
        if (row->thread == thread && row->node == node)
            break;
    }
    if (r->slots.slot[h] == 0) {
        if ((status = add_row(r, thread, node)) != HT_OK)
            return status;
        r->slots.slot[h] = r->count;
    }
    r->row[r->slots.slot[h] - 1].samples++;
    r->row[r->slots.slot[h] - 1].cpu_ns += cpu_ns;
    return HT_OK;
}
