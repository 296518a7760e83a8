/* The sources of a recording that need no PMU, one row each: what to open or read, when the budget gives it
 * up, what a capture lacks without it. The memory-sampling and counter levels add theirs (from sysfs, libpfm4
 * or our own table by CPU). Constant data. */
#ifndef HT_RECORD_EVENTS_SOURCES_H
#define HT_RECORD_EVENTS_SOURCES_H

#include <stddef.h>
#include <stdint.h>

#include "schema/chunks.h"

struct ht_source {
    const char *name;
    const char *topic; /* what users call it, one or several sources together */
    enum ht_event_kind kind;
    enum ht_chunk_kind chunk; /* of its samples; TASK for the sideband, which has none */
    uint32_t type;
    uint64_t config;
    const char *system, *tracepoint; /* where type is PERF_TYPE_TRACEPOINT */
    const char *kernel;              /* the first that has it, where that is newer than 4.18; else NULL */
    uint64_t period;                 /* of a snapshot: ns between two readings */
    uint64_t sample_type, flags;     /* added to what every event has */
    int switch_off; /* order in which the budget gives sources up, from 1, equal ones together; 0: never */
    const char *without; /* what a capture lacks without it */
};

/* Row 0 is the sideband; the sources of a topic stand together; at most 64. */
extern const struct ht_source ht_sources[];
extern const size_t ht_sources_count;

/* The sources with bit i of `which` for row i as the list of a sentence: what a capture lacks, of several
 * that make up a topic the topic. too_old: with the first kernel of those that came after 4.18. */
void ht_sources_list(uint64_t which, int too_old, char *text, size_t size);

/* Names that others ask for: of the snapshots, which the session reads itself, and of the switches. */
#define HT_SOURCE_SWITCHES     "context switches"
#define HT_SOURCE_NODE_STATS   "node statistics"
#define HT_SOURCE_CGROUP_STATS "cgroup statistics"
#define HT_SOURCE_NUMA_MAPS    "numa_maps"

#endif
