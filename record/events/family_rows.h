/* How the tables of CPU families write their rows (intel.c, intel_small.c, amd.c, arm.c): one macro for each
 * shape of a row. Anything rarer is written out with its field names. */
#ifndef HT_RECORD_EVENTS_FAMILY_ROWS_H
#define HT_RECORD_EVENTS_FAMILY_ROWS_H

#include "record/events/family.h"

/* Every set of rows ends with it. */
#define HT_CODES_END                                                                                         \
    { .name = NULL }

/* No event, and why. PURPOSE with its SAMPLE_ or COUNT_. */
#define HT_NONE(PURPOSE, WHY)                                                                                \
    { .purpose = HT_##PURPOSE, .none = WHY }

#define HT_COUNTED(PURPOSE, NAME, LIBPFM, CONFIG, COUNTERS, NOTE)                                            \
    {                                                                                                        \
        .purpose = HT_COUNT_##PURPOSE, .name = NAME, .libpfm = LIBPFM, .config = CONFIG,                     \
        .counters = COUNTERS, .note = NOTE                                                                   \
    }

/* A sampled event with code and data address; PRECISE 0: code alone. */
#define HT_SAMPLED(PURPOSE, NAME, LIBPFM, CONFIG, PRECISE, COUNTERS, NOTE)                                   \
    {                                                                                                        \
        .purpose = HT_SAMPLE_##PURPOSE, .name = NAME, .libpfm = LIBPFM, .config = CONFIG,                    \
        .precise = PRECISE, .counters = COUNTERS, .note = NOTE                                               \
    }

#define HT_LOAD_LATENCY(NAME, LIBPFM, CONFIG, COUNTERS)                                                      \
    {                                                                                                        \
        .purpose = HT_SAMPLE_LOAD_LATENCY, .name = NAME, .sysfs = "mem-loads", .libpfm = LIBPFM,             \
        .config = CONFIG, .precise = 2, .threshold = 1, .counters = COUNTERS                                 \
    }

/* WRONG: what libpfm4 says instead of CONFIG; 0: it is right, or has none. */
#define HT_STORES(NAME, LIBPFM, CONFIG, WRONG, COUNTERS)                                                     \
    {                                                                                                        \
        .purpose = HT_SAMPLE_STORES, .name = NAME, .sysfs = "mem-stores", .libpfm = LIBPFM,                  \
        .config = CONFIG, .wrong_config = WRONG, .precise = 2, .counters = COUNTERS                          \
    }

/* Where the kernel asks for a leader it names one; CONFIG where it is known to ask, 0: only if named. */
#define HT_LEADER(CONFIG)                                                                                    \
    {                                                                                                        \
        .purpose = HT_LEAD_LOADS, .name = "mem-loads-aux", .sysfs = "mem-loads-aux", .config = CONFIG,       \
        .none = "load latency needs no leader on this CPU"                                                   \
    }

/* Time and instructions: the kernel knows them on every CPU. */
#define HT_CLOCKS(CYCLES, INSTRUCTIONS)                                                                      \
    {.purpose = HT_SAMPLE_CYCLES, .name = "cycles", .sysfs = CYCLES, .generic = HT_GENERIC_CYCLES},          \
        {.purpose = HT_COUNT_CYCLES, .name = "cycles", .sysfs = CYCLES, .generic = HT_GENERIC_CYCLES}, {     \
        .purpose = HT_COUNT_INSTRUCTIONS, .name = "instructions", .sysfs = INSTRUCTIONS,                     \
        .generic = HT_GENERIC_INSTRUCTIONS                                                                   \
    }

/* Sets that several files use. */
extern const struct ht_event_code ht_intel_all[];      /* what is the same on every Intel CPU */
extern const struct ht_event_code ht_intel_retired[];  /* big cores from Skylake on */
extern const struct ht_event_code ht_intel_forwards[]; /* those of them whose forwards may be clean */

extern const struct ht_family ht_intel_families[], ht_intel_small_families[], ht_amd_families[],
    ht_arm_families[];

#endif
