#include "analyze/show/text_panels.h"

#include <string.h>

#include "analyze/show/chart.h"
#include "analyze/show/number.h"
#include "analyze/show/page.h"
#include "analyze/show/panels.h"

#define LANES 8
#define ASIDE 39 /* what a lane's line needs beside its plot */

int ht_text_plot(int width) {
    static const int plots[] = {120, 100, 80, 60, 40};
    for (size_t i = 0; i < sizeof plots / sizeof plots[0]; i++)
        if (plots[i] + ASIDE <= width)
            return plots[i];
    return 24;
}

static void put_lane(const struct ht_sheet *sheet, const struct ht_panel *panel, const struct ht_lane *lane,
                     int64_t max) {
    static const char ramp[] = " .:-=+*#@";
    int plot = ht_text_plot(sheet->width);
    char bars[HT_PANELS_BUCKETS + 1], figure[64];
    int64_t value[HT_PANELS_BUCKETS];
    ht_lane_columns(panel, lane, value, plot);
    for (int i = 0; i < plot; i++) {
        int level =
            value[i] > 0 ? 1 + (int)((double)(value[i] - 1) * 7 / (double)(max > 1 ? max - 1 : 1) + 0.5) : 0;
        bars[i] = ramp[level > 8 ? 8 : level];
    }
    bars[plot] = '\0';
    fprintf(sheet->out, "  %17.17s |%s| %s\n", lane->label, bars, ht_lane_figure(panel, lane, figure));
}

static void put_panel(const struct ht_sheet *sheet, const struct ht_panel *panel) {
    int plot = ht_text_plot(sheet->width);
    int64_t max = ht_panel_max(panel, plot);
    fprintf(sheet->out, "  %s (%s)\n", panel->title, panel->unit);
    for (int i = 0; i < panel->lanes; i++)
        put_lane(sheet, panel, &panel->lane[i],
                 panel->lane[i].kind == HT_LANE_REST ? ht_lane_max(panel, &panel->lane[i], plot) : max);
}

enum ht_status ht_text_panels(const struct ht_sheet *sheet, sqlite3 *db, int64_t capture_id,
                              int64_t length_ns, const struct ht_grid *basis, struct ht_cause *cause) {
    struct ht_panels panels;
    char width[HT_NUMBER_MAX], empty[HT_PANELS_EMPTY];
    enum ht_status status = ht_panels_read(db, capture_id, LANES, length_ns, &panels, cause);
    if (status != HT_OK)
        return status;
    int lanes = 0;
    for (int p = 0; p < HT_PANELS_COUNT; p++) {
        lanes += panels.panel[p].lanes;
        if (panels.panel[p].lanes > 0)
            put_panel(sheet, &panels.panel[p]);
    }
    if (lanes > 0)
        fprintf(sheet->out, "  %17s  0 s%*s\n", "", ht_text_plot(sheet->width) - 3,
                ht_number_moment(length_ns, width));
    ht_panels_empty(&panels, basis, empty, sizeof empty);
    if (empty[0] != '\0')
        ht_text_wrap(sheet, "  ", 2, empty);
    ht_panels_free(&panels);
    return HT_OK;
}
