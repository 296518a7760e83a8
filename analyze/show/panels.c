#include "analyze/show/panels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/chart.h"
#include "analyze/show/number.h"
#include "analyze/show/page.h"

enum lane_shape { BY_PAIR, BY_NODE, BY_TARGET, SINGLE };

enum panel_number {
    TRANSFERS,
    MEMORY,
    RECLAIM,
    MAJOR_FAULTS,
    MIGRATIONS,
    PAGE_MIGRATIONS,
    PAGE_MOVES,
    HINT_FAULTS,
    MISSED,
    FREE,
    FAULTS,
    SWITCHES,
    CPU,
    LOSS
};

static const struct metric {
    const char *name;
    int panel;
    enum lane_shape shape;
    enum ht_lane_kind kind; /* BY_PAIR and OTHER: decided by the nodes */
    const char *label;      /* BY_NODE: "node 1 LABEL"; SINGLE: the label */
} metrics[] = {
    {"transfers", TRANSFERS, BY_PAIR, HT_LANE_TRANSFER, ""},
    {"remote_memory", MEMORY, BY_NODE, HT_LANE_REMOTE, ", remote"},
    {"local_memory", MEMORY, BY_NODE, HT_LANE_LOCAL, ", local"},
    {"direct_reclaim", RECLAIM, BY_NODE, HT_LANE_REMOTE, ""},
    {"major_faults", MAJOR_FAULTS, BY_NODE, HT_LANE_REMOTE, ""},
    {"migrations", MIGRATIONS, BY_PAIR, HT_LANE_OTHER, ""},
    {"page_migrations", PAGE_MIGRATIONS, SINGLE, HT_LANE_REMOTE, "all nodes"},
    {"page_moves", PAGE_MOVES, BY_TARGET, HT_LANE_REMOTE, ""},
    {"hint_faults_a_second", HINT_FAULTS, SINGLE, HT_LANE_OTHER, "all nodes"},
    {"pages_missed_a_second", MISSED, BY_NODE, HT_LANE_REMOTE, ""},
    {"free_bytes", FREE, BY_NODE, HT_LANE_LOCAL, ""},
    {"page_faults", FAULTS, BY_NODE, HT_LANE_OTHER, ""},
    {"switches", SWITCHES, BY_NODE, HT_LANE_OTHER, ""},
    {"cpu_samples", CPU, BY_NODE, HT_LANE_OTHER, ""},
    {"loss", LOSS, SINGLE, HT_LANE_LOSS, "all CPUs"},
};

/* In the order of the figure: what hurts first, what is always there last. */
static const struct ht_panel panels[HT_PANELS_COUNT] = {
    [TRANSFERS] = {.title = "Transfers between caches, accessor's node > home node",
                   .unit = "samples",
                   .source = "memory",
                   .name = "transfers between caches"},
    [MEMORY] = {.title = "Accesses that reached memory, by accessor's node",
                .unit = "samples",
                .source = "memory",
                .name = "accesses that reached memory"},
    [RECLAIM] = {.title = "Tasks that began to free memory themselves, by node",
                 .unit = "stalls",
                 .source = "reclaim",
                 .name = "stalls to free memory"},
    [MAJOR_FAULTS] = {.title = "Major page faults, by node of the faulting CPU",
                      .unit = "faults",
                      .source = "major faults",
                      .name = "major page faults"},
    [MIGRATIONS] = {.title = "Task migrations, from node > to node",
                    .unit = "migrations",
                    .source = "migrations",
                    .name = "task migrations"},
    [PAGE_MIGRATIONS] = {.title = "Pages moved by the kernel",
                         .unit = "pages",
                         .source = "page migrations",
                         .name = "pages moved by the kernel"},
    [PAGE_MOVES] = {.title = "Pages moved, by the node they went to",
                    .unit = "moves",
                    .source = "page moves",
                    .name = "moves of single pages"},
    [HINT_FAULTS] = {.title = "NUMA hint faults a second, by vmstat",
                     .unit = "a second",
                     .source = "node statistics",
                     .name = "NUMA hint faults",
                     .is_level = 1},
    [MISSED] = {.title = "Pages wanted on a node and given by another, a second",
                .unit = "a second",
                .source = "node statistics",
                .name = "allocations that missed their node",
                .is_level = 1},
    [FREE] = {.title = "Free memory, by node",
              .unit = "MiB",
              .source = "node statistics",
              .name = "free memory",
              .is_level = 1,
              .is_never_zero = 1},
    [FAULTS] = {.title = "Page faults, by node of the faulting CPU",
                .unit = "faults",
                .source = "faults",
                .name = "page faults"},
    [SWITCHES] = {.title = "Context switches, by node",
                  .unit = "switches",
                  .source = "switches",
                  .name = "context switches"},
    [CPU] = {.title = "CPU samples, by node", .unit = "samples", .source = "cpu", .name = "CPU samples"},
    [LOSS] = {.title = "Records lost or throttled", .unit = "records", .source = "loss", .name = "loss"},
};

static const struct metric *find_metric(const char *name) {
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++)
        if (strcmp(metrics[i].name, name) == 0)
            return &metrics[i];
    return NULL;
}

static void node_text(int node, char out[16]) {
    if (node < 0)
        strcpy(out, "?");
    else
        snprintf(out, 16, "%d", node);
}

static void name_lane(struct ht_lane *lane, const struct metric *metric) {
    char from[16], to[16];
    node_text(lane->from_node, from);
    node_text(lane->to_node, to);
    lane->kind = metric->kind;
    if (metric->shape == SINGLE) {
        snprintf(lane->label, sizeof lane->label, "%s", metric->label);
    } else if (metric->shape == BY_NODE) {
        snprintf(lane->label, sizeof lane->label, "node %s%s", from, metric->label);
    } else if (metric->shape == BY_TARGET) {
        snprintf(lane->label, sizeof lane->label, "to node %s", to);
    } else {
        snprintf(lane->label, sizeof lane->label, "%s > %s", from, to);
        /* a transfer's pair names the home of the line, not the cache that had it: it tells no distance */
        if (lane->kind != HT_LANE_TRANSFER && lane->from_node >= 0 && lane->to_node >= 0)
            lane->kind = lane->from_node == lane->to_node ? HT_LANE_LOCAL : HT_LANE_REMOTE;
    }
}

static struct ht_lane *find_lane(struct ht_panel *panel, const struct metric *metric, int from, int to) {
    struct ht_lane want = {.from_node = from, .to_node = to};
    name_lane(&want, metric);
    for (int i = panel->lanes - 1; i >= 0; i--)
        if (panel->lane[i].from_node == from && panel->lane[i].to_node == to &&
            panel->lane[i].kind == want.kind)
            return &panel->lane[i];
    struct ht_lane *lane = realloc(panel->lane, ((size_t)panel->lanes + 1) * sizeof *lane);
    if (lane == NULL)
        return NULL;
    panel->lane = lane;
    want.value = calloc(HT_PANELS_BUCKETS, sizeof *want.value);
    if (want.value == NULL)
        return NULL;
    panel->lane[panel->lanes] = want;
    return &panel->lane[panel->lanes++];
}

static int node_at(sqlite3_stmt *stmt, int column) {
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? -1 : sqlite3_column_int(stmt, column);
}

static struct ht_lane *lane_of(struct ht_panels *timeline, const struct metric *metric, int from, int to) {
    int has_from = metric->shape == BY_PAIR || metric->shape == BY_NODE,
        has_to = metric->shape == BY_PAIR || metric->shape == BY_TARGET;
    return find_lane(&timeline->panel[metric->panel], metric, has_from ? from : -1, has_to ? to : -1);
}

static enum ht_status read_rows(sqlite3_stmt *stmt, struct ht_panels *timeline, int *step) {
    while ((*step = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        const struct metric *metric = name != NULL ? find_metric(name) : NULL;
        int bucket = sqlite3_column_int(stmt, 3);
        if (metric == NULL || bucket < 0 || bucket >= HT_PANELS_BUCKETS || panels[metric->panel].is_level)
            continue;
        struct ht_lane *lane = lane_of(timeline, metric, node_at(stmt, 1), node_at(stmt, 2));
        if (lane == NULL)
            return HT_NOMEM;
        lane->value[bucket] = ht_chart_add(lane->value[bucket], sqlite3_column_int64(stmt, 4));
        lane->total = ht_chart_add(lane->total, sqlite3_column_int64(stmt, 4));
    }
    return HT_OK;
}

static int bucket_of(const struct ht_panels *timeline, int64_t at_ns) {
    double bucket =
        timeline->length_ns > 0 ? (double)at_ns / (double)timeline->length_ns * HT_PANELS_BUCKETS : 0;
    return bucket < 0 ? 0 : bucket > HT_PANELS_BUCKETS ? HT_PANELS_BUCKETS : (int)bucket;
}

/* A state holds from its reading on (the next one overwrites what follows), a rate back to the reading
 * before. */
static enum ht_status read_levels(sqlite3_stmt *stmt, struct ht_panels *timeline, int *step) {
    while ((*step = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 3);
        const struct metric *metric = name != NULL ? find_metric(name) : NULL;
        if (metric == NULL || !panels[metric->panel].is_level)
            continue;
        int rate = sqlite3_column_type(stmt, 1) != SQLITE_NULL,
            at = bucket_of(timeline, sqlite3_column_int64(stmt, 0));
        int first = rate ? bucket_of(timeline, sqlite3_column_int64(stmt, 1)) : at,
            end = rate ? at : HT_PANELS_BUCKETS;
        int64_t value = sqlite3_column_int64(stmt, 4);
        if (metric->panel == FREE)
            value /= 1 << 20;
        else if (value <= 0) /* a rate of nothing makes no lane */
            continue;
        struct ht_lane *lane = lane_of(timeline, metric, node_at(stmt, 2), -1);
        if (lane == NULL)
            return HT_NOMEM;
        for (int b = first; b < end; b++)
            lane->value[b] = value;
    }
    return HT_OK;
}

typedef enum ht_status (*read_fn)(sqlite3_stmt *stmt, struct ht_panels *timeline, int *step);

static enum ht_status ask(sqlite3 *db, const char *question, int64_t capture_id, read_fn read,
                          struct ht_panels *timeline, struct ht_cause *cause) {
    sqlite3_stmt *stmt = NULL;
    int step = SQLITE_DONE;
    enum ht_status status = ht_report_prepare(db, question, capture_id, 0, &stmt, cause);
    if (status != HT_OK)
        return status;
    status = read(stmt, timeline, &step);
    if (status != HT_OK)
        ht_fail(cause, status, "timeline: %s", ht_status_text(status));
    else if (step != SQLITE_DONE)
        status = ht_fail(cause, HT_DATABASE, "timeline: %s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return status;
}

static int by_total(const void *a, const void *b) {
    const struct ht_lane *x = a, *y = b;
    if (x->total != y->total)
        return x->total < y->total ? 1 : -1;
    return x->from_node != y->from_node ? x->from_node - y->from_node : x->to_node - y->to_node;
}

static int by_nodes(const void *a, const void *b) {
    const struct ht_lane *x = a, *y = b;
    if (x->from_node != y->from_node)
        return x->from_node - y->from_node;
    return x->to_node != y->to_node ? x->to_node - y->to_node : (int)x->kind - (int)y->kind;
}

/* Keeps the largest lanes and adds up the rest in a last one. */
static void finish_panel(struct ht_panel *panel, int max_lanes) {
    if (panel->lanes > max_lanes) {
        qsort(panel->lane, (size_t)panel->lanes, sizeof *panel->lane, by_total);
        struct ht_lane *others = &panel->lane[max_lanes - 1];
        panel->merged = panel->lanes - max_lanes + 1; /* of a level, their sum is what they have together */
        for (int i = max_lanes; i < panel->lanes; i++) {
            for (int b = 0; b < HT_PANELS_BUCKETS; b++)
                others->value[b] = ht_chart_add(others->value[b], panel->lane[i].value[b]);
            others->total = ht_chart_add(others->total, panel->lane[i].total);
            free(panel->lane[i].value);
        }
        panel->lanes = max_lanes;
        snprintf(others->label, sizeof others->label, "%d others, rescaled", panel->merged);
        others->kind = HT_LANE_REST;
        others->from_node = others->to_node = 1 << 20; /* sorts last */
    }
    qsort(panel->lane, (size_t)panel->lanes, sizeof *panel->lane, by_nodes);
}

enum ht_status ht_panels_read(sqlite3 *db, int64_t capture_id, int max_lanes, int64_t length_ns,
                              struct ht_panels *timeline, struct ht_cause *cause) {
    memset(timeline, 0, sizeof *timeline);
    memcpy(timeline->panel, panels, sizeof panels);
    timeline->length_ns = length_ns > 0 ? length_ns : 0;
    enum ht_status status = ask(db, "timeline", capture_id, read_rows, timeline, cause);
    if (status == HT_OK)
        status = ask(db, "readings", capture_id, read_levels, timeline, cause);
    for (int i = 0; status == HT_OK && i < HT_PANELS_COUNT; i++)
        if (timeline->panel[i].lanes > 0)
            finish_panel(&timeline->panel[i], max_lanes < 2 ? 2 : max_lanes);
    if (status != HT_OK)
        ht_panels_free(timeline);
    return status;
}

void ht_panels_free(struct ht_panels *timeline) {
    if (timeline == NULL)
        return;
    for (int p = 0; p < HT_PANELS_COUNT; p++) {
        struct ht_panel *panel = &timeline->panel[p];
        for (int i = 0; i < panel->lanes; i++)
            free(panel->lane[i].value);
        free(panel->lane);
        panel->lane = NULL;
        panel->lanes = 0;
    }
}
