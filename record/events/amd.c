/* AMD. Counters tell where the fills of the L1 data cache came from; "node" there follows the NPS setting of
 * the firmware, so "far" may be the same socket. Codes are event | umask << 8, as AMD's manuals (PPR), the
 * kernel's lists (tools/perf/pmu-events/arch/x86/amdzen*, Linux 7.1; names are theirs) and libpfm4 give them.
 * Samples come from ibs_op (arch/x86/events/amd/ibs.c), whose abilities its caps/ tell. */
#include "record/events/family_rows.h"

#define COUNT(PURPOSE, NAME, LIBPFM, CONFIG) HT_COUNTED(PURPOSE, NAME, LIBPFM, CONFIG, 0, NULL)

/* ---- what all have ---- */

#define IN_IBS "IBS samples loads and stores in one event"
#define FILLS  "AMD counts where lines came from, not in which state they were"
#define EDGE   "AMD counts no offcore responses"

static const struct ht_event_code all[] = {
    HT_CLOCKS("cpu-cycles", "instructions"),
    HT_NONE(SAMPLE_LOAD_LATENCY, IN_IBS),
    HT_NONE(LEAD_LOADS, IN_IBS),
    HT_NONE(SAMPLE_STORES, IN_IBS),
    HT_NONE(SAMPLE_LOCAL_HITM, "no event for transfers alone: IBS samples have them among all loads"),
    HT_NONE(SAMPLE_REMOTE_HITM, "no event for transfers alone: IBS samples have them among all loads"),
    HT_NONE(SAMPLE_STALLS, "AMD counts no cycles stalled on L3 misses"),
    HT_COUNTED(LOADS, "ls_dispatch.ld_dispatch", "LS_DISPATCH:LD_DISPATCH", 0x129, 0,
               "dispatched, not retired"),
    HT_NONE(COUNT_L1_HITS, "AMD counts fills: the loads less the fills hit the L1"),
    HT_NONE(COUNT_L1_MISSES, "counted by where the fill came from"),
    HT_NONE(COUNT_L2_MISSES, "counted by where the fill came from"),
    HT_NONE(COUNT_L3_MISSES, "counted by where the fill came from"),
    HT_NONE(COUNT_REMOTE_ACCESSES, "counted by where the fill came from"),
    HT_NONE(COUNT_LOCAL_HITM, FILLS),
    HT_NONE(COUNT_REMOTE_HITM, FILLS),
    HT_NONE(COUNT_REMOTE_FORWARDS, FILLS),
    HT_NONE(COUNT_STALLS, "AMD counts no cycles stalled on L3 misses"),
    HT_NONE(COUNT_LOCKED_LOADS, "not in the tables of AMD"),
    HT_NONE(COUNT_ORDER_CLEARS, "not in the tables of AMD"),
    HT_NONE(COUNT_OFFCORE_HITM, EDGE),
    HT_NONE(COUNT_OFFCORE_FORWARDS, EDGE),
    HT_NONE(COUNT_OFFCORE_DRAM, EDGE),
    HT_NONE(COUNT_OFFCORE_READS_HITM, EDGE),
    HT_CODES_END,
};

/* ---- fills: demand 0x43, any 0x44 ---- */

#define ZEN2(UMASK) "DATA_CACHE_REFILLS_FROM_SYSTEM:" UMASK
static const struct ht_event_code zen2[] = {
    COUNT(L2_HITS, "ls_refills_from_sys.ls_mabresp_lcl_l2", ZEN2("MABRESP_LCL_L2"), 0x143),
    HT_COUNTED(L3_HITS, "ls_refills_from_sys.ls_mabresp_lcl_cache", ZEN2("LS_MABRESP_LCL_CACHE"), 0x243, 0,
               "the L3, and every other cache of the node"),
    COUNT(LOCAL_DRAM, "ls_refills_from_sys.ls_mabresp_lcl_dram", ZEN2("LS_MABRESP_LCL_DRAM"), 0x843),
    COUNT(REMOTE_DRAM, "ls_refills_from_sys.ls_mabresp_rmt_dram", ZEN2("LS_MABRESP_RMT_DRAM"), 0x4043),
    HT_NONE(COUNT_NEAR_CACHE, "Zen 2 counts it as an L3 hit"),
    COUNT(REMOTE_CACHE, "ls_refills_from_sys.ls_mabresp_rmt_cache", ZEN2("LS_MABRESP_RMT_CACHE"), 0x1043),
    HT_NONE(COUNT_EXTENSION_MEMORY, "from Zen 4 on"),
    HT_NONE(COUNT_REMOTE_CACHE_ANY, "from Zen 3 on"),
    HT_CODES_END,
};

#define DEMAND(UMASK) "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:" UMASK
#define ANY(UMASK)    "ANY_DATA_CACHE_FILLS_FROM_SYSTEM:" UMASK
static const struct ht_event_code zen3[] = {
    COUNT(L2_HITS, "ls_dmnd_fills_from_sys.lcl_l2", DEMAND("LCL_L2"), 0x143),
    COUNT(L3_HITS, "ls_dmnd_fills_from_sys.int_cache", DEMAND("INT_CACHE"), 0x243),
    COUNT(LOCAL_DRAM, "ls_dmnd_fills_from_sys.mem_io_local", DEMAND("MEM_IO_LCL"), 0x843),
    COUNT(REMOTE_DRAM, "ls_dmnd_fills_from_sys.mem_io_remote", DEMAND("MEM_IO_RMT"), 0x4043),
    COUNT(NEAR_CACHE, "ls_dmnd_fills_from_sys.ext_cache_local", DEMAND("EXT_CACHE_LCL"), 0x443),
    COUNT(REMOTE_CACHE, "ls_dmnd_fills_from_sys.ext_cache_remote", DEMAND("EXT_CACHE_RMT"), 0x1043),
    HT_NONE(COUNT_EXTENSION_MEMORY, "from Zen 4 on"),
    COUNT(REMOTE_CACHE_ANY, "ls_any_fills_from_sys.ext_cache_remote", ANY("EXT_CACHE_RMT"), 0x1044),
    HT_CODES_END,
};

#define FILLS_FROM_ZEN4(NEAR, FAR)                                                                           \
    COUNT(L2_HITS, "ls_dmnd_fills_from_sys.local_l2", DEMAND("LCL_L2"), 0x143),                              \
        COUNT(L3_HITS, "ls_dmnd_fills_from_sys.local_ccx", DEMAND("LOCAL_CCX"), 0x243),                      \
        COUNT(LOCAL_DRAM, "ls_dmnd_fills_from_sys.dram_io_near", DEMAND("DRAM_IO_NEAR"), 0x843),             \
        COUNT(REMOTE_DRAM, "ls_dmnd_fills_from_sys.dram_io_far", DEMAND("DRAM_IO_FAR"), 0x4043),             \
        COUNT(NEAR_CACHE, "ls_dmnd_fills_from_sys.near_cache", DEMAND(NEAR), 0x443),                         \
        COUNT(REMOTE_CACHE, "ls_dmnd_fills_from_sys.far_cache", DEMAND(FAR), 0x1043),                        \
        COUNT(EXTENSION_MEMORY, "ls_dmnd_fills_from_sys.alternate_memories", DEMAND("ALT_MEM_NEAR_FAR"),     \
              0x8043),                                                                                       \
        COUNT(REMOTE_CACHE_ANY, "ls_any_fills_from_sys.far_cache", ANY(FAR), 0x1044)

static const struct ht_event_code zen4[] = {
    FILLS_FROM_ZEN4("NEAR_CACHE_NEAR_FAR", "FAR_CACHE_NEAR_FAR"),
    HT_CODES_END,
};
static const struct ht_event_code zen5[] = {
    FILLS_FROM_ZEN4("NEAR_FAR_CACHE_NEAR", "NEAR_FAR_CACHE_FAR"),
    HT_CODES_END,
};

static const struct ht_event_code others[] = {HT_CLOCKS("cpu-cycles", "instructions"), HT_CODES_END};

/* Models as the kernel tells the generations apart (arch/x86/kernel/cpu/amd.c). */
const struct ht_family ht_amd_families[] = {
    {.name = "Zen 2",
     .vendor = HT_CPU_AMD,
     .models = {{0x17, 0x30, 0x4f}, {0x17, 0x60, 0x7f}, {0x17, 0x90, 0x91}, {0x17, 0xa0, 0xaf}},
     .libpfm = "amd64_fam17h_zen2",
     .set = {all, zen2}},
    {.name = "Zen 3",
     .vendor = HT_CPU_AMD,
     .models = {{0x19, 0x00, 0x0f}, {0x19, 0x20, 0x5f}},
     .libpfm = "amd64_fam19h_zen3",
     .set = {all, zen3},
     .limit = "IBS of Zen 3 does not tell the state of a line: a transfer of a modified line looks like any "
              "other hit in that cache, so nothing is recorded as HITM"},
    {.name = "Zen 4",
     .vendor = HT_CPU_AMD,
     .models = {{0x19, 0x10, 0x1f}, {0x19, 0x60, 0xaf}},
     .libpfm = "amd64_fam19h_zen4",
     .set = {all, zen4}},
    {.name = "Zen 5",
     .vendor = HT_CPU_AMD,
     .models = {{0x1a, 0x00, 0x2f}, {0x1a, 0x40, 0x4f}, {0x1a, 0x60, 0x7f}, {0x1a, 0xd0, 0xd7}},
     .libpfm = "amd64_fam1ah_zen5",
     .set = {all, zen5}},
    {.name = "other AMD CPU",
     .vendor = HT_CPU_AMD,
     .set = {others},
     .none = "no table of events for this model of CPU"},
    {.name = NULL},
};

/* ---- IBS ----
 * cnt_ctl=1: the period counts ops, so that samples stand for memory accesses; without it, cycles. Periods
 * are multiples of 16 (older kernels refuse others), at least 0x90. A filter drops every op that is no load
 * missing the L1, and with it the writers: filtered and unfiltered slices take turns. */
#define IBS(PURPOSE, CAP, TERMS, FILTER, NOTE)                                                               \
    .purpose = PURPOSE, .role = HT_PMU_IBS, .cap = CAP, .terms = TERMS, .user = "swfilt", .filter = FILTER,  \
    .period_least = 0x90, .period_step = 16, .note = NOTE

const struct ht_op_code ht_amd_ops[] = {
    {IBS(HT_SAMPLE_OPS, NULL, "cnt_ctl", "", NULL)},
    {IBS(HT_SAMPLE_OPS, NULL, "", "", "the period counts cycles, not ops: no estimate of their number")},
    {IBS(HT_SAMPLE_OPS_FILTERED, "ldlat", "cnt_ctl", "ldlat",
         "no stores; the kernel may leave L3 hits out too (erratum 1606): transfers within a CCX may be "
         "missing"),
     .threshold = "ldlat", .threshold_least = 128, .threshold_most = 2048, .threshold_step = 128},
    {IBS(HT_SAMPLE_OPS_FILTERED, "zen4_ibs_extensions", "cnt_ctl,l3missonly", "l3missonly",
         "no stores that hit the L1, no L3 hits: transfers within a CCX are missing")},
    {.terms = NULL},
};
