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

void ht_basis_when(const struct ht_grid *basis, const char *source, char *out, size_t size) {
    out[0] = '\0';
    for (int r = 0; source != NULL && r < basis->rows; r++) {
        double window = ht_grid_real(basis, r, "window_ns", 0) / 1e9,
               recorded = ht_grid_real(basis, r, "recorded_ns", window * 1e9) / 1e9;
        if (strcmp(ht_grid_text(basis, r, "source", ""), source) != 0 || recorded >= window)
            continue;
        snprintf(out, size, "%s%.1f s of %.1f s", ht_grid_is_null(basis, r, "off_at_ns") ? "" : "the first ",
                 recorded, window);
    }
}

/* How records of a source are called; "" where their number says nothing. */
static const struct {
    const char *source, *word;
    int is_read; /* files read: nothing can be lost */
} words[] = {
    {"memory", "memory samples", 0},
    {"cpu", "CPU samples", 0},
    {"faults", "page faults", 0},
    {"major faults", "major page faults", 0},
    {"migrations", "migrations", 0},
    {"balancing", "decisions", 0},
    {"page migrations", "calls", 0},
    {"page moves", "moves", 0},
    {"reclaim", "tracepoint records", 0},
    {"switches", "switches", 0},
    {"call chains", "CPU samples", 0},
    {"residence", "CPU samples or stays on a CPU", 1},
    {"numa_maps", "mappings of numa_maps", 1},
    {"node statistics", "readings", 1},
    {"cgroup statistics", "readings", 1},
    {"devices", "devices", 1},
    {"kernel code", "", 0},
};

static void write_basis(const struct ht_grid *basis, int r, const char *word, int is_read, char *out,
                        size_t size) {
    char samples[HT_NUMBER_MAX], lost[HT_NUMBER_MAX], loss[80] = "", when[64];
    int64_t gone = ht_grid_integer(basis, r, "lost", 0), exact = ht_grid_integer(basis, r, "lost_exact", 1);
    if (!is_read && gone == 0 && !exact)
        snprintf(loss, sizeof loss, "; no loss seen");
    else if (!is_read)
        snprintf(loss, sizeof loss, "; %s%s lost", exact ? "" : "at least ", ht_number_count(gone, lost));
    ht_basis_when(basis, ht_grid_text(basis, r, "source", ""), when, sizeof when);
    int64_t count = ht_grid_integer(basis, r, "samples", 0);
    size_t letters = strlen(word);
    if (count == 1 && word[letters - 1] == 's')
        letters--; /* "1 major page fault" */
    snprintf(out, size, "Basis: %s %.*s%s%s%s.", ht_number_count(count, samples), (int)letters, word, loss,
             when[0] != '\0' ? "; recorded: " : "", when);
}

void ht_basis_text(const struct ht_grid *basis, const char *source, char *out, size_t size) {
    out[0] = '\0';
    for (int r = 0; source != NULL && r < basis->rows; r++) {
        const char *word = "samples";
        int is_read = 0;
        if (strcmp(ht_grid_text(basis, r, "source", ""), source) != 0 ||
            ht_grid_integer(basis, r, "events", 0) == 0)
            continue;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (strcmp(words[i].source, source) == 0) {
                word = words[i].word;
                is_read = words[i].is_read;
            }
        if (word[0] != '\0')
            write_basis(basis, r, word, is_read, out, size);
    }
}

const char *ht_overview_when(const struct ht_grid *overview, int row) {
    const char *recorded = ht_grid_text(overview, row, "recorded", "");
    size_t whole = strlen("whole window");
    if (strncmp(recorded, "at ", 3) == 0)
        return "";
    if (strncmp(recorded, "whole window", whole) != 0)
        return recorded;
    return recorded[whole] == ';' ? recorded + whole + 2 : ""; /* "412 lost" */
}
