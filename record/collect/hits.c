#include "record/collect/hits.h"

#include <stdlib.h>
#include <string.h>

static inline uint32_t slot_of(int32_t pid, uint64_t ip, uint32_t slots) {
    uint64_t mixed = (ip ^ ((uint64_t)(uint32_t)pid << 40)) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(mixed >> 32) & (slots - 1);
}

static struct ht_hit *find(struct ht_hit *slot, uint32_t slots, int32_t pid, uint64_t ip) {
    uint32_t h = slot_of(pid, ip, slots);
    while (slot[h].what != 0 && (slot[h].ip != ip || slot[h].pid != pid))
        h = (h + 1) & (slots - 1);
    return &slot[h];
}

static int grow(struct ht_hits *hits) {
    uint32_t slots = hits->slots == 0 ? 1024 : hits->slots * 2;
    struct ht_hit *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return 0;
    for (uint32_t i = 0; i < hits->slots; i++)
        if (hits->slot[i].what != 0)
            *find(slot, slots, hits->slot[i].pid, hits->slot[i].ip) = hits->slot[i];
    free(hits->slot);
    hits->slot = slot;
    hits->slots = slots;
    return 1;
}

void ht_hits_add(struct ht_hits *hits, int32_t pid, uint64_t ip, uint32_t what) {
    if (hits->slots > 0) {
        struct ht_hit *hit = find(hits->slot, hits->slots, pid, ip);
        if (hit->what != 0) {
            hit->what |= what;
            return;
        }
    }
    if (hits->count >= HT_HITS_MAX || (hits->count * 2 >= hits->slots && !grow(hits))) {
        hits->dropped++;
        return;
    }
    *find(hits->slot, hits->slots, pid, ip) = (struct ht_hit){ip, pid, what};
    hits->count++;
}

void ht_hits_merge(struct ht_hits *into, const struct ht_hits *from) {
    for (uint32_t i = 0; i < from->slots; i++)
        if (from->slot[i].what != 0)
            ht_hits_add(into, from->slot[i].pid, from->slot[i].ip, from->slot[i].what);
    into->dropped += from->dropped;
}

static int by_pid_ip(const void *a, const void *b) {
    const struct ht_hit *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->ip < y->ip ? -1 : x->ip > y->ip;
}

void ht_hits_sort(struct ht_hits *hits) {
    uint32_t packed = 0;
    for (uint32_t i = 0; i < hits->slots; i++)
        if (hits->slot[i].what != 0)
            hits->slot[packed++] = hits->slot[i];
    hits->slots = packed;
    if (packed > 0)
        qsort(hits->slot, packed, sizeof *hits->slot, by_pid_ip);
}

void ht_hits_free(struct ht_hits *hits) {
    free(hits->slot);
    memset(hits, 0, sizeof *hits);
}
