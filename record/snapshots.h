/* What is read from files every so often while the window is open: statistics of the nodes and of control
 * groups, numa_maps. Each is a source of the plan (kind SNAPSHOT): the budget switches it off like an event,
 * and its COUNTER rows have the number of readings as value. A reading is one of all nodes, of one control
 * group, of one process. Part of the session, on its thread. */
#ifndef HT_RECORD_SNAPSHOTS_H
#define HT_RECORD_SNAPSHOTS_H

#include "record/collect/cgroups.h"
#include "record/collect/numa_maps.h"
#include "record/collect/tasks.h"
#include "record/events/plan.h"

struct ht_session;

struct ht_snapshot {
    struct ht_event *event;      /* NULL: the plan has none */
    uint64_t period_ns, next_ns; /* MONOTONIC; grows where a reading takes long */
    uint64_t readings, spent_ns; /* CPU time of the readings; of numa_maps the time inside the read calls */
    uint64_t slowest_ns;         /* CPU time of the one that took longest */
};

/* CPU time that may be spent now, filled up as time goes: a part of --max-overhead. */
struct ht_credit {
    double ns;
    uint64_t filled_ns; /* MONOTONIC; 0: not yet */
};

struct ht_snapshots {
    struct ht_snapshot node_stats, cgroup_stats, numa_maps;
    struct ht_cgroups cgroups;
    int32_t *pending; /* processes whose control group is not read yet */
    size_t pendings, pending_capacity, taken;
    struct ht_credit pending_credit, maps_credit;
    struct ht_largest largest; /* of the machine, as the tasks were read */
};

/* Before the events are written: sets which of them are open. Limits say why one is not. */
enum ht_status ht_snapshots_plan(struct ht_session *session, struct ht_cause *cause);

/* The first reading of the nodes, before the events are on; then, with them on, whose numa_maps are read:
 * those of the targets, or of the machine's largest processes. */
enum ht_status ht_snapshots_start(struct ht_session *session, struct ht_cause *cause);
void ht_snapshots_choose(struct ht_session *session);

/* A process has its first sample: its control group is to be read. */
void ht_snapshots_process(struct ht_session *session, int32_t pid);

/* Control groups of new processes, as many as a part of the budget allows, and the readings that are due;
 * when the next of these is, MONOTONIC. */
enum ht_status ht_snapshots_tick(struct ht_session *session, struct ht_cause *cause);
uint64_t ht_snapshots_next(const struct ht_session *session);

/* The last readings: of the nodes as soon as the events are off, of the rest when all processes are known.
 * Nodes and control groups even where the budget had switched them off, so that their differences cover the
 * window. */
enum ht_status ht_snapshots_end_nodes(struct ht_session *session, struct ht_cause *cause);
enum ht_status ht_snapshots_end(struct ht_session *session, struct ht_cause *cause);

/* Appends COUNTER rows. */
enum ht_status ht_snapshots_count(const struct ht_session *session, uint64_t time_ns,
                                  struct ht_table *counters, struct ht_cause *cause);

/* What the readings of each cost so far, into the places of their events: ns of CPU time. */
void ht_snapshots_spent(const struct ht_session *session, uint64_t spent_ns[HT_EVENTS_MAX]);

/* The limit of readings that were so slow that they came much rarer than planned. */
void ht_snapshot_say_slow(const struct ht_snapshot *snapshot, struct ht_limits *limits);

/* "8 largest of 143": whose numa_maps are read where there are no targets; empty where that says nothing. */
void ht_snapshots_describe(const struct ht_session *session, char *text, size_t size);

void ht_snapshots_free(struct ht_session *session);

#endif
