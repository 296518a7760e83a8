/* The reader threads: a few, each with the rings of some CPUs of one NUMA node and bound to that node. A
 * thread sleeps until a ring passes its watermark or the round ends, turns records into batches, encodes and
 * writes them itself. Rounds are common to all CPUs: when every thread has finished round r, a ROUND chunk
 * says up to which time everything is written.
 *
 * Started and stopped by the session; the stop drains every ring to empty (after the events were switched
 * off). A thread that cannot go on (disk full, no memory) keeps emptying its rings without writing, and the
 * first failure is reported by ht_drain_failed and ht_drain_stop. */
#ifndef HT_RECORD_COLLECT_DRAIN_H
#define HT_RECORD_COLLECT_DRAIN_H

#include "record/base/limits.h"
#include "record/collect/hits.h"
#include "record/collect/ksymbols.h"
#include "record/collect/pid_set.h"
#include "record/collect/spaces.h"
#include "record/events/open.h"
#include "record/host/clock.h"
#include "record/host/topology.h"
#include "schema/capture_write.h"

#define HT_ROUND_NS 250000000ull

struct ht_drain;

struct ht_drain_request {
    const struct ht_opened *opened;
    const struct ht_topology *topology;
    const struct ht_clock *clock;
    struct ht_writer *writer;
    struct ht_limits *limits;
    const int *cpu;
    size_t cpus;
    uint64_t ring_bytes;       /* halved where locked memory does not reach */
    uint64_t wanted_bytes;     /* what the user asked for; the difference is a limit */
    struct ht_pid_set *others; /* processes whose switches are left out; NULL: nobody's */
    int failed_fd;             /* eventfd that is told of a failure, so that the session ends the window */
    void *context;             /* of process() */
    void (*process)(void *context, int32_t pid); /* from any reader thread: first sample of a process */
};

/* What was read, summed over the threads; after the stop. */
struct ht_drain_totals {
    uint64_t *samples; /* of each open event (index of ht_opened) */
    uint64_t unknown, malformed, ignored, foreign, late, overrun, rounds;
    uint64_t filtered;       /* switches of others */
    uint64_t chains_dropped; /* samples whose call chain was not kept */
    struct ht_hits hits;
    struct ht_spaces spaces;
    struct ht_ksymbols ksymbols;
};

/* Maps the rings and joins the events of each CPU to its ring. Before the events are switched on. */
enum ht_status ht_drain_open(const struct ht_drain_request *request, struct ht_drain **drain,
                             struct ht_cause *cause);
uint64_t ht_drain_ring_bytes(const struct ht_drain *drain); /* what was got */
enum ht_status ht_drain_start(struct ht_drain *drain, struct ht_cause *cause);

/* Records of each event of the plan that all threads had read at the end of their last round, for any thread.
 * Those of others, which are left out, are among them: they cost as much. */
void ht_drain_records(struct ht_drain *drain, uint64_t records[HT_EVENTS_MAX]);

/* Ends the threads; totals own what they hold (ht_drain_totals_free). The status is the first failure
 * of any thread. */
enum ht_status ht_drain_stop(struct ht_drain *drain, struct ht_drain_totals *totals, struct ht_cause *cause);
void ht_drain_totals_free(struct ht_drain_totals *totals); /* zeroed is fine */
void ht_drain_close(struct ht_drain *drain);               /* NULL is fine; stops a running one */

#endif
