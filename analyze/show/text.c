#include "analyze/show/text.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/show/clean.h"
#include "analyze/show/number.h"
#include "analyze/show/page.h"
#include "analyze/show/text_panels.h"
#include "analyze/show/text_table.h"

#define ROWS_USUAL     10
#define DETAILED_LINES 3
#define OFFSETS        8

struct text {
    sqlite3 *db;
    int64_t capture_id;
    int top, colour;
    FILE *out;
    struct ht_grid capture, basis;
    struct ht_cause *cause;
};

/* Sections that text shows, by their id in ht_sections, with the columns that matter most. */
static const struct {
    const char *id, *columns;
} shown[] = {
    {"symbols", "symbol transfers samples loads stores cpu_samples dso"},
    {"pairs", "writer_symbol reader_symbol transfers lines cost_cycles_low verdicts"},
    {"migrations", "from_node to_node kind migrations threads first_at_ns last_at_ns"},
    {"migrating-threads", "comm pid tid between_nodes within_node node_unknown"},
    {"page-migrations", "reason calls moved_pages failed_pages first_at_ns last_at_ns"},
    {"placement", "comm pid node memory_bytes memory_share cpu_time_ns cpu_share"},
    {"cpu-profile", "cpu_samples share symbol dso"},
    {"page-faults", "faults share symbol dso"},
    {"events", "event kind period counted samples lost ran_share"},
    {"loss", "kind event times total first_at_ns last_at_ns"},
    {"recorder", NULL},
};

static void heading(struct text *t, const char *title, const char *basis) {
    fprintf(t->out, "\n%s%s%s%s%s\n", t->colour ? "\033[1m" : "", title, t->colour ? "\033[0m" : "",
            basis[0] != '\0' ? "   " : "", basis);
}

static void paragraph(struct text *t, const char *text) {
    ht_text_wrap(t->out, "  ", 2, text);
}

static enum ht_status read_question(struct text *t, const char *name, int top, struct ht_grid *grid) {
    return ht_grid_read(t->db, name, t->capture_id, top, grid, t->cause);
}

static void put_left_out(struct text *t, int64_t rows) {
    char number[HT_NUMBER_MAX];
    if (rows > 0)
        fprintf(t->out, "  and %s more\n", ht_number_count(rows, number));
}

static void put_title(struct text *t) {
    char window[HT_NUMBER_MAX];
    fprintf(t->out, "%shitmtrace: %s%s, %s of %s", t->colour ? "\033[1m" : "",
            ht_grid_text(&t->capture, 0, "hostname", "unknown host"), t->colour ? "\033[0m" : "",
            ht_number_duration(ht_grid_integer(&t->capture, 0, "window_ns", 0), window),
            ht_grid_text(&t->capture, 0, "target", "an unknown target"));
    if (ht_grid_is_null(&t->capture, 0, "start_utc"))
        fputs(", date not told\n", t->out);
    else
        fprintf(t->out, " from %s UTC\n", ht_grid_text(&t->capture, 0, "start_utc", "?"));
}

static enum ht_status put_warnings(struct text *t) {
    struct ht_grid grid;
    enum ht_status status = read_question(t, "warnings", 0, &grid);
    if (status != HT_OK)
        return status;
    if (grid.rows > 0)
        heading(t, "WARNINGS", "");
    for (int r = 0; r < grid.rows; r++) {
        char first[48];
        snprintf(first, sizeof first, "  %-10.20s ", ht_grid_text(&grid, r, "subject", ""));
        const char *colour = ht_grid_integer(&grid, r, "severity", 3) == 1 ? "\033[31m" : "\033[33m";
        fputs(t->colour ? colour : "", t->out);
        ht_text_wrap(t->out, first, 13, ht_grid_text(&grid, r, "sentence", ""));
        fputs(t->colour ? "\033[0m" : "", t->out);
    }
    ht_grid_free(&grid);
    return HT_OK;
}

static enum ht_status put_evidence(struct text *t, int64_t finding) {
    struct ht_grid grid;
    enum ht_status status = read_question(t, "evidence", (int)finding, &grid);
    for (int r = 0; status == HT_OK && r < grid.rows; r++) {
        char first[256];
        const char *name = ht_grid_text(&grid, r, "name", "");
        if (ht_grid_integer(&grid, r, "rank", -1) != finding)
            continue;
        snprintf(first, sizeof first, "    %.*s: ", ht_utf8_prefix(name, 50), name);
        ht_text_wrap(t->out, first, 6, ht_grid_text(&grid, r, "value", ""));
    }
    if (status == HT_OK)
        ht_grid_free(&grid);
    return status;
}

static enum ht_status put_verdict(struct text *t, const struct ht_grid *verdict) {
    const char *scope = ht_grid_text(verdict, 0, "scope", "unknown");
    const char *reason = ht_grid_text(&t->capture, 0, "level_reason", NULL);
    heading(t, "VERDICT", "");
    fprintf(t->out, "  %s%s%s%s%s\n", t->colour ? "\033[1;36m" : "",
            ht_grid_text(verdict, 0, "verdict", "cannot tell"), t->colour ? "\033[0m" : "",
            strcmp(scope, "unknown") == 0 ? "" : ", ", strcmp(scope, "unknown") == 0 ? "" : scope);
    paragraph(t, ht_grid_text(verdict, 0, "sentence", "No verdict was reached."));
    if (!ht_grid_is_null(verdict, 0, "confidence"))
        fprintf(t->out, "  confidence %.2f of 1\n", ht_grid_real(verdict, 0, "confidence", 0));
    enum ht_status status = put_evidence(t, ht_grid_integer(verdict, 0, "finding_id", 0));
    fprintf(t->out, "  level: %s\n", ht_grid_text(&t->capture, 0, "level", "unknown"));
    if (reason != NULL)
        ht_text_wrap(t->out, "    not higher because: ", 6, reason);
    return status;
}

static enum ht_status put_conditions(struct text *t) {
    struct ht_grid grid;
    enum ht_status status = read_question(t, "conditions_key", 0, &grid);
    if (status != HT_OK)
        return status;
    heading(t, "CONDITIONS", "");
    ht_text_wrap(t->out, "  kernel                       ", 31,
                 ht_grid_text(&t->capture, 0, "kernel", "not recorded"));
    ht_text_wrap(t->out, "  CPU                          ", 31,
                 ht_grid_text(&t->capture, 0, "cpu_model", "not recorded"));
    int64_t sockets = ht_grid_integer(&t->capture, 0, "sockets", 0);
    int64_t nodes = ht_grid_integer(&t->capture, 0, "nodes", 0);
    int64_t cpus = ht_grid_integer(&t->capture, 0, "cpus_online", 0);
    fprintf(t->out, "  %-28s %lld socket%s, %lld node%s, %lld CPU%s\n", "topology", (long long)sockets,
            sockets == 1 ? "" : "s", (long long)nodes, nodes == 1 ? "" : "s", (long long)cpus,
            cpus == 1 ? "" : "s");
    for (int r = 0; r < grid.rows; r++) {
        char first[48];
        const char *start = ht_grid_text(&grid, r, "at_start", "not recorded"),
                   *end = ht_grid_text(&grid, r, "at_end", start);
        char *value = NULL;
        int changed = ht_grid_integer(&grid, r, "changed", 0) != 0;
        snprintf(first, sizeof first, "  %-28.28s ", ht_grid_text(&grid, r, "condition", "?"));
        int length = strcmp(start, end) == 0 ? asprintf(&value, "%s", start)
                                             : asprintf(&value, "%s, then %s%s", start, end,
                                                        changed ? " (changed during the window)" : "");
        if (length < 0) {
            status = ht_fail(t->cause, HT_NOMEM, "report: out of memory");
            break;
        }
        ht_text_wrap(t->out, first, 31, value);
        free(value);
    }
    ht_grid_free(&grid);
    return status;
}

static void put_line_intro(struct text *t, const struct ht_grid *lines, int row) {
    char first[96];
    snprintf(first, sizeof first, "  line %lld, %.20s: ", (long long)ht_grid_integer(lines, row, "rank", 0),
             ht_grid_text(lines, row, "line", "?"));
    putc('\n', t->out);
    ht_text_wrap(t->out, first, 4, ht_grid_text(lines, row, "object", "object unknown"));
    ht_text_wrap(t->out, "    ", 4, ht_grid_text(lines, row, "confidence_reason", ""));
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
        ht_text_table(t->out, detail,
                      "offset width access samples transfers mean_transfer_cycles threads symbol "
                      "source_line",
                      first, end - more);
    put_left_out(t, ht_grid_integer(detail, first, "total_rows", end - first) - (end - first) + more);
    return status;
}

static enum ht_status put_lines(struct text *t) {
    struct ht_grid lines = {0}, detail = {0};
    char basis[160];
    enum ht_status status = read_question(t, "top_lines", t->top, &lines);
    if (status == HT_OK)
        status = read_question(t, "line_detail", DETAILED_LINES, &detail);
    if (status != HT_OK)
        goto out;
    ht_basis_text(&t->basis, "memory", basis, sizeof basis);
    heading(t, "TOP LINES", basis);
    if (lines.rows == 0) {
        paragraph(
            t, ht_page_nothing(
                   &t->basis, "memory",
                   "No memory samples: no cache line can be named, and none being listed means nothing.",
                   "Memory was sampled, and no cache line showed a transfer between caches or a finding."));
        goto out;
    }
    status = ht_text_table(t->out, &lines,
                           "rank line verdict confidence transfers cost_cycles_low cost_share object", 0,
                           lines.rows);
    put_left_out(t, ht_grid_left_out(&lines));
    for (int r = 0; r < lines.rows && r < DETAILED_LINES && status == HT_OK; r++)
        status = put_detail(t, &lines, r, &detail);
out:
    ht_grid_free(&lines);
    ht_grid_free(&detail);
    return status;
}

static enum ht_status put_timeline(struct text *t) {
    char text[96], width[HT_NUMBER_MAX];
    int64_t length = ht_grid_integer(&t->capture, 0, "window_ns", 0);
    snprintf(text, sizeof text, "one character = %s; '@' is the highest of a panel",
             ht_number_duration(length / HT_TEXT_PLOT, width));
    heading(t, "TIMELINE", text);
    return ht_text_panels(t->out, t->db, t->capture_id, length, &t->basis, t->cause);
}

static enum ht_status put_next(struct text *t, const struct ht_grid *verdict) {
    struct ht_grid grid;
    enum ht_status status = read_question(t, "findings", t->top, &grid);
    if (status != HT_OK)
        return status;
    heading(t, "NEXT STEP", "");
    paragraph(t, ht_grid_text(verdict, 0, "advice", "Nothing to do follows from this capture."));
    if (grid.rows > 1)
        heading(t, "FURTHER FINDINGS", "");
    for (int r = 1; r < grid.rows; r++) {
        char first[24];
        snprintf(first, sizeof first, "  %lld. ", (long long)ht_grid_integer(&grid, r, "rank", r + 1));
        ht_text_wrap(t->out, first, 5, ht_grid_text(&grid, r, "sentence", ""));
        if (!ht_grid_is_null(&grid, r, "advice"))
            ht_text_wrap(t->out, "     ", 5, ht_grid_text(&grid, r, "advice", ""));
    }
    put_left_out(t, ht_grid_left_out(&grid));
    ht_grid_free(&grid);
    return HT_OK;
}

static const struct ht_section *find_section(const char *id) {
    const struct ht_section *section = ht_sections;
    while (section->id != NULL && strcmp(section->id, id) != 0)
        section++;
    return section->id != NULL ? section : NULL;
}

static enum ht_status put_section(struct text *t, const struct ht_section *section, const char *columns) {
    struct ht_grid grid;
    char basis[160];
    enum ht_status status = read_question(t, section->question, t->top, &grid);
    if (status != HT_OK)
        return status;
    ht_basis_text(&t->basis, section->source, basis, sizeof basis);
    heading(t, section->title, basis);
    if (grid.rows == 0)
        paragraph(t, ht_page_nothing(&t->basis, section->source, section->absent, section->none));
    else
        status = ht_text_table(t->out, &grid, columns, 0, grid.rows);
    put_left_out(t, ht_grid_left_out(&grid));
    ht_grid_free(&grid);
    return status;
}

/* Limits as sentences: what would allow it is a command to copy, so it is not cut. */
static enum ht_status put_limits(struct text *t) {
    struct ht_grid grid;
    enum ht_status status = read_question(t, "limits", t->top, &grid);
    if (status != HT_OK)
        return status;
    if (grid.rows > 0)
        heading(t, "LIMITS: what could not be recorded", "");
    for (int r = 0; r < grid.rows; r++) {
        char first[256];
        const char *name = ht_grid_text(&grid, r, "not_recorded", "?");
        snprintf(first, sizeof first, "  %.*s: ", ht_utf8_prefix(name, 50), name);
        ht_text_wrap(t->out, first, 4, ht_grid_text(&grid, r, "why", ""));
        if (ht_grid_text(&grid, r, "mend", "")[0] != '\0')
            fprintf(t->out, "    to mend: %s\n", ht_grid_text(&grid, r, "mend", ""));
    }
    put_left_out(t, ht_grid_left_out(&grid));
    ht_grid_free(&grid);
    return HT_OK;
}

static enum ht_status put_all(struct text *t) {
    struct ht_grid verdict = {0};
    put_title(t);
    enum ht_status status = put_warnings(t);
    if (status == HT_OK)
        status = read_question(t, "verdict", 1, &verdict);
    if (status == HT_OK)
        status = put_verdict(t, &verdict);
    if (status == HT_OK)
        status = put_conditions(t);
    if (status == HT_OK)
        status = put_lines(t);
    if (status == HT_OK)
        status = put_timeline(t);
    if (status == HT_OK)
        status = put_next(t, &verdict);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0] && status == HT_OK; i++)
        status = put_section(t, find_section(shown[i].id), shown[i].columns);
    if (status == HT_OK)
        status = put_limits(t);
    ht_grid_free(&verdict);
    return status;
}

enum ht_status ht_show_text(sqlite3 *db, int64_t capture_id, int top, int colour, FILE *out,
                            struct ht_cause *cause) {
    struct text t = {.db = db,
                     .capture_id = capture_id,
                     .top = top > 0 ? top : ROWS_USUAL,
                     .colour = colour,
                     .out = out,
                     .cause = cause};
    enum ht_status status = read_question(&t, "capture", 1, &t.capture);
    if (status == HT_OK)
        status = read_question(&t, "basis", 0, &t.basis);
    if (status == HT_OK && t.capture.rows == 0)
        status = ht_fail(cause, HT_NOT_FOUND, "the database has no capture %lld", (long long)capture_id);
    if (status == HT_OK)
        status = put_all(&t);
    if (status == HT_NOMEM)
        ht_fail(cause, status, "report: out of memory");
    if (status == HT_OK && (fflush(out) != 0 || ferror(out)))
        status = ht_fail_errno(cause, "writing the report");
    ht_grid_free(&t.capture);
    ht_grid_free(&t.basis);
    return status;
}
