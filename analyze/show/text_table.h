/* Pieces of the text report: wrapped paragraphs and tables that fit a width. One thread. */
#ifndef HT_ANALYZE_SHOW_TEXT_TABLE_H
#define HT_ANALYZE_SHOW_TEXT_TABLE_H

#include <stdio.h>

#include "analyze/show/grid.h"

#define HT_TEXT_WIDTH     100 /* columns where nothing else is said */
#define HT_TEXT_WIDTH_MIN 72
#define HT_TEXT_WIDTH_MAX 200

/* What is written on. */
struct ht_sheet {
    FILE *out;
    int width;  /* columns */
    int colour; /* terminal colours */
};

/* The text broken at spaces; first stands before the first line, the others are indented by `indent` spaces.
 * The text must be clean (see clean.h). */
void ht_text_wrap(const struct ht_sheet *sheet, const char *first, int indent, const char *text);

/* Rows [first, end) as an aligned table within the width, indented by two; long names are shortened in the
 * middle. columns as in ht_columns_pick. */
enum ht_status ht_text_table(const struct ht_sheet *sheet, const struct ht_grid *grid, const char *columns,
                             int first, int end);

#endif
