/* The two decodes of perf_mem_data_src (include/uapi/linux/perf_event.h).
 *
 * c2c: the counters that perf c2c 6.1 raises for a sample, several at once, lvl_num never read: so that
 * anyone can hold our counts against perf's. true: one class a sample, corrected for the double counts and
 * for what vendors mean. Pure functions. */
#ifndef HT_ANALYZE_LOAD_DATA_SOURCE_H
#define HT_ANALYZE_LOAD_DATA_SOURCE_H

#include <stdint.h>

#include "schema/chunks.h"

/* X(NAME): counters of perf c2c; a sample raises each at most once, but LCL_PEER twice where both L2 and L3
 * are set. */
#define HT_C2C_COUNTERS(X)                                                                                   \
    X(ENTRIES)                                                                                               \
    X(LOCKS)                                                                                                 \
    X(BLK_DATA)                                                                                              \
    X(BLK_ADDR)                                                                                              \
    X(LOAD)                                                                                                  \
    X(LD_NOADRS)                                                                                             \
    X(LD_UNCACHE)                                                                                            \
    X(LD_IO)                                                                                                 \
    X(LD_FBHIT)                                                                                              \
    X(LD_L1HIT)                                                                                              \
    X(LD_L2HIT)                                                                                              \
    X(LD_LLCHIT)                                                                                             \
    X(LCL_HITM)                                                                                              \
    X(RMT_HITM)                                                                                              \
    X(LCL_PEER)                                                                                              \
    X(LCL_PEER_AGAIN)                                                                                        \
    X(RMT_PEER)                                                                                              \
    X(RMT_HIT)                                                                                               \
    X(LCL_DRAM)                                                                                              \
    X(RMT_DRAM)                                                                                              \
    X(LD_EXCL)                                                                                               \
    X(LD_EXCL_AGAIN)                                                                                         \
    X(LD_SHARED)                                                                                             \
    X(LD_SHARED_AGAIN)                                                                                       \
    X(LD_MISS)                                                                                               \
    X(STORE)                                                                                                 \
    X(ST_NOADRS)                                                                                             \
    X(ST_UNCACHE)                                                                                            \
    X(ST_L1HIT)                                                                                              \
    X(ST_L1MISS)                                                                                             \
    X(ST_NA)                                                                                                 \
    X(NOMAP)                                                                                                 \
    X(NOPARSE)

enum ht_c2c_counter {
#define X(name) HT_C2C_##name,
    HT_C2C_COUNTERS(X)
#undef X
        HT_C2C_COUNTER_COUNT
};

#define HT_C2C_BIT(name) (UINT64_C(1) << HT_C2C_##name)
#define HT_C2C_SHARED                                                                                        \
    (HT_C2C_BIT(LCL_HITM) | HT_C2C_BIT(RMT_HITM) | HT_C2C_BIT(LCL_PEER) | HT_C2C_BIT(RMT_PEER))

/* The counters raised, as bits. resolved: both the data and the code address fell into known mappings. */
uint64_t ht_c2c_decode(uint64_t data_src, int has_address, int resolved);

/* Numbers are stored in mem_sample.class; names in schema/views/mem_class.sql. */
enum ht_mem_class {
    HT_CLASS_NOT_MEMORY = 0,
    HT_CLASS_L1 = 1,
    HT_CLASS_L2 = 2,
    HT_CLASS_FILL_BUFFER = 3,
    HT_CLASS_L3 = 4,
    HT_CLASS_CACHE_SAME_NODE = 5,
    HT_CLASS_CACHE_OTHER_NODE = 6, /* perhaps of the same socket */
    HT_CLASS_CACHE_OTHER_SOCKET = 7,
    HT_CLASS_CACHE_UNKNOWN = 8,
    HT_CLASS_LOCAL_MEMORY = 9,
    HT_CLASS_REMOTE_MEMORY = 10,
    HT_CLASS_EXTENSION_MEMORY = 11,
    HT_CLASS_UNCACHED = 12,
    HT_CLASS_MISS_UNKNOWN = 13,
    HT_CLASS_STORE_L1_HIT = 14,
    HT_CLASS_STORE_L1_MISS = 15,
    HT_CLASS_STORE_UNKNOWN = 16,
    HT_CLASS_UNKNOWN = 17,
    HT_CLASS_REMOTE_UNKNOWN = 18, /* Arm REMOTE: another socket's cache or memory */
};

struct ht_true_source {
    uint8_t class; /* enum ht_mem_class */
    uint8_t load, store;
    uint8_t transfer; /* the data came from another core's cache */
    uint8_t modified; /* and was said to be modified there (HITM; from Ice Lake on perhaps a clean forward) */
    uint8_t locked;
};

/* node_is_socket: see ht_topology_node_is_socket. */
struct ht_true_source ht_true_decode(uint64_t data_src, int node_is_socket);

/* A precise transfer event has no class in its data_src: the event is the class. name and config
 * (attr.config) as recorded; the name of an event that was asked for by number says nothing. */
struct ht_true_source ht_true_hitm_event(const char *event_name, uint64_t config, int node_is_socket);

#endif
