/* The inside of a session, for the four files that are one: session.c (open, close), window.c (run), facts.c
 * (what is written about machine and capture) and finish.c (what comes after the window). Nobody else
 * includes this. */
#ifndef HT_RECORD_SESSION_STATE_H
#define HT_RECORD_SESSION_STATE_H

#include "record/collect/budget.h"
#include "record/collect/drain.h"
#include "record/collect/numa_maps.h"
#include "record/collect/tasks.h"
#include "record/events/open.h"
#include "record/host/clock.h"
#include "record/host/topology.h"
#include "record/session.h"
#include "record/target.h"

struct ht_session {
    const struct ht_record_options *options;
    struct ht_session_hooks hooks;
    int argc;
    char **argv;

    /* in the order of opening */
    struct ht_limits limits;
    struct ht_target target;
    int target_full; /* the limit was said */
    struct ht_topology topology;
    struct ht_clock clock;
    struct ht_plan plan;
    struct ht_opened opened;
    struct ht_pid_queue queue;
    int signal_fd, failed_fd;
    struct ht_drain *drain;
    struct ht_encoder *encoder;
    struct ht_writer *writer;
    char path[4096];

    /* of the window */
    int *cpu;
    size_t cpus;
    uint64_t window_ns;                                               /* 0: open end */
    uint64_t start_ns, end_ns, start_realtime_ns, start_monotonic_ns; /* start and end: perf clock */
    const char *end_reason;
    struct ht_budget budget;
    uint64_t window_cpu_ns;
    uint64_t gap_start_ns[HT_EVENTS_MAX]; /* 0: the event was on throughout */
    struct ht_table counters, mappings;
    struct ht_spaces spaces;
    uint64_t denied_maps;
    struct ht_numa_maps numa_maps;
    struct ht_drain_totals totals;
    uint64_t unexplained[HT_EVENTS_MAX]; /* counted, but neither a sample nor lost */
    int running;
};

/* facts.c: chunks of round 0. ht_session_put clears the table. */
enum ht_status ht_session_put(struct ht_session *session, struct ht_table *table, struct ht_cause *cause);
enum ht_status ht_session_put_before(struct ht_session *session, struct ht_cause *cause);
enum ht_status ht_session_put_start(struct ht_session *session, struct ht_cause *cause);
enum ht_status ht_session_put_conditions(struct ht_session *session, unsigned phase, struct ht_cause *cause);
enum ht_status ht_session_put_node_stats(struct ht_session *session, struct ht_cause *cause);
enum ht_status ht_session_put_end(struct ht_session *session, const struct ht_summary *summary,
                                  struct ht_cause *cause);

/* window.c: 1 where a signal asked to end since the last call. */
int ht_session_take_signals(struct ht_session *session);

/* window.c: mappings that the readers asked for since. */
enum ht_status ht_session_read_mappings(struct ht_session *session, struct ht_cause *cause);

#endif
