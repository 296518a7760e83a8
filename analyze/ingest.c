#include "analyze/ingest.h"

#include <stdio.h>

#include "analyze/judge/findings.h"
#include "analyze/judge/line.h"
#include "analyze/load/db.h"
#include "analyze/load/load.h"

enum ht_status ht_ingest(sqlite3 *db, const char *path, const struct ht_ingest_options *options,
                         int64_t *capture_id, struct ht_cause *cause) {
    const struct ht_load_options load_options = {.path = path,
                                                 .keep_rows = options->keep_rows,
                                                 .judge = ht_judge_line,
                                                 .symfs = options->symfs,
                                                 .line_bytes = options->line_bytes};
    /* At once for writing: the number of the capture is free only as long as nobody else adds one. */
    enum ht_status status = ht_db_run(db, "BEGIN IMMEDIATE", cause);
    if (status != HT_OK)
        return status;
    status = ht_load_capture(db, &load_options, capture_id, cause);
    if (status == HT_OK)
        status = ht_judge_findings(db, *capture_id, cause);
    if (status == HT_OK)
        status = ht_db_run(db, "COMMIT", cause);
    if (status != HT_OK)
        ht_db_run(db, "ROLLBACK", NULL);
    return status;
}

static enum ht_status choose_capture(sqlite3 *db, const char *path, int64_t wanted, int64_t *capture_id,
                                     struct ht_cause *cause) {
    sqlite3_stmt *select = NULL;
    enum ht_status status = HT_OK;
    if (sqlite3_prepare_v2(db, "SELECT count(*), min(capture_id), max(capture_id = ?1) FROM capture", -1,
                           &select, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(select, 1, wanted) != SQLITE_OK || sqlite3_step(select) != SQLITE_ROW)
        status = ht_db_fail(db, path, cause);
    else if (sqlite3_column_int(select, 0) == 0)
        status = ht_fail(cause, HT_NOT_FOUND, "%s holds no capture", path);
    else if (wanted > 0 && !sqlite3_column_int(select, 2))
        status =
            ht_fail(cause, HT_USAGE, "%s has no capture %lld (`hitm-analyze query %s captures` lists them)",
                    path, (long long)wanted, path);
    else if (wanted == 0 && sqlite3_column_int(select, 0) > 1)
        status = ht_fail(
            cause, HT_USAGE,
            "%s holds %d captures: name one with --capture ID (`hitm-analyze query %s captures` lists them)",
            path, sqlite3_column_int(select, 0), path);
    else
        *capture_id = wanted > 0 ? wanted : sqlite3_column_int64(select, 1);
    sqlite3_finalize(select);
    return status;
}

enum ht_status ht_ingest_open(const char *path, const struct ht_ingest_options *options, int64_t wanted,
                              sqlite3 **db, int64_t *capture_id, struct ht_cause *cause) {
    enum ht_status status;
    *db = NULL;
    if (ht_db_is_database(path)) {
        status = ht_db_open(path, HT_DB_READ, db, cause);
        if (status == HT_OK)
            status = choose_capture(*db, path, wanted, capture_id, cause);
    } else if (wanted > 1) {
        return ht_fail(cause, HT_USAGE, "%s is one capture, so it has no capture %lld", path,
                       (long long)wanted);
    } else {
        status = ht_db_open(NULL, HT_DB_NEW, db, cause);
        if (status == HT_OK)
            status = ht_ingest(*db, path, options, capture_id, cause);
    }
    if (status != HT_OK) {
        ht_db_close(*db);
        *db = NULL;
    }
    return status;
}

void ht_ingest_missing(sqlite3 *db, int64_t capture_id, char *text, size_t size) {
    sqlite3_stmt *select = NULL;
    text[0] = '\0';
    if (sqlite3_prepare_v2(db, "SELECT missing FROM capture WHERE capture_id = ?1 AND NOT complete", -1,
                           &select, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(select, 1, capture_id) == SQLITE_OK && sqlite3_step(select) == SQLITE_ROW)
        snprintf(text, size, "%s",
                 sqlite3_column_text(select, 0) != NULL ? (const char *)sqlite3_column_text(select, 0)
                                                        : "unknown");
    sqlite3_finalize(select);
}
