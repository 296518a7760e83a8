#include "analyze/show/panels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/chart.h"
#include "analyze/show/grid.h"

enum lane_shape { BY_PAIR, BY_NODE, SINGLE };

static const struct metric {
    const char *name;
    int panel;
    enum lane_shape shape;
    enum ht_lane_kind kind; /* BY_PAIR and OTHER: decided by the nodes */
    const char *label;      /* BY_NODE: "node 1 LABEL"; SINGLE: the label */
} metrics[] = {
    {"transfers", 0, BY_PAIR, HT_LANE_TRANSFER, ""},
    {"remote_memory", 1, BY_NODE, HT_LANE_REMOTE, ", remote"},
    {"local_memory", 1, BY_NODE, HT_LANE_LOCAL, ", local"},
    {"migrations", 2, BY_PAIR, HT_LANE_OTHER, ""},
    {"page_migrations", 3, SINGLE, HT_LANE_REMOTE, "all nodes"},
    {"page_faults", 4, BY_NODE, HT_LANE_OTHER, ""},
    {"cpu_samples", 5, BY_NODE, HT_LANE_OTHER, ""},
    {"loss", 6, SINGLE, HT_LANE_LOSS, "all CPUs"},
};

static const struct ht_panel panels[HT_PANELS_COUNT] = {
    {.title = "Transfers between caches, accessor's node > home node",
     .unit = "samples",
     .source = "memory",
     .absent = "not recorded: no memory samples",
     .none = "none seen"},
    {.title = "Accesses that reached memory, by accessor's node",
     .unit = "samples",
     .source = "memory",
     .absent = "not recorded: no memory samples",
     .none = "none seen"},
    {.title = "Task migrations, from node > to node",
     .unit = "migrations",
     .source = "migrations",
     .absent = "not recorded",
     .none = "none"},
    {.title = "Pages moved by the kernel",
     .unit = "pages",
     .source = "page migrations",
     .absent = "not recorded",
     .none = "none"},
    {.title = "Page faults, by node of the faulting CPU",
     .unit = "faults",
     .source = "faults",
     .absent = "not recorded",
     .none = "none"},
    {.title = "CPU samples, by node",
     .unit = "samples",
     .source = "cpu",
     .absent = "not recorded",
     .none = "none"},
    {.title = "Records lost or throttled",
     .unit = "records",
     .source = "loss",
     .absent = "",
     .none = "none reported"},
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

static enum ht_status read_rows(sqlite3_stmt *stmt, struct ht_panels *timeline, int *step) {
    while ((*step = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        const struct metric *metric = name != NULL ? find_metric(name) : NULL;
        int bucket = sqlite3_column_int(stmt, 3);
        if (metric == NULL || bucket < 0 || bucket >= HT_PANELS_BUCKETS)
            continue;
        int from = metric->shape == SINGLE ? -1 : node_at(stmt, 1),
            to = metric->shape == BY_PAIR ? node_at(stmt, 2) : -1;
        struct ht_lane *lane = find_lane(&timeline->panel[metric->panel], metric, from, to);
        if (lane == NULL)
            return HT_NOMEM;
        lane->value[bucket] = ht_chart_add(lane->value[bucket], sqlite3_column_int64(stmt, 4));
        lane->total = ht_chart_add(lane->total, sqlite3_column_int64(stmt, 4));
    }
    return HT_OK;
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
        panel->merged = panel->lanes - max_lanes + 1;
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
    sqlite3_stmt *stmt = NULL;
    int step = SQLITE_DONE;
    memset(timeline, 0, sizeof *timeline);
    memcpy(timeline->panel, panels, sizeof panels);
    timeline->length_ns = length_ns > 0 ? length_ns : 0;
    enum ht_status status = ht_report_prepare(db, "timeline", capture_id, 0, &stmt, cause);
    if (status != HT_OK)
        goto out;
    status = read_rows(stmt, timeline, &step);
    if (status != HT_OK)
        ht_fail(cause, status, "timeline: %s", ht_status_text(status));
    else if (step != SQLITE_DONE)
        status = ht_fail(cause, HT_DATABASE, "timeline: %s", sqlite3_errmsg(db));
    for (int i = 0; status == HT_OK && i < HT_PANELS_COUNT; i++)
        if (timeline->panel[i].lanes > 0)
            finish_panel(&timeline->panel[i], max_lanes < 2 ? 2 : max_lanes);
out:
    sqlite3_finalize(stmt);
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

void ht_lane_extent(const struct ht_lane *lane, int *first, int *last, int *peak) {
    *first = *last = *peak = -1;
    for (int b = 0; b < HT_PANELS_BUCKETS; b++) {
        if (lane->value[b] == 0)
            continue;
        if (*first < 0)
            *first = *peak = b;
        *last = b;
        if (lane->value[b] > lane->value[*peak])
            *peak = b;
    }
}

int64_t ht_lane_max(const struct ht_lane *lane, int columns) {
    int64_t max = 0, value[HT_PANELS_BUCKETS];
    memcpy(value, lane->value, sizeof value);
    ht_chart_merge(value, HT_PANELS_BUCKETS, columns);
    for (int b = 0; b < columns; b++)
        max = value[b] > max ? value[b] : max;
    return max;
}

int64_t ht_panel_max(const struct ht_panel *panel, int columns) {
    int64_t max = 0;
    for (int i = 0; i < panel->lanes; i++) {
        int64_t lane = panel->lane[i].kind == HT_LANE_REST ? 0 : ht_lane_max(&panel->lane[i], columns);
        max = lane > max ? lane : max;
    }
    return max;
}
