#include <stdio.h>
#include <string.h>

#include "analyze/command.h"
#include "analyze/ingest.h"
#include "analyze/load/db.h"
#include "analyze/load/embedded.h"
#include "analyze/show/table_text.h"

enum { FORMAT, TOP, CAPTURE };

static const struct ht_option options[] = {
    {0, "format", "FORM", "table (default), csv, json, or lines: bare values"},
    {0, "top", "N", "at most N rows of a named query (default 50)"},
    {0, "capture", "ID", "which capture a named query is about"},
    {0, NULL, NULL, NULL},
};

static const struct {
    const char *word;
    enum ht_rows_format format;
} formats[] = {
    {"table", HT_ROWS_TABLE}, {"csv", HT_ROWS_CSV}, {"lines", HT_ROWS_LINES}, {"json", HT_ROWS_JSON}};

/* A name is a file of reports/; anything else is SQL. */
static const char *named_query(const char *name) {
    for (const struct ht_embedded *report = ht_embedded_reports; report->name != NULL; report++)
        if (strcmp(report->name, name) == 0)
            return report->text;
    return NULL;
}

static enum ht_status bind_parameters(sqlite3 *db, sqlite3_stmt *statement, int64_t capture_id, long top,
                                      struct ht_cause *cause) {
    int capture = sqlite3_bind_parameter_index(statement, ":capture_id");
    int rows = sqlite3_bind_parameter_index(statement, ":top");
    if ((capture > 0 && sqlite3_bind_int64(statement, capture, capture_id) != SQLITE_OK) ||
        (rows > 0 && sqlite3_bind_int64(statement, rows, top) != SQLITE_OK))
        return ht_db_fail(db, "query", cause);
    return HT_OK;
}

/* All statements of the text, one after the other, as sqlite3 does. */
static enum ht_status run_sql(sqlite3 *db, const char *sql, int64_t capture_id, long top,
                              enum ht_rows_format format, struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    while (status == HT_OK && *sql != '\0') {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(db, sql, -1, &statement, &sql) != SQLITE_OK)
            return ht_fail(cause, HT_USAGE, "query: %s (a name of reports/ or SQL is expected)",
                           sqlite3_errmsg(db));
        if (statement == NULL)
            break;
        status = bind_parameters(db, statement, capture_id, top, cause);
        if (status == HT_OK)
            status = ht_show_rows(statement, format, stdout, cause);
        sqlite3_finalize(statement);
    }
    return status;
}

static enum ht_status run(const struct ht_arguments *a, struct ht_cause *cause) {
    const char *word = a->value[FORMAT] != NULL ? a->value[FORMAT] : "table";
    const char *sql = named_query(a->operand[1]);
    long top = 50, wanted = 0;
    size_t format = 0;
    while (format < sizeof formats / sizeof formats[0] && strcmp(formats[format].word, word) != 0)
        format++;
    if (format == sizeof formats / sizeof formats[0])
        return ht_fail(cause, HT_USAGE, "query: --format is table, csv, lines or json, not '%s'", word);
    enum ht_status status = ht_argument_number(&ht_cmd_query, a, TOP, 1, 1000000, &top, cause);
    if (status == HT_OK)
        status = ht_argument_number(&ht_cmd_query, a, CAPTURE, 1, 1000000, &wanted, cause);
    if (status != HT_OK)
        return status;
    sqlite3 *db;
    int64_t capture_id = 0;
    /* SQL may ask about several captures, so a database need not have a chosen one. */
    if (ht_db_is_database(a->operand[0]) && (sql == NULL || strstr(sql, ":capture_id") == NULL))
        status = ht_db_open(a->operand[0], HT_DB_READ, &db, cause);
    else
        status = ht_ingest_open(a->operand[0], &(struct ht_ingest_options){.keep_rows = 1}, wanted, &db,
                                &capture_id, cause);
    if (status != HT_OK)
        return status;
    status = run_sql(db, sql != NULL ? sql : a->operand[1], capture_id, top, formats[format].format, cause);
    ht_db_close(db);
    return status;
}

const struct ht_command ht_cmd_query = {
    .name = "query",
    .operands = "DB|CAPTURE SQL|NAME",
    .summary = "Answer SQL, or a query of the report by name.",
    .option = options,
    .operands_min = 2,
    .operands_max = 2,
    .run = run,
};
