#include "analyze/load/chains.h"

#include <stdlib.h>
#include <string.h>

void ht_chains_free(struct ht_chains *c) {
    free(c->chain);
    ht_slots_free(&c->slots);
    memset(c, 0, sizeof *c);
}

static uint64_t hash_chain(const void *table, uint32_t number) {
    return ht_slots_hash(((const struct ht_chains *)table)->chain[number].number, 1);
}

enum ht_status ht_chains_find(struct ht_chains *c, uint64_t number, struct ht_chain **chain) {
    enum ht_status status = ht_slots_room(&c->slots, c->count, hash_chain, c);
    if (status != HT_OK)
        return status;
    uint64_t h = ht_slots_first(&c->slots, ht_slots_hash(number, 1));
    for (; c->slots.slot[h] != 0; h = ht_slots_next(&c->slots, h)) {
        *chain = &c->chain[c->slots.slot[h] - 1];
        if ((*chain)->number == number)
            return HT_OK;
    }
    if (c->count == c->capacity) {
        uint32_t capacity = c->capacity < 256 ? 256 : c->capacity * 2;
        struct ht_chain *grown = realloc(c->chain, capacity * sizeof *grown);
        if (grown == NULL)
            return HT_NOMEM;
        c->chain = grown;
        c->capacity = capacity;
    }
    *chain = &c->chain[c->count++];
    **chain = (struct ht_chain){.number = number, .pid = -1};
    c->slots.slot[h] = c->count;
    return HT_OK;
}

uint64_t ht_chain_call(const struct ht_chain *chain, uint64_t ip, uint8_t cpumode) {
    return chain->frames > 0 && chain->cpumode == cpumode && ip > 0 ? ip - 1 : ip;
}
