#include "analyze/load/db.h"
#include "analyze/load/store.h"

/* What perf c2c report --stats prints, in its order: a sum of counters each, of all samples or of shared
 * lines. */
struct printed {
    const char *name;
    int shared;
    uint64_t counters; /* HT_C2C_BITs that are added up */
};

#define B(name) HT_C2C_BIT(name)
#define PEERS   (B(LCL_PEER) | B(LCL_PEER_AGAIN))

static const struct printed stats[] = {
    {"Total records", 0, B(ENTRIES)},
    {"Locked Load/Store Operations", 0, B(LOCKS)},
    {"Load Operations", 0, B(LOAD)},
    {"Loads - uncacheable", 0, B(LD_UNCACHE)},
    {"Loads - IO", 0, B(LD_IO)},
    {"Loads - Miss", 0, B(LD_MISS)},
    {"Loads - no mapping", 0, B(LD_NOADRS)},
    {"Load Fill Buffer Hit", 0, B(LD_FBHIT)},
    {"Load L1D hit", 0, B(LD_L1HIT)},
    {"Load L2D hit", 0, B(LD_L2HIT)},
    {"Load LLC hit", 0, B(LD_LLCHIT) | B(LCL_HITM)},
    {"Load Local HITM", 0, B(LCL_HITM)},
    {"Load Remote HITM", 0, B(RMT_HITM)},
    {"Load Remote HIT", 0, B(RMT_HIT)},
    {"Load Local DRAM", 0, B(LCL_DRAM)},
    {"Load Remote DRAM", 0, B(RMT_DRAM)},
    {"Load MESI State Exclusive", 0, B(LD_EXCL) | B(LD_EXCL_AGAIN)},
    {"Load MESI State Shared", 0, B(LD_SHARED) | B(LD_SHARED_AGAIN)},
    {"Load LLC Misses", 0, B(LCL_DRAM) | B(RMT_DRAM) | B(RMT_HITM) | B(RMT_HIT)},
    {"Load access blocked by data", 0, B(BLK_DATA)},
    {"Load access blocked by address", 0, B(BLK_ADDR)},
    {"Load HIT Local Peer", 0, PEERS},
    {"Load HIT Remote Peer", 0, B(RMT_PEER)},
    {"Store Operations", 0, B(STORE)},
    {"Store - uncacheable", 0, B(ST_UNCACHE)},
    {"Store - no mapping", 0, B(ST_NOADRS)},
    {"Store L1D Hit", 0, B(ST_L1HIT)},
    {"Store L1D Miss", 0, B(ST_L1MISS)},
    {"Store No available memory level", 0, B(ST_NA)},
    {"No Page Map Rejects", 0, B(NOMAP)},
    {"Unable to parse data source", 0, B(NOPARSE)},
    {"Total Shared Cache Lines", 1, 0}, /* lines, not samples */
    {"Load HITs on shared lines", 1, B(LOAD)},
    {"Fill Buffer Hits on shared lines", 1, B(LD_FBHIT)},
    {"L1D hits on shared lines", 1, B(LD_L1HIT)},
    {"L2D hits on shared lines", 1, B(LD_L2HIT)},
    {"LLC hits on shared lines", 1, B(LD_LLCHIT) | B(LCL_HITM)},
    {"Load hits on peer cache or nodes", 1, PEERS | B(RMT_PEER)},
    {"Locked Access on shared lines", 1, B(LOCKS)},
    {"Blocked Access on shared lines", 1, B(BLK_DATA) | B(BLK_ADDR)},
    {"Store HITs on shared lines", 1, B(STORE)},
    {"Store L1D hits on shared lines", 1, B(ST_L1HIT)},
    {"Store No available memory level", 1, B(ST_NA)},
    {"Total Merged records", 1, B(LCL_HITM) | B(RMT_HITM) | B(STORE)},
};

static int64_t sum_of(const uint64_t counter[HT_C2C_COUNTER_COUNT], uint64_t counters) {
    uint64_t sum = 0;
    for (; counters != 0; counters &= counters - 1)
        sum += counter[__builtin_ctzll(counters)];
    return (int64_t)sum;
}

enum ht_status ht_store_c2c_stats(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "c2c_stat", "position,name,value", load->capture_id, &in, cause);
    for (size_t i = 0; status == HT_OK && i < sizeof stats / sizeof stats[0]; i++) {
        const struct printed *s = &stats[i];
        ht_put_int(&in, (int64_t)i + 1);
        ht_put_text(&in, s->name);
        ht_put_int(&in, s->counters == 0 ? (int64_t)load->shared_lines
                                         : sum_of(s->shared ? load->c2c_shared : load->c2c, s->counters));
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}
