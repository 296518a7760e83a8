/* How a column of a report question is headed and its cells are written: by its name, from one table, in HTML
 * and in text alike. Names carry units (DESIGN 6): _ns is a duration, _at_ns a moment within the window,
 * _bytes, _share, _cycles. Pure; any thread. */
#ifndef HT_ANALYZE_SHOW_COLUMNS_H
#define HT_ANALYZE_SHOW_COLUMNS_H

#include "analyze/show/grid.h"

enum ht_format {
    HT_FORMAT_TEXT,
    HT_FORMAT_NAME,    /* a symbol, path or command: shortened in the middle, monospace */
    HT_FORMAT_ADDRESS, /* monospace, never shortened */
    HT_FORMAT_ID,      /* a number that counts nothing: pid, node */
    HT_FORMAT_COUNT,
    HT_FORMAT_REAL,
    HT_FORMAT_SHARE,
    HT_FORMAT_BYTES,
    HT_FORMAT_CHANGE, /* bytes with their sign */
    HT_FORMAT_DURATION,
    HT_FORMAT_MOMENT,
    HT_FORMAT_CYCLES,
    HT_FORMAT_CYCLES_RANGE, /* with the column X_high beside X_low */
    HT_FORMAT_YES_NO,
    HT_FORMAT_HIDDEN, /* bookkeeping: total_rows and the like */
};

struct ht_column {
    const char *heading;
    const char *null_text; /* what NULL means here */
    enum ht_format format;
};

void ht_column_describe(const char *name, struct ht_column *column, char heading[64]);

#define HT_COLUMNS_MAX 32

/* Numbers of the grid's columns called so, in this order (names separated by spaces; NULL: all that are not
 * hidden). Names that the grid lacks are left out. Returns how many. */
int ht_columns_pick(const struct ht_grid *grid, const char *names, int picked[HT_COLUMNS_MAX]);

/* The cell as valid UTF-8, whole (not shortened). free() it; NULL: no memory. */
char *ht_cell_write(const struct ht_grid *grid, int row, int column);

/* Whether cells of this format may be shortened when room is short. */
int ht_format_is_flexible(enum ht_format format);

/* Whether cells of this format are right-aligned numbers. */
int ht_format_is_number(enum ht_format format);

#endif
