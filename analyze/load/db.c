#include "analyze/load/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/load/embedded.h"
#include "analyze/load/utf8.h"

enum ht_status ht_db_fail(sqlite3 *db, const char *doing, struct ht_cause *cause) {
    int code = db != NULL ? sqlite3_errcode(db) : SQLITE_NOMEM;
    const char *hint = code == SQLITE_FULL   ? " (no space left)"
                       : code == SQLITE_BUSY ? " (another program uses it)"
                                             : "";
    return ht_fail(cause, HT_DATABASE, "%s: %s%s", doing, db != NULL ? sqlite3_errmsg(db) : "out of memory",
                   hint);
}

enum ht_status ht_db_run(sqlite3 *db, const char *sql, struct ht_cause *cause) {
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? HT_OK : ht_db_fail(db, "database", cause);
}

static enum ht_status read_number(sqlite3 *db, const char *sql, int64_t *number, struct ht_cause *cause) {
    sqlite3_stmt *statement = NULL;
    enum ht_status status = HT_OK;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        status = ht_db_fail(db, "database", cause);
    else
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

static enum ht_status make_schema(sqlite3 *db, struct ht_cause *cause) {
    /* one transaction: each statement of its own would write the schema again */
    enum ht_status status = ht_db_run(db, "BEGIN", cause);
    if (status == HT_OK)
        status = ht_db_run(db, ht_embedded_tables, cause);
    for (const struct ht_embedded *view = ht_embedded_views; status == HT_OK && view->name != NULL; view++)
        status = ht_db_run(db, view->text, cause);
    return status == HT_OK ? ht_db_run(db, "COMMIT", cause) : status;
}

static enum ht_status check_schema(sqlite3 *db, const char *path, struct ht_cause *cause) {
    int64_t version = 0;
    enum ht_status status = read_number(db, "PRAGMA user_version", &version, cause);
    if (status != HT_OK)
        return status;
    if (version == 0)
        return ht_fail(cause, HT_FORMAT, "%s is a database, but not one of hitmtrace", path);
    if (version != HT_DB_VERSION)
        return ht_fail(cause, HT_VERSION, "%s has database version %lld, this program knows version %d", path,
                       (long long)version, HT_DB_VERSION);
    return HT_OK;
}

static const char new_pragmas[] =
    "PRAGMA page_size = 65536; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;"
    "PRAGMA temp_store = FILE;";

enum ht_status ht_db_open(const char *path, enum ht_db_use use, sqlite3 **db, struct ht_cause *cause) {
    static const int flags[] = {[HT_DB_READ] = SQLITE_OPEN_READONLY,
                                [HT_DB_ADD] = SQLITE_OPEN_READWRITE,
                                [HT_DB_NEW] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
    *db = NULL;
    const char *name = path != NULL ? path : "";
    enum ht_status status = HT_OK;
    if (sqlite3_open_v2(name, db, flags[use] | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        status = ht_fail(cause, HT_DATABASE, "cannot open database %s: %s", name,
                         *db != NULL ? sqlite3_errmsg(*db) : "out of memory");
    sqlite3_busy_timeout(*db, 2000);
    if (status == HT_OK && use == HT_DB_READ)
        status = ht_db_run(*db, "PRAGMA cache_size = -65536", cause);
    if (status == HT_OK && use == HT_DB_NEW)
        status = ht_db_run(*db, new_pragmas, cause);
    if (status == HT_OK)
        status = use == HT_DB_NEW ? make_schema(*db, cause) : check_schema(*db, name, cause);
    if (status != HT_OK) {
        ht_db_close(*db);
        *db = NULL;
    }
    return status;
}

void ht_db_close(sqlite3 *db) {
    sqlite3_close_v2(db);
}

int ht_db_is_database(const char *path) {
    char head[16];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = pread(fd, head, sizeof head, 0);
    close(fd);
    return n == sizeof head && memcmp(head, "SQLite format 3", 16) == 0;
}

enum ht_status ht_insert_open(sqlite3 *db, const char *table, const char *columns, int64_t capture_id,
                              struct ht_insert *insert, struct ht_cause *cause) {
    memset(insert, 0, sizeof *insert);
    insert->db = db;
    insert->columns = 2;
    for (const char *p = columns; *p != '\0'; p++)
        insert->columns += *p == ',';
    char *marks = calloc(2, (size_t)insert->columns);
    if (marks == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    for (int i = 0; i < insert->columns; i++)
        strcat(marks, i > 0 ? ",?" : "?");
    char *sql =
        sqlite3_mprintf("INSERT OR REPLACE INTO %s (capture_id,%s) VALUES (%s)", table, columns, marks);
    free(marks);
    if (sql == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    enum ht_status status = HT_OK;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &insert->statement, NULL) != SQLITE_OK ||
        sqlite3_bind_int64(insert->statement, 1, capture_id) != SQLITE_OK)
        status = ht_db_fail(db, table, cause);
    sqlite3_free(sql);
    insert->next = 2;
    return status;
}

void ht_insert_close(struct ht_insert *insert) {
    sqlite3_finalize(insert->statement);
    memset(insert, 0, sizeof *insert);
}

/* A value that was not put fails the row, later: callers put dozens. */
static void bound(struct ht_insert *insert, int code) {
    if (code != SQLITE_OK && insert->failed == SQLITE_OK)
        insert->failed = code;
    insert->next++;
}

void ht_put_int(struct ht_insert *insert, int64_t value) {
    bound(insert, sqlite3_bind_int64(insert->statement, insert->next, value));
}

void ht_put_real(struct ht_insert *insert, double value) {
    bound(insert, sqlite3_bind_double(insert->statement, insert->next, value));
}

void ht_put_null(struct ht_insert *insert) {
    bound(insert, sqlite3_bind_null(insert->statement, insert->next));
}

void ht_put_known(struct ht_insert *insert, int64_t value) {
    if (value < 0)
        ht_put_null(insert);
    else
        ht_put_int(insert, value);
}

void ht_put_bytes_text(struct ht_insert *insert, const void *data, size_t length) {
    char *text = length < INT32_MAX / 4 ? malloc(length * 3 + 1) : NULL;
    if (text == NULL) {
        bound(insert, SQLITE_NOMEM);
        return;
    }
    size_t valid = ht_utf8_copy(data, length, text);
    bound(insert, sqlite3_bind_text(insert->statement, insert->next, text, (int)valid, free));
}

void ht_put_text(struct ht_insert *insert, const char *text) {
    if (text == NULL)
        ht_put_null(insert);
    else
        ht_put_bytes_text(insert, text, strlen(text));
}

void ht_put_blob(struct ht_insert *insert, const void *data, size_t length) {
    bound(insert, sqlite3_bind_blob64(insert->statement, insert->next, data, length, SQLITE_TRANSIENT));
}

enum ht_status ht_insert_row(struct ht_insert *insert, struct ht_cause *cause) {
    int put = insert->next - 1, failed = insert->failed;
    insert->next = 2;
    insert->failed = SQLITE_OK;
    if (failed == SQLITE_RANGE || put != insert->columns)
        return ht_fail(cause, HT_DATABASE, "internal error: %d of %d columns bound in \"%s\"", put,
                       insert->columns, sqlite3_sql(insert->statement));
    if (failed != SQLITE_OK)
        return ht_fail(cause, failed == SQLITE_NOMEM ? HT_NOMEM : HT_DATABASE, "database: %s",
                       sqlite3_errstr(failed));
    int code = sqlite3_step(insert->statement);
    sqlite3_reset(insert->statement);
    if (code != SQLITE_DONE)
        return ht_db_fail(insert->db, "database", cause);
    insert->rows++;
    return HT_OK;
}
