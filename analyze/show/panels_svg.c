#include "analyze/show/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/chart.h"
#include "analyze/show/number.h"
#include "analyze/show/panels.h"

/* Geometry in user units. The plot is scaled to the screen as a whole. */
#define WIDTH      1200
#define PLOT_X     150
#define PLOT_WIDTH 930
#define LANE       18
#define LANE_GAP   3
#define TITLE      19
#define PANEL_GAP  7
#define AXIS       24
#define SPARSE     120 /* lanes with fewer bars get an outline, or single bars would fade on a small screen */

static const struct {
    const char *class, *fill;
} kinds[] = {
    [HT_LANE_TRANSFER] = {"moved", "#6b4fa0"}, [HT_LANE_REMOTE] = {"remote", "#c2410c"},
    [HT_LANE_LOCAL] = {"local", "#2f6f9f"},    [HT_LANE_OTHER] = {"other", "#5b6b7b"},
    [HT_LANE_REST] = {"other", "#5b6b7b"},     [HT_LANE_LOSS] = {"loss", "#b00020"},
};

struct drawing {
    struct ht_node *svg;
    const struct ht_panels *timeline;
    const struct ht_page *page;
    int y, columns;
};

static struct ht_node *label(struct drawing *d, int x, int y, const char *anchor, const char *class,
                             const char *text) {
    char at[2][16];
    snprintf(at[0], sizeof at[0], "%d", x);
    snprintf(at[1], sizeof at[1], "%d", y);
    struct ht_node *node =
        ht_add(d->svg, "text", "x", at[0], "y", at[1], "text-anchor", anchor, "class", class, "fill",
               class != NULL && strcmp(class, "faint") == 0 ? "#5b6b7b" : "#1b1f24", NULL);
    ht_text(node, text);
    return node;
}

/* Nested so that the bars keep whole numbers, and zoom is a change of its viewBox. */
static struct ht_node *plot(struct drawing *d, int y, int height, const char *class) {
    struct ht_node *svg = ht_add(d->svg, "svg", "class", class, "preserveAspectRatio", "none", NULL);
    ht_attributef(svg, "x", "%d", PLOT_X);
    ht_attributef(svg, "y", "%d", y);
    ht_attributef(svg, "width", "%d", PLOT_WIDTH);
    ht_attributef(svg, "height", "%d", height);
    ht_attributef(svg, "viewBox", "0 0 %d %d", d->columns, height);
    return svg;
}

static void draw_lane(struct drawing *d, const struct ht_panel *panel, const struct ht_lane *lane,
                      int64_t max) {
    char figure[64];
    int64_t value[HT_PANELS_BUCKETS];
    int bars = 0;
    ht_lane_columns(panel, lane, value, d->columns);
    for (int i = 0; i < d->columns; i++)
        bars += value[i] > 0;
    label(d, PLOT_X - 8, d->y + LANE - 5, "end", NULL, lane->label);
    label(d, PLOT_X + PLOT_WIDTH + 8, d->y + LANE - 5, "start", "faint", ht_lane_figure(panel, lane, figure));
    struct ht_node *svg = plot(d, d->y, LANE, "lane");
    ht_attribute(svg, "data-label", lane->label);
    ht_attribute(svg, "data-unit", panel->unit);
    char *path = ht_chart_path(value, d->columns, max, LANE);
    struct ht_node *bar = ht_add(svg, "path", "class", kinds[lane->kind].class, "fill",
                                 kinds[lane->kind].fill, "d", path != NULL ? path : "", NULL);
    if (bars < SPARSE) {
        ht_attribute(bar, "stroke", kinds[lane->kind].fill);
        ht_attribute(bar, "stroke-width", "1.5");
        ht_attribute(bar, "vector-effect", "non-scaling-stroke");
    }
    char *values = d->page->budget.values ? ht_chart_values(value, d->columns) : NULL;
    if (values != NULL)
        ht_attribute(svg, "data-v", values);
    free(values);
    free(path);
    d->y += LANE + LANE_GAP;
}

static void draw_panel(struct drawing *d, const struct ht_panel *panel) {
    char text[192], number[HT_NUMBER_MAX], width[HT_NUMBER_MAX];
    int64_t max = ht_panel_max(panel, d->columns);
    struct ht_node *title = label(d, PLOT_X, d->y + TITLE - 6, "start", "panel", panel->title);
    ht_attribute(title, "font-weight", "bold");
    if (panel->is_level)
        snprintf(text, sizeof text, "full height = %s %s", ht_number_count(max, number), panel->unit);
    else
        snprintf(text, sizeof text, "full height = %s (%s in %s)", ht_number_count(max, number), panel->unit,
                 ht_number_duration(d->timeline->length_ns / d->columns, width));
    label(d, PLOT_X + PLOT_WIDTH, d->y + TITLE - 6, "end", "faint", text);
    label(d, PLOT_X + PLOT_WIDTH + 8, d->y + TITLE - 6, "start", "faint", panel->unit);
    d->y += TITLE;
    for (int i = 0; i < panel->lanes; i++)
        draw_lane(d, panel, &panel->lane[i],
                  panel->lane[i].kind == HT_LANE_REST ? ht_lane_max(panel, &panel->lane[i], d->columns)
                                                      : max);
    d->y += PANEL_GAP;
}

static int drawing_height(const struct ht_panels *timeline) {
    int height = AXIS;
    for (int p = 0; p < HT_PANELS_COUNT; p++)
        if (timeline->panel[p].lanes > 0)
            height += TITLE + PANEL_GAP + timeline->panel[p].lanes * (LANE + LANE_GAP);
    return height;
}

/* Ticks of the shared axis, and the places of loss behind all panels. */
static void draw_axis(struct drawing *d, int height) {
    double length = (double)d->timeline->length_ns / 1e9, step = ht_chart_step(length, 10);
    const struct ht_panel *loss = &d->timeline->panel[HT_PANELS_COUNT - 1];
    struct ht_node *grid = plot(d, 0, height - AXIS, "grid");
    int decimals = ht_chart_decimals(step);
    for (int i = 0; length > 0 && i * step <= length * (1 + 1e-9); i++) {
        char text[32];
        double column = i * step / length * d->columns;
        struct ht_node *line = ht_add(grid, "line", "y1", "0", "class", "tick", "stroke", "#d5dae0",
                                      "stroke-width", "1", "vector-effect", "non-scaling-stroke", NULL);
        ht_attributef(line, "x1", "%.6g", column);
        ht_attributef(line, "x2", "%.6g", column);
        ht_attributef(line, "y2", "%d", height - AXIS);
        snprintf(text, sizeof text, "%.*f s", decimals, i * step);
        label(d, PLOT_X + (int)(column / d->columns * PLOT_WIDTH + 0.5), height - 8, "middle", "axis", text);
    }
    for (int b = 0; loss->lanes > 0 && b < HT_PANELS_BUCKETS; b++) {
        if (loss->lane[0].value[b] == 0)
            continue;
        struct ht_node *mark =
            ht_add(grid, "rect", "y", "0", "width", "2", "class", "lossmark", "fill", "#f6d5da", NULL);
        ht_attributef(mark, "x", "%.6g", (double)b * d->columns / HT_PANELS_BUCKETS);
        ht_attributef(mark, "height", "%d", height - AXIS);
    }
}

/* The figure in numbers: what each lane adds up to, and when. */
static void put_table(struct ht_node *parent, const struct ht_panels *timeline) {
    struct ht_node *details = ht_add(parent, "details", "open", "open", "class", "fold", NULL);
    ht_add_text(details, "summary", "The timeline in numbers");
    struct ht_node *box = ht_add(details, "div", "class", "scroll", "tabindex", "0", "role", "group",
                                 "aria-label", "The timeline in numbers", NULL);
    struct ht_node *table = ht_add(box, "table", NULL), *row;
    static const char *const heads[] = {"panel", "lane", "total", "first at", "last at", "highest at"};
    ht_add_text(table, "caption",
                "Sums over the window, or the range of a level; moments are starts of buckets");
    row = ht_add(ht_add(table, "thead", NULL), "tr", NULL);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        ht_text(ht_add(row, "th", "scope", "col", NULL), heads[i]);
    struct ht_node *body = ht_add(table, "tbody", NULL);
    for (int p = 0; p < HT_PANELS_COUNT; p++)
        for (int i = 0; i < timeline->panel[p].lanes; i++) {
            const struct ht_lane *lane = &timeline->panel[p].lane[i];
            char number[HT_NUMBER_MAX], figure[64];
            int at[3];
            ht_lane_extent(lane, &at[0], &at[1], &at[2]);
            row = ht_add(body, "tr", NULL);
            ht_add_text(row, "td", timeline->panel[p].title);
            ht_add_text(row, "td", lane->label);
            ht_text(ht_add(row, "td", "align", "right", NULL),
                    ht_lane_figure(&timeline->panel[p], lane, figure));
            for (int k = 0; k < 3; k++)
                ht_text(ht_add(row, "td", "align", "right", NULL),
                        at[k] < 0
                            ? "-"
                            : ht_number_moment(timeline->length_ns / HT_PANELS_BUCKETS * at[k], number));
        }
}

static void draw(struct ht_page *page, struct ht_node *parent, const struct ht_panels *timeline) {
    int height = drawing_height(timeline);
    struct ht_node *box = ht_add(parent, "div", "class", "scroll wide", "tabindex", "0", "role", "group",
                                 "aria-label", "Timeline", NULL);
    struct drawing d = {.timeline = timeline, .page = page, .columns = page->budget.columns};
    d.svg = ht_add(box, "svg", "id", "timeline-figure", "role", "img", "aria-labelledby", "tl-title tl-desc",
                   "width", "100%", "font-family", "system-ui, sans-serif", "font-size", "12", NULL);
    ht_attributef(d.svg, "viewBox", "0 0 %d %d", WIDTH, height);
    ht_attributef(d.svg, "data-seconds", "%.9g", (double)timeline->length_ns / 1e9);
    ht_attributef(d.svg, "data-columns", "%d", d.columns);
    ht_text(ht_add(d.svg, "title", "id", "tl-title", NULL), "Timeline of the window");
    ht_text(ht_add(d.svg, "desc", "id", "tl-desc", NULL),
            "Panels over one time axis, one for each kind of event, by node or pair of nodes. Each lane is a "
            "row of bars; "
            "all lanes of a panel share one scale. The table after the figure holds the sums.");
    ht_add(d.svg, "rect", "class", "paper", "width", "100%", "height", "100%", "fill", "#ffffff", NULL);
    draw_axis(&d, height);
    for (int p = 0; p < HT_PANELS_COUNT; p++)
        if (timeline->panel[p].lanes > 0)
            draw_panel(&d, &timeline->panel[p]);
}

static void put_legend(struct ht_page *page, struct ht_node *parent, const struct ht_panels *timeline) {
    ht_add_textf(
        parent, "p",
        "All panels share the time axis, in seconds from the start of the window. Orange crosses nodes or "
        "waits, "
        "blue stays within a node, grey is neither.%s%s",
        ht_page_has_source(&page->basis, "memory") ? " Violet are transfers: their pair names the reader's "
                                                     "node and the home of the line, not the cache "
                                                     "it came from."
                                                   : "",
        timeline->panel[HT_PANELS_COUNT - 1].lanes > 0 ? " Pale red marks moments where records were lost."
                                                       : "");
}

enum ht_status ht_panels_section(struct ht_page *page, struct ht_node *parent) {
    struct ht_panels timeline;
    int64_t length = ht_grid_integer(&page->capture, 0, "window_ns", 0);
    enum ht_status status =
        ht_panels_read(page->db, page->capture_id, page->budget.lanes, length, &timeline, page->cause);
    if (status != HT_OK)
        return status;
    char empty[HT_PANELS_EMPTY];
    int lanes = 0;
    for (int p = 0; p < HT_PANELS_COUNT; p++)
        lanes += timeline.panel[p].lanes;
    ht_panels_empty(&timeline, &page->basis, empty, sizeof empty);
    ht_add_text(parent, "h2", "When it happened");
    if (lanes > 0) {
        put_legend(page, parent, &timeline);
        draw(page, parent, &timeline);
        put_table(parent, &timeline);
    } else {
        ht_add_text(parent, "p", "There is nothing to draw.");
    }
    if (empty[0] != '\0')
        ht_add_text(parent, "p", empty);
    ht_panels_free(&timeline);
    return HT_OK;
}
