#include "analyze/show/html_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/clean.h"
#include "analyze/show/columns.h"
#include "analyze/show/number.h"

#define NAME_WIDTH  56
#define TITLE_WIDTH 600 /* of the whole name in a title attribute: a name can be of any length */

void ht_html_name(struct ht_node *parent, const char *text, int width, int code) {
    size_t points = ht_utf8_count(text);
    int cut = points > (size_t)width;
    char *shown = ht_shorten(text, (size_t)width), *title = cut ? ht_shorten(text, TITLE_WIDTH) : NULL;
    if (code || cut)
        ht_text(ht_add(parent, code ? "code" : "span", "title", title, NULL), shown);
    else
        ht_text(parent, shown);
    free(shown);
    free(title);
}

/* Whether the written cell sorts right by itself: a count without unit or prefix. */
static int sorts_as_written(enum ht_format format) {
    return format == HT_FORMAT_ID || format == HT_FORMAT_MOMENT || format == HT_FORMAT_YES_NO;
}

static void put_cell(struct ht_node *row, const struct ht_grid *grid, int r, int column,
                     const struct ht_table_view *view) {
    char heading[64];
    struct ht_column describe;
    const struct ht_cell *cell = grid->cell + (size_t)r * (size_t)grid->columns + column;
    ht_column_describe(grid->name[column], &describe, heading);
    char *text = ht_cell_write(grid, r, column);
    int number = cell->kind != HT_CELL_TEXT && ht_format_is_number(describe.format);
    struct ht_node *td = ht_add(row, "td", "align", number ? "right" : NULL, NULL);
    if (view->sortable && number && cell->kind != HT_CELL_NULL && !sorts_as_written(describe.format) &&
        cell->real >= 1000)
        ht_attributef(td, "data-n", "%.17g", cell->real);
    else if (view->sortable && number && cell->kind != HT_CELL_NULL && describe.format != HT_FORMAT_COUNT &&
             !sorts_as_written(describe.format))
        ht_attributef(td, "data-n", "%.6g", cell->real);
    if (text == NULL)
        ht_text(td, "?");
    else if (cell->kind == HT_CELL_NULL)
        ht_add_text(td, "i", text);
    else if (strcmp(grid->name[column], "verdict") == 0 ||
             (strcmp(grid->name[column], "mark") == 0 && strncmp(text, "on other", 8) == 0))
        ht_add_text(td, "b", text);
    else
        ht_html_name(td, text, view->name_width > 0 ? view->name_width : NAME_WIDTH,
                     describe.format == HT_FORMAT_NAME || describe.format == HT_FORMAT_ADDRESS);
    free(text);
}

static void put_head(struct ht_node *table, const struct ht_grid *grid, const int *picked, int count) {
    struct ht_node *row = ht_add(ht_add(table, "thead", NULL), "tr", NULL);
    for (int i = 0; i < count; i++) {
        char heading[64];
        struct ht_column column;
        ht_column_describe(grid->name[picked[i]], &column, heading);
        struct ht_node *th = ht_add(row, "th", "scope", "col", NULL);
        ht_text(th, column.heading);
        int number = ht_format_is_number(column.format) &&
                     (grid->rows == 0 || grid->cell[picked[i]].kind != HT_CELL_TEXT);
        if (number)
            ht_attribute(th, "align", "right");
    }
}

/* A table in a box of its own that scrolls sideways on narrow screens, reachable by keyboard. */
static struct ht_node *add_table(struct ht_node *parent, const char *caption, const char *class) {
    struct ht_node *box = ht_add(parent, "div", "class", "scroll", "tabindex", "0", "role", "group",
                                 "aria-label", caption, NULL);
    struct ht_node *table = ht_add(box, "table", "class", class, NULL);
    ht_add_text(table, "caption", caption);
    return table;
}

void ht_html_table(struct ht_node *parent, const struct ht_grid *grid, const struct ht_table_view *view) {
    int picked[HT_COLUMNS_MAX], end = view->end > 0 ? view->end : grid->rows;
    int count = ht_columns_pick(grid, view->columns, picked);
    struct ht_node *table = add_table(parent, view->caption, view->sortable ? "sort" : NULL);
    put_head(table, grid, picked, count);
    struct ht_node *body = ht_add(table, "tbody", NULL);
    for (int r = view->first; r < end; r++) {
        struct ht_node *row = ht_add(body, "tr", NULL);
        for (int i = 0; i < count; i++)
            put_cell(row, grid, r, picked[i], view);
    }
    int64_t total = ht_grid_integer(grid, view->first, "total_rows", end - view->first);
    if (total > end - view->first) {
        char number[HT_NUMBER_MAX];
        ht_add_textf(parent, "p", "%s more not shown; `hitm-analyze query DB %s` gives them all.",
                     ht_number_count(total - (end - view->first), number), view->question);
    }
}

void ht_html_facts(struct ht_node *parent, const struct ht_grid *grid, int row, const char *caption,
                   const char *columns) {
    int picked[HT_COLUMNS_MAX], count = ht_columns_pick(grid, columns, picked);
    struct ht_node *body = ht_add(add_table(parent, caption, "facts"), "tbody", NULL);
    for (int i = 0; i < count; i++) {
        char heading[64];
        struct ht_column column;
        const struct ht_cell *cell = grid->cell + (size_t)row * (size_t)grid->columns + picked[i];
        if (cell->kind == HT_CELL_NULL)
            continue;
        ht_column_describe(grid->name[picked[i]], &column, heading);
        struct ht_node *line = ht_add(body, "tr", NULL);
        ht_text(ht_add(line, "th", "scope", "row", "align", "left", NULL), column.heading);
        char *text = ht_cell_write(grid, row, picked[i]);
        ht_html_name(ht_add(line, "td", NULL), text != NULL ? text : "?", 120,
                     column.format == HT_FORMAT_NAME);
        free(text);
    }
}

/* Whether rows a and b agree in a column. */
static int same_cell(const struct ht_grid *grid, int a, int b, const char *name) {
    const struct ht_cell *x = ht_grid_cell(grid, a, name), *y = ht_grid_cell(grid, b, name);
    if (x->kind != y->kind)
        return 0;
    return x->kind == HT_CELL_TEXT ? strcmp(x->text, y->text) == 0 : x->integer == y->integer;
}

static void put_written(struct ht_node *row, const char *element, const struct ht_grid *grid, int r,
                        const char *name, const char *before) {
    int column = ht_grid_column(grid, name);
    char *text = column >= 0 && r >= 0 ? ht_cell_write(grid, r, column) : NULL;
    int head = strcmp(element, "td") != 0;
    struct ht_node *node = ht_add(row, head ? "th" : "td", "scope", head ? element : NULL, "align",
                                  head && strcmp(element, "row") == 0 ? "left" : "right", NULL);
    ht_textf(node, "%s%s", before, text != NULL ? text : "-");
    free(text);
}

void ht_html_matrix(struct ht_node *parent, const struct ht_grid *grid, const char *caption,
                    const char *row_key, const char *hint, const char *column_key, const char *value) {
    int head[64], heads = 0;
    for (int r = 0; r < grid->rows && heads < 64; r++) {
        int known = 0;
        for (int i = 0; i < heads && !known; i++)
            known = same_cell(grid, r, head[i], column_key);
        if (!known)
            head[heads++] = r;
    }
    struct ht_node *table = add_table(parent, caption, NULL),
                   *row = ht_add(ht_add(table, "thead", NULL), "tr", NULL);
    ht_add(row, "td", NULL);
    for (int i = 0; i < heads; i++)
        put_written(row, "col", grid, head[i], column_key,
                    ht_grid_is_null(grid, head[i], column_key) ? "" : "node ");
    if (hint != NULL)
        ht_text(ht_add(row, "th", "scope", "col", "align", "left", NULL), hint);
    struct ht_node *body = ht_add(table, "tbody", NULL);
    for (int r = 0, end; r < grid->rows; r = end) {
        for (end = r + 1; end < grid->rows && same_cell(grid, r, end, row_key); end++)
            ;
        row = ht_add(body, "tr", NULL);
        put_written(row, "row", grid, r, row_key,
                    ht_grid_cell(grid, r, row_key)->kind == HT_CELL_TEXT ? "" : "node ");
        for (int i = 0; i < heads; i++) {
            int found = -1;
            for (int at = r; at < end && found < 0; at++)
                found = same_cell(grid, at, head[i], column_key) ? at : -1;
            put_written(row, "td", grid, found, value, "");
        }
        if (hint != NULL)
            ht_add_text(row, "td", ht_grid_text(grid, r, hint, ""));
    }
}
