/* Call chains, each kept once: samples carry only its number. One set for each reader thread, whose chains
 * have numbers of their own. All sets of a recording share one bound of memory, an equal part each; what does
 * not fit is counted. One thread. */
#ifndef HT_RECORD_COLLECT_CHAINS_H
#define HT_RECORD_COLLECT_CHAINS_H

#include <stddef.h>

#include "record/collect/sample.h"

#define HT_CHAIN_FRAMES_MAX 127        /* kernel.perf_event_max_stack, unless somebody raised it */
#define HT_CHAINS_MAX       200000u    /* of one set */
#define HT_FRAMES_MAX       (4u << 20) /* of all chains of all sets: 64 MiB */

struct ht_frame {
    uint64_t ip;
    int32_t pid;   /* of the whole chain: -1 where all of it is kernel code, which every process shares */
    uint32_t mode; /* PERF_RECORD_MISC_CPUMODE */
};

struct ht_chain {
    uint64_t hash;
    uint32_t first, frames; /* in ht_chains.frame */
};

struct ht_chains {
    struct ht_frame *frame; /* of all chains, one behind the other */
    size_t frames, frame_capacity;
    struct ht_chain *chain;
    size_t chains, chain_capacity;
    uint32_t *slot; /* hash: index of the chain + 1 */
    uint32_t slots;
    uint64_t base;    /* added to numbers; set by the owner */
    unsigned sharers; /* sets that share HT_FRAMES_MAX, with this one; 0 is 1. Set by the owner */
    uint64_t dropped; /* chains of samples that did not fit */
};

/* The frames of a sample: the sampled instruction, then its callers. Context markers become modes; before the
 * first one the record's own (misc) holds. 0 where the sample has no chain; more than HT_CHAIN_FRAMES_MAX
 * where it is too long (only so many are filled). */
unsigned ht_chain_frames(const struct ht_sample *sample, uint16_t misc,
                         struct ht_frame frame[HT_CHAIN_FRAMES_MAX]);

/* The number of a chain, from base + 1 on; 0 where it did not fit. *is_new: it was not there before. */
uint64_t ht_chains_find(struct ht_chains *chains, const struct ht_frame *frame, unsigned frames, int *is_new);
void ht_chains_free(struct ht_chains *chains); /* a zeroed set is fine */

#endif
