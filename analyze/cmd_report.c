#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/command.h"
#include "analyze/ingest.h"
#include "analyze/load/db.h"
#include "analyze/show/clean.h"
#include "analyze/show/html.h"
#include "analyze/show/text.h"

enum { OUTPUT, FORMAT, TOP, CAPTURE, SYMFS };

static const struct ht_option options[] = {
    {'o', "output", "FILE",
     "write there (html: default CAPTURE with the ending .html; text: standard output)"},
    {0, "format", "html|text", "one HTML file (default), or text"},
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

static enum ht_status write_html(sqlite3 *db, int64_t capture_id, long top, const char *input,
                                 const char *output, struct ht_cause *cause) {
    char *path = output != NULL ? strdup(output) : default_output(input);
    if (path == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status = ht_show_html(db, capture_id, (int)top, path, cause);
    if (status == HT_OK)
        status = print_verdict(db, capture_id, cause);
    if (status == HT_OK)
        printf("%s\n", path);
    free(path);
    return status;
}

static enum ht_status write_text(sqlite3 *db, int64_t capture_id, long top, const char *output,
                                 struct ht_cause *cause) {
    if (output == NULL) {
        int colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
        return ht_show_text(db, capture_id, (int)top, colour, stdout, cause);
    }
    char *part = malloc(strlen(output) + 8);
    if (part == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    sprintf(part, "%s.part", output);
    enum ht_status status = HT_OK;
    FILE *out = fopen(part, "w");
    if (out == NULL) {
        status = ht_fail_errno(cause, "cannot create %s", part);
        goto out;
    }
    status = ht_show_text(db, capture_id, (int)top, 0, out, cause);
    if (fclose(out) != 0 && status == HT_OK)
        status = ht_fail_errno(cause, "cannot write %s", part);
    if (status == HT_OK && rename(part, output) != 0)
        status = ht_fail_errno(cause, "cannot rename %s to %s", part, output);
    if (status != HT_OK)
        unlink(part);
out:
    free(part);
    return status;
}

static enum ht_status run(const struct ht_arguments *a, struct ht_cause *cause) {
    const char *format = a->value[FORMAT] != NULL ? a->value[FORMAT] : "html";
    long top = 0, wanted = 0;
    if (strcmp(format, "html") != 0 && strcmp(format, "text") != 0)
        return ht_fail(cause, HT_USAGE, "report: --format is html or text, not '%s'", format);
    enum ht_status status = ht_argument_number(&ht_cmd_report, a, TOP, 1, 1000, &top, cause);
    if (status == HT_OK)
        status = ht_argument_number(&ht_cmd_report, a, CAPTURE, 1, 1000000, &wanted, cause);
    if (status != HT_OK)
        return status;
    sqlite3 *db;
    int64_t capture_id = 0;
    status = ht_ingest_open(a->operand[0], &(struct ht_ingest_options){.symfs = a->value[SYMFS]}, wanted, &db,
                            &capture_id, cause);
    if (status != HT_OK)
        return status;
    char missing[1024];
    ht_ingest_missing(db, capture_id, missing, sizeof missing);
    if (missing[0] != '\0' && !a->quiet)
        fprintf(stderr, "hitm-analyze: warning: the capture is not whole: %s\n", missing);
    status = strcmp(format, "html") == 0
                 ? write_html(db, capture_id, top, a->operand[0], a->value[OUTPUT], cause)
                 : write_text(db, capture_id, top, a->value[OUTPUT], cause);
    ht_db_close(db);
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
