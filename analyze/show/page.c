#include "analyze/show/page.h"

#include <stdio.h>
#include <string.h>

#include "analyze/show/number.h"

enum ht_status ht_page_read(struct ht_page *page, const char *question, int top,
                            const struct ht_grid **grid) {
    struct ht_answer *answer = page->answer;
    while (answer < page->answer + page->answers && strcmp(answer->question, question) != 0)
        answer++;
    if (answer == page->answer + HT_ANSWERS_MAX)
        return ht_fail(page->cause, HT_LIMIT, "report: more than %d questions", HT_ANSWERS_MAX);
    *grid = &answer->grid;
    if (answer < page->answer + page->answers && answer->top >= top)
        return HT_OK;
    ht_grid_free(&answer->grid);
    enum ht_status status =
        ht_grid_read(page->db, question, page->capture_id, top, &answer->grid, page->cause);
    answer->question = question;
    answer->top = status == HT_OK ? top : -1;
    page->answers += answer == page->answer + page->answers;
    return status;
}

void ht_page_free(struct ht_page *page) {
    for (int i = 0; i < page->answers; i++)
        ht_grid_free(&page->answer[i].grid);
    page->answers = 0;
    ht_grid_free(&page->capture);
    ht_grid_free(&page->basis);
}

int ht_page_has_source(const struct ht_grid *basis, const char *source) {
    for (int r = 0; r < basis->rows; r++)
        if (strcmp(ht_grid_text(basis, r, "source", ""), source) == 0)
            return ht_grid_integer(basis, r, "events", 0) > 0;
    return 0;
}

static int64_t samples_of(const struct ht_grid *basis, const char *source) {
    for (int r = 0; r < basis->rows; r++)
        if (strcmp(ht_grid_text(basis, r, "source", ""), source) == 0)
            return ht_grid_integer(basis, r, "samples", 0);
    return 0;
}

const char *ht_page_nothing(const struct ht_grid *basis, const char *source, const char *absent,
                            const char *none) {
    if (source == NULL)
        return none;
    if (!ht_page_has_source(basis, source))
        return absent;
    if (strcmp(source, "memory") == 0 && samples_of(basis, source) == 0)
        return "Memory sampling was on, but no sample of it is in this capture: nothing can be said of cache "
               "lines.";
    return none;
}

void ht_basis_text(const struct ht_grid *basis, const char *source, char *out, size_t size) {
    static const char *const words[][2] = {
        {"memory", "memory samples"},   {"cpu", "CPU samples"},       {"faults", "page faults"},
        {"migrations", "migrations"},   {"page migrations", "calls"}, {"numa_maps", "mappings of numa_maps"},
        {"node statistics", "readings"}};
    out[0] = '\0';
    for (int r = 0; source != NULL && r < basis->rows; r++) {
        char samples[HT_NUMBER_MAX], lost[HT_NUMBER_MAX];
        const char *word = "samples";
        int64_t gone = ht_grid_integer(basis, r, "lost", 0),
                exact = ht_grid_integer(basis, r, "lost_exact", 1);
        if (strcmp(ht_grid_text(basis, r, "source", ""), source) != 0 ||
            ht_grid_integer(basis, r, "events", 0) == 0)
            continue;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            word = strcmp(words[i][0], source) == 0 ? words[i][1] : word;
        ht_number_count(ht_grid_integer(basis, r, "samples", 0), samples);
        if (strcmp(source, "numa_maps") == 0 || strcmp(source, "node statistics") == 0)
            snprintf(out, size, "Basis: %s %s.", samples, word);
        else
            snprintf(out, size, "Basis: %s %s; %s%s lost.", samples, word, exact ? "" : "at least ",
                     ht_number_count(gone, lost));
    }
}
