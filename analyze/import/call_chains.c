#include "analyze/import/call_chains.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/import/byte_order.h"

/* Entries from here on are markers. */
#define CONTEXT_MAX      ((uint64_t)-4095)
#define CONTEXT_DEFERRED ((uint64_t)-640) /* a cookie follows; the frames come in a record of their own */

static const struct {
    uint64_t marker;
    uint8_t cpumode;
} contexts[] = {
    {(uint64_t)-32, 3},   /* hypervisor */
    {(uint64_t)-128, 1},  /* kernel */
    {(uint64_t)-512, 2},  /* user */
    {(uint64_t)-2176, 4}, /* guest kernel */
    {(uint64_t)-2560, 5}, /* guest user */
};

static uint8_t mode_of(uint64_t marker) {
    for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++)
        if (contexts[i].marker == marker)
            return contexts[i].cpumode;
    return 0;
}

void ht_call_chain_decode(const uint8_t *entries, uint64_t count, int swap, unsigned cpumode, int64_t pid,
                          struct ht_call_chain *chain) {
    uint8_t mode = (uint8_t)cpumode;
    int in_kernel = 1;
    chain->frames = chain->cut = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t ip = ht_file_u64(entries + i * 8, swap);
        if (ip >= CONTEXT_MAX) {
            mode = mode_of(ip);
            i += ip == CONTEXT_DEFERRED;
            continue;
        }
        if (chain->frames == HT_CALL_FRAMES_MAX) {
            chain->cut++;
            continue;
        }
        chain->ip[chain->frames] = ip;
        chain->cpumode[chain->frames++] = mode;
        in_kernel &= mode == 1;
    }
    chain->pid = in_kernel ? -1 : pid;
}

struct entry {
    uint64_t hash;
    int64_t pid;
    uint32_t first, frames; /* in the arrays of all frames */
};

struct ht_call_chains {
    struct entry *entry;
    uint32_t entries, entry_capacity;
    uint64_t *ip;
    uint8_t *cpumode;
    uint32_t frames, frame_capacity;
    uint32_t *slot; /* entry + 1, 0 empty; a power of two */
    uint32_t slots;
};

struct ht_call_chains *ht_call_chains_new(void) {
    return calloc(1, sizeof(struct ht_call_chains));
}

void ht_call_chains_free(struct ht_call_chains *chains) {
    if (chains == NULL)
        return;
    free(chains->entry);
    free(chains->ip);
    free(chains->cpumode);
    free(chains->slot);
    free(chains);
}

static uint64_t hash_of(const struct ht_call_chain *chain) {
    uint64_t hash = (uint64_t)chain->pid;
    for (uint32_t i = 0; i < chain->frames; i++) {
        hash = (hash ^ chain->ip[i] ^ (uint64_t)chain->cpumode[i] << 60) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 29;
    }
    return hash;
}

static int same(const struct ht_call_chains *chains, const struct entry *entry,
                const struct ht_call_chain *chain, uint64_t hash) {
    return entry->hash == hash && entry->pid == chain->pid && entry->frames == chain->frames &&
           memcmp(chains->ip + entry->first, chain->ip, chain->frames * sizeof *chain->ip) == 0 &&
           memcmp(chains->cpumode + entry->first, chain->cpumode, chain->frames) == 0;
}

static enum ht_status grow_slots(struct ht_call_chains *chains) {
    uint32_t slots = chains->slots > 0 ? chains->slots * 2 : 1024;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return HT_NOMEM;
    for (uint32_t i = 0; i < chains->entries; i++) {
        uint64_t at = chains->entry[i].hash & (slots - 1);
        while (slot[at] != 0)
            at = (at + 1) & (slots - 1);
        slot[at] = i + 1;
    }
    free(chains->slot);
    chains->slot = slot;
    chains->slots = slots;
    return HT_OK;
}

static enum ht_status grow_frames(struct ht_call_chains *chains) {
    uint32_t capacity = chains->frame_capacity > 0 ? chains->frame_capacity * 2 : 16384;
    uint64_t *ip = realloc(chains->ip, capacity * sizeof *ip);
    if (ip == NULL)
        return HT_NOMEM;
    chains->ip = ip;
    uint8_t *cpumode = realloc(chains->cpumode, capacity);
    if (cpumode == NULL)
        return HT_NOMEM;
    chains->cpumode = cpumode;
    chains->frame_capacity = capacity;
    return HT_OK;
}

static enum ht_status make_room(struct ht_call_chains *chains, uint32_t frames) {
    enum ht_status status = HT_OK;
    if (chains->entries == chains->entry_capacity) {
        uint32_t capacity = chains->entry_capacity > 0 ? chains->entry_capacity * 2 : 1024;
        struct entry *entry = realloc(chains->entry, capacity * sizeof *entry);
        if (entry == NULL)
            return HT_NOMEM;
        chains->entry = entry;
        chains->entry_capacity = capacity;
    }
    while (status == HT_OK && chains->frames + frames > chains->frame_capacity)
        status = grow_frames(chains);
    if (status == HT_OK && (uint64_t)chains->entries * 2 >= chains->slots)
        status = grow_slots(chains);
    return status;
}

enum ht_status ht_call_chains_find(struct ht_call_chains *chains, const struct ht_call_chain *chain,
                                   uint64_t *number, int *is_new) {
    uint64_t hash = hash_of(chain), mask = chains->slots - 1u, at = hash & mask;
    *is_new = 0;
    for (; chains->slots > 0 && chains->slot[at] != 0; at = (at + 1) & mask)
        if (same(chains, &chains->entry[chains->slot[at] - 1], chain, hash)) {
            *number = chains->slot[at];
            return HT_OK;
        }
    if (chains->entries == HT_CALL_CHAINS_MAX || chains->frames + chain->frames > HT_CALL_FRAMES_ALL)
        return HT_LIMIT;
    if (make_room(chains, chain->frames) != HT_OK)
        return HT_NOMEM;
    mask = chains->slots - 1;
    for (at = hash & mask; chains->slot[at] != 0; at = (at + 1) & mask)
        continue;
    chains->entry[chains->entries] = (struct entry){hash, chain->pid, chains->frames, chain->frames};
    memcpy(chains->ip + chains->frames, chain->ip, chain->frames * sizeof *chain->ip);
    memcpy(chains->cpumode + chains->frames, chain->cpumode, chain->frames);
    chains->frames += chain->frames;
    chains->slot[at] = ++chains->entries;
    *number = chains->entries;
    *is_new = 1;
    return HT_OK;
}
