#include "analyze/load/accesses.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/load/blocks.h"
#include "analyze/load/slots.h"

struct ht_accesses {
    struct ht_blocks access;
    struct ht_slots slots;
    uint32_t *order;      /* entry numbers by line, then as first seen */
    uint32_t *line_start; /* position of each line's first entry; one more at the end */
    uint32_t lines;
};

enum ht_status ht_accesses_new(struct ht_accesses **accesses) {
    *accesses = calloc(1, sizeof **accesses);
    if (*accesses == NULL)
        return HT_NOMEM;
    (*accesses)->access.entry_bytes = sizeof(struct ht_access);
    return HT_OK;
}

void ht_accesses_free(struct ht_accesses *a) {
    if (a == NULL)
        return;
    ht_blocks_free(&a->access);
    ht_slots_free(&a->slots);
    free(a->order);
    free(a->line_start);
    free(a);
}

static struct ht_access *entry(const struct ht_accesses *a, uint32_t number) {
    return ht_blocks_get(&a->access, number);
}

static uint64_t hash_key(const struct ht_access *k) {
    return ht_slots_hash((uint64_t)k->line << 32 | k->code,
                         (uint64_t)k->thread << 32 | (uint32_t)(uint16_t)k->cpu << 16 | k->offset);
}

static uint64_t hash_entry(const void *table, uint32_t number) {
    return hash_key(entry(table, number));
}

static int same_key(const struct ht_access *a, const struct ht_access *b) {
    return a->line == b->line && a->code == b->code && a->thread == b->thread && a->cpu == b->cpu &&
           a->offset == b->offset;
}

enum ht_status ht_accesses_find(struct ht_accesses *a, const struct ht_access *key,
                                struct ht_access **access) {
    enum ht_status status = ht_slots_room(&a->slots, a->access.count, hash_entry, a);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(&a->slots, hash_key(key));
    for (; a->slots.slot[h] != 0; h = ht_slots_next(&a->slots, h)) {
        *access = entry(a, a->slots.slot[h] - 1);
        if (same_key(*access, key))
            return HT_OK;
    }
    uint32_t number;
    if ((status = ht_blocks_add(&a->access, &number)) != HT_OK)
        return status;
    a->slots.slot[h] = number + 1;
    *access = entry(a, number);
    **access = (struct ht_access){.line = key->line,
                                  .code = key->code,
                                  .thread = key->thread,
                                  .cpu = key->cpu,
                                  .offset = key->offset,
                                  .first_us = UINT32_MAX};
    return HT_OK;
}

uint64_t ht_accesses_fetch(const struct ht_accesses *a, const struct ht_access *key) {
    if (a->slots.slots == 0)
        return 0;
    uint64_t place = ht_slots_first(&a->slots, hash_key(key));
    __builtin_prefetch(&a->slots.slot[place]);
    return place;
}

void ht_accesses_fetch_entry(const struct ht_accesses *a, uint64_t place) {
    /* the slots may have grown since: then it is another place, and only a try */
    if (place >= a->slots.slots || a->slots.slot[place] == 0)
        return;
    const char *at = (const char *)entry(a, a->slots.slot[place] - 1);
    __builtin_prefetch(at, 1);
    __builtin_prefetch(at + 64, 1);
}

enum ht_status ht_accesses_finish(struct ht_accesses *a, uint32_t lines, const uint32_t *rank) {
    ht_slots_free(&a->slots);
    a->lines = lines;
    a->order = malloc((size_t)a->access.count * sizeof *a->order + 1);
    a->line_start = calloc((size_t)lines + 2, sizeof *a->line_start);
    if (a->order == NULL || a->line_start == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < a->access.count; i++)
        entry(a, i)->line = rank[entry(a, i)->line];
    /* Counting sort: line_start[n + 1] first counts line n, then points behind it. */
    for (uint32_t i = 0; i < a->access.count; i++)
        a->line_start[entry(a, i)->line + 2]++;
    for (uint32_t n = 0; n < lines; n++)
        a->line_start[n + 2] += a->line_start[n + 1];
    for (uint32_t i = 0; i < a->access.count; i++)
        a->order[a->line_start[entry(a, i)->line + 1]++] = i;
    return HT_OK;
}

uint32_t ht_accesses_of_line(const struct ht_accesses *a, uint32_t line, uint32_t *first) {
    *first = a->line_start[line];
    return a->line_start[line + 1] - a->line_start[line];
}

const struct ht_access *ht_accesses_ordered(const struct ht_accesses *a, uint32_t position) {
    return entry(a, a->order[position]);
}
