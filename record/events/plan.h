/* The plan: which events this recording opens, with the attr of each. Built from one table of sources; the
 * memory-sampling and counter levels add their sources here (their table comes from sysfs, libpfm4 or our own
 * by CPU), everything below works on struct ht_event alone. Made before the window by one thread, read-only
 * after it is opened. */
#ifndef HT_RECORD_EVENTS_PLAN_H
#define HT_RECORD_EVENTS_PLAN_H

#include "record/base/limits.h"
#include "record/events/perf.h"
#include "schema/capture_write.h"

#define HT_EVENTS_MAX 32

/* A row of the sources table. */
struct ht_source {
    const char *name;
    enum ht_event_kind kind;
    enum ht_chunk_kind chunk; /* of its samples; TASK for the sideband, which has none */
    uint32_t type;
    uint64_t config;
    const char *system, *tracepoint; /* where type is PERF_TYPE_TRACEPOINT */
    uint64_t period;
    uint64_t sample_type, flags; /* added to what every event has */
    int switch_off;              /* order in which the budget gives sources up, from 1; 0: never */
    const char *without;         /* what a capture lacks without it */
};

struct ht_event {
    unsigned number; /* in the capture */
    const struct ht_source *source;
    struct perf_event_attr attr;
    int open; /* on at least one CPU */
};

struct ht_plan {
    struct ht_event event[HT_EVENTS_MAX];
    unsigned events;
};

struct ht_plan_options {
    const char *root;    /* sysroot, for tracefs */
    unsigned cpu_hz;     /* samples a second of cpu-clock; 0: none */
    uint32_t ring_bytes; /* for the wakeup watermark */
};

/* Fills the plan; event 0 is always the sideband. Sources that this machine lacks become limits. */
void ht_plan_build(const struct ht_plan_options *options, struct ht_plan *plan, struct ht_limits *limits);

/* Writes the EVENT and TP_FORMAT chunks of the open events, and their SLICE: from start_ns to end_ns, or to
 * the event's own off_ns where that is not 0. */
enum ht_status ht_plan_write(const struct ht_plan *plan, const char *root, struct ht_writer *writer,
                             struct ht_encoder *encoder, struct ht_cause *cause);
enum ht_status ht_plan_write_slices(const struct ht_plan *plan, uint64_t start_ns, uint64_t end_ns,
                                    const uint64_t off_ns[HT_EVENTS_MAX], struct ht_writer *writer,
                                    struct ht_encoder *encoder, struct ht_cause *cause);

/* The level this plan records at ("software") and why no better one. Text lives as long as the program. */
const char *ht_plan_level(const struct ht_plan *plan);
void ht_plan_level_reason(const char *root, char *text, size_t size);

#endif
