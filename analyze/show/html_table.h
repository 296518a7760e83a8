/* Grids as HTML tables. One thread. */
#ifndef HT_ANALYZE_SHOW_HTML_TABLE_H
#define HT_ANALYZE_SHOW_HTML_TABLE_H

#include "analyze/show/grid.h"
#include "analyze/show/markup.h"

struct ht_table_view {
    const char *caption;
    const char *question; /* where the rows left out can be had */
    const char *columns;  /* names in order, separated by spaces; NULL: all that are not hidden */
    int first, end;       /* rows; end 0: all */
    int sortable;
    int name_width; /* names longer than this are shortened; 0: 56 */
};

/* The table, and a sentence on rows left out where rows are left out. */
void ht_html_table(struct ht_node *parent, const struct ht_grid *grid, const struct ht_table_view *view);

/* Rows turned by 90 degrees: a two-column table of names and values of one row; NULL values are left out. */
void ht_html_facts(struct ht_node *parent, const struct ht_grid *grid, int row, const char *caption,
                   const char *columns);

/* Rows (row_key, column_key, value) as a matrix. hint (NULL: none) is a second column of text beside the
 * row's key. */
void ht_html_matrix(struct ht_node *parent, const struct ht_grid *grid, const char *caption,
                    const char *row_key, const char *hint, const char *column_key, const char *value);

/* A text as <code>, or plain, shortened in the middle to width with the whole in its title. */
void ht_html_name(struct ht_node *parent, const char *text, int width, int code);

#endif
