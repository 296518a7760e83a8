/* The time axis of a capture: panels (one metric each) of lanes (node pairs or nodes), all over the same
 * buckets. Counts come from the question `timeline`, levels from `readings`. Read once, drawn as SVG by
 * panels_svg.c and as text by text_panels.c. Owned by the caller until freed. One thread. */
#ifndef HT_ANALYZE_SHOW_PANELS_H
#define HT_ANALYZE_SHOW_PANELS_H

#include <sqlite3.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_PANELS_BUCKETS 1200 /* as the loader cuts the window */
#define HT_PANELS_LANES   32   /* of a panel; more become "others" */
#define HT_PANELS_COUNT   14
#define HT_PANELS_EMPTY   800 /* bytes that hold what ht_panels_empty says */

enum ht_lane_kind {
    HT_LANE_TRANSFER,
    HT_LANE_REMOTE,
    HT_LANE_LOCAL,
    HT_LANE_OTHER,
    HT_LANE_LOSS,
    HT_LANE_REST
};

struct ht_lane {
    char label[48];
    int from_node, to_node; /* -1: not known or not told */
    enum ht_lane_kind kind;
    int64_t total;
    int64_t *value; /* HT_PANELS_BUCKETS */
};

struct ht_panel {
    const char *title, *unit; /* "Transfers between caches", "samples" */
    const char *source;       /* of the question `basis` */
    const char *name;         /* in a sentence: "page faults" */
    int is_never_zero;        /* without lanes it was not read */
    int is_level;             /* values are a state or a rate, held from reading to reading: never added up */
    struct ht_lane *lane;
    int lanes, merged; /* merged: lanes that became "others" */
};

struct ht_panels {
    struct ht_panel panel[HT_PANELS_COUNT]; /* the last one is loss */
    int64_t length_ns;
};

enum ht_status ht_panels_read(sqlite3 *db, int64_t capture_id, int max_lanes, int64_t length_ns,
                              struct ht_panels *timeline, struct ht_cause *cause);
void ht_panels_free(struct ht_panels *timeline);

/* Brings the buckets of a lane to so many columns (it divides HT_PANELS_BUCKETS): sums, or the highest of a
 * level. */
void ht_lane_columns(const struct ht_panel *panel, const struct ht_lane *lane,
                     int64_t value[HT_PANELS_BUCKETS], int columns);

/* The figure at a lane's end: its sum, or "lowest to highest" of a level. */
const char *ht_lane_figure(const struct ht_panel *panel, const struct ht_lane *lane, char out[64]);

/* "Nothing came of: page faults, ... Not recorded: ... No loss was reported." of the panels without lanes.
 * basis: the question of that name. */
struct ht_grid;
void ht_panels_empty(const struct ht_panels *timeline, const struct ht_grid *basis, char *out, size_t size);

/* Highest of the lane when its buckets are summed to columns, and of all lanes of a panel but "others". */
int64_t ht_lane_max(const struct ht_panel *panel, const struct ht_lane *lane, int columns);
int64_t ht_panel_max(const struct ht_panel *panel, int columns);

/* First and last bucket that is not zero, and the highest; -1 in an empty lane. */
void ht_lane_extent(const struct ht_lane *lane, int *first, int *last, int *peak);

#endif
