/* Call chains of the capture by number, with what is counted of each; their frames go to the database row by
 * row. One thread. */
#ifndef HT_ANALYZE_LOAD_CHAINS_H
#define HT_ANALYZE_LOAD_CHAINS_H

#include <stdint.h>

#include "analyze/load/slots.h"
#include "schema/status.h"

struct ht_chain {
    uint64_t number; /* in the capture */
    int64_t pid;
    uint32_t cpu_samples;
    uint32_t frames; /* resolved so far */
    uint32_t stored; /* of these, rows in the database */
    uint8_t cpumode; /* of the frame resolved last */
};

struct ht_chains {
    struct ht_chain *chain;
    uint32_t count, capacity;
    struct ht_slots slots;
};

void ht_chains_free(struct ht_chains *chains); /* a zeroed one is fine */

/* The chain of a number; made where new. Valid until the next find. */
enum ht_status ht_chains_find(struct ht_chains *chains, uint64_t number, struct ht_chain **chain);

/* Where the call was that the next frame of a chain returns to: a return address lies behind its call,
 * perhaps in the next function. The first frame is where the sample was; the first one of user space behind
 * the kernel's is where that was entered: both are as they stand. */
uint64_t ht_chain_call(const struct ht_chain *chain, uint64_t ip, uint8_t cpumode);

#endif
