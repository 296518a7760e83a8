#include "analyze/load/data_source.h"

#include <string.h>

/* Fields of union perf_mem_data_src, little-endian layout. */
enum { OP_LOAD = 2, OP_STORE = 4 };
enum {
    LVL_NA = 1,
    LVL_HIT = 2,
    LVL_MISS = 4,
    LVL_L1 = 8,
    LVL_LFB = 16,
    LVL_L2 = 32,
    LVL_L3 = 64,
    LVL_LOC_RAM = 128,
    LVL_REM_RAM = 256 | 512,
    LVL_REM_CCE = 1024 | 2048,
    LVL_IO = 4096,
    LVL_UNC = 8192
};
enum { SNOOP_HIT = 4, SNOOP_HITM = 16 };
enum { SNOOPX_FWD = 1, SNOOPX_PEER = 2 };
enum { LOCK_LOCKED = 2 };
enum { BLK_DATA = 2, BLK_ADDR = 4 };
enum {
    NUM_L1 = 1,
    NUM_L2 = 2,
    NUM_L3 = 3,
    NUM_L4 = 4,
    NUM_UNC = 8,
    NUM_CXL = 9,
    NUM_IO = 10,
    NUM_ANY_CACHE = 11,
    NUM_LFB = 12,
    NUM_RAM = 13,
    NUM_PMEM = 14
};
enum { HOPS_SAME_NODE = 1, HOPS_OTHER_SOCKET = 3 };
enum { EVENT_L3_MISS_RETIRED = 0xd3 }; /* Intel's MEM_LOAD_(UOPS_)L3_MISS_RETIRED */

struct fields {
    unsigned op, lvl, snoop, lock, num, remote, snoopx, blk, hops;
};

static struct fields unpack(uint64_t d) {
    return (struct fields){.op = d & 0x1f,
                           .lvl = d >> 5 & 0x3fff,
                           .snoop = d >> 19 & 0x1f,
                           .lock = d >> 24 & 3,
                           .num = d >> 33 & 0xf,
                           .remote = d >> 37 & 1,
                           .snoopx = d >> 38 & 3,
                           .blk = d >> 40 & 7,
                           .hops = d >> 43 & 7};
}

static uint64_t c2c_dram(const struct fields *f, int remote) {
    int shared = (f->snoop & SNOOP_HIT) != 0;
    if (!remote)
        return HT_C2C_BIT(LCL_DRAM) | (shared ? HT_C2C_BIT(LD_SHARED) : HT_C2C_BIT(LD_EXCL));
    /* A second DRAM level in one sample raises the state counter once more. */
    int again = (f->lvl & LVL_LOC_RAM) != 0;
    if (shared)
        return HT_C2C_BIT(RMT_DRAM) | (again ? HT_C2C_BIT(LD_SHARED_AGAIN) : HT_C2C_BIT(LD_SHARED));
    return HT_C2C_BIT(RMT_DRAM) | (again ? HT_C2C_BIT(LD_EXCL_AGAIN) : HT_C2C_BIT(LD_EXCL));
}

static uint64_t c2c_load_hit(const struct fields *f, int remote) {
    static const struct {
        unsigned level;
        uint64_t counter;
    } plain[] = {{LVL_UNC, HT_C2C_BIT(LD_UNCACHE)},
                 {LVL_IO, HT_C2C_BIT(LD_IO)},
                 {LVL_LFB, HT_C2C_BIT(LD_FBHIT)},
                 {LVL_L1, HT_C2C_BIT(LD_L1HIT)},
                 {LVL_L2, HT_C2C_BIT(LD_L2HIT)}};
    int peer = (f->snoopx & SNOOPX_PEER) != 0;
    uint64_t bits = 0;
    for (unsigned i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (f->lvl & plain[i].level)
            bits |= plain[i].counter;
    if (f->lvl & LVL_L2 && peer)
        bits |= HT_C2C_BIT(LCL_PEER);
    if (f->lvl & LVL_L3) {
        bits |= f->snoop & SNOOP_HITM ? HT_C2C_BIT(LCL_HITM) : HT_C2C_BIT(LD_LLCHIT);
        if (peer)
            bits |= bits & HT_C2C_BIT(LCL_PEER) ? HT_C2C_BIT(LCL_PEER_AGAIN) : HT_C2C_BIT(LCL_PEER);
    }
    if (f->lvl & LVL_LOC_RAM)
        bits |= c2c_dram(f, 0);
    if (f->lvl & LVL_REM_RAM || remote)
        bits |= c2c_dram(f, 1);
    return bits;
}

static uint64_t c2c_load(const struct fields *f) {
    int remote = f->remote && f->hops == 0;
    uint64_t bits = f->lvl & LVL_HIT ? c2c_load_hit(f, remote) : 0;
    if (f->lvl & LVL_REM_CCE || remote) {
        if (f->snoop & SNOOP_HIT)
            bits |= HT_C2C_BIT(RMT_HIT);
        else if (f->snoop & SNOOP_HITM)
            bits |= HT_C2C_BIT(RMT_HITM);
        else if (f->snoopx & SNOOPX_PEER)
            bits |= HT_C2C_BIT(RMT_HIT) | HT_C2C_BIT(RMT_PEER);
    }
    if (f->lvl & LVL_MISS)
        bits |= HT_C2C_BIT(LD_MISS);
    return bits;
}

static uint64_t c2c_store(const struct fields *f) {
    uint64_t bits = 0;
    if (f->lvl & LVL_HIT && f->lvl & LVL_UNC)
        bits |= HT_C2C_BIT(ST_UNCACHE);
    if (f->lvl & LVL_HIT && f->lvl & LVL_L1)
        bits |= HT_C2C_BIT(ST_L1HIT);
    if (f->lvl & LVL_MISS && f->lvl & LVL_L1)
        bits |= HT_C2C_BIT(ST_L1MISS);
    if (f->lvl & LVL_NA)
        bits |= HT_C2C_BIT(ST_NA);
    return bits;
}

uint64_t ht_c2c_decode(uint64_t data_src, int has_address, int resolved) {
    struct fields f = unpack(data_src);
    uint64_t bits = HT_C2C_BIT(ENTRIES);
    if (f.lock & LOCK_LOCKED)
        bits |= HT_C2C_BIT(LOCKS);
    if (f.blk & BLK_DATA)
        bits |= HT_C2C_BIT(BLK_DATA);
    if (f.blk & BLK_ADDR)
        bits |= HT_C2C_BIT(BLK_ADDR);
    if (f.op & OP_LOAD) {
        bits |= HT_C2C_BIT(LOAD);
        if (!has_address)
            return bits | HT_C2C_BIT(LD_NOADRS);
        bits |= c2c_load(&f);
    } else if (f.op & OP_STORE) {
        bits |= HT_C2C_BIT(STORE);
        if (!has_address)
            return bits | HT_C2C_BIT(ST_NOADRS);
        bits |= c2c_store(&f);
    } else {
        return bits | HT_C2C_BIT(NOPARSE);
    }
    return resolved ? bits : bits | HT_C2C_BIT(NOMAP);
}

static enum ht_mem_class store_class(const struct fields *f) {
    if (f->num == NUM_L1 || (f->lvl & LVL_HIT && f->lvl & LVL_L1))
        return HT_CLASS_STORE_L1_HIT;
    /* Store latency of Sapphire Rapids names the level that was reached after missing L1. */
    if ((f->lvl & LVL_MISS && f->lvl & LVL_L1) || (f->lvl & LVL_HIT && f->num != 0 && f->num != 15))
        return HT_CLASS_STORE_L1_MISS;
    return HT_CLASS_STORE_UNKNOWN;
}

static enum ht_mem_class other_cache(const struct fields *f, int node_is_socket) {
    if (f->hops == HOPS_SAME_NODE)
        return HT_CLASS_CACHE_SAME_NODE;
    /* AMD says hops 2, "same socket", for every far cache: topology alone can tell sockets apart there. */
    return node_is_socket || f->hops >= HOPS_OTHER_SOCKET ? HT_CLASS_CACHE_OTHER_SOCKET
                                                          : HT_CLASS_CACHE_OTHER_NODE;
}

/* Order matters: it undoes the double meanings, nearest and surest first. */
static enum ht_mem_class load_class(const struct fields *f, int node_is_socket) {
    int hitm = (f->snoop & SNOOP_HITM) != 0, peer = (f->snoopx & SNOOPX_PEER) != 0;
    int hit = (f->lvl & LVL_HIT) != 0;
    if (f->lvl & (LVL_UNC | LVL_IO) || f->num == NUM_UNC || f->num == NUM_IO)
        return HT_CLASS_UNCACHED;
    if (hit && (f->lvl & LVL_L1 || f->num == NUM_L1))
        return HT_CLASS_L1;
    if (hit && (f->lvl & LVL_LFB || f->num == NUM_LFB))
        return HT_CLASS_FILL_BUFFER;
    if (f->num == NUM_PMEM || f->num == NUM_CXL || f->num == NUM_L4)
        return HT_CLASS_EXTENSION_MEMORY;
    if (hit && (f->lvl & LVL_L2 || (f->num == NUM_L2 && !f->remote)))
        return peer ? HT_CLASS_CACHE_SAME_NODE : HT_CLASS_L2;
    /* Zen 2 sets L3 and REM_CCE1 for another core of the node. */
    if (hit && (f->lvl & LVL_L3 || (f->num == NUM_L3 && !f->remote)))
        return hitm || peer || f->snoopx & SNOOPX_FWD ? HT_CLASS_CACHE_SAME_NODE : HT_CLASS_L3;
    if (hitm && (f->remote || f->lvl & LVL_REM_CCE))
        return other_cache(f, node_is_socket);
    if (hitm)
        return HT_CLASS_CACHE_UNKNOWN; /* Lion Cove: L3 miss, HitM, from where is not said */
    if (f->remote && peer && !hit)
        return HT_CLASS_REMOTE_UNKNOWN;
    if (f->lvl & LVL_REM_CCE || (f->num == NUM_ANY_CACHE && f->remote))
        return other_cache(f, node_is_socket);
    if (f->lvl & LVL_REM_RAM || (f->num == NUM_RAM && f->remote))
        return HT_CLASS_REMOTE_MEMORY;
    if (f->lvl & LVL_LOC_RAM || f->num == NUM_RAM)
        return HT_CLASS_LOCAL_MEMORY;
    if (f->num == NUM_ANY_CACHE)
        return HT_CLASS_CACHE_UNKNOWN;
    return f->lvl & LVL_MISS ? HT_CLASS_MISS_UNKNOWN : HT_CLASS_UNKNOWN;
}

static int is_transfer(enum ht_mem_class class) {
    return class >= HT_CLASS_CACHE_SAME_NODE && class <= HT_CLASS_CACHE_UNKNOWN;
}

struct ht_true_source ht_true_decode(uint64_t data_src, int node_is_socket) {
    struct fields f = unpack(data_src);
    struct ht_true_source out = {.load = (f.op & OP_LOAD) != 0,
                                 .store = (f.op & (OP_LOAD | OP_STORE)) == OP_STORE,
                                 .locked = (f.lock & LOCK_LOCKED) != 0};
    if (!out.load && !out.store)
        return out;
    out.class = (uint8_t)(out.load ? load_class(&f, node_is_socket) : store_class(&f));
    out.transfer = (uint8_t)is_transfer(out.class);
    out.modified = out.transfer && f.snoop & SNOOP_HITM;
    return out;
}

struct ht_true_source ht_true_hitm_event(const char *event_name, uint64_t config, int node_is_socket) {
    /* remote_hitm, remote_fwd, rem_hitm against xsnp_hitm, xsnp_fwd, l3_hit_snoop_hitm */
    int named = strcasestr(event_name, "snp") != NULL || strcasestr(event_name, "snoop") != NULL ||
                strcasestr(event_name, "rem") != NULL;
    int remote = named ? strcasestr(event_name, "rem") != NULL : (config & 0xff) == EVENT_L3_MISS_RETIRED;
    int hitm = !named || strcasestr(event_name, "hitm") != NULL;
    struct ht_true_source out = {.load = 1, .transfer = 1, .modified = (uint8_t)hitm};
    out.class = !remote          ? HT_CLASS_CACHE_SAME_NODE
                : node_is_socket ? HT_CLASS_CACHE_OTHER_SOCKET
                                 : HT_CLASS_CACHE_OTHER_NODE;
    /* xsnp_hit and xsnp_no_fwd: another core had it too, the data came from L3. */
    if (!hitm && (strcasestr(event_name, "xsnp_hit") != NULL || strcasestr(event_name, "no_fwd") != NULL)) {
        out.class = HT_CLASS_L3;
        out.transfer = 0;
    }
    return out;
}
