#include "analyze/show/text_panels.h"

#include <string.h>

#include "analyze/show/chart.h"
#include "analyze/show/number.h"
#include "analyze/show/page.h"
#include "analyze/show/panels.h"

#define LANES 8

static void put_lane(FILE *out, const struct ht_lane *lane, int64_t max) {
    static const char ramp[] = " .:-=+*#@";
    char bars[HT_TEXT_PLOT + 1], number[HT_NUMBER_MAX];
    int64_t value[HT_PANELS_BUCKETS];
    memcpy(value, lane->value, sizeof value);
    ht_chart_merge(value, HT_PANELS_BUCKETS, HT_TEXT_PLOT);
    for (int i = 0; i < HT_TEXT_PLOT; i++) {
        int level =
            value[i] > 0 ? 1 + (int)((double)(value[i] - 1) * 7 / (double)(max > 1 ? max - 1 : 1) + 0.5) : 0;
        bars[i] = ramp[level > 8 ? 8 : level];
    }
    bars[HT_TEXT_PLOT] = '\0';
    fprintf(out, "  %20.20s |%s| %s\n", lane->label, bars, ht_number_count(lane->total, number));
}

static void put_panel(FILE *out, const struct ht_panel *panel, const struct ht_grid *basis) {
    int64_t max = ht_panel_max(panel, HT_TEXT_PLOT);
    int loss = strcmp(panel->source, "loss") == 0;
    if (panel->lanes == 0) {
        fprintf(out, "  %s: %s\n", panel->title,
                loss || ht_page_has_source(basis, panel->source) ? panel->none : panel->absent);
        return;
    }
    fprintf(out, "  %s (%s)\n", panel->title, panel->unit);
    for (int i = 0; i < panel->lanes; i++)
        put_lane(out, &panel->lane[i],
                 panel->lane[i].kind == HT_LANE_REST ? ht_lane_max(&panel->lane[i], HT_TEXT_PLOT) : max);
}

enum ht_status ht_text_panels(FILE *out, sqlite3 *db, int64_t capture_id, int64_t length_ns,
                              const struct ht_grid *basis, struct ht_cause *cause) {
    struct ht_panels panels;
    char width[HT_NUMBER_MAX];
    enum ht_status status = ht_panels_read(db, capture_id, LANES, length_ns, &panels, cause);
    if (status != HT_OK)
        return status;
    for (int p = 0; p < HT_PANELS_COUNT; p++)
        put_panel(out, &panels.panel[p], basis);
    fprintf(out, "  %20s  0 s%*s\n", "", HT_TEXT_PLOT - 3, ht_number_moment(length_ns, width));
    ht_panels_free(&panels);
    return HT_OK;
}
