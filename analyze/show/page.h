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

#define HT_ANSWERS_MAX 64
#define HT_BASIS_MAX   192

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

/* Where a section stands that is not just a question with its answer. */
enum ht_section_place {
    HT_PLACE_USUAL,
    HT_PLACE_LINES,  /* only where memory was sampled: else it is on the first screen */
    HT_PLACE_QUIET,  /* the list of sections that were recorded and have no rows */
    HT_PLACE_ABSENT, /* the list of those that were not recorded */
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
    const char *text;     /* columns in the text report; NULL: not there */
    int collapsed;        /* the script folds it: long, and seldom needed first */
    int factor;           /* rows are so many times the budget's; 0: once */
    int about_nodes;      /* left away on a machine with one node */
    const char *one_node; /* columns on a machine with one node; NULL: the same */
    enum ht_section_place place;
    enum ht_status (*render)(struct ht_page *page, const struct ht_section *section, struct ht_node *parent);
};

enum ht_section_state { HT_SECTION_SHOWN, HT_SECTION_QUIET, HT_SECTION_ABSENT, HT_SECTION_DROPPED };

/* The answer to a question with at least top rows where it has so many; it can hold more. It belongs to the
 * page. */
enum ht_status ht_page_read(struct ht_page *page, const char *question, int top, const struct ht_grid **grid);
void ht_page_free(struct ht_page *page); /* its grids, not itself */

/* sections.c: the list after the first screen, ended by an id of NULL. */
extern const struct ht_section ht_sections[];

/* What becomes of a section: shown, or named with a sentence in one of the two lists, or left away. */
enum ht_status ht_section_state(struct ht_page *page, const struct ht_section *section,
                                enum ht_section_state *state, const char **sentence);

/* columns, or those for a machine with one node where this is one and the section has such. */
const char *ht_section_columns(const struct ht_page *page, const struct ht_section *section,
                               const char *columns);

/* One call for each sentence of the sections in that state; titles: of all that it is true for. when: see
 * ht_basis_when. */
typedef void (*ht_section_line_fn)(void *context, const char *titles, const char *sentence, const char *when);
enum ht_status ht_section_list(struct ht_page *page, enum ht_section_state wanted, ht_section_line_fn line,
                               void *context);

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
enum ht_status ht_section_quiet(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent);
enum ht_status ht_section_absent(struct ht_page *page, const struct ht_section *section,
                                 struct ht_node *parent);
enum ht_status ht_section_guide(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent);
enum ht_status ht_panels_section(struct ht_page *page, struct ht_node *parent);

/* Whether events of the source were opened at all (basis.sql), the sentence for a part without figures (of
 * memory, where it was to be sampled and no sample is there, neither absent nor none is true), and what
 * figures rest on: "Basis: 36,853 samples; 412 lost." A source of NULL was always recorded. when: "the
 * first 3.2 s of 10.0 s" where a source was not on all the time, else empty. */
int ht_page_has_source(const struct ht_grid *basis, const char *source);
const char *ht_page_nothing(const struct ht_grid *basis, const char *source, const char *absent,
                            const char *none);
void ht_basis_text(const struct ht_grid *basis, const char *source, char *out, size_t size);
void ht_basis_when(const struct ht_grid *basis, const char *source, char *out, size_t size);

/* Of a row of the question `overview`: for how much of the window it was recorded, empty where that needs no
 * word. */
const char *ht_overview_when(const struct ht_grid *overview, int row);

/* One line of the picture of a cache line for the rows [first, end) of the question line_bytes. */
void ht_line_picture(struct ht_node *parent, const struct ht_grid *bytes, int first, int end, int line_bytes);

#endif
