#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analyze/command.h"
#include "analyze/ingest.h"
#include "analyze/load/db.h"
#include "analyze/show/clean.h"
#include "analyze/show/html.h"
#include "analyze/show/json.h"
#include "analyze/show/save.h"
#include "analyze/show/text.h"

enum { OUTPUT, FORMAT, TOP, CAPTURE, SYMFS };

static const struct ht_option options[] = {
    {'o', "output", "FILE",
     "write there (html: default CAPTURE with the ending .html; else standard output)"},
    {0, "format", "html|text|json", "one HTML file (default), text, or JSON for programs"},
    {0, "top", "N", "at most N rows a table"},
    {0, "capture", "ID", "which capture of a database that holds several"},
    {0, "symfs", "DIR", "add source lines from binaries under DIR (/: here) with the same build id"},
    {0, NULL, NULL, NULL},
};

/* NAME.hitm and NAME.db become NAME.html; any other name gets the ending. */
static char *default_output(const char *input) {
    static const char *const endings[] = {".hitm", ".db", ".sqlite"};
    size_t length = strlen(input);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcmp(input + length - ending, endings[i]) == 0)
            length -= ending;
    }
    char *output = malloc(length + 6);
    if (output != NULL)
        sprintf(output, "%.*s.html", (int)length, input);
    return output;
}

static enum ht_status print_verdict(sqlite3 *db, int64_t capture_id, struct ht_cause *cause) {
    sqlite3_stmt *select = NULL;
    enum ht_status status = HT_OK;
    char *sentence = NULL; /* names in it come from another machine */
    if (sqlite3_prepare_v2(db,
                           "SELECT sentence FROM finding WHERE capture_id = ?1 ORDER BY finding_id LIMIT 1",
                           -1, &select, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(select, 1, capture_id) != SQLITE_OK)
        status = ht_db_fail(db, "finding", cause);
    else if (sqlite3_step(select) == SQLITE_ROW)
        sentence =
            ht_clean((const char *)sqlite3_column_text(select, 0), (size_t)sqlite3_column_bytes(select, 0));
    else
        sentence = strdup("No finding: no cache line and no placement stands out in this capture.");
    if (status == HT_OK && sentence == NULL)
        status = ht_fail(cause, HT_NOMEM, "out of memory");
    else if (status == HT_OK)
        printf("%s\n", sentence);
    free(sentence);
    sqlite3_finalize(select);
    return status;
}

static int is_stdout(const char *output) {
    return strcmp(output, "-") == 0;
}

/* What is to be written, and where: output NULL is the format's own place. */
struct job {
    sqlite3 *db;
    int64_t capture_id;
    int top;
    const char *input, *output;
};

static enum ht_status write_html(const struct job *job, struct ht_cause *cause) {
    char *path = job->output != NULL ? strdup(job->output) : default_output(job->input);
    if (path == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status = ht_show_html(job->db, job->capture_id, job->top, path, cause);
    if (status == HT_OK)
        status = print_verdict(job->db, job->capture_id, cause);
    if (status == HT_OK)
        printf("%s\n", path);
    free(path);
    return status;
}

typedef enum ht_status (*put_fn)(const struct job *job, FILE *out, struct ht_cause *cause);

/* COLUMNS, else the terminal's, within bounds; to a pipe or file always the same. */
static int text_width(int terminal) {
    const char *wish = getenv("COLUMNS");
    struct winsize size;
    long width = wish != NULL ? strtol(wish, NULL, 10) : 0;
    if (width <= 0 && terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width <= 0)
        return HT_TEXT_WIDTH;
    return width < HT_TEXT_WIDTH_MIN   ? HT_TEXT_WIDTH_MIN
           : width > HT_TEXT_WIDTH_MAX ? HT_TEXT_WIDTH_MAX
                                       : (int)width;
}

static enum ht_status put_text(const struct job *job, FILE *out, struct ht_cause *cause) {
    int terminal = out == stdout && isatty(STDOUT_FILENO);
    struct ht_sheet sheet = {
        .out = out, .width = text_width(terminal), .colour = terminal && getenv("NO_COLOR") == NULL};
    return ht_show_text(job->db, job->capture_id, job->top, &sheet, cause);
}

static enum ht_status put_json(const struct job *job, FILE *out, struct ht_cause *cause) {
    return ht_show_json(job->db, job->capture_id, job->top, out, cause);
}

static enum ht_status write_stream(const struct job *job, put_fn put, struct ht_cause *cause) {
    struct ht_save save;
    if (job->output == NULL || is_stdout(job->output))
        return put(job, stdout, cause);
    enum ht_status status = ht_save_open(job->output, &save, cause);
    return status == HT_OK ? ht_save_finish(&save, put(job, save.out, cause), cause) : status;
}

static enum ht_status write_text(const struct job *job, struct ht_cause *cause) {
    return write_stream(job, put_text, cause);
}

static enum ht_status write_json(const struct job *job, struct ht_cause *cause) {
    return write_stream(job, put_json, cause);
}

static const struct {
    const char *word;
    enum ht_status (*write)(const struct job *job, struct ht_cause *cause);
} formats[] = {{"html", write_html}, {"text", write_text}, {"json", write_json}};

#define FORMATS (sizeof formats / sizeof formats[0])

static enum ht_status run(const struct ht_arguments *a, struct ht_cause *cause) {
    const char *word = a->value[FORMAT] != NULL ? a->value[FORMAT] : "html";
    long top = 0, wanted = 0;
    size_t format = 0;
    while (format < FORMATS && strcmp(formats[format].word, word) != 0)
        format++;
    if (format == FORMATS)
        return ht_fail(cause, HT_USAGE, "report: --format is html, text or json, not '%s'", word);
    enum ht_status status = ht_argument_number(&ht_cmd_report, a, TOP, 1, 1000, &top, cause);
    if (status == HT_OK)
        status = ht_argument_number(&ht_cmd_report, a, CAPTURE, 1, 1000000, &wanted, cause);
    if (status == HT_OK)
        status = ht_argument_output(&ht_cmd_report, a->operand[0], "the capture", a->value[OUTPUT], cause);
    if (status == HT_OK && format == 0 && a->value[OUTPUT] != NULL && is_stdout(a->value[OUTPUT]))
        status = ht_fail(cause, HT_USAGE, "report: an HTML report goes to a file; -o - is for text and json");
    if (status != HT_OK)
        return status;
    struct job job = {.top = (int)top, .input = a->operand[0], .output = a->value[OUTPUT]};
    status = ht_ingest_open(job.input, &(struct ht_ingest_options){.symfs = a->value[SYMFS]}, wanted, &job.db,
                            &job.capture_id, cause);
    if (status != HT_OK)
        return status;
    char missing[1024];
    ht_ingest_missing(job.db, job.capture_id, missing, sizeof missing);
    if (missing[0] != '\0' && !a->quiet)
        fprintf(stderr, "hitm-analyze: warning: the capture is not whole: %s\n", missing);
    status = formats[format].write(&job, cause);
    ht_db_close(job.db);
    return status;
}

const struct ht_command ht_cmd_report = {
    .name = "report",
    .operands = "CAPTURE|DB",
    .summary = "Write the report of a capture and print its verdict.",
    .option = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
