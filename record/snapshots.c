#include "record/snapshots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/base/files.h"
#include "record/base/grow.h"
#include "record/host/node_stats.h"
#include "record/session_state.h"

#define PACE         50   /* at most 2 % of one CPU's time for one source */
#define CREDIT_SHARE 0.25 /* of --max-overhead: what costs most takes no more than that from the samples */
#define CREDIT_S     2    /* seconds that it is saved up, and granted at the start */

/* ---- the plan ---- */

static void plan_one(struct ht_session *s, const char *name, int is_read, struct ht_snapshot *snapshot) {
    snapshot->event = ht_plan_event(&s->plan, name);
    if (snapshot->event == NULL)
        return;
    snapshot->event->open = is_read;
    snapshot->period_ns = snapshot->event->source->period;
}

/* A kernel without NUMA has no numa_maps; that it may not be read is said when it is tried. */
static int has_numa_maps(struct ht_session *s) {
    char path[HT_PATH_MAX];
    snprintf(path, sizeof path, "%s/proc/self/numa_maps", s->options->root);
    if (access(path, F_OK) == 0)
        return 1;
    ht_limits_add(&s->limits, 0, HT_SOURCE_NUMA_MAPS, "a kernel with CONFIG_NUMA", "/proc has no such files");
    return 0;
}

enum ht_status ht_snapshots_plan(struct ht_session *s, struct ht_cause *cause) {
    struct ht_snapshots *all = &s->snapshots;
    enum ht_status status = ht_cgroups_open(&all->cgroups, s->options->root, &s->limits, cause);
    if (status != HT_OK)
        return status;
    plan_one(s, HT_SOURCE_NODE_STATS, 1, &all->node_stats);
    plan_one(s, HT_SOURCE_CGROUP_STATS, all->cgroups.has_memory, &all->cgroup_stats);
    plan_one(s, HT_SOURCE_NUMA_MAPS, !s->options->no_numa_maps && has_numa_maps(s), &all->numa_maps);
    return HT_OK;
}

static int is_on(const struct ht_session *s, const struct ht_snapshot *snapshot) {
    return snapshot->event != NULL && snapshot->event->open && s->gap_start_ns[snapshot->event->number] == 0;
}

/* ---- what may be spent now ---- */

static double fill(const struct ht_session *s, struct ht_credit *credit) {
    uint64_t now = ht_clock_monotonic();
    double rate = s->options->max_overhead / 100 * s->budget.cpus * CREDIT_SHARE,
           most = rate * CREDIT_S * 1e9;
    if (rate <= 0)
        return credit->ns = 1e9; /* no limit */
    credit->ns += credit->filled_ns == 0 ? most : (double)(now - credit->filled_ns) * rate;
    credit->ns = credit->ns < most ? credit->ns : most;
    credit->filled_ns = now;
    return credit->ns;
}

/* ---- readings ---- */

/* The period is kept by the clock, not by when the last reading came; one that takes long waits longer. */
static void set_next(struct ht_snapshot *snapshot, uint64_t cost) {
    uint64_t now = ht_clock_monotonic();
    do
        snapshot->next_ns += snapshot->period_ns;
    while (snapshot->next_ns <= now);
    if (cost * PACE > snapshot->period_ns)
        snapshot->next_ns = now + cost * PACE;
    if (cost > snapshot->slowest_ns)
        snapshot->slowest_ns = cost;
}

/* Half the readings and fewer: what was missed then may matter. */
void ht_snapshot_say_slow(const struct ht_snapshot *snapshot, struct ht_limits *limits) {
    double pause_s = (double)(snapshot->slowest_ns * PACE) / 1e9,
           period_s = (double)snapshot->period_ns / 1e9;
    if (snapshot->event != NULL && pause_s >= 2 * period_s)
        ht_limits_add(
            limits, 1, snapshot->event->source->name, "",
            "the slowest reading took %.0f ms of CPU time: readings were up to %.1f s apart instead "
            "of %g s",
            (double)snapshot->slowest_ns / 1e6, pause_s, period_s);
}

static enum ht_status read_nodes(struct ht_session *s, struct ht_cause *cause) {
    struct ht_snapshot *snapshot = &s->snapshots.node_stats;
    struct ht_table table;
    uint64_t start = ht_clock_thread_cpu();
    ht_table_init(&table, HT_CHUNK_NODE_STAT);
    enum ht_status status =
        ht_node_stats_read(s->options->root, &s->topology, ht_clock_now(&s->clock), &table, cause);
    if (status == HT_OK && table.rows > 0)
        snapshot->readings++;
    if (status == HT_OK)
        status = ht_session_put(s, &table, cause);
    ht_table_free(&table);
    uint64_t cost = ht_clock_thread_cpu() - start;
    snapshot->spent_ns += cost;
    set_next(snapshot, cost);
    return status;
}

static enum ht_status read_cgroups(struct ht_session *s, int only_new, struct ht_cause *cause) {
    struct ht_snapshot *snapshot = &s->snapshots.cgroup_stats;
    uint64_t start = ht_clock_thread_cpu();
    enum ht_status status = ht_cgroups_read(&s->snapshots.cgroups, only_new, ht_clock_now(&s->clock),
                                            &snapshot->readings, s->writer, s->encoder, cause);
    uint64_t cost = ht_clock_thread_cpu() - start;
    snapshot->spent_ns += cost;
    if (!only_new)
        set_next(snapshot, cost);
    return status;
}

/* One reading may overdraw the credit: then the next waits. */
static enum ht_status read_numa_maps(struct ht_session *s, int is_last, struct ht_cause *cause) {
    struct ht_snapshot *snapshot = &s->snapshots.numa_maps;
    struct ht_credit *credit = &s->snapshots.maps_credit;
    uint64_t now = ht_clock_now(&s->clock), start = ht_clock_thread_cpu();
    if (fill(s, credit) <= 0 && !is_last)
        return HT_OK;
    enum ht_status status = is_last ? ht_numa_maps_end(&s->numa_maps, now, s->writer, s->encoder, cause)
                                    : ht_numa_maps_tick(&s->numa_maps, now, s->writer, s->encoder, cause);
    snapshot->readings = s->numa_maps.snapshots;
    snapshot->spent_ns = s->numa_maps.spent_ns;
    credit->ns -= (double)(ht_clock_thread_cpu() - start);
    return status;
}

/* CGROUP before PROCESS, which names it, and both before the first reading of the group. */
static enum ht_status put_groups(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status = ht_session_put(s, &s->snapshots.cgroups.group_rows, cause);
    return status == HT_OK ? ht_session_put(s, &s->snapshots.cgroups.process_rows, cause) : status;
}

/* ---- the window ---- */

enum ht_status ht_snapshots_start(struct ht_session *s, struct ht_cause *cause) {
    uint64_t now = ht_clock_monotonic();
    s->snapshots.node_stats.next_ns = s->snapshots.cgroup_stats.next_ns = now;
    return is_on(s, &s->snapshots.node_stats) ? read_nodes(s, cause) : HT_OK;
}

void ht_snapshots_choose(struct ht_session *s) {
    const struct ht_largest *largest = &s->snapshots.largest;
    int is_read = is_on(s, &s->snapshots.numa_maps);
    ht_numa_maps_init(&s->numa_maps, s->options->root, s->target.child > 0, s->close, is_read ? s->closes : 0,
                      &s->limits);
    for (unsigned i = 0; is_read && s->target.kind == HT_TARGET_SYSTEM && i < largest->count; i++)
        ht_numa_maps_add_unnamed(&s->numa_maps, largest->process[i].pid, largest->process[i].start_ticks);
}

void ht_snapshots_describe(const struct ht_session *s, char *text, size_t size) {
    const struct ht_largest *largest = &s->snapshots.largest;
    text[0] = '\0';
    if (s->target.kind != HT_TARGET_SYSTEM || !is_on(s, &s->snapshots.numa_maps) || largest->of == 0)
        return;
    if (largest->of > largest->count)
        snprintf(text, size, "%u largest of %llu", largest->count, (unsigned long long)largest->of);
    else
        snprintf(text, size, "all %u", largest->count);
}

static int is_target(const struct ht_session *s, int32_t pid) {
    if (s->target.kind == HT_TARGET_SYSTEM)
        return 1;
    return s->target.known != NULL && ht_pid_set_has(s->target.known, pid);
}

void ht_snapshots_process(struct ht_session *s, int32_t pid) {
    struct ht_snapshots *all = &s->snapshots;
    int32_t *grown = ht_grow(all->pending, &all->pending_capacity, all->pendings + 1, sizeof *grown);
    if (grown == NULL)
        return; /* this process will have no control group */
    all->pending = grown;
    all->pending[all->pendings++] = pid;
}

/* Ten thousand processes at once would cost what is meant for samples: the rest waits, at worst for the end.
 */
static enum ht_status read_pending(struct ht_session *s, int is_last, struct ht_cause *cause) {
    struct ht_snapshots *all = &s->snapshots;
    enum ht_status status = HT_OK;
    int is_read = is_on(s, &all->cgroup_stats);
    double credit = fill(s, &all->pending_credit);
    uint64_t start = ht_clock_thread_cpu(), spent = 0;
    while (status == HT_OK && all->taken < all->pendings && (is_last || (double)spent < credit)) {
        int32_t pid = all->pending[all->taken++];
        status = ht_cgroups_process(&all->cgroups, pid, is_read && is_target(s, pid), ht_clock_now(&s->clock),
                                    cause);
        spent = ht_clock_thread_cpu() - start;
    }
    all->pending_credit.ns -= (double)spent;
    return status == HT_OK ? put_groups(s, cause) : status;
}

/* When the next reading is: the last tenth of a period before the end is left to the last one. */
static uint64_t next_of(const struct ht_session *s, const struct ht_snapshot *snapshot, uint64_t now) {
    uint64_t next = snapshot->next_ns > now ? snapshot->next_ns : now;
    if (!is_on(s, snapshot) ||
        (s->window_ns > 0 && next + snapshot->period_ns / 10 >= s->start_monotonic_ns + s->window_ns))
        return UINT64_MAX;
    return next;
}

enum ht_status ht_snapshots_tick(struct ht_session *s, struct ht_cause *cause) {
    struct ht_snapshots *all = &s->snapshots;
    uint64_t now = ht_clock_monotonic();
    enum ht_status status = read_pending(s, 0, cause);
    if (status == HT_OK && next_of(s, &all->node_stats, now) <= now)
        status = read_nodes(s, cause);
    if (status == HT_OK && is_on(s, &all->cgroup_stats))
        status = read_cgroups(s, next_of(s, &all->cgroup_stats, now) > now, cause);
    if (status == HT_OK && is_on(s, &all->numa_maps))
        status = read_numa_maps(s, 0, cause);
    return status;
}

uint64_t ht_snapshots_next(const struct ht_session *s) {
    uint64_t now = ht_clock_monotonic(), nodes = next_of(s, &s->snapshots.node_stats, now),
             groups = next_of(s, &s->snapshots.cgroup_stats, now);
    return nodes < groups ? nodes : groups;
}

static int was_read(const struct ht_snapshot *snapshot) {
    return snapshot->event != NULL && snapshot->event->open;
}

enum ht_status ht_snapshots_end_nodes(struct ht_session *s, struct ht_cause *cause) {
    /* Before the last readings, which nothing has to wait for. */
    ht_snapshot_say_slow(&s->snapshots.node_stats, &s->limits);
    ht_snapshot_say_slow(&s->snapshots.cgroup_stats, &s->limits);
    return was_read(&s->snapshots.node_stats) ? read_nodes(s, cause) : HT_OK;
}

enum ht_status ht_snapshots_end(struct ht_session *s, struct ht_cause *cause) {
    enum ht_status status = read_pending(s, 1, cause);
    if (status == HT_OK && was_read(&s->snapshots.cgroup_stats))
        status = read_cgroups(s, 0, cause);
    if (status == HT_OK && is_on(s, &s->snapshots.numa_maps))
        status = read_numa_maps(s, 1, cause);
    ht_numa_maps_say(&s->numa_maps);
    return status;
}

/* ---- the account ---- */

enum ht_status ht_snapshots_count(const struct ht_session *s, uint64_t time_ns, struct ht_table *t,
                                  struct ht_cause *cause) {
    const struct ht_snapshot *all[] = {&s->snapshots.node_stats, &s->snapshots.cgroup_stats,
                                       &s->snapshots.numa_maps};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        uint32_t row;
        if (!was_read(all[i]))
            continue;
        enum ht_status status = ht_table_add(t, &row);
        if (status != HT_OK)
            return ht_fail(cause, status, "counters: %s", ht_status_text(status));
        uint64_t gap = s->gap_start_ns[all[i]->event->number], end = gap != 0 ? gap : time_ns;
        t->number[HT_COUNTER_TIME][row] = time_ns;
        t->number[HT_COUNTER_CPU][row] = (uint64_t)(int64_t)-1;
        t->number[HT_COUNTER_EVENT][row] = all[i]->event->number;
        t->number[HT_COUNTER_VALUE][row] = all[i]->readings;
        t->number[HT_COUNTER_ENABLED][row] = t->number[HT_COUNTER_RUNNING][row] =
            end > s->start_ns ? end - s->start_ns : 0;
        t->number[HT_COUNTER_LOST_KNOWN][row] = 1; /* none: nothing stands between the file and us */
    }
    return HT_OK;
}

void ht_snapshots_spent(const struct ht_session *s, uint64_t spent_ns[HT_EVENTS_MAX]) {
    const struct ht_snapshot *all[] = {&s->snapshots.node_stats, &s->snapshots.cgroup_stats,
                                       &s->snapshots.numa_maps};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (was_read(all[i]))
            spent_ns[all[i]->event->number] = all[i]->spent_ns;
}

void ht_snapshots_free(struct ht_session *s) {
    free(s->snapshots.pending);
    ht_cgroups_free(&s->snapshots.cgroups);
}
