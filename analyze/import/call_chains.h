/* Call chains of samples, each kept once: a CPU_SAMPLE names the number of its chain.
 *
 * A chain belongs to one process; one of kernel code alone belongs to all (pid -1). Bounded, as a recording
 * may hold any number: at most HT_CALL_CHAINS_MAX chains of at most HT_CALL_FRAMES_MAX frames each and
 * HT_CALL_FRAMES_ALL together (9 bytes each). The set owns its frames. One thread. Markers between the
 * frames: enum perf_callchain_context in linux/perf_event.h. */
#ifndef HT_IMPORT_CALL_CHAINS_H
#define HT_IMPORT_CALL_CHAINS_H

#include <stdint.h>

#include "schema/status.h"

#define HT_CALL_FRAMES_MAX 127u /* kernel.perf_event_max_stack, where nobody raised it */
#define HT_CALL_CHAINS_MAX (1u << 18)
#define HT_CALL_FRAMES_ALL (1u << 23)

struct ht_call_chain {
    uint64_t ip[HT_CALL_FRAMES_MAX];
    uint8_t cpumode[HT_CALL_FRAMES_MAX]; /* PERF_RECORD_MISC_CPUMODE; 0 of a context nobody here knows */
    uint32_t frames;
    uint32_t cut; /* frames beyond the limit */
    int64_t pid;
};

/* Decodes the entries of a sample's chain (u64 each, of the file's byte order). cpumode: the record's, which
 * holds until the first marker. */
void ht_call_chain_decode(const uint8_t *entries, uint64_t count, int swap, unsigned cpumode, int64_t pid,
                          struct ht_call_chain *chain);

struct ht_call_chains;

struct ht_call_chains *ht_call_chains_new(void); /* NULL: out of memory */
void ht_call_chains_free(struct ht_call_chains *chains);

/* The chain's number, from 1 on; *is_new where it was not there. LIMIT: the set is full and has no such
 * chain. NOMEM. */
enum ht_status ht_call_chains_find(struct ht_call_chains *chains, const struct ht_call_chain *chain,
                                   uint64_t *number, int *is_new);

#endif
