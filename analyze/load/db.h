/* The only place that speaks to SQLite for writing: open, schema, fast inserts. A database handle and its
 * inserts belong to one thread. */
#ifndef HT_ANALYZE_LOAD_DB_H
#define HT_ANALYZE_LOAD_DB_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define HT_DB_VERSION 2 /* PRAGMA user_version of schema/tables.sql */

enum ht_db_use {
    HT_DB_READ, /* the file must exist; read-only */
    HT_DB_ADD,  /* the file must exist; what fails is rolled back */
    HT_DB_NEW,  /* made anew, tables and views included; without a journal: throw it away where anything fails
                 */
};

/* Opens path; NULL (with HT_DB_NEW) is a private temporary database that SQLite keeps in memory and spills to
 * disk. VERSION or FORMAT where it is another version's or another program's. The caller closes with
 * ht_db_close. */
enum ht_status ht_db_open(const char *path, enum ht_db_use use, sqlite3 **db, struct ht_cause *cause);
void ht_db_close(sqlite3 *db); /* NULL is fine */

/* Whether the file is a SQLite database by its first bytes. */
int ht_db_is_database(const char *path);

/* Runs SQL without results. */
enum ht_status ht_db_run(sqlite3 *db, const char *sql, struct ht_cause *cause);

/* A DATABASE failure with SQLite's own words. */
enum ht_status ht_db_fail(sqlite3 *db, const char *doing, struct ht_cause *cause);

/* One INSERT statement; values are put in column order, then the row is made. The first column is always
 * capture_id and is bound once. Zero it before use. */
struct ht_insert {
    sqlite3 *db;
    sqlite3_stmt *statement;
    int columns, next;
    int failed; /* SQLite's code of the first value of this row that could not be put */
    uint64_t rows;
};

/* columns: comma-separated, without capture_id. */
enum ht_status ht_insert_open(sqlite3 *db, const char *table, const char *columns, int64_t capture_id,
                              struct ht_insert *insert, struct ht_cause *cause);
void ht_insert_close(struct ht_insert *insert); /* a zeroed one is fine */

void ht_put_int(struct ht_insert *insert, int64_t value);
void ht_put_real(struct ht_insert *insert, double value);
void ht_put_null(struct ht_insert *insert);
void ht_put_known(struct ht_insert *insert, int64_t value); /* NULL where negative */
/* Text is made valid UTF-8: other bytes become U+FFFD. NULL text puts NULL. Copied. */
void ht_put_text(struct ht_insert *insert, const char *text);
void ht_put_bytes_text(struct ht_insert *insert, const void *data, size_t length);
void ht_put_blob(struct ht_insert *insert, const void *data, size_t length);
enum ht_status ht_insert_row(struct ht_insert *insert, struct ht_cause *cause);

#endif
