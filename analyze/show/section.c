#include "analyze/show/page.h"

#include <stdio.h>
#include <string.h>

#include "analyze/show/html_table.h"

static enum ht_status read_rows(struct ht_page *page, const struct ht_section *section,
                                const struct ht_grid **grid, int *rows) {
    *rows = page->budget.rows * (section->factor > 0 ? section->factor : 1);
    enum ht_status status = ht_page_read(page, section->question, *rows, grid);
    if (status == HT_OK && *rows > (*grid)->rows)
        *rows = (*grid)->rows;
    return status;
}

/* Whether any section ends up in this list. */
static enum ht_status any_in(struct ht_page *page, enum ht_section_state wanted, int *found) {
    const char *sentence;
    enum ht_status status = HT_OK;
    *found = 0;
    for (const struct ht_section *s = ht_sections; s->id != NULL && status == HT_OK && !*found; s++) {
        enum ht_section_state state = HT_SECTION_DROPPED;
        if (s->question != NULL)
            status = ht_section_state(page, s, &state, &sentence);
        *found = state == wanted;
    }
    return status;
}

static int has_one_node(const struct ht_page *page) {
    return ht_grid_integer(&page->capture, 0, "nodes", 0) == 1;
}

const char *ht_section_columns(const struct ht_page *page, const struct ht_section *section,
                               const char *columns) {
    return section->one_node != NULL && has_one_node(page) ? section->one_node : columns;
}

enum ht_status ht_section_state(struct ht_page *page, const struct ht_section *section,
                                enum ht_section_state *state, const char **sentence) {
    const struct ht_grid *grid;
    int rows, found = 1;
    enum ht_status status = HT_OK;
    *sentence = NULL;
    *state = HT_SECTION_SHOWN;
    if (section->place == HT_PLACE_QUIET || section->place == HT_PLACE_ABSENT)
        status =
            any_in(page, section->place == HT_PLACE_QUIET ? HT_SECTION_QUIET : HT_SECTION_ABSENT, &found);
    /* at the other levels the overview stands on the first screen */
    if ((section->about_nodes && has_one_node(page)) || !found ||
        (section->place == HT_PLACE_LINES && !ht_page_has_source(&page->basis, "memory")))
        *state = HT_SECTION_DROPPED;
    if (status != HT_OK || *state == HT_SECTION_DROPPED || section->question == NULL)
        return status;
    status = read_rows(page, section, &grid, &rows);
    if (status == HT_OK && grid->rows == 0) {
        *sentence = ht_page_nothing(&page->basis, section->source, section->absent, section->none);
        *state =
            *sentence == section->absent && section->absent != NULL ? HT_SECTION_ABSENT : HT_SECTION_QUIET;
    }
    return status;
}

/* What stands before every section's figures. */
static void introduce(struct ht_page *page, const struct ht_section *section, struct ht_node *parent,
                      char caption[HT_BASIS_MAX]) {
    if (section->note != NULL)
        ht_add_text(parent, "p", section->note);
    ht_basis_text(&page->basis, section->source, caption, HT_BASIS_MAX);
    if (caption[0] == '\0')
        snprintf(caption, HT_BASIS_MAX, "%s", section->caption != NULL ? section->caption : section->title);
}

enum ht_status ht_section_table(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent) {
    const struct ht_grid *grid;
    char caption[HT_BASIS_MAX];
    int rows;
    enum ht_status status = read_rows(page, section, &grid, &rows);
    if (status != HT_OK)
        return status;
    introduce(page, section, parent, caption);
    struct ht_table_view view = {.caption = caption,
                                 .question = section->question,
                                 .columns = ht_section_columns(page, section, section->columns),
                                 .end = rows,
                                 .sortable = 1};
    ht_html_table(parent, grid, &view);
    return HT_OK;
}

enum ht_status ht_section_facts(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent) {
    const struct ht_grid *grid;
    char caption[HT_BASIS_MAX];
    enum ht_status status = ht_page_read(page, section->question, 1, &grid);
    if (status != HT_OK)
        return status;
    introduce(page, section, parent, caption);
    ht_html_facts(parent, grid, 0, caption, section->columns);
    return HT_OK;
}

enum ht_status ht_section_matrix(struct ht_page *page, const struct ht_section *section,
                                 struct ht_node *parent) {
    const struct ht_grid *grid;
    char caption[HT_BASIS_MAX];
    int rows, distances = strcmp(section->question, "node_distances") == 0;
    enum ht_status status = read_rows(page, section, &grid, &rows);
    if (status != HT_OK)
        return status;
    introduce(page, section, parent, caption);
    ht_html_matrix(parent, grid, caption, distances ? "from_node" : "name", distances ? NULL : "meaning",
                   distances ? "to_node" : "node", distances ? "distance" : "gained");
    return HT_OK;
}

enum ht_status ht_section_list(struct ht_page *page, enum ht_section_state wanted, ht_section_line_fn line,
                               void *context) {
    const char *told[64], *sentence;
    size_t sentences = 0;
    enum ht_status status = HT_OK;
    for (const struct ht_section *s = ht_sections; s->id != NULL && status == HT_OK; s++) {
        char titles[512], when[HT_BASIS_MAX];
        enum ht_section_state state = HT_SECTION_DROPPED;
        size_t at = 0, known = 0;
        if (s->question != NULL)
            status = ht_section_state(page, s, &state, &sentence);
        if (status != HT_OK || state != wanted)
            continue;
        while (known < sentences && told[known] != sentence && strcmp(told[known], sentence) != 0)
            known++;
        if (known < sentences || sentences == sizeof told / sizeof told[0])
            continue;
        told[sentences++] = sentence;
        for (const struct ht_section *same = s; same->id != NULL && at < sizeof titles; same++) {
            const char *other = NULL;
            if (same->question != NULL)
                status = ht_section_state(page, same, &state, &other);
            if (status == HT_OK && state == wanted && other != NULL && strcmp(other, sentence) == 0)
                at += (size_t)snprintf(titles + at, sizeof titles - at, "%s%s", at > 0 ? "; " : "",
                                       same->title);
        }
        ht_basis_when(&page->basis, s->source, when, sizeof when);
        line(context, titles, sentence, when);
    }
    return status;
}

static void put_item(void *list, const char *titles, const char *sentence, const char *when) {
    struct ht_node *item = ht_add(list, "li", NULL);
    ht_add_textf(item, "b", "%s: ", titles);
    ht_text(item, sentence);
    if (when[0] != '\0')
        ht_textf(item, " Recorded: %s only.", when);
}

enum ht_status ht_section_quiet(struct ht_page *page, const struct ht_section *section,
                                struct ht_node *parent) {
    (void)section;
    return ht_section_list(page, HT_SECTION_QUIET, put_item, ht_add(parent, "ul", NULL));
}

enum ht_status ht_section_absent(struct ht_page *page, const struct ht_section *section,
                                 struct ht_node *parent) {
    (void)section;
    return ht_section_list(page, HT_SECTION_ABSENT, put_item, ht_add(parent, "ul", NULL));
}
