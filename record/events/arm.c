/* Arm Neoverse. Counters count accesses and refills, read by their architected numbers (Arm ARM, "Common
 * event numbers"; the cores' lists in tools/perf/pmu-events/arch/arm64/arm, Linux 7.1; names are theirs).
 * Samples come from SPE (drivers/perf/arm_spe_pmu.c). No core of Arm Ltd tells in which state a line was. */
#include "record/events/family_rows.h"

#define COUNT(PURPOSE, NAME, SYSFS, CONFIG, NOTE)                                                            \
    {                                                                                                        \
        .purpose = HT_COUNT_##PURPOSE, .name = NAME, .sysfs = SYSFS, .libpfm = NAME, .config = CONFIG,       \
        .note = NOTE                                                                                         \
    }

#define IN_SPE "SPE samples loads and stores in one event"
#define STATE  "no counter tells in which state a line was"
#define EDGE   "Neoverse counts no offcore responses"

static const struct ht_event_code all[] = {
    HT_CLOCKS("cpu_cycles", "inst_retired"),
    HT_NONE(SAMPLE_LOAD_LATENCY, IN_SPE),
    HT_NONE(LEAD_LOADS, IN_SPE),
    HT_NONE(SAMPLE_STORES, IN_SPE),
    HT_NONE(SAMPLE_LOCAL_HITM, "no event for transfers: SPE tells the peer that a line came from"),
    HT_NONE(SAMPLE_REMOTE_HITM, "no event for transfers: SPE tells the peer that a line came from"),
    HT_NONE(COUNT_L1_HITS, "counted as misses"),
    HT_NONE(COUNT_L2_HITS, "counted as misses"),
    HT_NONE(COUNT_L3_HITS, "counted as misses"),
    COUNT(L1_MISSES, "L1D_CACHE_REFILL_RD", NULL, 0x42, NULL),
    COUNT(L2_MISSES, "L2D_CACHE_REFILL_RD", NULL, 0x52, NULL),
    COUNT(L3_MISSES, "LL_CACHE_MISS_RD", "ll_cache_miss_rd", 0x37, NULL),
    HT_COUNTED(LOADS, "MEM_ACCESS_RD", NULL, 0x66, 0, "issued, not retired"), /* libpfm4: not of N2 */
    COUNT(REMOTE_ACCESSES, "REMOTE_ACCESS", "remote_access", 0x31, "another socket, its memory or a cache"),
    HT_NONE(COUNT_LOCAL_DRAM, "last-level misses less remote accesses"),
    HT_NONE(COUNT_REMOTE_DRAM, "counted as remote accesses"),
    HT_NONE(COUNT_LOCAL_HITM, STATE),
    HT_NONE(COUNT_REMOTE_HITM, STATE),
    HT_NONE(COUNT_REMOTE_FORWARDS, STATE),
    HT_NONE(COUNT_NEAR_CACHE, "no counter tells the peer that a line came from"),
    HT_NONE(COUNT_REMOTE_CACHE, "counted as remote accesses"),
    HT_NONE(COUNT_REMOTE_CACHE_ANY, "counted as remote accesses"),
    HT_NONE(COUNT_EXTENSION_MEMORY, "no counter tells it from memory"),
    HT_NONE(COUNT_LOCKED_LOADS, "not in the tables of Neoverse"),
    HT_NONE(COUNT_ORDER_CLEARS, "not in the tables of Neoverse"),
    HT_NONE(COUNT_OFFCORE_HITM, EDGE),
    HT_NONE(COUNT_OFFCORE_FORWARDS, EDGE),
    HT_NONE(COUNT_OFFCORE_DRAM, EDGE),
    HT_NONE(COUNT_OFFCORE_READS_HITM, EDGE),
    HT_CODES_END,
};

#define ANY_REASON "Neoverse N1 counts stalls of the back end for any reason"

static const struct ht_event_code n1[] = {
    HT_NONE(SAMPLE_STALLS, ANY_REASON),
    HT_NONE(COUNT_STALLS, ANY_REASON),
    HT_CODES_END,
};

#define ANY_LEVEL "stalls on memory, at whichever level it was found"

static const struct ht_event_code later[] = {
    {.purpose = HT_SAMPLE_STALLS,
     .name = "STALL_BACKEND_MEM",
     .sysfs = "stall_backend_mem",
     .libpfm = "STALL_BACKEND_MEM",
     .config = 0x4005,
     .note = ANY_LEVEL},
    COUNT(STALLS, "STALL_BACKEND_MEM", "stall_backend_mem", 0x4005, ANY_LEVEL),
    HT_CODES_END,
};

/* What the kernel names on cores without a table. */
static const struct ht_event_code named[] = {
    HT_CLOCKS("cpu_cycles", "inst_retired"),
    {.purpose = HT_COUNT_L3_MISSES,
     .name = "LL_CACHE_MISS_RD",
     .sysfs = "ll_cache_miss_rd",
     .none = "the kernel names no such event: the core has none"},
    {.purpose = HT_COUNT_REMOTE_ACCESSES,
     .name = "REMOTE_ACCESS",
     .sysfs = "remote_access",
     .none = "the kernel names no such event: the core has none"},
    HT_CODES_END,
};

#define NO_HITM "SPE on this core does not tell in which state a line was: peers are named, no HITM"
#define ARM_LTD 0x41

const struct ht_family ht_arm_families[] = {
    {.name = "Neoverse N1",
     .vendor = HT_CPU_ARM,
     .models = {{ARM_LTD, 0xd0c, 0xd0c}},
     .libpfm = "arm_n1",
     .set = {all, n1},
     .limit = NO_HITM},
    {.name = "Neoverse V1",
     .vendor = HT_CPU_ARM,
     .models = {{ARM_LTD, 0xd40, 0xd40}},
     .libpfm = "arm_v1",
     .set = {all, later},
     .limit = NO_HITM},
    {.name = "Neoverse N2",
     .vendor = HT_CPU_ARM,
     .models = {{ARM_LTD, 0xd49, 0xd49}},
     .libpfm = "arm_n2",
     .set = {all, later},
     .limit = NO_HITM},
    {.name = "Neoverse V2",
     .vendor = HT_CPU_ARM,
     .models = {{ARM_LTD, 0xd4f, 0xd4f}},
     .libpfm = "arm_v2",
     .set = {all, later},
     .limit = NO_HITM},
    {.name = "other Arm CPU",
     .vendor = HT_CPU_ARM,
     .set = {named},
     .none = "no table of events for this core"},
    {.name = NULL},
};

/* ---- SPE ----
 * What `perf c2c record` asks for, and the same without a least latency, so that stores are seen that hit
 * the L1. Physical addresses need CAP_PERFMON. */
#define SPE                                                                                                  \
    .role = HT_PMU_SPE, .terms = "ts_enable,load_filter,store_filter", .phys = "pa_enable",                  \
    .period_least = 1, .period_step = 1, .period_cap = "min_interval"

const struct ht_op_code ht_arm_ops[] = {
    {.purpose = HT_SAMPLE_OPS, SPE, .filter = ""},
    {.purpose = HT_SAMPLE_OPS_FILTERED,
     SPE,
     .filter = "min_latency",
     .threshold = "min_latency",
     .threshold_least = 1,
     .threshold_most = 4095,
     .threshold_step = 1,
     .note = "no accesses that are faster: few stores"},
    {.terms = NULL},
};
