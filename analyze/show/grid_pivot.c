#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/grid.h"

#define HEADS_MAX 64

static int same(const struct ht_cell *a, const struct ht_cell *b) {
    if (a->kind != b->kind)
        return 0;
    return a->kind == HT_CELL_TEXT ? strcmp(a->text, b->text) == 0 : a->integer == b->integer;
}

/* The rows of `from` that have a key for the first time; returns how many. */
static int find_heads(const struct ht_grid *from, const char *key, int head[HEADS_MAX]) {
    int heads = 0;
    for (int r = 0; r < from->rows && heads < HEADS_MAX; r++) {
        int known = 0;
        for (int i = 0; i < heads && !known; i++)
            known = same(ht_grid_cell(from, r, key), ht_grid_cell(from, head[i], key));
        if (!known)
            head[heads++] = r;
    }
    return heads;
}

static enum ht_status copy_cell(const struct ht_cell *from, struct ht_cell *to) {
    *to = *from;
    if (from->kind != HT_CELL_TEXT)
        return HT_OK;
    to->text = strdup(from->text);
    return to->text != NULL ? HT_OK : HT_NOMEM;
}

static enum ht_status name_columns(const struct ht_grid *from, const char *row_key, const char *column_key,
                                   const char *hint, const int *head, int heads, struct ht_grid *grid) {
    grid->columns = heads + 2;
    grid->name = calloc((size_t)grid->columns, sizeof *grid->name);
    if (grid->name == NULL)
        return HT_NOMEM;
    for (int i = 0; i < grid->columns; i++) {
        char name[48] = "all";
        const struct ht_cell *cell = i > 0 && i <= heads ? ht_grid_cell(from, head[i - 1], column_key) : NULL;
        if (cell != NULL && cell->kind != HT_CELL_NULL)
            snprintf(name, sizeof name, "node %lld", (long long)cell->integer);
        grid->name[i] = strdup(i == 0 ? row_key : i > heads ? hint : name);
        if (grid->name[i] == NULL)
            return HT_NOMEM;
    }
    return HT_OK;
}

static enum ht_status fill_row(const struct ht_grid *from, int first, int end, const char *const names[4],
                               const int *head, int heads, struct ht_cell *row) {
    enum ht_status status = copy_cell(ht_grid_cell(from, first, names[0]), &row[0]);
    for (int i = 0; i < heads && status == HT_OK; i++)
        for (int r = first; r < end && status == HT_OK; r++)
            if (same(ht_grid_cell(from, r, names[1]), ht_grid_cell(from, head[i], names[1])))
                status = copy_cell(ht_grid_cell(from, r, names[2]), &row[i + 1]);
    return status == HT_OK ? copy_cell(ht_grid_cell(from, first, names[3]), &row[heads + 1]) : status;
}

enum ht_status ht_grid_pivot(const struct ht_grid *from, const char *row_key, const char *column_key,
                             const char *value, const char *hint, struct ht_grid *grid) {
    const char *const names[4] = {row_key, column_key, value, hint};
    int head[HEADS_MAX], heads = find_heads(from, column_key, head);
    memset(grid, 0, sizeof *grid);
    enum ht_status status = name_columns(from, row_key, column_key, hint, head, heads, grid);
    grid->cell =
        status == HT_OK ? calloc((size_t)from->rows * (size_t)grid->columns + 1, sizeof *grid->cell) : NULL;
    if (status == HT_OK && grid->cell == NULL)
        status = HT_NOMEM;
    for (int first = 0, end; first < from->rows && status == HT_OK; first = end) {
        for (end = first + 1;
             end < from->rows && same(ht_grid_cell(from, first, row_key), ht_grid_cell(from, end, row_key));
             end++)
            ;
        grid->rows++;
        status = fill_row(from, first, end, names, head, heads,
                          grid->cell + (size_t)(grid->rows - 1) * (size_t)grid->columns);
    }
    if (status != HT_OK)
        ht_grid_free(grid);
    return status;
}
