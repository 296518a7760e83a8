/* Intel's small cores, and the hybrid CPUs of clients that have both. Sources and codes as in intel.c; the
 * same umasks of 0xd1 to 0xd4 mean other things on each generation. */
#include "record/events/family_rows.h"

#define LOW4 0xf

#define COUNT(PURPOSE, NAME, CONFIG) HT_COUNTED(PURPOSE, NAME, NULL, CONFIG, 0, NULL)

/* ---- what Gracemont, Crestmont and Darkmont have alike ---- */

static const struct ht_event_code small[] = {
    HT_LOAD_LATENCY("MEM_UOPS_RETIRED.LOAD_LATENCY", "MEM_UOPS_RETIRED:LOAD_LATENCY", 0x5d0, 0x3),
    HT_STORES("MEM_UOPS_RETIRED.STORE_LATENCY", "MEM_UOPS_RETIRED:STORE_LATENCY", 0x6d0, 0, LOW4),
    HT_LEADER(0),
    COUNT(L1_HITS, "MEM_LOAD_UOPS_RETIRED.L1_HIT", 0x1d1),
    COUNT(L2_HITS, "MEM_LOAD_UOPS_RETIRED.L2_HIT", 0x2d1),
    COUNT(LOADS, "MEM_UOPS_RETIRED.ALL_LOADS", 0x81d0),
    COUNT(LOCKED_LOADS, "MEM_UOPS_RETIRED.LOCK_LOADS", 0x21d0),
    COUNT(ORDER_CLEARS, "MACHINE_CLEARS.MEMORY_ORDERING", 0x2c3),
    HT_CODES_END,
};

/* From Crestmont on. */
static const struct ht_event_code crestmont[] = {
    HT_SAMPLED(STALLS, "MEM_BOUND_STALLS_LOAD.LLC_MISS", NULL, 0x7834, 0, 0, NULL),
    COUNT(STALLS, "MEM_BOUND_STALLS_LOAD.LLC_MISS", 0x7834),
    COUNT(L3_HITS, "MEM_LOAD_UOPS_RETIRED.L3_HIT", 0x1cd1),
    HT_CODES_END,
};

/* ---- Sierra Forest and Clearwater Forest ---- */

#define NO_ADDRESS "its samples carry no data address: it is counted, and load latency sees transfers"
#define NO_OFFCORE "this CPU has no offcore event for remote caches"

static const struct ht_event_code forest[] = {
    HT_NONE(SAMPLE_LOCAL_HITM, NO_ADDRESS),
    HT_NONE(SAMPLE_REMOTE_HITM, NO_ADDRESS),
    COUNT(LOCAL_DRAM, "MEM_LOAD_UOPS_L3_MISS_RETIRED.LOCAL_DRAM", 0x1d3),
    HT_COUNTED(REMOTE_DRAM, "MEM_LOAD_UOPS_L3_MISS_RETIRED.REMOTE_DRAM_OR_NOFWD", NULL, 0x2d3, 0,
               "remote memory, or a remote cache that did not forward"),
    COUNT(LOCAL_HITM, "MEM_LOAD_UOPS_MISC_RETIRED.L3_HIT_SNOOP_HITM", 0x8d4),
    COUNT(REMOTE_HITM, "MEM_LOAD_UOPS_L3_MISS_RETIRED.REMOTE_FWD_HITM", 0x8d3),
    COUNT(REMOTE_FORWARDS, "MEM_LOAD_UOPS_L3_MISS_RETIRED.REMOTE_FWD_NONM", 0x4d3),
    HT_NONE(COUNT_OFFCORE_HITM, NO_OFFCORE),
    HT_NONE(COUNT_OFFCORE_FORWARDS, NO_OFFCORE),
    HT_NONE(COUNT_OFFCORE_DRAM, NO_OFFCORE),
    HT_NONE(COUNT_OFFCORE_READS_HITM, NO_OFFCORE),
    HT_CODES_END,
};

/* ---- hybrid CPUs: one socket, two PMUs ---- */

#define ONE_SOCKET "a client CPU: one socket, nothing is remote"

static const struct ht_event_code one_socket[] = {
    HT_NONE(SAMPLE_REMOTE_HITM, ONE_SOCKET),
    HT_NONE(COUNT_REMOTE_DRAM, ONE_SOCKET),
    HT_NONE(COUNT_REMOTE_HITM, ONE_SOCKET),
    HT_NONE(COUNT_REMOTE_FORWARDS, ONE_SOCKET),
    HT_NONE(COUNT_OFFCORE_HITM, ONE_SOCKET),
    HT_NONE(COUNT_OFFCORE_FORWARDS, ONE_SOCKET),
    HT_NONE(COUNT_OFFCORE_DRAM, ONE_SOCKET),
    HT_NONE(COUNT_OFFCORE_READS_HITM, ONE_SOCKET),
    HT_CODES_END,
};

/* Golden Cove and Redwood Cove: the big cores of Sapphire Rapids. libpfm4: see intel.c. */
static const struct ht_event_code big[] = {
    HT_LOAD_LATENCY("MEM_TRANS_RETIRED.LOAD_LATENCY", "MEM_TRANS_RETIRED:LOAD_LATENCY", 0x1cd, 0xfe),
    HT_STORES("MEM_TRANS_RETIRED.STORE_SAMPLE", "MEM_TRANS_RETIRED:STORE_SAMPLE", 0x2cd, 0x3cd, 0x1),
    HT_CODES_END,
};

static const struct ht_event_code led[] = {HT_LEADER(0x8203), HT_CODES_END};
static const struct ht_event_code not_led[] = {HT_LEADER(0), HT_CODES_END};

static const struct ht_event_code gracemont[] = {
    HT_SAMPLED(LOCAL_HITM, "MEM_LOAD_UOPS_RETIRED.HITM", NULL, 0x20d1, 2, 0, NULL),
    HT_SAMPLED(STALLS, "MEM_BOUND_STALLS.LOAD_DRAM_HIT", "MEM_BOUND_STALLS:LOAD_DRAM_HIT", 0x434, 0, 0, NULL),
    COUNT(L3_HITS, "MEM_LOAD_UOPS_RETIRED.L3_HIT", 0x4d1),
    COUNT(LOCAL_DRAM, "MEM_LOAD_UOPS_RETIRED.DRAM_HIT", 0x80d1),
    COUNT(LOCAL_HITM, "MEM_LOAD_UOPS_RETIRED.HITM", 0x20d1),
    COUNT(STALLS, "MEM_BOUND_STALLS.LOAD_DRAM_HIT", 0x434),
    HT_CODES_END,
};

#define NO_HITM "this core has no such event: load latency sees transfers"

static const struct ht_event_code crestmont_client[] = {
    HT_NONE(SAMPLE_LOCAL_HITM, NO_HITM),
    COUNT(LOCAL_DRAM, "MEM_LOAD_UOPS_MISC_RETIRED.LOCAL_DRAM", 0x2d4),
    HT_NONE(COUNT_LOCAL_HITM, NO_HITM),
    HT_CODES_END,
};

/* Alder and Raptor Lake; Meteor Lake and Arrow Lake-U. */
#define ALDER_LAKE                                                                                           \
    { {6, 0x97, 0x97}, {6, 0x9a, 0x9a}, {6, 0xb7, 0xb7}, {6, 0xba, 0xba}, {6, 0xbf, 0xbf}, }
#define METEOR_LAKE                                                                                          \
    { {6, 0xaa, 0xaa}, {6, 0xac, 0xac}, {6, 0xb5, 0xb5}, }

const struct ht_family ht_intel_small_families[] = {
    {.name = "Sierra Forest or Clearwater Forest",
     .vendor = HT_CPU_INTEL,
     .models = {{6, 0xaf, 0xaf}, {6, 0xdd, 0xdd}},
     .set = {ht_intel_all, small, crestmont, forest},
     .limit = "transfers are seen by load latency alone: the HITM events' samples carry no data address"},
    {.name = "Alder Lake, big cores",
     .vendor = HT_CPU_INTEL,
     .pmu = "cpu_core",
     .models = ALDER_LAKE,
     .libpfm = "adl_glc",
     .set = {ht_intel_all, ht_intel_retired, ht_intel_forwards, big, led, one_socket}},
    {.name = "Alder Lake, small cores",
     .vendor = HT_CPU_INTEL,
     .pmu = "cpu_atom",
     .models = ALDER_LAKE,
     .libpfm = "adl_grt",
     .set = {ht_intel_all, small, gracemont, one_socket}},
    {.name = "Meteor Lake, big cores",
     .vendor = HT_CPU_INTEL,
     .pmu = "cpu_core",
     .models = METEOR_LAKE,
     .set = {ht_intel_all, ht_intel_retired, ht_intel_forwards, big, not_led, one_socket}},
    {.name = "Meteor Lake, small cores",
     .vendor = HT_CPU_INTEL,
     .pmu = "cpu_atom",
     .models = METEOR_LAKE,
     .set = {ht_intel_all, small, crestmont, crestmont_client, one_socket}},
    {.name = NULL},
};
