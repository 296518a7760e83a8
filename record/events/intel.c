/* Intel servers with big cores. Codes are event | umask << 8 | counter mask << 24, as perfmon
 * (github.com/intel/perfmon) and the kernel's copy of it (tools/perf/pmu-events/arch/x86, Linux 7.1) give
 * them; counters are those of the kernel's constraints (arch/x86/events/intel). Names are perfmon's. */
#include "record/events/family_rows.h"

#define LOW4 0xf /* counters 0 to 3 */

#define COUNT(PURPOSE, NAME, LIBPFM, CONFIG)  HT_COUNTED(PURPOSE, NAME, LIBPFM, CONFIG, LOW4, NULL)
#define SAMPLE(PURPOSE, NAME, LIBPFM, CONFIG) HT_SAMPLED(PURPOSE, NAME, LIBPFM, CONFIG, 2, LOW4, NULL)

#define OFFCORE(PURPOSE, NAME, LIBPFM, CONFIG, RESPONSE)                                                     \
    {                                                                                                        \
        .purpose = HT_COUNT_OFFCORE_##PURPOSE, .name = NAME, .libpfm = LIBPFM, .config = CONFIG,             \
        .config1 = RESPONSE, .counters = LOW4                                                                \
    }

/* ---- Broadwell-EP and -EX: uops where later ones count instructions, other umasks of 0xd3 ---- */

#define MISSES_L2  "stalls on L2 misses: Broadwell does not tell those that miss the L3"
#define NO_OFFCORE "not in the table of Broadwell"

static const struct ht_event_code broadwell[] = {
    HT_LOAD_LATENCY("MEM_TRANS_RETIRED.LOAD_LATENCY", "MEM_TRANS_RETIRED:LOAD_LATENCY", 0x1cd, 0x8),
    HT_STORES("MEM_UOPS_RETIRED.ALL_STORES", "MEM_UOPS_RETIRED:ALL_STORES", 0x82d0, 0, LOW4),
    HT_LEADER(0),
    SAMPLE(LOCAL_HITM, "MEM_LOAD_UOPS_L3_HIT_RETIRED.XSNP_HITM", "MEM_LOAD_UOPS_L3_HIT_RETIRED:XSNP_HITM",
           0x4d2),
    SAMPLE(REMOTE_HITM, "MEM_LOAD_UOPS_L3_MISS_RETIRED.REMOTE_HITM",
           "MEM_LOAD_UOPS_L3_MISS_RETIRED:REMOTE_HITM", 0x10d3),
    HT_SAMPLED(STALLS, "CYCLE_ACTIVITY.STALLS_L2_MISS", "CYCLE_ACTIVITY:STALLS_L2_PENDING", 0x50005a3, 0,
               LOW4, MISSES_L2),
    COUNT(L1_HITS, "MEM_LOAD_UOPS_RETIRED.L1_HIT", "MEM_LOAD_UOPS_RETIRED:L1_HIT", 0x1d1),
    COUNT(L2_HITS, "MEM_LOAD_UOPS_RETIRED.L2_HIT", "MEM_LOAD_UOPS_RETIRED:L2_HIT", 0x2d1),
    COUNT(L3_HITS, "MEM_LOAD_UOPS_RETIRED.L3_HIT", "MEM_LOAD_UOPS_RETIRED:L3_HIT", 0x4d1),
    COUNT(LOADS, "MEM_UOPS_RETIRED.ALL_LOADS", "MEM_UOPS_RETIRED:ALL_LOADS", 0x81d0),
    COUNT(LOCAL_DRAM, "MEM_LOAD_UOPS_L3_MISS_RETIRED.LOCAL_DRAM", "MEM_LOAD_UOPS_L3_MISS_RETIRED:LOCAL_DRAM",
          0x1d3),
    COUNT(REMOTE_DRAM, "MEM_LOAD_UOPS_L3_MISS_RETIRED.REMOTE_DRAM",
          "MEM_LOAD_UOPS_L3_MISS_RETIRED:REMOTE_DRAM", 0x4d3),
    COUNT(LOCAL_HITM, "MEM_LOAD_UOPS_L3_HIT_RETIRED.XSNP_HITM", "MEM_LOAD_UOPS_L3_HIT_RETIRED:XSNP_HITM",
          0x4d2),
    COUNT(REMOTE_HITM, "MEM_LOAD_UOPS_L3_MISS_RETIRED.REMOTE_HITM",
          "MEM_LOAD_UOPS_L3_MISS_RETIRED:REMOTE_HITM", 0x10d3),
    COUNT(REMOTE_FORWARDS, "MEM_LOAD_UOPS_L3_MISS_RETIRED.REMOTE_FWD",
          "MEM_LOAD_UOPS_L3_MISS_RETIRED:REMOTE_FWD", 0x20d3),
    HT_COUNTED(STALLS, "CYCLE_ACTIVITY.STALLS_L2_MISS", "CYCLE_ACTIVITY:STALLS_L2_PENDING", 0x50005a3, LOW4,
               MISSES_L2),
    COUNT(LOCKED_LOADS, "MEM_UOPS_RETIRED.LOCK_LOADS", "MEM_UOPS_RETIRED:LOCK_LOADS", 0x21d0),
    HT_COUNTED(ORDER_CLEARS, "MACHINE_CLEARS.MEMORY_ORDERING", "MACHINE_CLEARS:MEMORY_ORDERING", 0x2c3, 0,
               NULL),
    HT_NONE(COUNT_OFFCORE_HITM, NO_OFFCORE),
    HT_NONE(COUNT_OFFCORE_FORWARDS, NO_OFFCORE),
    HT_NONE(COUNT_OFFCORE_DRAM, NO_OFFCORE),
    HT_NONE(COUNT_OFFCORE_READS_HITM, NO_OFFCORE),
    HT_CODES_END,
};

/* ---- Skylake-SP to Granite Rapids ---- */

const struct ht_event_code ht_intel_retired[] = {
    HT_SAMPLED(STALLS, "CYCLE_ACTIVITY.STALLS_L3_MISS", "CYCLE_ACTIVITY:STALLS_L3_MISS", 0x60006a3, 0, LOW4,
               NULL),
    COUNT(L1_HITS, "MEM_LOAD_RETIRED.L1_HIT", "MEM_LOAD_RETIRED:L1_HIT", 0x1d1),
    COUNT(L2_HITS, "MEM_LOAD_RETIRED.L2_HIT", "MEM_LOAD_RETIRED:L2_HIT", 0x2d1),
    COUNT(L3_HITS, "MEM_LOAD_RETIRED.L3_HIT", "MEM_LOAD_RETIRED:L3_HIT", 0x4d1),
    COUNT(LOADS, "MEM_INST_RETIRED.ALL_LOADS", "MEM_INST_RETIRED:ALL_LOADS", 0x81d0),
    COUNT(LOCAL_DRAM, "MEM_LOAD_L3_MISS_RETIRED.LOCAL_DRAM", "MEM_LOAD_L3_MISS_RETIRED:LOCAL_DRAM", 0x1d3),
    COUNT(STALLS, "CYCLE_ACTIVITY.STALLS_L3_MISS", "CYCLE_ACTIVITY:STALLS_L3_MISS", 0x60006a3),
    COUNT(LOCKED_LOADS, "MEM_INST_RETIRED.LOCK_LOADS", "MEM_INST_RETIRED:LOCK_LOADS", 0x21d0),
    HT_COUNTED(ORDER_CLEARS, "MACHINE_CLEARS.MEMORY_ORDERING", "MACHINE_CLEARS:MEMORY_ORDERING", 0x2c3, 0,
               NULL),
    HT_CODES_END,
};

static const struct ht_event_code remote[] = {
    SAMPLE(REMOTE_HITM, "MEM_LOAD_L3_MISS_RETIRED.REMOTE_HITM", "MEM_LOAD_L3_MISS_RETIRED:REMOTE_HITM",
           0x4d3),
    COUNT(REMOTE_DRAM, "MEM_LOAD_L3_MISS_RETIRED.REMOTE_DRAM", "MEM_LOAD_L3_MISS_RETIRED:REMOTE_DRAM", 0x2d3),
    COUNT(REMOTE_HITM, "MEM_LOAD_L3_MISS_RETIRED.REMOTE_HITM", "MEM_LOAD_L3_MISS_RETIRED:REMOTE_HITM", 0x4d3),
    COUNT(REMOTE_FORWARDS, "MEM_LOAD_L3_MISS_RETIRED.REMOTE_FWD", "MEM_LOAD_L3_MISS_RETIRED:REMOTE_FWD",
          0x8d3),
    HT_CODES_END,
};

/* From Ice Lake on; perfmon calls the event XSNP_FWD, libpfm4's table of Ice Lake XSNP_HITM. */
#define CLEAN_TOO "the line was modified or clean: alone it proves no writer"
#define FORWARDS(LIBPFM)                                                                                     \
    HT_SAMPLED(LOCAL_HITM, "MEM_LOAD_L3_HIT_RETIRED.XSNP_FWD", LIBPFM, 0x4d2, 2, LOW4, CLEAN_TOO),           \
        HT_COUNTED(LOCAL_HITM, "MEM_LOAD_L3_HIT_RETIRED.XSNP_FWD", LIBPFM, 0x4d2, LOW4, CLEAN_TOO)

const struct ht_event_code ht_intel_forwards[] = {
    FORWARDS("MEM_LOAD_L3_HIT_RETIRED:XSNP_FWD"),
    HT_CODES_END,
};

/* Offcore: SNP_HITM of libpfm4's L3_MISS stands for the local home alone. */
static const struct ht_event_code skylake[] = {
    HT_LOAD_LATENCY("MEM_TRANS_RETIRED.LOAD_LATENCY", "MEM_TRANS_RETIRED:LOAD_LATENCY", 0x1cd, LOW4),
    HT_STORES("MEM_INST_RETIRED.ALL_STORES", "MEM_INST_RETIRED:ALL_STORES", 0x82d0, 0, LOW4),
    HT_LEADER(0),
    SAMPLE(LOCAL_HITM, "MEM_LOAD_L3_HIT_RETIRED.XSNP_HITM", "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM", 0x4d2),
    COUNT(LOCAL_HITM, "MEM_LOAD_L3_HIT_RETIRED.XSNP_HITM", "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM", 0x4d2),
    {.purpose = HT_COUNT_OFFCORE_HITM,
     .name = "OFFCORE_RESPONSE.DEMAND_DATA_RD.L3_MISS.REMOTE_HITM",
     .libpfm = "OFFCORE_RESPONSE_0:DMND_DATA_RD:L3_MISS:SNP_HITM",
     .config = 0x1b7,
     .config1 = 0x103fc00001,
     .wrong_config = 0x1b7,
     .wrong_config1 = 0x1004000001,
     .counters = LOW4},
    OFFCORE(FORWARDS, "OFFCORE_RESPONSE.DEMAND_DATA_RD.L3_MISS.REMOTE_HIT_FORWARD", NULL, 0x1b7, 0x83fc00001),
    OFFCORE(DRAM, "OFFCORE_RESPONSE.DEMAND_DATA_RD.L3_MISS_REMOTE_DRAM.SNOOP_MISS_OR_NO_FWD", NULL, 0x1b7,
            0x63b800001),
    HT_NONE(COUNT_OFFCORE_READS_HITM, "Skylake and Cascade Lake have no such event"),
    HT_CODES_END,
};

#define OFFCORE_ROWS(CONFIG, READS)                                                                          \
    OFFCORE(HITM, "OCR.DEMAND_DATA_RD.REMOTE_CACHE.SNOOP_HITM",                                              \
            "OCR:DEMAND_DATA_RD_REMOTE_CACHE_SNOOP_HITM", CONFIG, 0x1030000001),                             \
        OFFCORE(FORWARDS, "OCR.DEMAND_DATA_RD.REMOTE_CACHE.SNOOP_HIT_WITH_FWD",                              \
                "OCR:DEMAND_DATA_RD_REMOTE_CACHE_SNOOP_HIT_WITH_FWD", CONFIG, 0x830000001),                  \
        OFFCORE(DRAM, "OCR.DEMAND_DATA_RD.REMOTE_DRAM", "OCR:DEMAND_DATA_RD_REMOTE_DRAM", CONFIG,            \
                0x730000001),                                                                                \
        OFFCORE(READS_HITM, "OCR.READS_TO_CORE.REMOTE_CACHE.SNOOP_HITM",                                     \
                "OCR:READS_TO_CORE_REMOTE_CACHE_SNOOP_HITM", CONFIG, READS)

static const struct ht_event_code ice_lake[] = {
    HT_LOAD_LATENCY("MEM_TRANS_RETIRED.LOAD_LATENCY", "MEM_TRANS_RETIRED:LOAD_LATENCY", 0x1cd, 0xff),
    HT_STORES("MEM_INST_RETIRED.ALL_STORES", "MEM_INST_RETIRED:ALL_STORES", 0x82d0, 0, LOW4),
    HT_LEADER(0),
    FORWARDS("MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM"),
    OFFCORE_ROWS(0x1b7, 0x1030000477),
    HT_CODES_END,
};

/* libpfm4 adds to STORE_SAMPLE a umask that its table's code has already, up to its version of 2024-10. */
static const struct ht_event_code rapids[] = {
    HT_LOAD_LATENCY("MEM_TRANS_RETIRED.LOAD_LATENCY", "MEM_TRANS_RETIRED:LOAD_LATENCY", 0x1cd, 0xfe),
    HT_STORES("MEM_TRANS_RETIRED.STORE_SAMPLE", "MEM_TRANS_RETIRED:STORE_SAMPLE", 0x2cd, 0x3cd, 0x1),
    OFFCORE_ROWS(0x12a, 0x1030004477),
    HT_CODES_END,
};

/* The kernel refuses load latency with data sources unless this one leads its group (PMU_FL_MEM_LOADS_AUX).
 * Granite Rapids' does not. */
static const struct ht_event_code led[] = {HT_LEADER(0x8203), HT_CODES_END};
static const struct ht_event_code not_led[] = {HT_LEADER(0), HT_CODES_END};

/* ---- all of Intel ---- */

const struct ht_event_code ht_intel_all[] = {
    HT_CLOCKS("cpu-cycles", "instructions"),
    HT_NONE(SAMPLE_OPS, "Intel samples loads and stores as two events"),
    HT_NONE(SAMPLE_OPS_FILTERED, "Intel samples loads and stores as two events"),
    HT_NONE(COUNT_L1_MISSES, "counted as hits"),
    HT_NONE(COUNT_L2_MISSES, "counted as hits"),
    HT_NONE(COUNT_L3_MISSES, "counted as hits"),
    HT_NONE(COUNT_REMOTE_ACCESSES, "counted by where the line came from"),
    HT_NONE(COUNT_NEAR_CACHE, "one last-level cache serves the node: counted as local HITM"),
    HT_NONE(COUNT_REMOTE_CACHE, "counted by the state of the line"),
    HT_NONE(COUNT_REMOTE_CACHE_ANY, "counted as offcore reads"),
    HT_NONE(COUNT_EXTENSION_MEMORY, "not counted: its events differ with the memory that is built in"),
    HT_CODES_END,
};

/* Models without a table: what the kernel names. */
static const struct ht_event_code named[] = {
    HT_CLOCKS("cpu-cycles", "instructions"),
    HT_LOAD_LATENCY("mem-loads", NULL, 0, 0),
    HT_STORES("mem-stores", NULL, 0, 0, 0),
    HT_LEADER(0),
    HT_CODES_END,
};

const struct ht_family ht_intel_families[] = {
    {.name = "Broadwell-EP",
     .vendor = HT_CPU_INTEL,
     .models = {{6, 0x4f, 0x4f}},
     .libpfm = "bdw_ep",
     .set = {ht_intel_all, broadwell}},
    {.name = "Skylake-SP or Cascade Lake",
     .vendor = HT_CPU_INTEL,
     .models = {{6, 0x55, 0x55}},
     .libpfm = "skx",
     .set = {ht_intel_all, ht_intel_retired, remote, skylake}},
    {.name = "Ice Lake-SP",
     .vendor = HT_CPU_INTEL,
     .models = {{6, 0x6a, 0x6a}, {6, 0x6c, 0x6c}},
     .libpfm = "icx",
     .set = {ht_intel_all, ht_intel_retired, remote, ice_lake}},
    {.name = "Sapphire Rapids",
     .vendor = HT_CPU_INTEL,
     .models = {{6, 0x8f, 0x8f}},
     .libpfm = "spr",
     .set = {ht_intel_all, ht_intel_retired, remote, ht_intel_forwards, rapids, led}},
    {.name = "Emerald Rapids",
     .vendor = HT_CPU_INTEL,
     .models = {{6, 0xcf, 0xcf}},
     .libpfm = "emr",
     .set = {ht_intel_all, ht_intel_retired, remote, ht_intel_forwards, rapids, led}},
    {.name = "Granite Rapids",
     .vendor = HT_CPU_INTEL,
     .models = {{6, 0xad, 0xae}},
     .libpfm = "gnr",
     .set = {ht_intel_all, ht_intel_retired, remote, ht_intel_forwards, rapids, not_led}},
    {.name = "other Intel CPU",
     .vendor = HT_CPU_INTEL,
     .set = {named},
     .none = "no table of events for this model of CPU"},
    {.name = NULL},
};
