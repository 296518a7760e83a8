#include "analyze/show/text.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/show/clean.h"
#include "analyze/show/number.h"
#include "analyze/show/page.h"
#include "analyze/show/text_panels.h"

#define ROWS_USUAL     10
#define DETAILED_LINES 3
#define OFFSETS        8

/* The page holds the answers, as for HTML; its budget's rows are those of a table. */
struct text {
    struct ht_page page;
    const struct ht_sheet *sheet;
};

static void heading(struct text *t, const char *title, const char *basis) {
    FILE *out = t->sheet->out;
    size_t used = ht_utf8_count(title) + 3;
    fprintf(out, "\n%s%s%s", t->sheet->colour ? "\033[1m" : "", title, t->sheet->colour ? "\033[0m" : "");
    if (basis[0] != '\0' && used + ht_utf8_count(basis) <= (size_t)t->sheet->width)
        fprintf(out, "   %s", basis);
    else if (basis[0] != '\0') {
        putc('\n', out);
        ht_text_wrap(t->sheet, "  ", 2, basis);
        return;
    }
    putc('\n', out);
}

static void paragraph(struct text *t, const char *text) {
    ht_text_wrap(t->sheet, "  ", 2, text);
}

static void put_left_out(struct text *t, int64_t rows) {
    char number[HT_NUMBER_MAX];
    if (rows > 0)
        fprintf(t->sheet->out, "  and %s more\n", ht_number_count(rows, number));
}

static void put_title(struct text *t) {
    char window[HT_NUMBER_MAX];
    const struct ht_grid *capture = &t->page.capture;
    FILE *out = t->sheet->out;
    fprintf(out, "%shitmtrace: %s%s, %s of %s", t->sheet->colour ? "\033[1m" : "",
            ht_grid_text(capture, 0, "hostname", "unknown host"), t->sheet->colour ? "\033[0m" : "",
            ht_number_duration(ht_grid_integer(capture, 0, "window_ns", 0), window),
            ht_grid_text(capture, 0, "target", "an unknown target"));
    if (ht_grid_is_null(capture, 0, "start_utc"))
        fputs(", date not told\n", out);
    else
        fprintf(out, " from %s UTC\n", ht_grid_text(capture, 0, "start_utc", "?"));
}

static enum ht_status put_warnings(struct text *t) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(&t->page, "warnings", 0, &grid);
    if (status != HT_OK)
        return status;
    if (grid->rows > 0)
        heading(t, "WARNINGS", "");
    for (int r = 0; r < grid->rows; r++) {
        char first[48];
        snprintf(first, sizeof first, "  %-10.20s ", ht_grid_text(grid, r, "subject", ""));
        const char *colour = ht_grid_integer(grid, r, "severity", 3) == 1 ? "\033[31m" : "\033[33m";
        fputs(t->sheet->colour ? colour : "", t->sheet->out);
        ht_text_wrap(t->sheet, first, 13, ht_grid_text(grid, r, "sentence", ""));
        fputs(t->sheet->colour ? "\033[0m" : "", t->sheet->out);
    }
    return HT_OK;
}

static enum ht_status put_evidence(struct text *t, int64_t finding) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(&t->page, "evidence", (int)finding, &grid);
    for (int r = 0; status == HT_OK && r < grid->rows; r++) {
        char first[256];
        const char *name = ht_grid_text(grid, r, "name", "");
        if (ht_grid_integer(grid, r, "rank", -1) != finding)
            continue;
        snprintf(first, sizeof first, "    %.*s: ", ht_utf8_prefix(name, 50), name);
        ht_text_wrap(t->sheet, first, 6, ht_grid_text(grid, r, "value", ""));
    }
    return status;
}

static enum ht_status put_verdict(struct text *t, const struct ht_grid *verdict) {
    FILE *out = t->sheet->out;
    const char *scope = ht_grid_text(verdict, 0, "scope", "unknown");
    const char *reason = ht_grid_text(&t->page.capture, 0, "level_reason", NULL);
    heading(t, "VERDICT", "");
    fprintf(out, "  %s%s%s%s%s\n", t->sheet->colour ? "\033[1;36m" : "",
            ht_grid_text(verdict, 0, "verdict", "cannot tell"), t->sheet->colour ? "\033[0m" : "",
            strcmp(scope, "unknown") == 0 ? "" : ", ", strcmp(scope, "unknown") == 0 ? "" : scope);
    paragraph(t, ht_grid_text(verdict, 0, "sentence", "No verdict was reached."));
    if (!ht_grid_is_null(verdict, 0, "confidence")) {
        double confidence = ht_grid_real(verdict, 0, "confidence", 0);
        fprintf(out, "  confidence %.2f of 1%s\n", confidence,
                confidence >= 1 ? ": counted, not sampled" : "");
    }
    enum ht_status status = put_evidence(t, ht_grid_integer(verdict, 0, "finding_id", 0));
    fprintf(out, "  level: %s\n", ht_grid_text(&t->page.capture, 0, "level", "unknown"));
    if (reason != NULL && strstr(ht_grid_text(verdict, 0, "sentence", ""), reason) == NULL)
        ht_text_wrap(t->sheet, "    not higher because: ", 6, reason);
    return status;
}

static void put_condition(struct text *t, const char *name, const char *value) {
    char first[48];
    snprintf(first, sizeof first, "  %-28.28s ", name);
    ht_text_wrap(t->sheet, first, 31, value);
}

static enum ht_status put_conditions(struct text *t) {
    const struct ht_grid *grid, *capture = &t->page.capture;
    char topology[96];
    enum ht_status status = ht_page_read(&t->page, "conditions_key", 0, &grid);
    if (status != HT_OK)
        return status;
    heading(t, "CONDITIONS", "");
    put_condition(t, "kernel", ht_grid_text(capture, 0, "kernel", "not recorded"));
    put_condition(t, "CPU", ht_grid_text(capture, 0, "cpu_model", "not recorded"));
    int64_t sockets = ht_grid_integer(capture, 0, "sockets", 0);
    int64_t nodes = ht_grid_integer(capture, 0, "nodes", 0);
    int64_t cpus = ht_grid_integer(capture, 0, "cpus_online", 0);
    snprintf(topology, sizeof topology, "%lld socket%s, %lld node%s, %lld CPU%s", (long long)sockets,
             sockets == 1 ? "" : "s", (long long)nodes, nodes == 1 ? "" : "s", (long long)cpus,
             cpus == 1 ? "" : "s");
    put_condition(t, "topology", topology);
    for (int r = 0; r < grid->rows; r++) {
        const char *start = ht_grid_text(grid, r, "at_start", "not recorded"),
                   *end = ht_grid_text(grid, r, "at_end", start);
        char *value = NULL;
        int changed = ht_grid_integer(grid, r, "changed", 0) != 0;
        if (asprintf(&value, "%s%s%s%s", start, strcmp(start, end) != 0 ? ", then " : "",
                     strcmp(start, end) != 0 ? end : "", changed ? " (changed during the window)" : "") < 0)
            return HT_NOMEM;
        put_condition(t, ht_grid_text(grid, r, "condition", "?"), value);
        free(value);
    }
    return HT_OK;
}

static void put_line_intro(struct text *t, const struct ht_grid *lines, int row) {
    char first[96];
    snprintf(first, sizeof first, "  line %lld, %.20s: ", (long long)ht_grid_integer(lines, row, "rank", 0),
             ht_grid_text(lines, row, "line", "?"));
    putc('\n', t->sheet->out);
    ht_text_wrap(t->sheet, first, 4, ht_grid_text(lines, row, "object", "object unknown"));
    ht_text_wrap(t->sheet, "    ", 4, ht_grid_text(lines, row, "confidence_reason", ""));
}

/* Offsets and code of one line. */
static enum ht_status put_detail(struct text *t, const struct ht_grid *lines, int row,
                                 const struct ht_grid *detail) {
    int64_t line_id = ht_grid_integer(lines, row, "line_id", -1);
    int first = 0, end;
    while (first < detail->rows && ht_grid_integer(detail, first, "line_id", -1) != line_id)
        first++;
    for (end = first; end < detail->rows && ht_grid_integer(detail, end, "line_id", -1) == line_id; end++)
        ;
    if (end == first)
        return HT_OK;
    put_line_intro(t, lines, row);
    int more = end - first > OFFSETS ? end - first - OFFSETS : 0;
    enum ht_status status =
        ht_text_table(t->sheet, detail,
                      "offset width access samples transfers mean_transfer_cycles threads symbol "
                      "source_line",
                      first, end - more);
    put_left_out(t, ht_grid_integer(detail, first, "total_rows", end - first) - (end - first) + more);
    return status;
}

/* Where no memory was sampled: what was, a row each. */
static enum ht_status put_seen(struct text *t) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(&t->page, "overview", 0, &grid);
    if (status != HT_OK)
        return status;
    heading(t, "WHAT WAS SEEN", "");
    paragraph(t, "No memory samples: no cache line can be named, and none being listed means nothing.");
    for (int r = 0; r < grid->rows; r++) {
        char *value = NULL;
        const char *when = ht_overview_when(grid, r);
        int plain = when[0] == '\0';
        if (asprintf(&value, "%s%s%s%s", ht_grid_text(grid, r, "seen", "?"), plain ? "" : " [", when,
                     plain ? "" : "]") < 0)
            return HT_NOMEM;
        put_condition(t, ht_grid_text(grid, r, "subject", "?"), value);
        free(value);
    }
    return HT_OK;
}

static enum ht_status put_lines(struct text *t) {
    const struct ht_grid *lines, *detail;
    char basis[HT_BASIS_MAX];
    enum ht_status status = ht_page_read(&t->page, "top_lines", t->page.budget.rows, &lines);
    if (status != HT_OK)
        return status;
    if (lines->rows == 0 && !ht_page_has_source(&t->page.basis, "memory"))
        return put_seen(t);
    status = ht_page_read(&t->page, "line_detail", DETAILED_LINES, &detail);
    if (status != HT_OK)
        return status;
    ht_basis_text(&t->page.basis, "memory", basis, sizeof basis);
    heading(t, "TOP LINES", basis);
    if (lines->rows == 0) {
        paragraph(
            t, ht_page_nothing(&t->page.basis, "memory", NULL,
                               "Memory was sampled, and no cache line showed a transfer between caches or a "
                               "finding."));
        return HT_OK;
    }
    status = ht_text_table(t->sheet, lines,
                           "rank line verdict confidence transfers cost_cycles_low cost_share object", 0,
                           lines->rows);
    put_left_out(t, ht_grid_left_out(lines));
    for (int r = 0; r < lines->rows && r < DETAILED_LINES && status == HT_OK; r++)
        status = put_detail(t, lines, r, detail);
    return status;
}

static enum ht_status put_timeline(struct text *t) {
    char text[96], width[HT_NUMBER_MAX];
    int64_t length = ht_grid_integer(&t->page.capture, 0, "window_ns", 0);
    snprintf(text, sizeof text, "one character = %s; '@' is the highest of a panel",
             ht_number_duration(length / ht_text_plot(t->sheet->width), width));
    heading(t, "TIMELINE", text);
    return ht_text_panels(t->sheet, t->page.db, t->page.capture_id, length, &t->page.basis, t->page.cause);
}

static enum ht_status put_next(struct text *t, const struct ht_grid *verdict) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(&t->page, "findings", t->page.budget.rows, &grid);
    if (status != HT_OK)
        return status;
    heading(t, "NEXT STEP", "");
    paragraph(t, ht_grid_text(verdict, 0, "advice", "Nothing to do follows from this capture."));
    if (grid->rows > 1)
        heading(t, "FURTHER FINDINGS", "");
    for (int r = 1; r < grid->rows; r++) {
        char first[24];
        snprintf(first, sizeof first, "  %lld. ", (long long)ht_grid_integer(grid, r, "rank", r + 1));
        ht_text_wrap(t->sheet, first, 5, ht_grid_text(grid, r, "sentence", ""));
        if (!ht_grid_is_null(grid, r, "advice"))
            ht_text_wrap(t->sheet, "     ", 5, ht_grid_text(grid, r, "advice", ""));
    }
    put_left_out(t, ht_grid_left_out(grid));
    return HT_OK;
}

/* Counters by node, a column each; none is left out. */
static enum ht_status put_matrix(struct text *t, const struct ht_grid *grid) {
    struct ht_grid matrix = {0};
    enum ht_status status = ht_grid_pivot(grid, "name", "node", "gained", "meaning", &matrix);
    if (status == HT_OK)
        status = ht_text_table(t->sheet, &matrix, NULL, 0, matrix.rows);
    ht_grid_free(&matrix);
    return status;
}

static enum ht_status put_section(struct text *t, const struct ht_section *section) {
    const struct ht_grid *grid;
    char basis[HT_BASIS_MAX];
    enum ht_section_state state;
    const char *sentence;
    enum ht_status status = ht_section_state(&t->page, section, &state, &sentence);
    if (status != HT_OK || state != HT_SECTION_SHOWN)
        return status;
    /* the question was asked for more rows than are shown here */
    status = ht_page_read(&t->page, section->question, t->page.budget.rows, &grid);
    if (status != HT_OK)
        return status;
    int rows = grid->rows < t->page.budget.rows ? grid->rows : t->page.budget.rows;
    ht_basis_text(&t->page.basis, section->source, basis, sizeof basis);
    heading(t, section->title, basis);
    if (section->render == ht_section_matrix)
        return put_matrix(t, grid);
    status = ht_text_table(t->sheet, grid, ht_section_columns(&t->page, section, section->text), 0, rows);
    put_left_out(t, ht_grid_integer(grid, 0, "total_rows", grid->rows) - rows);
    return status;
}

static void put_line(void *context, const char *titles, const char *sentence, const char *when) {
    struct text *t = context;
    char value[640];
    (void)titles; /* the sentences name their subject */
    snprintf(value, sizeof value, "%s%s%s%s", sentence, when[0] != '\0' ? " Recorded: " : "", when,
             when[0] != '\0' ? " only." : "");
    ht_text_wrap(t->sheet, "  ", 4, value);
}

static enum ht_status put_list(struct text *t, const struct ht_section *section) {
    enum ht_section_state state;
    const char *sentence;
    enum ht_status status = ht_section_state(&t->page, section, &state, &sentence);
    if (status != HT_OK || state != HT_SECTION_SHOWN)
        return status;
    heading(t, section->title, "");
    return ht_section_list(&t->page, section->place == HT_PLACE_QUIET ? HT_SECTION_QUIET : HT_SECTION_ABSENT,
                           put_line, t);
}

/* Limits as sentences: what would allow it is a command to copy, so it is not cut. */
static enum ht_status put_limits(struct text *t) {
    const struct ht_grid *grid;
    enum ht_status status = ht_page_read(&t->page, "limits", t->page.budget.rows, &grid);
    if (status != HT_OK)
        return status;
    if (grid->rows > 0)
        heading(t, "LIMITS: what could not be recorded", "");
    for (int r = 0; r < grid->rows; r++) {
        char first[256];
        const char *name = ht_grid_text(grid, r, "not_recorded", "?");
        snprintf(first, sizeof first, "  %.*s: ", ht_utf8_prefix(name, 50), name);
        ht_text_wrap(t->sheet, first, 4, ht_grid_text(grid, r, "why", ""));
        if (ht_grid_text(grid, r, "mend", "")[0] != '\0')
            fprintf(t->sheet->out, "    to mend: %s\n", ht_grid_text(grid, r, "mend", ""));
    }
    put_left_out(t, ht_grid_left_out(grid));
    return HT_OK;
}

static enum ht_status put_all(struct text *t) {
    const struct ht_grid *verdict;
    put_title(t);
    enum ht_status status = put_warnings(t);
    if (status == HT_OK)
        status = ht_page_read(&t->page, "verdict", 1, &verdict);
    if (status == HT_OK)
        status = put_verdict(t, verdict);
    if (status == HT_OK)
        status = put_conditions(t);
    if (status == HT_OK)
        status = put_lines(t);
    if (status == HT_OK)
        status = put_timeline(t);
    if (status == HT_OK)
        status = put_next(t, verdict);
    for (const struct ht_section *section = ht_sections; section->id != NULL && status == HT_OK; section++) {
        if (section->text != NULL)
            status = put_section(t, section);
        else if (section->place != HT_PLACE_USUAL)
            status = put_list(t, section);
    }
    return status == HT_OK ? put_limits(t) : status;
}

enum ht_status ht_show_text(sqlite3 *db, int64_t capture_id, int top, const struct ht_sheet *sheet,
                            struct ht_cause *cause) {
    struct text t = {.page = {.db = db, .capture_id = capture_id, .cause = cause}, .sheet = sheet};
    t.page.budget.rows = top > 0 ? top : ROWS_USUAL;
    enum ht_status status = ht_grid_read(db, "capture", capture_id, 1, &t.page.capture, cause);
    if (status == HT_OK)
        status = ht_grid_read(db, "basis", capture_id, 0, &t.page.basis, cause);
    if (status == HT_OK && t.page.capture.rows == 0)
        status = ht_fail(cause, HT_NOT_FOUND, "the database has no capture %lld", (long long)capture_id);
    if (status == HT_OK)
        status = put_all(&t);
    if (status == HT_NOMEM)
        ht_fail(cause, status, "report: out of memory");
    if (status == HT_OK && (fflush(sheet->out) != 0 || ferror(sheet->out)))
        status = ht_fail_errno(cause, "writing the report");
    ht_page_free(&t.page);
    return status;
}
