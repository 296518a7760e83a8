#include "analyze/show/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/clean.h"
#include "analyze/show/html_table.h"
#include "analyze/show/number.h"

#define WARNINGS_MAX   12
#define SENTENCE_WIDTH 1500
#define FIRST_LINES    5
#define ALSO           3

static const struct {
    const char *level, *meaning;
} levels[] = {
    {"memory sampling", "loads and stores were sampled with their addresses, so cache lines can be named"},
    {"counters", "remote fills were counted per CPU; no cache line can be named"},
    {"software",
     "no memory access was sampled, so no cache line can be named; what waits, what moves and where "
     "memory lies can be seen"},
};

static void put_long(struct ht_node *parent, const char *element, const char *class, const char *text) {
    char *shown = ht_shorten(text, SENTENCE_WIDTH);
    ht_text(ht_add(parent, element, "class", class, NULL), shown);
    free(shown);
}

static enum ht_status put_warnings(struct ht_page *page, struct ht_node *main) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(page, "warnings", 0, &grid);
    if (status != HT_OK)
        return status;
    if (grid->rows == 0 && !page->squeezed) {
        return HT_OK;
    }
    struct ht_node *section = ht_add(main, "section", "id", "warnings", "class", "warnings", NULL);
    ht_add_text(section, "h2", "Warnings");
    struct ht_node *list = ht_add(section, "ul", NULL);
    for (int r = 0; r < grid->rows && r < WARNINGS_MAX; r++) {
        int64_t severity = ht_grid_integer(grid, r, "severity", 3);
        struct ht_node *item = ht_add(list, "li", "class", severity == 1 ? "severe" : NULL, NULL);
        ht_add_textf(item, "b", "%s%s: ", ht_grid_text(grid, r, "subject", ""),
                     severity == 1 ? " (data missing)" : "");
        put_long(item, "span", NULL, ht_grid_text(grid, r, "sentence", ""));
    }
    if (grid->rows > WARNINGS_MAX)
        ht_add_textf(list, "li", "%d more; `hitm-analyze query DB warnings` lists them.",
                     grid->rows - WARNINGS_MAX);
    if (page->squeezed)
        ht_add_textf(
            list, "li",
            "Size: shortened to keep the page small. Tables show at most %d rows, %d lines have their "
            "detail, the timeline has %d columns.",
            page->budget.rows, page->budget.lines, page->budget.columns);
    return HT_OK;
}

static void put_level(struct ht_page *page, struct ht_node *parent, const char *sentence) {
    const char *level = ht_grid_text(&page->capture, 0, "level", "unknown");
    const char *reason = ht_grid_text(&page->capture, 0, "level_reason", NULL);
    struct ht_node *p = ht_add(parent, "p", NULL);
    ht_add_text(p, "b", "Level: ");
    ht_text(p, level);
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(levels[i].level, level) == 0)
            ht_textf(p, ": %s", levels[i].meaning);
    ht_text(p, ".");
    if (reason != NULL && strstr(sentence, reason) == NULL) /* said already? */
        ht_textf(p, " Not higher because: %s.", reason);
}

/* The numbers behind a finding. */
static enum ht_status put_evidence(struct ht_page *page, struct ht_node *parent, int64_t finding) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(page, "evidence", (int)finding, &grid);
    struct ht_node *list = NULL;
    if (status != HT_OK)
        return status;
    for (int r = 0; r < grid->rows; r++) {
        if (ht_grid_integer(grid, r, "rank", -1) != finding)
            continue;
        if (list == NULL)
            list = ht_add(parent, "ul", "class", "numbers", NULL);
        struct ht_node *item = ht_add(list, "li", NULL);
        ht_textf(item, "%s: ", ht_grid_text(grid, r, "name", ""));
        put_long(item, "b", NULL, ht_grid_text(grid, r, "value", ""));
    }
    return HT_OK;
}

/* The findings next in importance, in short: the list is under "Next step". */
static enum ht_status put_also(struct ht_page *page, struct ht_node *parent) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(page, "findings", page->budget.rows, &grid);
    if (status != HT_OK || grid->rows < 2 ||
        (grid->rows == 2 && strcmp(ht_grid_text(grid, 1, "kind", ""), "level") == 0))
        return status;
    struct ht_node *p = ht_add(parent, "p", NULL);
    ht_text(p, "Also, ");
    ht_text(ht_add(p, "a", "href", "#next", NULL), "further findings");
    ht_text(p, ":");
    struct ht_node *list = ht_add(parent, "ul", "class", "numbers", NULL);
    for (int r = 1; r < grid->rows && r <= ALSO; r++)
        if (strcmp(ht_grid_text(grid, r, "kind", ""), "level") != 0) /* stands beside */
            put_long(list, "li", NULL, ht_grid_text(grid, r, "sentence", ""));
    return HT_OK;
}

static enum ht_status put_verdict(struct ht_page *page, struct ht_node *main, const struct ht_grid *verdict) {
    struct ht_node *section = ht_add(main, "section", "id", "verdict", "class", "verdict", NULL);
    ht_add_text(section, "h2", "Verdict");
    struct ht_node *left = ht_add(section, "div", NULL), *word = ht_add(left, "p", "class", "word", NULL);
    ht_add_text(word, "strong", ht_grid_text(verdict, 0, "verdict", "cannot tell"));
    const char *scope = ht_grid_text(verdict, 0, "scope", "unknown");
    if (strcmp(scope, "unknown") != 0)
        ht_textf(word, ", %s", scope);
    put_long(left, "p", "sentence", ht_grid_text(verdict, 0, "sentence", "No verdict was reached."));
    enum ht_status status = put_also(page, left);
    if (status != HT_OK)
        return status;
    struct ht_node *right = ht_add(section, "div", NULL);
    if (!ht_grid_is_null(verdict, 0, "confidence")) {
        double confidence = ht_grid_real(verdict, 0, "confidence", 0);
        struct ht_node *p = ht_add(right, "p", NULL);
        ht_add_text(p, "b", "Confidence: ");
        ht_textf(p, "%.2f of 1%s", confidence, confidence >= 1 ? ": counted, not sampled" : "");
    }
    status = put_evidence(page, right, ht_grid_integer(verdict, 0, "finding_id", 0));
    put_level(page, right, ht_grid_text(verdict, 0, "sentence", ""));
    return status;
}

static void put_condition(struct ht_node *list, const char *name, const char *value, const char *end,
                          int changed) {
    struct ht_node *pair = ht_add(list, "div", NULL), *td;
    ht_add_text(pair, "dt", name);
    td = ht_add(pair, "dd", NULL);
    if (value == NULL)
        ht_add_text(td, "i", "not recorded");
    else
        ht_html_name(td, value, 120, 0);
    if (value == NULL || end == NULL || strcmp(value, end) == 0)
        return;
    struct ht_node *after = ht_add(td, changed ? "b" : "span", "class", changed ? "changed" : NULL, NULL);
    ht_text(after, "; then ");
    ht_html_name(after, end, 60, 0);
    if (changed)
        ht_text(after, ": changed during the window");
}

/* "2 sockets, 2 nodes (1 a socket), 4 CPUs; distance 10 local, 21 remote" */
static enum ht_status machine_text(struct ht_page *page, char *out, size_t size) {
    const struct ht_grid *grid;
    int64_t nodes = ht_grid_integer(&page->capture, 0, "nodes", 0), low = INT64_MAX, high = 0;
    int64_t sockets = ht_grid_integer(&page->capture, 0, "sockets", 0);
    enum ht_status status = ht_page_read(page, "node_distances", 0, &grid);
    if (status != HT_OK)
        return status;
    for (int r = 0; r < grid->rows; r++) {
        int64_t distance = ht_grid_integer(grid, r, "distance", 0);
        if (ht_grid_integer(grid, r, "from_node", 0) == ht_grid_integer(grid, r, "to_node", 0))
            continue;
        low = distance < low ? distance : low;
        high = distance > high ? distance : high;
    }
    int at = snprintf(out, size, "%lld socket%s, %lld node%s, %lld CPUs", (long long)sockets,
                      sockets == 1 ? "" : "s", (long long)nodes, nodes == 1 ? "" : "s",
                      (long long)ht_grid_integer(&page->capture, 0, "cpus_online", 0));
    if (high > 0 && at > 0 && (size_t)at < size)
        snprintf(out + at, size - (size_t)at,
                 low == high ? "; distance %lld to the other node%s" : "; distances %lld to %s%lld",
                 (long long)low, low == high ? (nodes > 2 ? "s" : "") : "", (long long)high);
    return HT_OK;
}

static enum ht_status put_conditions(struct ht_page *page, struct ht_node *parent) {
    const struct ht_grid *grid;
    char machine[160];
    enum ht_status status = ht_page_read(page, "conditions_key", 0, &grid);
    if (status == HT_OK)
        status = machine_text(page, machine, sizeof machine);
    if (status != HT_OK) {
        return status;
    }
    struct ht_node *section = ht_add(parent, "section", "id", "conditions", NULL);
    ht_add_text(section, "h2", "Conditions");
    struct ht_node *list = ht_add(section, "dl", NULL);
    put_condition(list, "kernel", ht_grid_text(&page->capture, 0, "kernel", NULL), NULL, 0);
    put_condition(list, "CPU", ht_grid_text(&page->capture, 0, "cpu_model", NULL), NULL, 0);
    put_condition(list, "topology", machine, NULL, 0);
    for (int r = 0; r < grid->rows; r++)
        put_condition(list, ht_grid_text(grid, r, "condition", "?"), ht_grid_text(grid, r, "at_start", NULL),
                      ht_grid_text(grid, r, "at_end", NULL), ht_grid_integer(grid, r, "changed", 0) != 0);
    return HT_OK;
}

/* Where no memory was sampled: what was seen instead, and what of it was recorded for a part of the window
 * only. */
static enum ht_status put_seen(struct ht_page *page, struct ht_node *main) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(page, "overview", 0, &grid);
    if (status != HT_OK)
        return status;
    struct ht_node *section = ht_add(main, "section", "id", "seen", NULL);
    ht_add_text(section, "h2", "What was seen");
    ht_add_textf(
        section, "p",
        "No memory samples (level %s): no cache line can be named, and none being listed means nothing.",
        ht_grid_text(&page->capture, 0, "level", "unknown"));
    struct ht_node *list = grid->rows > 0 ? ht_add(section, "dl", NULL) : NULL;
    for (int r = 0; r < grid->rows; r++) {
        struct ht_node *pair = ht_add(list, "div", NULL), *dd;
        const char *when = ht_overview_when(grid, r);
        ht_add_text(pair, "dt", ht_grid_text(grid, r, "subject", "?"));
        dd = ht_add(pair, "dd", NULL);
        ht_html_name(dd, ht_grid_text(grid, r, "seen", "?"), 200, 0);
        if (when[0] != '\0')
            ht_add_textf(dd, "b", " [%s]", when);
    }
    return HT_OK;
}

static enum ht_status put_top_lines(struct ht_page *page, struct ht_node *main) {
    const struct ht_grid *grid;
    char basis[HT_BASIS_MAX];
    enum ht_status status = ht_page_read(page, "top_lines", page->budget.rows, &grid);
    if (status != HT_OK)
        return status;
    if (grid->rows == 0 && !ht_page_has_source(&page->basis, "memory"))
        return put_seen(page, main);
    struct ht_node *section = ht_add(main, "section", "id", "lines", NULL), *p;
    ht_add_text(section, "h2", "Top lines");
    if (grid->rows == 0) {
        ht_add_text(
            section, "p",
            ht_page_nothing(&page->basis, "memory", NULL,
                            "Memory was sampled, and no cache line showed a transfer between caches or a "
                            "finding."));
        return HT_OK;
    }
    struct ht_table_view view = {
        .caption = "Cache lines by cost, else by transfers",
        .columns =
            "rank line verdict scope confidence transfers cost_cycles_low cost_share object writer_symbol "
            "reader_symbol",
        .question = "top_lines",
        .end = grid->rows < FIRST_LINES ? grid->rows : FIRST_LINES,
        .name_width = 24};
    ht_html_table(section, grid, &view);
    ht_basis_text(&page->basis, "memory", basis, sizeof basis);
    p = ht_add(section, "p", NULL);
    ht_textf(p, "%s ", basis);
    ht_text(ht_add(p, "a", "href", "#line-detail", NULL), "The top lines byte by byte");
    ht_text(p, ".");
    return HT_OK;
}

/* The advice of the verdict, then the other findings with theirs. */
static enum ht_status put_next(struct ht_page *page, struct ht_node *main, const struct ht_grid *verdict) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(page, "findings", page->budget.rows, &grid);
    if (status != HT_OK)
        return status;
    struct ht_node *section = ht_add(main, "section", "id", "next", NULL);
    ht_add_text(section, "h2", "Next step");
    put_long(section, "p", "advice",
             ht_grid_text(verdict, 0, "advice", "Nothing to do follows from this capture."));
    if (grid->rows > 1) {
        ht_add_text(section, "h3", "Further findings");
        struct ht_node *list = ht_add(section, "ol", "start", "2", NULL);
        for (int r = 1; r < grid->rows && r < page->budget.rows; r++) {
            struct ht_node *item = ht_add(list, "li", NULL);
            put_long(item, "span", NULL, ht_grid_text(grid, r, "sentence", ""));
            if (ht_grid_is_null(grid, r, "confidence"))
                ht_add_textf(item, "small", " (%s) ", ht_grid_text(grid, r, "kind", "?"));
            else
                ht_add_textf(item, "small", " (%s, confidence %.2f) ", ht_grid_text(grid, r, "kind", "?"),
                             ht_grid_real(grid, r, "confidence", 0));
            put_long(item, "i", NULL, ht_grid_text(grid, r, "advice", ""));
        }
        if (ht_grid_left_out(grid) > 0)
            ht_add_textf(section, "p", "%lld more findings are not shown.",
                         (long long)ht_grid_left_out(grid));
    }
    return HT_OK;
}

static void put_header(struct ht_page *page, struct ht_node *body) {
    char window[HT_NUMBER_MAX];
    const struct ht_grid *capture = &page->capture;
    struct ht_node *header = ht_add(body, "header", NULL), *h1 = ht_add(header, "h1", NULL), *p;
    ht_text(h1, "hitmtrace: ");
    ht_html_name(h1, ht_grid_text(capture, 0, "hostname", "unknown host"), 60, 0);
    p = ht_add(header, "p", NULL);
    ht_textf(p, "%s of ", ht_number_duration(ht_grid_integer(capture, 0, "window_ns", 0), window));
    ht_html_name(p, ht_grid_text(capture, 0, "target", "an unknown target"), 80, 0);
    if (ht_grid_is_null(capture, 0, "start_utc"))
        ht_text(p, "; date not told");
    else
        ht_textf(p, " from %s UTC", ht_grid_text(capture, 0, "start_utc", "?"));
    ht_textf(p, "; recorded by %s", ht_grid_text(capture, 0, "producer", "an unknown tool"));
    if (!ht_grid_is_null(capture, 0, "labels")) {
        ht_text(p, "; ");
        ht_html_name(p, ht_grid_text(capture, 0, "labels", ""), 120, 0);
    }
}

enum ht_status ht_first_screen(struct ht_page *page, struct ht_node *body) {
    const struct ht_grid *verdict = NULL;
    put_header(page, body);
    struct ht_node *main = ht_add(body, "main", "id", "main", NULL);
    enum ht_status status = ht_page_read(page, "verdict", 1, &verdict);
    if (status == HT_OK)
        status = put_warnings(page, main);
    if (status == HT_OK)
        status = put_verdict(page, main, verdict);
    if (status == HT_OK)
        status = put_conditions(page, main);
    if (status == HT_OK)
        status = put_top_lines(page, main);
    if (status == HT_OK)
        status = ht_panels_section(page, ht_add(main, "section", "id", "timeline", NULL));
    if (status == HT_OK)
        status = put_next(page, main, verdict);
    return status;
}
