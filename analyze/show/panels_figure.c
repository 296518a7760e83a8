/* What is said of panels in figures: the highest, the range, the extent, and which are empty. */
#include <stdio.h>
#include <string.h>

#include "analyze/show/chart.h"
#include "analyze/show/number.h"
#include "analyze/show/page.h"
#include "analyze/show/panels.h"

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

void ht_lane_columns(const struct ht_panel *panel, const struct ht_lane *lane,
                     int64_t value[HT_PANELS_BUCKETS], int columns) {
    memcpy(value, lane->value, HT_PANELS_BUCKETS * sizeof *value);
    if (panel->is_level)
        ht_chart_highest(value, HT_PANELS_BUCKETS, columns);
    else
        ht_chart_merge(value, HT_PANELS_BUCKETS, columns);
}

const char *ht_lane_figure(const struct ht_panel *panel, const struct ht_lane *lane, char out[64]) {
    char low[HT_NUMBER_MAX], high[HT_NUMBER_MAX];
    int64_t least = INT64_MAX, most = 0;
    if (!panel->is_level)
        return ht_number_count(lane->total, out);
    for (int b = 0; b < HT_PANELS_BUCKETS; b++) {
        /* before its first reading a state is not known, not 0 */
        least = lane->value[b] > 0 && lane->value[b] < least ? lane->value[b] : least;
        most = lane->value[b] > most ? lane->value[b] : most;
    }
    if (least >= most)
        return ht_number_count(most, out);
    if (strcmp(panel->unit, "MiB") != 0)
        snprintf(out, 64, "up to %s", ht_number_count(most, high));
    else
        snprintf(out, 64, "%s to %s", ht_number_count(least, low), ht_number_count(most, high));
    return out;
}

/* Panels without lanes whose source was recorded, or was not, as a sentence behind what is there. */
static void name_empty(const struct ht_panels *timeline, const struct ht_grid *basis, int recorded,
                       const char *intro, char *out, size_t size) {
    const char *between = intro;
    for (int p = 0; p < HT_PANELS_COUNT - 1; p++) {
        const struct ht_panel *panel = &timeline->panel[p];
        int has = !panel->is_never_zero && ht_page_has_source(basis, panel->source);
        size_t at = strlen(out);
        if (panel->lanes > 0 || has != recorded)
            continue;
        snprintf(out + at, size - at, "%s%s%s", at > 0 && between == intro ? " " : "", between, panel->name);
        between = ", ";
    }
    if (between != intro && strlen(out) + 1 < size)
        strcat(out, ".");
}

void ht_panels_empty(const struct ht_panels *timeline, const struct ht_grid *basis, char *out, size_t size) {
    out[0] = '\0';
    name_empty(timeline, basis, 1, "Nothing came of: ", out, size);
    name_empty(timeline, basis, 0, "Not recorded: ", out, size);
    if (timeline->panel[HT_PANELS_COUNT - 1].lanes == 0) {
        size_t at = strlen(out);
        snprintf(out + at, size - at, "%sNo loss was reported.", at > 0 ? " " : "");
    }
}

int64_t ht_lane_max(const struct ht_panel *panel, const struct ht_lane *lane, int columns) {
    int64_t max = 0, value[HT_PANELS_BUCKETS];
    ht_lane_columns(panel, lane, value, columns);
    for (int b = 0; b < columns; b++)
        max = value[b] > max ? value[b] : max;
    return max;
}

int64_t ht_panel_max(const struct ht_panel *panel, int columns) {
    int64_t max = 0;
    for (int i = 0; i < panel->lanes; i++) {
        int64_t lane = panel->lane[i].kind == HT_LANE_REST ? 0 : ht_lane_max(panel, &panel->lane[i], columns);
        max = lane > max ? lane : max;
    }
    return max;
}
