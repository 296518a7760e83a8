#include "analyze/show/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/show/columns.h"
#include "analyze/show/html_table.h"
#include "analyze/show/number.h"

/* Rows of the line with this id follow each other: [first, end). */
static void rows_of_line(const struct ht_grid *grid, int64_t line_id, int *first, int *end) {
    for (*first = 0; *first < grid->rows && ht_grid_integer(grid, *first, "line_id", -1) != line_id;
         (*first)++)
        ;
    for (*end = *first; *end < grid->rows && ht_grid_integer(grid, *end, "line_id", -1) == line_id; (*end)++)
        ;
}

static void put_sentence(struct ht_node *parent, const struct ht_grid *lines, int row) {
    char transfers[HT_NUMBER_MAX], samples[HT_NUMBER_MAX], cost[HT_NUMBER_MAX], share[HT_NUMBER_MAX];
    struct ht_node *p = ht_add(parent, "p", NULL);
    ht_add_text(p, "b", ht_grid_text(lines, row, "verdict", "cannot tell"));
    ht_textf(p, " (%s)", ht_grid_text(lines, row, "scope", "unknown"));
    if (!ht_grid_is_null(lines, row, "confidence"))
        ht_textf(p, ", confidence %.2f", ht_grid_real(lines, row, "confidence", 0));
    ht_textf(p, ": %s. ", ht_grid_text(lines, row, "confidence_reason", "no reason given"));
    ht_textf(p, "%s transfers in %s samples. ",
             ht_number_count(ht_grid_integer(lines, row, "transfers", 0), transfers),
             ht_number_count(ht_grid_integer(lines, row, "samples", 0), samples));
    if (ht_grid_is_null(lines, row, "cost_cycles_low")) /* the reason says why */
        return;
    double low = ht_grid_real(lines, row, "cost_cycles_low", 0);
    if (ht_grid_is_null(lines, row, "cost_cycles_high"))
        ht_textf(p, "Cost at least %s cycles (only slow loads were sampled)", ht_number_si(low, cost));
    else
        ht_textf(p, "Cost %s cycles",
                 ht_number_range(low, ht_grid_real(lines, row, "cost_cycles_high", 0), cost));
    if (ht_grid_is_null(lines, row, "cost_share"))
        ht_text(p, "; its share of CPU time is not known.");
    else
        ht_textf(p, ", %s of the CPU time of the threads that paid.",
                 ht_number_share(ht_grid_real(lines, row, "cost_share", 0), share));
}

static void put_line(struct ht_page *page, struct ht_node *parent, const struct ht_grid *lines, int row,
                     const struct ht_grid *detail, const struct ht_grid *bytes) {
    int first, end;
    int64_t line_id = ht_grid_integer(lines, row, "line_id", -1);
    struct ht_node *article = ht_add(parent, "article", NULL), *h3 = ht_add(article, "h3", NULL);
    ht_attributef(article, "id", "line-%lld", (long long)line_id);
    ht_textf(h3, "Line %lld: ", (long long)ht_grid_integer(lines, row, "rank", row + 1));
    ht_html_name(h3, ht_grid_text(lines, row, "line", "?"), 24, 1);
    ht_text(h3, " ");
    ht_html_name(h3, ht_grid_text(lines, row, "object", "object unknown"), 60, 0);
    put_sentence(article, lines, row);
    rows_of_line(bytes, line_id, &first, &end);
    if (end > first)
        ht_line_picture(article, bytes, first, end,
                        (int)ht_grid_integer(&page->capture, 0, "line_bytes", 64));
    rows_of_line(detail, line_id, &first, &end);
    if (end == first) {
        ht_add_text(article, "p", "No access of this line was kept by code and thread.");
        return;
    }
    struct ht_table_view view = {.caption = "Offsets and code; counts are samples",
                                 .first = first,
                                 .end = end,
                                 .sortable = 1,
                                 .name_width = 36,
                                 .question = "line_detail",
                                 .columns = "offset width access symbol source_line samples transfers "
                                            "mean_transfer_cycles threads cpus loads "
                                            "stores instruction code_address dso"};
    ht_html_table(article, detail, &view);
}

enum ht_status ht_section_lines(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent) {
    const struct ht_grid *lines, *detail, *bytes;
    int top = page->budget.lines;
    enum ht_status status = ht_page_read(page, section->question, page->budget.rows, &lines);
    if (status == HT_OK)
        status = ht_page_read(page, "line_detail", top, &detail);
    if (status == HT_OK)
        status = ht_page_read(page, "line_bytes", top, &bytes);
    if (status != HT_OK)
        return status;
    if (lines->rows == 0) {
        ht_add_text(parent, "p", ht_page_nothing(&page->basis, "memory", section->absent, section->none));
        return HT_OK;
    }
    int rows = top < lines->rows ? top : lines->rows;
    for (int row = 0; row < rows; row++)
        put_line(page, parent, lines, row, detail, bytes);
    int64_t left_out = ht_grid_integer(lines, 0, "total_rows", lines->rows) - rows;
    if (left_out > 0) {
        char number[HT_NUMBER_MAX];
        ht_add_textf(parent, "p",
                     "%s more lines are without detail here; `hitm-analyze query DB line_detail` gives it.",
                     ht_number_count(left_out, number));
    }
    return HT_OK;
}
