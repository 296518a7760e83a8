/* The plan: which events this recording opens, with the attr of each, and which files it reads every so often
 * (snapshots: no attr, no fd, but they too are switched off over budget and have an account). Built from the
 * table of sources; everything below works on struct ht_event alone. Made before the window by one thread,
 * read-only after it is opened. */
#ifndef HT_RECORD_EVENTS_PLAN_H
#define HT_RECORD_EVENTS_PLAN_H

#include "record/base/limits.h"
#include "record/events/perf.h"
#include "record/events/sources.h"
#include "schema/capture_write.h"

#define HT_EVENTS_MAX 64

struct ht_event {
    unsigned number; /* in the capture */
    const struct ht_source *source;
    struct perf_event_attr attr;
    int open;         /* on at least one CPU; of a snapshot: it is read */
    int left_out;     /* not to be opened: too few file descriptors */
    int error;        /* errno of the last refusal, */
    uint64_t refused; /* ... on so many CPUs (threads of it); 0: none */
};

struct ht_plan {
    struct ht_event event[HT_EVENTS_MAX];
    unsigned events;
};

struct ht_plan_options {
    const char *root;    /* sysroot, for tracefs */
    unsigned cpu_hz;     /* samples a second of cpu-clock; 0: none */
    int switches;        /* context switches are wanted */
    int callchains;      /* of cpu-clock samples */
    uint32_t ring_bytes; /* for the wakeup watermark */
};

/* Fills the plan; event 0 is always the sideband. Sources that this machine lacks become limits. */
void ht_plan_build(const struct ht_plan_options *options, struct ht_plan *plan, struct ht_limits *limits);

/* The planned event of a source by its name; NULL where the plan has none. */
struct ht_event *ht_plan_event(struct ht_plan *plan, const char *name);

/* Events that take a file descriptor on each CPU: all but the snapshots. */
unsigned ht_plan_descriptors(const struct ht_plan *plan);

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
