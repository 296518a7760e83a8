#include "analyze/show/grid.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/load/embedded.h"
#include "analyze/show/clean.h"

static const char *find_report(const char *name) {
    for (const struct ht_embedded *report = ht_embedded_reports; report->name != NULL; report++)
        if (strcmp(report->name, name) == 0)
            return report->text;
    return NULL;
}

static int bind_named(sqlite3_stmt *stmt, const char *name, int64_t value) {
    int index = sqlite3_bind_parameter_index(stmt, name);
    return index == 0 ? SQLITE_OK : sqlite3_bind_int64(stmt, index, value);
}

enum ht_status ht_report_prepare(sqlite3 *db, const char *name, int64_t capture_id, int top,
                                 sqlite3_stmt **stmt, struct ht_cause *cause) {
    const char *sql = find_report(name);
    *stmt = NULL;
    if (sql == NULL)
        return ht_fail(cause, HT_NOT_FOUND, "no report question is called '%s'", name);
    if (sqlite3_prepare_v2(db, sql, -1, stmt, NULL) != SQLITE_OK ||
        bind_named(*stmt, ":capture_id", capture_id) != SQLITE_OK ||
        bind_named(*stmt, ":top", top) != SQLITE_OK) {
        enum ht_status status =
            ht_fail(cause, HT_DATABASE, "report question '%s': %s", name, sqlite3_errmsg(db));
        sqlite3_finalize(*stmt);
        *stmt = NULL;
        return status;
    }
    return HT_OK;
}

static enum ht_status read_names(sqlite3_stmt *stmt, struct ht_grid *grid) {
    grid->columns = sqlite3_column_count(stmt);
    grid->name = calloc((size_t)grid->columns, sizeof *grid->name);
    if (grid->name == NULL)
        return HT_NOMEM;
    for (int i = 0; i < grid->columns; i++)
        if ((grid->name[i] = strdup(sqlite3_column_name(stmt, i))) == NULL)
            return HT_NOMEM;
    return HT_OK;
}

static enum ht_status read_cell(sqlite3_stmt *stmt, int column, struct ht_cell *cell) {
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_NULL:
        cell->kind = HT_CELL_NULL;
        return HT_OK;
    case SQLITE_INTEGER:
        cell->kind = HT_CELL_INTEGER;
        cell->integer = sqlite3_column_int64(stmt, column);
        cell->real = (double)cell->integer;
        return HT_OK;
    case SQLITE_FLOAT:
        cell->kind = HT_CELL_REAL;
        cell->real = sqlite3_column_double(stmt, column);
        cell->integer = sqlite3_column_int64(stmt, column);
        return HT_OK;
    default: {
        const char *text = (const char *)sqlite3_column_text(stmt, column);
        cell->kind = HT_CELL_TEXT;
        cell->text = text == NULL ? NULL : ht_clean(text, (size_t)sqlite3_column_bytes(stmt, column));
        return cell->text == NULL ? HT_NOMEM : HT_OK;
    }
    }
}

static enum ht_status read_row(sqlite3_stmt *stmt, struct ht_grid *grid, int *capacity) {
    size_t columns = (size_t)grid->columns;
    if (grid->rows == *capacity) {
        int more = *capacity == 0 ? 16 : *capacity * 2;
        struct ht_cell *cell = realloc(grid->cell, (size_t)more * columns * sizeof *cell);
        if (cell == NULL)
            return HT_NOMEM;
        grid->cell = cell;
        *capacity = more;
    }
    struct ht_cell *row = grid->cell + (size_t)grid->rows * columns;
    memset(row, 0, columns * sizeof *row);
    grid->rows++;
    for (int i = 0; i < grid->columns; i++)
        if (read_cell(stmt, i, row + i) != HT_OK)
            return HT_NOMEM;
    return HT_OK;
}

enum ht_status ht_grid_read(sqlite3 *db, const char *name, int64_t capture_id, int top, struct ht_grid *grid,
                            struct ht_cause *cause) {
    sqlite3_stmt *stmt = NULL;
    int capacity = 0, step = SQLITE_DONE;
    memset(grid, 0, sizeof *grid);
    enum ht_status status = ht_report_prepare(db, name, capture_id, top, &stmt, cause);
    if (status != HT_OK)
        goto out;
    status = read_names(stmt, grid);
    while (status == HT_OK && grid->rows < HT_GRID_ROWS_MAX && (step = sqlite3_step(stmt)) == SQLITE_ROW)
        status = read_row(stmt, grid, &capacity);
    if (status != HT_OK)
        ht_fail(cause, status, "report question '%s': %s", name, ht_status_text(status));
    else if (step != SQLITE_DONE && step != SQLITE_ROW)
        status = ht_fail(cause, HT_DATABASE, "report question '%s': %s", name, sqlite3_errmsg(db));
out:
    sqlite3_finalize(stmt);
    if (status != HT_OK)
        ht_grid_free(grid);
    return status;
}

void ht_grid_free(struct ht_grid *grid) {
    if (grid == NULL)
        return;
    for (size_t i = 0; grid->cell != NULL && i < (size_t)grid->rows * (size_t)grid->columns; i++)
        free(grid->cell[i].text);
    for (int i = 0; grid->name != NULL && i < grid->columns; i++)
        free(grid->name[i]);
    free(grid->cell);
    free(grid->name);
    memset(grid, 0, sizeof *grid);
}

int ht_grid_column(const struct ht_grid *grid, const char *name) {
    for (int i = 0; i < grid->columns; i++)
        if (strcmp(grid->name[i], name) == 0)
            return i;
    return -1;
}

const struct ht_cell *ht_grid_cell(const struct ht_grid *grid, int row, const char *name) {
    static const struct ht_cell none = {0};
    int column = ht_grid_column(grid, name);
    if (column < 0 || row < 0 || row >= grid->rows)
        return &none;
    return grid->cell + (size_t)row * (size_t)grid->columns + column;
}

const char *ht_grid_text(const struct ht_grid *grid, int row, const char *name, const char *otherwise) {
    const struct ht_cell *cell = ht_grid_cell(grid, row, name);
    return cell->kind == HT_CELL_TEXT ? cell->text : otherwise;
}

int64_t ht_grid_integer(const struct ht_grid *grid, int row, const char *name, int64_t otherwise) {
    const struct ht_cell *cell = ht_grid_cell(grid, row, name);
    return cell->kind == HT_CELL_INTEGER || cell->kind == HT_CELL_REAL ? cell->integer : otherwise;
}

double ht_grid_real(const struct ht_grid *grid, int row, const char *name, double otherwise) {
    const struct ht_cell *cell = ht_grid_cell(grid, row, name);
    return cell->kind == HT_CELL_INTEGER || cell->kind == HT_CELL_REAL ? cell->real : otherwise;
}

int ht_grid_is_null(const struct ht_grid *grid, int row, const char *name) {
    return ht_grid_cell(grid, row, name)->kind == HT_CELL_NULL;
}

int64_t ht_grid_left_out(const struct ht_grid *grid) {
    int64_t total = ht_grid_integer(grid, 0, "total_rows", grid->rows);
    return total > grid->rows ? total - grid->rows : 0;
}
