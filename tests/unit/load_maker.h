/* For tests of the loader: captures made row by row, loaded into a database that is then asked. */
#ifndef HT_TESTS_LOAD_MAKER_H
#define HT_TESTS_LOAD_MAKER_H

#include "capture_maker.h"

#include <sqlite3.h>

#include "analyze/ingest.h"
#include "analyze/load/db.h"

struct making {
    struct ht_writer *writer;
    struct ht_encoder *encoder;
    struct ht_table table;
};

static inline void begin(struct making *m, const char *path) {
    struct ht_cause cause;
    memset(m, 0, sizeof *m);
    m->encoder = ht_encoder_new(1);
    assert_int_equal(ht_writer_open(path, 1, 1, &m->writer, &cause), HT_OK);
    maker_meta(&m->table, "level", "memory sampling");
    maker_meta(&m->table, "arch", "x86_64");
}

/* Writes the table at hand and starts one of another kind. */
static inline void next(struct making *m, enum ht_chunk_kind kind) {
    struct ht_cause cause;
    assert_int_equal(ht_writer_put(m->writer, m->encoder, &m->table, 0, &cause), HT_OK);
    ht_table_free(&m->table);
    ht_table_init(&m->table, kind);
}

static inline void end(struct making *m) {
    struct ht_cause cause;
    next(m, HT_CHUNK_LABEL);
    ht_table_free(&m->table);
    ht_encoder_free(m->encoder);
    assert_int_equal(ht_writer_close(m->writer, &cause), HT_OK);
}

/* The values of the first number columns of a new row, in their order. */
static inline uint32_t add(struct making *m, const uint64_t *value, unsigned count) {
    uint32_t row;
    assert_int_equal(ht_table_add(&m->table, &row), HT_OK);
    for (unsigned i = 0; i < count; i++)
        m->table.number[i][row] = value[i];
    return row;
}

#define ADD(m, ...)                                                                                          \
    add((m), (const uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static inline sqlite3 *load_new(const char *capture, const char *path) {
    struct ht_ingest_options options = {.keep_rows = 1};
    struct ht_cause cause;
    sqlite3 *db;
    int64_t id;
    if (path != NULL)
        unlink(path);
    assert_int_equal(ht_db_open(path, HT_DB_NEW, &db, &cause), HT_OK);
    if (ht_ingest(db, capture, &options, &id, &cause) != HT_OK)
        fail_msg("%s", cause.text);
    return db;
}

static inline void expect(sqlite3 *db, const char *sql, const char *wanted) {
    sqlite3_stmt *select;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(select, 0), wanted);
    sqlite3_finalize(select);
}

#endif
