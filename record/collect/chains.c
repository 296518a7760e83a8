#include "record/collect/chains.h"

#include <stdlib.h>
#include <string.h>

#include "record/base/grow.h"

/* ---- frames of a sample ---- */

/* PERF_CONTEXT_*: what stands between frames and says of which mode those behind it are. All are above this
 * one (PERF_CONTEXT_MAX), where no code is. */
#define CONTEXT_FIRST ((uint64_t)-4095)

static const struct {
    uint64_t marker;
    uint32_t mode;
} contexts[] = {
    {(uint64_t)PERF_CONTEXT_KERNEL, PERF_RECORD_MISC_KERNEL},
    {(uint64_t)PERF_CONTEXT_USER, PERF_RECORD_MISC_USER},
    {(uint64_t)PERF_CONTEXT_HV, PERF_RECORD_MISC_HYPERVISOR},
    {(uint64_t)PERF_CONTEXT_GUEST_KERNEL, PERF_RECORD_MISC_GUEST_KERNEL},
    {(uint64_t)PERF_CONTEXT_GUEST_USER, PERF_RECORD_MISC_GUEST_USER},
};

static uint32_t mode_behind(uint64_t marker) {
    for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++)
        if (contexts[i].marker == marker)
            return contexts[i].mode;
    return PERF_RECORD_MISC_CPUMODE_UNKNOWN;
}

static int is_kernels(uint32_t mode) {
    return mode == PERF_RECORD_MISC_KERNEL || mode == PERF_RECORD_MISC_HYPERVISOR;
}

unsigned ht_chain_frames(const struct ht_sample *s, uint16_t misc,
                         struct ht_frame frame[HT_CHAIN_FRAMES_MAX]) {
    uint32_t mode = misc & PERF_RECORD_MISC_CPUMODE_MASK;
    int32_t pid = is_kernels(mode) ? -1 : s->pid;
    unsigned frames = 1, callers = 0;
    frame[0] = (struct ht_frame){s->ip, 0, mode};
    for (uint32_t i = 0; i < s->chain_words; i++) {
        uint64_t word;
        memcpy(&word, s->chain + i * sizeof word, sizeof word);
        if (word >= CONTEXT_FIRST) {
            mode = mode_behind(word);
            continue;
        }
        if (callers++ == 0 && word == s->ip)
            continue; /* as it always is; else the sampled instruction still comes first */
        if (frames < HT_CHAIN_FRAMES_MAX)
            frame[frames] = (struct ht_frame){word, 0, mode};
        if (!is_kernels(mode))
            pid = s->pid;
        frames++;
    }
    for (unsigned i = 0; i < frames && i < HT_CHAIN_FRAMES_MAX; i++)
        frame[i].pid = pid;
    return callers > 0 ? frames : 0;
}

/* ---- the set ---- */

static uint64_t hash_of(const struct ht_frame *frame, unsigned frames) {
    uint64_t hash = (uint64_t)(uint32_t)frame[0].pid;
    for (unsigned i = 0; i < frames; i++) {
        hash = (hash ^ frame[i].ip ^ (uint64_t)frame[i].mode << 56) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return hash;
}

/* The slot of this chain, or the empty one where it belongs. */
static uint32_t find(const struct ht_chains *c, uint64_t hash, const struct ht_frame *frame,
                     unsigned frames) {
    uint32_t h = (uint32_t)(hash >> 16) & (c->slots - 1);
    for (; c->slot[h] != 0; h = (h + 1) & (c->slots - 1)) {
        const struct ht_chain *known = &c->chain[c->slot[h] - 1];
        if (known->hash == hash && known->frames == frames &&
            memcmp(&c->frame[known->first], frame, frames * sizeof *frame) == 0)
            break;
    }
    return h;
}

static int grow_slots(struct ht_chains *c) {
    uint32_t slots = c->slots == 0 ? 1024 : c->slots * 2;
    uint32_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return 0;
    for (size_t i = 0; i < c->chains; i++) {
        uint32_t h = (uint32_t)(c->chain[i].hash >> 16) & (slots - 1);
        while (slot[h] != 0)
            h = (h + 1) & (slots - 1);
        slot[h] = (uint32_t)i + 1;
    }
    free(c->slot);
    c->slot = slot;
    c->slots = slots;
    return 1;
}

static int make_room(struct ht_chains *c, unsigned frames) {
    size_t share = HT_FRAMES_MAX / (c->sharers > 0 ? c->sharers : 1);
    if (c->chains >= HT_CHAINS_MAX || c->frames + frames > share)
        return 0;
    struct ht_frame *frame = ht_grow(c->frame, &c->frame_capacity, c->frames + frames, sizeof *frame);
    if (frame == NULL)
        return 0;
    c->frame = frame;
    struct ht_chain *chain = ht_grow(c->chain, &c->chain_capacity, c->chains + 1, sizeof *chain);
    if (chain == NULL)
        return 0;
    c->chain = chain;
    return c->chains * 2 < c->slots || grow_slots(c);
}

uint64_t ht_chains_find(struct ht_chains *c, const struct ht_frame *frame, unsigned frames, int *is_new) {
    *is_new = 0;
    if (frames == 0)
        return 0;
    if (frames > HT_CHAIN_FRAMES_MAX) {
        c->dropped++;
        return 0;
    }
    uint64_t hash = hash_of(frame, frames);
    uint32_t h = c->slots > 0 ? find(c, hash, frame, frames) : 0;
    if (c->slots > 0 && c->slot[h] != 0)
        return c->base + c->slot[h];
    if (!make_room(c, frames)) {
        c->dropped++;
        return 0;
    }
    h = find(c, hash, frame, frames); /* the slots may have moved */
    memcpy(&c->frame[c->frames], frame, frames * sizeof *frame);
    c->chain[c->chains] = (struct ht_chain){hash, (uint32_t)c->frames, frames};
    c->frames += frames;
    c->slot[h] = (uint32_t)++c->chains;
    *is_new = 1;
    return c->base + c->chains;
}

void ht_chains_free(struct ht_chains *c) {
    free(c->frame);
    free(c->chain);
    free(c->slot);
    memset(c, 0, sizeof *c);
}
