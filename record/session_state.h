/* The inside of a session, for the files that are one: session.c (open, close), window.c (run), follow.c (the
 * targets during it), snapshots.c (what it reads from files), facts.c (what is written about machine and
 * capture) and finish.c (what comes after the window). Nobody else includes this. */
#ifndef HT_RECORD_SESSION_STATE_H
#define HT_RECORD_SESSION_STATE_H

#include "record/collect/budget.h"
#include "record/collect/counters.h"
#include "record/collect/drain.h"
#include "record/collect/numa_maps.h"
#include "record/collect/tasks.h"
#include "record/cpus.h"
#include "record/events/open.h"
#include "record/host/clock.h"
#include "record/host/topology.h"
#include "record/session.h"
#include "record/snapshots.h"
#include "record/target.h"

struct ht_session {
    const struct ht_record_options *options;
    struct ht_session_hooks hooks;
    int argc;
    char **argv;

    /* in the order of opening */
    struct ht_limits limits;
    struct ht_target target;
    pid_t close[HT_TARGET_PIDS]; /* targets whose conditions and numa_maps are read */
    size_t closes;
    uint64_t next_follow_ns; /* MONOTONIC */
    size_t settled;          /* targets that were known at the look before the last */
    struct ht_topology topology;
    struct ht_clock clock;
    struct ht_plan plan;
    struct ht_opened opened;
    struct ht_pid_queue queue;
    struct ht_pid_set *others; /* processes whose switches are left out; NULL: nobody's */
    int signal_fd, failed_fd;
    struct ht_drain *drain;
    struct ht_encoder *encoder;
    struct ht_writer *writer;
    char path[4096];

    /* of the window */
    struct ht_cpus which; /* CPUs */
    const int *cpu;       /* those that are recorded: of `which` */
    size_t cpus;
    uint64_t window_ns;                                               /* 0: open end */
    uint64_t start_ns, end_ns, start_realtime_ns, start_monotonic_ns; /* start and end: perf clock */
    const char *end_reason;
    struct ht_budget budget;
    uint64_t window_cpu_ns;
    uint64_t gap_start_ns[HT_EVENTS_MAX]; /* 0: the event was on throughout */
    struct ht_readings readings;
    struct ht_table counters, mappings;
    struct ht_spaces spaces;
    uint64_t denied_maps;
    struct ht_numa_maps numa_maps;
    struct ht_snapshots snapshots;
    struct ht_drain_totals totals;
    uint64_t unexplained[HT_EVENTS_MAX]; /* counted, but neither a sample nor lost */
    int running;
};

/* facts.c: chunks of round 0. ht_session_put clears the table. */
enum ht_status ht_session_put(struct ht_session *session, struct ht_table *table, struct ht_cause *cause);
enum ht_status ht_session_put_before(struct ht_session *session, struct ht_cause *cause);
enum ht_status ht_session_put_own_tasks(struct ht_session *session, struct ht_cause *cause);
enum ht_status ht_session_put_start(struct ht_session *session, struct ht_cause *cause);
enum ht_status ht_session_put_conditions(struct ht_session *session, unsigned phase, struct ht_cause *cause);
enum ht_status ht_session_put_end(struct ht_session *session, const struct ht_summary *summary,
                                  struct ht_cause *cause);

/* follow.c: chooses the targets that are looked at closely; before the window. */
void ht_session_choose_close(struct ht_session *session);

/* follow.c: new processes of a command or a control group become targets; on every tick where it is due, and
 * a last time. */
void ht_session_follow(struct ht_session *session, int is_last);

/* follow.c: how long to wait after a look that took so much CPU time, ns. */
uint64_t ht_follow_pause(enum ht_target_kind kind, uint64_t cost_ns);

/* follow.c: limits about the targets, after the window. */
void ht_session_say_target(struct ht_session *session);

/* window.c: 1 where a signal asked to end since the last call. */
int ht_session_take_signals(struct ht_session *session);

/* window.c: mappings that the readers asked for since, for some milliseconds; the rest waits for the next
 * tick, or for the last. */
enum ht_status ht_session_read_mappings(struct ht_session *session, int is_last, struct ht_cause *cause);

#endif
