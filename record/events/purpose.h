/* What events of the CPU's own PMU are wanted for. One list for all CPU families: a family's table says with
 * which event it serves a purpose, or why it cannot. Sampled purposes name code and data; counted ones are
 * read as groups that take turns, each with cycles and instructions beside it. Constant data. */
#ifndef HT_RECORD_EVENTS_PURPOSE_H
#define HT_RECORD_EVENTS_PURPOSE_H

#include "schema/chunks.h"

/* Groups of counted events, in the order in which they take turns. At most HT_GROUP_ROOM purposes of a group
 * exist on one family: with cycles and instructions they then fit beside the NMI watchdog on four general
 * counters, or five where none is fixed. */
enum ht_count_group {
    HT_GROUP_NONE,
    HT_GROUP_HITS,      /* the denominator of the locality ratio */
    HT_GROUP_MISSES,    /* the same on CPUs that count misses instead */
    HT_GROUP_MEMORY,    /* loads, local and remote memory */
    HT_GROUP_TRANSFERS, /* lines from other caches */
    HT_GROUP_WAITS,     /* what the transfers cost */
    HT_GROUP_OFFCORE,   /* the same transfers seen from the core's edge, prefetches told apart; */
    HT_GROUP_READS,     /* two at a time: they share two registers */
    HT_GROUPS
};
#define HT_GROUP_ROOM 3

/* X(purpose, name, kind, group). Sampled ones first. */
#define HT_PURPOSES_LIST(X)                                                                                  \
    X(SAMPLE_LOAD_LATENCY, "load latency", MEM_LOAD, NONE)                                                   \
    X(SAMPLE_STORES, "stores", MEM_STORE, NONE)                                                              \
    X(SAMPLE_OPS, "loads and stores", MEM_ANY, NONE)                                                         \
    X(SAMPLE_OPS_FILTERED, "loads and stores, filtered", MEM_ANY, NONE)                                      \
    X(SAMPLE_LOCAL_HITM, "local HITM", HITM, NONE)                                                           \
    X(SAMPLE_REMOTE_HITM, "remote HITM", HITM, NONE)                                                         \
    X(SAMPLE_CYCLES, "cycles", CPU_CLOCK, NONE)                                                              \
    X(SAMPLE_STALLS, "L3-miss stalls", OTHER, NONE)                                                          \
    X(LEAD_LOADS, "leader of load latency", OTHER, NONE)                                                     \
    X(COUNT_CYCLES, "cycles", COUNTER, NONE)                                                                 \
    X(COUNT_INSTRUCTIONS, "instructions", COUNTER, NONE)                                                     \
    X(COUNT_L1_HITS, "L1 hits", COUNTER, HITS)                                                               \
    X(COUNT_L2_HITS, "L2 hits", COUNTER, HITS)                                                               \
    X(COUNT_L3_HITS, "L3 hits", COUNTER, HITS)                                                               \
    X(COUNT_L1_MISSES, "L1 misses", COUNTER, MISSES)                                                         \
    X(COUNT_L2_MISSES, "L2 misses", COUNTER, MISSES)                                                         \
    X(COUNT_L3_MISSES, "L3 misses", COUNTER, MISSES)                                                         \
    X(COUNT_LOADS, "loads", COUNTER, MEMORY)                                                                 \
    X(COUNT_LOCAL_DRAM, "local memory", COUNTER, MEMORY)                                                     \
    X(COUNT_REMOTE_DRAM, "remote memory", COUNTER, MEMORY)                                                   \
    X(COUNT_REMOTE_ACCESSES, "remote accesses", COUNTER, MEMORY)                                             \
    X(COUNT_LOCAL_HITM, "local HITM", COUNTER, TRANSFERS)                                                    \
    X(COUNT_REMOTE_HITM, "remote HITM", COUNTER, TRANSFERS)                                                  \
    X(COUNT_REMOTE_FORWARDS, "clean lines from remote caches", COUNTER, TRANSFERS)                           \
    X(COUNT_NEAR_CACHE, "lines from other caches of the node", COUNTER, TRANSFERS)                           \
    X(COUNT_REMOTE_CACHE, "lines from remote caches", COUNTER, TRANSFERS)                                    \
    X(COUNT_EXTENSION_MEMORY, "extension memory", COUNTER, TRANSFERS)                                        \
    X(COUNT_STALLS, "L3-miss stalls", COUNTER, WAITS)                                                        \
    X(COUNT_LOCKED_LOADS, "locked loads", COUNTER, WAITS)                                                    \
    X(COUNT_ORDER_CLEARS, "memory order clears", COUNTER, WAITS)                                             \
    X(COUNT_REMOTE_CACHE_ANY, "lines from remote caches, prefetches too", COUNTER, WAITS)                    \
    X(COUNT_OFFCORE_HITM, "offcore: remote HITM", COUNTER, OFFCORE)                                          \
    X(COUNT_OFFCORE_FORWARDS, "offcore: clean lines from remote caches", COUNTER, OFFCORE)                   \
    X(COUNT_OFFCORE_DRAM, "offcore: remote memory", COUNTER, READS)                                          \
    X(COUNT_OFFCORE_READS_HITM, "offcore: remote HITM, prefetches too", COUNTER, READS)

enum ht_purpose {
#define X(purpose, name, kind, group) HT_##purpose,
    HT_PURPOSES_LIST(X)
#undef X
        HT_PURPOSES
};

struct ht_purpose_facts {
    const char *name;
    enum ht_event_kind kind;
    enum ht_count_group group; /* NONE: sampled, or counted in every group */
};

extern const struct ht_purpose_facts ht_purpose_facts[HT_PURPOSES];

#define HT_PURPOSE_IS_COUNTED(purpose) ((purpose) >= HT_COUNT_CYCLES)

#endif
