/* Rows of a capture made by hand, and what the judge makes of them: for the tests of findings. */
#ifndef HT_TESTS_UNIT_JUDGE_ROWS_H
#define HT_TESTS_UNIT_JUDGE_ROWS_H

#include "analyze/judge/findings.h"
#include "analyze/load/db.h"

static sqlite3 *db;

static int setup(void **state) {
    (void)state;
    return ht_db_open(NULL, HT_DB_NEW, &db, NULL);
}

static int teardown(void **state) {
    (void)state;
    ht_db_close(db);
    return 0;
}

static void run(const char *sql) {
    struct ht_cause cause = {{0}};
    if (ht_db_run(db, sql, &cause) != HT_OK)
        fail_msg("%s", cause.text);
}

static void capture(const char *level, unsigned lost, unsigned samples) {
    char sql[600];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO capture (capture_id, path, file_bytes, complete, level, level_reason, line_bytes, "
        "line_bytes_known, mem_samples, cpu_samples, lost_samples, lost_exact, throttles, unmapped_samples, "
        "late_rows, window_start_ns, window_end_ns) VALUES (1, 'x', 1, 1, '%s', 'a reason', 64, 1, %u, 0, "
        "%u, 0, 0, "
        "0, 0, 1000000000, 3000000000)",
        level, samples, lost);
    run(sql);
}

static void judge(void) {
    struct ht_cause cause = {{0}};
    if (ht_judge_findings(db, 1, &cause) != HT_OK)
        fail_msg("%s", cause.text);
}

/* Finding number n; NULL: there is none. */
static void expect(int n, const char *kind, const char *sentence) {
    sqlite3_stmt *select;
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT kind, sentence FROM finding WHERE capture_id = 1 AND finding_id = ?1",
                           -1, &select, NULL),
        SQLITE_OK);
    sqlite3_bind_int(select, 1, n);
    int code = sqlite3_step(select);
    if (kind == NULL) {
        assert_int_equal(code, SQLITE_DONE);
    } else {
        assert_int_equal(code, SQLITE_ROW);
        assert_string_equal((const char *)sqlite3_column_text(select, 0), kind);
        assert_string_equal((const char *)sqlite3_column_text(select, 1), sentence);
    }
    sqlite3_finalize(select);
}

#endif
