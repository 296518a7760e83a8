/* The answer to one report question (reports/NAME.sql), held in memory: all cells of a result, found by
 * column name. Texts are cleaned when read (see clean.h), so what a grid hands out is safe to show. The grid
 * owns its texts until freed. One thread. */
#ifndef HT_ANALYZE_SHOW_GRID_H
#define HT_ANALYZE_SHOW_GRID_H

#include <sqlite3.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_GRID_ROWS_MAX 20000 /* rows beyond are not read: no question needs them */

enum ht_cell_kind { HT_CELL_NULL, HT_CELL_INTEGER, HT_CELL_REAL, HT_CELL_TEXT };

struct ht_cell {
    enum ht_cell_kind kind;
    int64_t integer; /* INTEGER, and REAL rounded towards zero */
    double real;     /* INTEGER and REAL */
    char *text;      /* TEXT */
};

struct ht_grid {
    char **name; /* of the columns */
    struct ht_cell *cell;
    int columns, rows;
};

/* Prepares the embedded question with :capture_id and :top bound where it has them. finalize the statement.
 */
enum ht_status ht_report_prepare(sqlite3 *db, const char *name, int64_t capture_id, int top,
                                 sqlite3_stmt **stmt, struct ht_cause *cause);

/* Fills a zeroed grid. */
enum ht_status ht_grid_read(sqlite3 *db, const char *name, int64_t capture_id, int top, struct ht_grid *grid,
                            struct ht_cause *cause);
void ht_grid_free(struct ht_grid *grid);

/* Rows (row_key, column_key, value) turned into a matrix: a column row_key, one for each column_key ("node
 * 0", "all" where it is NULL), and hint (a column that belongs to the row's key). Rows of a key follow each
 * other. Fills a zeroed grid. */
enum ht_status ht_grid_pivot(const struct ht_grid *from, const char *row_key, const char *column_key,
                             const char *value, const char *hint, struct ht_grid *grid);

/* -1 where there is no such column. */
int ht_grid_column(const struct ht_grid *grid, const char *name);

/* Never NULL: a cell of kind NULL where row or column do not exist. */
const struct ht_cell *ht_grid_cell(const struct ht_grid *grid, int row, const char *name);

/* The same as a value; NULL cells give otherwise. */
const char *ht_grid_text(const struct ht_grid *grid, int row, const char *name, const char *otherwise);
int64_t ht_grid_integer(const struct ht_grid *grid, int row, const char *name, int64_t otherwise);
double ht_grid_real(const struct ht_grid *grid, int row, const char *name, double otherwise);
int ht_grid_is_null(const struct ht_grid *grid, int row, const char *name);

/* Rows that the question's limit left out: total_rows of the first row less the rows here; 0 where it does
 * not say. */
int64_t ht_grid_left_out(const struct ht_grid *grid);

#endif
