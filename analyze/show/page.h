/* What the parts of the HTML report share while one page is built. Inside analyze/show only. One thread. */
#ifndef HT_ANALYZE_SHOW_PAGE_H
#define HT_ANALYZE_SHOW_PAGE_H

#include "analyze/show/grid.h"
#include "analyze/show/markup.h"

/* How much a page may show. A page that came out too large is built again with the next, smaller budget. */
struct ht_budget {
    int rows;    /* of a table */
    int lines;   /* cache lines with their own detail */
    int lanes;   /* of a timeline panel */
    int columns; /* of the timeline; divides HT_PANELS_BUCKETS */
    int values;  /* whether the timeline carries its values for the cursor */
};

/* An answer that was read already: later, smaller pages show less of the same. */
struct ht_answer {
    const char *question;
    int top;
    struct ht_grid grid;
};

#define HT_ANSWERS_MAX 48

struct ht_page {
    sqlite3 *db;
    int64_t capture_id;
    struct ht_budget budget;
    int squeezed; /* the budget is not the first */
    struct ht_grid capture, basis;
    struct ht_answer answer[HT_ANSWERS_MAX];
    int answers;
    struct ht_cause *cause;
};

struct ht_section {
    const char *id, *title;
    const char *question; /* reports/NAME.sql; NULL: render knows */
    const char *columns;  /* shown, in order, separated by spaces; NULL: all that are not hidden */
    const char *source;   /* of the question `basis`; NULL: needs no source */
    const char *absent;   /* sentence where the source was not recorded */
    const char *none;     /* sentence where it was, and nothing came */
    const char *caption;  /* of a table without basis */
    const char *note;     /* what the figures mean; NULL: clear */
    int collapsed;        /* the script folds it: long, and seldom needed first */
    int factor;           /* rows are so many times the budget's; 0: once */
    enum ht_status (*render)(struct ht_page *page, const struct ht_section *section, struct ht_node *parent);
};

/* The answer to a question with at least top rows where it has so many; it can hold more. It belongs to the
 * page. */
enum ht_status ht_page_read(struct ht_page *page, const char *question, int top, const struct ht_grid **grid);
void ht_page_free(struct ht_page *page); /* its grids, not itself */

/* sections.c: the list after the first screen, ended by an id of NULL. */
extern const struct ht_section ht_sections[];

/* first.c: everything up to and including the next step. */
enum ht_status ht_first_screen(struct ht_page *page, struct ht_node *body);

/* Renderers of sections. */
enum ht_status ht_section_table(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent);
enum ht_status ht_section_facts(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent);
enum ht_status ht_section_matrix(struct ht_page *page, const struct ht_section *section,
                                 struct ht_node *parent);
enum ht_status ht_section_lines(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent);
enum ht_status ht_section_guide(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent);
enum ht_status ht_panels_section(struct ht_page *page, struct ht_node *parent);

/* Whether events of the source were opened at all (basis.sql), the sentence for a part without figures (of
 * memory, where it was to be sampled and no sample is there, neither absent nor none is true), and what
 * figures rest on: "Basis: 36,853 samples; 412 lost." A source of NULL was always recorded. */
int ht_page_has_source(const struct ht_grid *basis, const char *source);
const char *ht_page_nothing(const struct ht_grid *basis, const char *source, const char *absent,
                            const char *none);
void ht_basis_text(const struct ht_grid *basis, const char *source, char *out, size_t size);

/* One line of the picture of a cache line for the rows [first, end) of the question line_bytes. */
void ht_line_picture(struct ht_node *parent, const struct ht_grid *bytes, int first, int end, int line_bytes);

#endif
