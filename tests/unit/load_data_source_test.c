/* The two decodes of perf_mem_data_src, for the 49 values of reference/golden_c2c.txt
 * (tests/golden/golden_c2c.txt). The c2c counters are what perf 6.1.187 counted of a single sample. The class
 * is what the hardware documents say the value means, row by row (reference/c2c-semantics.md, section 6, last
 * column; reference/hardware.md, 2.1 and 2.2): decided from those, not from the code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/load/data_source.h"

#define B(name) HT_C2C_BIT(name)

enum { TRANSFER = 1, MODIFIED = 2, LOCKED = 4, STORES = 8, NEITHER = 16 };

#define L1               HT_CLASS_L1
#define L2               HT_CLASS_L2
#define L3               HT_CLASS_L3
#define FILL_BUFFER      HT_CLASS_FILL_BUFFER
#define CACHE_SAME_NODE  HT_CLASS_CACHE_SAME_NODE
#define FAR              HT_CLASS_CACHE_OTHER_SOCKET /* where a node is a socket; else HT_CLASS_CACHE_OTHER_NODE */
#define CACHE_UNKNOWN    HT_CLASS_CACHE_UNKNOWN
#define LOCAL_MEMORY     HT_CLASS_LOCAL_MEMORY
#define REMOTE_MEMORY    HT_CLASS_REMOTE_MEMORY
#define EXTENSION_MEMORY HT_CLASS_EXTENSION_MEMORY
#define MISS_UNKNOWN     HT_CLASS_MISS_UNKNOWN
#define STORE_L1_HIT     HT_CLASS_STORE_L1_HIT
#define STORE_L1_MISS    HT_CLASS_STORE_L1_MISS
#define STORE_UNKNOWN    HT_CLASS_STORE_UNKNOWN
#define UNKNOWN          HT_CLASS_UNKNOWN
#define REMOTE_UNKNOWN   HT_CLASS_REMOTE_UNKNOWN
#define NOT_MEMORY       HT_CLASS_NOT_MEMORY

struct row {
    int line;
    const char *name;
    uint64_t value;
    uint64_t counters; /* besides ENTRIES */
    unsigned class, what;
};

/* clang-format off */
static const struct row rows[] = {
    {__LINE__, "intel 0x01 L1", UINT64_C(0x000200100142), B(LOAD) | B(LD_L1HIT), L1, 0},
    {__LINE__, "intel 0x02 LFB", UINT64_C(0x001800100242), B(LOAD) | B(LD_FBHIT), FILL_BUFFER, 0},
    {__LINE__, "intel 0x03 L2", UINT64_C(0x000400100442), B(LOAD) | B(LD_L2HIT), L2, 0},
    {__LINE__, "intel 0x00 unk L3 miss", UINT64_C(0x000600080082), B(LOAD) | B(LD_MISS), MISS_UNKNOWN, 0},
    {__LINE__, "intel 0x04 L3 none", UINT64_C(0x000600100842), B(LOAD) | B(LD_LLCHIT), L3, 0},
    {__LINE__, "intel 0x06 L3 snoop HIT", UINT64_C(0x000600200842), B(LOAD) | B(LD_LLCHIT), L3, 0},
    {__LINE__, "intel 0x07 L3 HITM", UINT64_C(0x000600800842), B(LOAD) | B(LCL_HITM), CACHE_SAME_NODE, TRANSFER | MODIFIED},
    {__LINE__, "intel 0x08 HSW rem CCE1 HIT", UINT64_C(0x002600208042), B(LOAD) | B(RMT_HIT) | B(RMT_DRAM) | B(LD_SHARED), FAR, TRANSFER},
    {__LINE__, "intel 0x09 HSW rem CCE1 HITM", UINT64_C(0x002600808042), B(LOAD) | B(RMT_HITM) | B(RMT_DRAM) | B(LD_EXCL), FAR, TRANSFER | MODIFIED},
    {__LINE__, "intel 0x0a LOC_RAM HIT", UINT64_C(0x001a00201042), B(LOAD) | B(LCL_DRAM) | B(LD_SHARED), LOCAL_MEMORY, 0},
    {__LINE__, "intel 0x0c HSW LOC_RAM excl", UINT64_C(0x001a00501042), B(LOAD) | B(LCL_DRAM) | B(LD_EXCL), LOCAL_MEMORY, 0},
    {__LINE__, "intel 0x0d HSW REM_RAM1 excl", UINT64_C(0x003a00502042), B(LOAD) | B(RMT_DRAM) | B(LD_EXCL), REMOTE_MEMORY, 0},
    {__LINE__, "intel 0x08 SKX L4/PMEM HIT", UINT64_C(0x001c00200042), B(LOAD), EXTENSION_MEMORY, 0},
    {__LINE__, "intel 0x09 SKX rem PMEM HIT", UINT64_C(0x003c00200042), B(LOAD) | B(RMT_HIT) | B(RMT_DRAM) | B(LD_SHARED), EXTENSION_MEMORY, 0},
    {__LINE__, "intel 0x0b SKX rem RAM", UINT64_C(0x003a00100042), B(LOAD) | B(RMT_DRAM) | B(LD_EXCL), REMOTE_MEMORY, 0},
    {__LINE__, "intel 0x0c SKX rem cache FWD", UINT64_C(0x007600000042), B(LOAD) | B(RMT_DRAM) | B(LD_EXCL), FAR, TRANSFER},
    {__LINE__, "intel 0x0d SKX rem cache HITM", UINT64_C(0x003600800042), B(LOAD) | B(RMT_HITM) | B(RMT_DRAM) | B(LD_EXCL), FAR, TRANSFER | MODIFIED},
    {__LINE__, "intel cmt 0x0d rem RAM HITM", UINT64_C(0x003a00800042), B(LOAD) | B(RMT_HITM) | B(RMT_DRAM) | B(LD_EXCL), FAR, TRANSFER | MODIFIED},
    {__LINE__, "intel LNC 0x0c L3 FWD", UINT64_C(0x004600000842), B(LOAD) | B(LD_LLCHIT), CACHE_SAME_NODE, TRANSFER},
    {__LINE__, "intel LNC 0x0f L3miss HITM", UINT64_C(0x000600800882), B(LOAD) | B(LD_MISS), CACHE_UNKNOWN, TRANSFER | MODIFIED},
    {__LINE__, "intel store L1 hit", UINT64_C(0x000000080144), B(STORE) | B(ST_L1HIT), STORE_L1_HIT, STORES},
    {__LINE__, "intel store L1 miss", UINT64_C(0x000000080184), B(STORE) | B(ST_L1MISS), STORE_L1_MISS, STORES},
    {__LINE__, "intel store-lat L3 HITM (SPR)", UINT64_C(0x000600800844), B(STORE), STORE_L1_MISS, STORES},
    {__LINE__, "intel store-lat SPR rem HITM", UINT64_C(0x003600800044), B(STORE), STORE_L1_MISS, STORES},
    {__LINE__, "store NA", UINT64_C(0x000000080024), B(STORE) | B(ST_NA), STORE_UNKNOWN, STORES},
    {__LINE__, "lock load L3 HITM", UINT64_C(0x000602800842), B(LOCKS) | B(LOAD) | B(LCL_HITM), CACHE_SAME_NODE, TRANSFER | MODIFIED | LOCKED},
    {__LINE__, "amd L1 load", UINT64_C(0x000200080142), B(LOAD) | B(LD_L1HIT), L1, 0},
    {__LINE__, "amd zen4 LOC_CACHE HITM", UINT64_C(0x000600800842), B(LOAD) | B(LCL_HITM), CACHE_SAME_NODE, TRANSFER | MODIFIED},
    {__LINE__, "amd zen4 NEAR_CCX HITM 6.6+", UINT64_C(0x083600808042), B(LOAD) | B(RMT_HITM), CACHE_SAME_NODE, TRANSFER | MODIFIED},
    {__LINE__, "amd zen4 NEAR_CCX noM", UINT64_C(0x083600088042), B(LOAD), CACHE_SAME_NODE, TRANSFER},
    {__LINE__, "amd zen4 FAR_CCX HITM", UINT64_C(0x103600810042), B(LOAD) | B(RMT_HITM), FAR, TRANSFER | MODIFIED},
    {__LINE__, "amd zen4 FAR_CCX noM", UINT64_C(0x103600090042), B(LOAD), FAR, TRANSFER},
    {__LINE__, "amd zen2 LOC_CACHE HITM", UINT64_C(0x081600808842), B(LOAD) | B(LCL_HITM) | B(RMT_HITM), CACHE_SAME_NODE, TRANSFER | MODIFIED},
    {__LINE__, "amd zen2 LOC_CACHE noM", UINT64_C(0x081600088842), B(LOAD) | B(LD_LLCHIT), L3, 0},
    {__LINE__, "amd zen2 REM_CACHE", UINT64_C(0x103600090042), B(LOAD), FAR, TRANSFER},
    {__LINE__, "amd DRAM local", UINT64_C(0x001a00081042), B(LOAD) | B(LCL_DRAM) | B(LD_EXCL), LOCAL_MEMORY, 0},
    {__LINE__, "amd DRAM remote", UINT64_C(0x103a00082042), B(LOAD) | B(RMT_DRAM) | B(LD_EXCL), REMOTE_MEMORY, 0},
    {__LINE__, "amd MAB", UINT64_C(0x001800080242), B(LOAD) | B(LD_FBHIT), FILL_BUFFER, 0},
    {__LINE__, "amd load NA", UINT64_C(0x001e00080022), B(LOAD), UNKNOWN, 0},
    {__LINE__, "amd CXL remote", UINT64_C(0x103200080002), B(LOAD), EXTENSION_MEMORY, 0},
    {__LINE__, "amd op NA", UINT64_C(0x001e00080021), B(NOPARSE), NOT_MEMORY, NEITHER},
    {__LINE__, "arm PEER_CORE", UINT64_C(0x008400000442), B(LOAD) | B(LD_L2HIT) | B(LCL_PEER), CACHE_SAME_NODE, TRANSFER},
    {__LINE__, "arm LOCAL/PEER_CLUSTER", UINT64_C(0x008600000842), B(LOAD) | B(LCL_PEER) | B(LD_LLCHIT), CACHE_SAME_NODE, TRANSFER},
    {__LINE__, "arm SYS_CACHE", UINT64_C(0x000600200842), B(LOAD) | B(LD_LLCHIT), L3, 0},
    {__LINE__, "arm REMOTE", UINT64_C(0x00b600008002), B(LOAD) | B(RMT_HIT) | B(RMT_PEER), REMOTE_UNKNOWN, 0},
    {__LINE__, "arm DRAM", UINT64_C(0x001a00101042), B(LOAD) | B(LCL_DRAM) | B(LD_EXCL), LOCAL_MEMORY, 0},
    {__LINE__, "blk data+addr", UINT64_C(0x060200100142), B(LOAD) | B(LD_L1HIT) | B(BLK_DATA) | B(BLK_ADDR), L1, 0},
    {__LINE__, "prefetch op", UINT64_C(0x000600800848), B(NOPARSE), NOT_MEMORY, NEITHER},
    {__LINE__, "load+store bits", UINT64_C(0x000000800846), B(LOAD) | B(LCL_HITM), CACHE_SAME_NODE, TRANSFER | MODIFIED},
};
/* clang-format on */
#define ROWS (sizeof rows / sizeof rows[0])

static void test_c2c(void **state) {
    (void)state;
    assert_int_equal(ROWS, 49);
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        uint64_t got = ht_c2c_decode(row->value, 1, 1), wanted = row->counters | B(ENTRIES);
        if (got != wanted)
            fail_msg("line %d, %s: %llx, not %llx", row->line, row->name, (unsigned long long)got,
                     (unsigned long long)wanted);
    }
}

/* Without an address: the operation is counted and nothing about where the data came from. */
static void test_c2c_without_address(void **state) {
    (void)state;
    const uint64_t ends = B(ENTRIES) | B(LOCKS) | B(BLK_DATA) | B(BLK_ADDR) | B(LOAD) | B(STORE) | B(NOPARSE);
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        uint64_t wanted = ((row->counters | B(ENTRIES)) & ends) | (row->counters & B(LOAD)    ? B(LD_NOADRS)
                                                                   : row->counters & B(STORE) ? B(ST_NOADRS)
                                                                                              : 0);
        if (ht_c2c_decode(row->value, 0, 1) != wanted || ht_c2c_decode(row->value, 0, 0) != wanted)
            fail_msg("line %d, %s", row->line, row->name);
    }
    /* golden_c2c.txt, "addr=0 L3 HITM" */
    assert_int_equal(ht_c2c_decode(0x600800842, 0, 1), B(ENTRIES) | B(LOAD) | B(LD_NOADRS));
}

/* Without a mapping: everything as before, and a reject; what has no operation never comes so far. */
static void test_c2c_unmapped(void **state) {
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        uint64_t nomap = row->counters & B(NOPARSE) ? 0 : B(NOMAP);
        if (ht_c2c_decode(row->value, 1, 0) != (row->counters | B(ENTRIES) | nomap))
            fail_msg("line %d, %s", row->line, row->name);
    }
    assert_int_equal(ht_c2c_decode(0x600800842, 1, 0), B(ENTRIES) | B(LOAD) | B(LCL_HITM) | B(NOMAP));
}

/* Beyond the golden values, from the decision table of reference/c2c-semantics.md: snoop HIT beats HITM beats
 * PEER on the far side; L2 and L3 at once count the peer twice; two DRAM levels count the state twice. */
static void test_c2c_several_at_once(void **state) {
    (void)state;
    const uint64_t load = 2, hit = 2ull << 5, l2 = 32ull << 5, l3 = 64ull << 5, local = 128ull << 5;
    const uint64_t remote = 256ull << 5, far_cache = 1024ull << 5, snoop_hit = 4ull << 19, hitm = 16ull << 19;
    const uint64_t peer = 2ull << 38;
    const uint64_t base = B(ENTRIES) | B(LOAD);
    assert_int_equal(ht_c2c_decode(load | far_cache | snoop_hit | hitm | peer, 1, 1), base | B(RMT_HIT));
    assert_int_equal(ht_c2c_decode(load | far_cache | hitm | peer, 1, 1), base | B(RMT_HITM));
    assert_int_equal(ht_c2c_decode(load | far_cache | peer, 1, 1), base | B(RMT_HIT) | B(RMT_PEER));
    assert_int_equal(ht_c2c_decode(load | far_cache, 1, 1), base);
    assert_int_equal(ht_c2c_decode(load | hit | l2 | l3 | peer, 1, 1),
                     base | B(LD_L2HIT) | B(LD_LLCHIT) | B(LCL_PEER) | B(LCL_PEER_AGAIN));
    assert_int_equal(ht_c2c_decode(load | hit | local | remote, 1, 1),
                     base | B(LCL_DRAM) | B(RMT_DRAM) | B(LD_EXCL) | B(LD_EXCL_AGAIN));
    assert_int_equal(ht_c2c_decode(load | hit | local | remote | snoop_hit, 1, 1),
                     base | B(LCL_DRAM) | B(RMT_DRAM) | B(LD_SHARED) | B(LD_SHARED_AGAIN));
    assert_int_equal(ht_c2c_decode(load | hit | 8192ull << 5, 1, 1), base | B(LD_UNCACHE));
    assert_int_equal(ht_c2c_decode(load | hit | 4096ull << 5, 1, 1), base | B(LD_IO));
    assert_int_equal(ht_c2c_decode(4 | hit | 8192ull << 5, 1, 1), B(ENTRIES) | B(STORE) | B(ST_UNCACHE));
    assert_int_equal(ht_c2c_decode(0, 1, 1), B(ENTRIES) | B(NOPARSE));
}

static void check_true(const struct row *row, int node_is_socket) {
    struct ht_true_source got = ht_true_decode(row->value, node_is_socket);
    unsigned class = row->class == FAR && !node_is_socket ? HT_CLASS_CACHE_OTHER_NODE : row->class;
    unsigned what = (got.transfer ? TRANSFER : 0) | (got.modified ? MODIFIED : 0) |
                    (got.locked ? LOCKED : 0) | (got.store ? STORES : 0) |
                    (!got.store && !got.load ? NEITHER : 0);
    if (got.class != class || what != row->what || (got.load && got.store))
        fail_msg("line %d, %s: class %u (wanted %u), flags %u (wanted %u)", row->line, row->name, got.class,
                 class, what, row->what);
}

static void test_true(void **state) {
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        check_true(&rows[i], 1);
        check_true(&rows[i], 0);
    }
}

/* Names as libpfm4, the kernel and perf's own tables write them. */
static void test_hitm_events(void **state) {
    (void)state;
    static const struct {
        int line;
        const char *name;
        unsigned class, what;
        uint64_t config;
    } events[] = {
        {__LINE__, "MEM_LOAD_L3_MISS_RETIRED:REMOTE_HITM", FAR, TRANSFER | MODIFIED, 0},
        {__LINE__, "mem_load_l3_miss_retired.remote_hitm", FAR, TRANSFER | MODIFIED, 0},
        {__LINE__, "MEM_LOAD_L3_MISS_RETIRED:REMOTE_FWD", FAR, TRANSFER, 0},
        {__LINE__, "mem_load_uops_l3_miss_retired.remote_hitm", FAR, TRANSFER | MODIFIED, 0},
        {__LINE__, "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM", CACHE_SAME_NODE, TRANSFER | MODIFIED, 0},
        {__LINE__, "mem_load_l3_hit_retired.xsnp_fwd", CACHE_SAME_NODE, TRANSFER, 0},
        {__LINE__, "MISC_RETIRED.L3_HIT_SNOOP_HITM", CACHE_SAME_NODE, TRANSFER | MODIFIED, 0},
        /* another core had it too, and L3 gave it */
        {__LINE__, "mem_load_l3_hit_retired.xsnp_hit", HT_CLASS_L3, 0, 0x2d2},
        {__LINE__, "mem_load_l3_hit_retired.xsnp_no_fwd", HT_CLASS_L3, 0, 0x2d2},
        /* asked for by number: the importer has checked what the number means on that processor */
        {__LINE__, "r4d3", FAR, TRANSFER | MODIFIED, 0x4d3},
        {__LINE__, "cpu/config=0x10d3/", FAR, TRANSFER | MODIFIED, 0x10d3},
        {__LINE__, "r4d2", CACHE_SAME_NODE, TRANSFER | MODIFIED, 0x4d2},
    };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        for (int node_is_socket = 0; node_is_socket < 2; node_is_socket++) {
            struct ht_true_source got = ht_true_hitm_event(events[i].name, events[i].config, node_is_socket);
            unsigned class =
                events[i].class == FAR && !node_is_socket ? HT_CLASS_CACHE_OTHER_NODE : events[i].class;
            unsigned what = (got.transfer ? TRANSFER : 0) | (got.modified ? MODIFIED : 0);
            if (got.class != class || what != events[i].what || !got.load || got.store)
                fail_msg("line %d, %s: class %u", events[i].line, events[i].name, got.class);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c2c),          cmocka_unit_test(test_c2c_without_address),
        cmocka_unit_test(test_c2c_unmapped), cmocka_unit_test(test_c2c_several_at_once),
        cmocka_unit_test(test_true),         cmocka_unit_test(test_hitm_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
