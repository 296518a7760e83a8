#include "analyze/load/accesses.h"

#include <stdlib.h>
#include <string.h>

#define ACCESSES_A_BLOCK 16384u

struct ht_accesses {
    struct ht_access **block;
    uint32_t count, blocks;
    uint32_t *slot;
    uint64_t slots;
    uint32_t *order;      /* entry numbers by line, then as first seen */
    uint32_t *line_start; /* position of each line's first entry; one more at the end */
    uint32_t lines;
};

enum ht_status ht_accesses_new(struct ht_accesses **accesses) {
    *accesses = calloc(1, sizeof **accesses);
    return *accesses != NULL ? HT_OK : HT_NOMEM;
}

void ht_accesses_free(struct ht_accesses *a) {
    if (a == NULL)
        return;
    for (uint32_t i = 0; i < a->blocks; i++)
        free(a->block[i]);
    free(a->block);
    free(a->slot);
    free(a->order);
    free(a->line_start);
    free(a);
}

static struct ht_access *entry(const struct ht_accesses *a, uint32_t number) {
    return &a->block[number / ACCESSES_A_BLOCK][number % ACCESSES_A_BLOCK];
}

static uint64_t hash_key(const struct ht_access *k) {
    uint64_t h = ((uint64_t)k->line << 32 | k->code) * 0x9e3779b97f4a7c15u;
    h ^= ((uint64_t)k->thread << 32 | (uint32_t)(uint16_t)k->cpu << 16 | k->offset) * 0xc2b2ae3d27d4eb4fu;
    return h ^ h >> 31;
}

static int same_key(const struct ht_access *a, const struct ht_access *b) {
    return a->line == b->line && a->code == b->code && a->thread == b->thread && a->cpu == b->cpu &&
           a->offset == b->offset;
}

static enum ht_status grow_slots(struct ht_accesses *a) {
    uint64_t slots = a->slots == 0 ? 4096 : a->slots * 2;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < a->count; i++) {
        uint64_t h = hash_key(entry(a, i)) & (slots - 1);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = i + 1;
    }
    free(a->slot);
    a->slot = slot;
    a->slots = slots;
    return HT_OK;
}

static enum ht_status new_entry(struct ht_accesses *a, uint32_t *number) {
    if (a->count == UINT32_MAX - 1)
        return HT_LIMIT;
    if (a->count == a->blocks * ACCESSES_A_BLOCK) {
        struct ht_access **grown = realloc(a->block, (a->blocks + 1) * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        a->block = grown;
        grown[a->blocks] = malloc(ACCESSES_A_BLOCK * sizeof **grown);
        if (grown[a->blocks] == NULL)
            return HT_NOMEM;
        a->blocks++;
    }
    *number = a->count++;
    return HT_OK;
}

enum ht_status ht_accesses_find(struct ht_accesses *a, const struct ht_access *key,
                                struct ht_access **access) {
    enum ht_status status = (uint64_t)a->count * 3 >= a->slots * 2 ? grow_slots(a) : HT_OK;
    if (status != HT_OK)
        return status;
    uint64_t h = hash_key(key) & (a->slots - 1);
    for (; a->slot[h] != 0; h = (h + 1) & (a->slots - 1)) {
        *access = entry(a, a->slot[h] - 1);
        if (same_key(*access, key))
            return HT_OK;
    }
    uint32_t number;
    if ((status = new_entry(a, &number)) != HT_OK)
        return status;
    a->slot[h] = number + 1;
    *access = entry(a, number);
    **access = (struct ht_access){.line = key->line,
                                  .code = key->code,
                                  .thread = key->thread,
                                  .cpu = key->cpu,
                                  .offset = key->offset,
                                  .first_us = UINT32_MAX};
    return HT_OK;
}

uint32_t ht_accesses_count(const struct ht_accesses *a) {
    return a->count;
}

enum ht_status ht_accesses_finish(struct ht_accesses *a, uint32_t lines, const uint32_t *rank) {
    free(a->slot);
    a->slot = NULL;
    a->slots = 0;
    a->lines = lines;
    a->order = malloc((size_t)a->count * sizeof *a->order + 1);
    a->line_start = calloc((size_t)lines + 2, sizeof *a->line_start);
    if (a->order == NULL || a->line_start == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < a->count; i++)
        entry(a, i)->line = rank[entry(a, i)->line];
    /* Counting sort: line_start[n + 1] first counts line n, then points behind it. */
    for (uint32_t i = 0; i < a->count; i++)
        a->line_start[entry(a, i)->line + 2]++;
    for (uint32_t n = 0; n < lines; n++)
        a->line_start[n + 2] += a->line_start[n + 1];
    for (uint32_t i = 0; i < a->count; i++)
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
