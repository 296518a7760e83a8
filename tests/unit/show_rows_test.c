/* Results of statements as CSV (RFC 4180), JSON and table: what hitm-analyze query writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/show/table_text.h"

static void check(const char *sql, enum ht_rows_format format, const char *want) {
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    char *text = NULL;
    size_t length = 0;
    struct ht_cause cause;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    assert_int_equal(ht_show_rows(stmt, format, out, &cause), HT_OK);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, want);
    free(text);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void test_csv(void **state) {
    (void)state;
    check("SELECT 1 AS a, 'x' AS \"b,c\" UNION ALL SELECT -2, 'say \"no\"'", HT_ROWS_CSV,
          "a,\"b,c\"\r\n1,x\r\n-2,\"say \"\"no\"\"\"\r\n");
    check("SELECT NULL AS n, '' AS e, 'l1' || char(10) || 'l2' AS t, 0.1 AS r, x'00ff' AS b", HT_ROWS_CSV,
          "n,e,t,r,b\r\n,\"\",\"l1\nl2\",0.1,00ff\r\n");
    check("SELECT 1 AS a WHERE 0", HT_ROWS_CSV, "a\r\n");
}

static void test_json(void **state) {
    (void)state;
    check("SELECT 1 AS a, NULL AS b, 1.5 AS c, 'q\"\\' AS d", HT_ROWS_JSON,
          "[\n{\"a\": 1, \"b\": null, \"c\": 1.5, \"d\": \"q\\\"\\\\\"}\n]\n");
    check("SELECT char(9, 27, 8232) AS t, CAST(x'61ff62' AS TEXT) AS bad, 9e999 AS inf, x'0a' AS b",
          HT_ROWS_JSON,
          "[\n{\"t\": \"\\u0009\\u001b\\u2028\", \"bad\": \"a\\ufffdb\", \"inf\": null, \"b\": \"0a\"}\n]\n");
    check("SELECT 9223372036854775807 AS big, 0.1 + 0.2 AS r UNION ALL SELECT 1, 2.0", HT_ROWS_JSON,
          "[\n{\"big\": 9223372036854775807, \"r\": 0.30000000000000004},\n{\"big\": 1, \"r\": 2}\n]\n");
    check("SELECT 1 AS a WHERE 0", HT_ROWS_JSON, "[]\n");
}

/* Stack and count as flamegraph.pl reads them; a name cannot make a second line. */
static void test_lines(void **state) {
    (void)state;
    check("SELECT 'main;a b;' || char(10) || 'c' AS stack, 12 AS n UNION ALL SELECT 'x', NULL", HT_ROWS_LINES,
          "main;a b;\\nc 12\nx \n");
    check("SELECT 1 AS a WHERE 0", HT_ROWS_LINES, "");
}

static void test_table(void **state) {
    (void)state;
    check("SELECT 'long name' AS s, 5 AS n UNION ALL SELECT 'b' || char(27), 1234", HT_ROWS_TABLE,
          "s             n\n"
          "---------  ----\n"
          "long name     5\n"
          "b\\x1b      1234\n");
    check("SELECT 'x' AS s WHERE 0", HT_ROWS_TABLE, "s\n-\n");
}

/* Rows beyond those whose widths were measured still come. */
static void test_table_streams(void **state) {
    (void)state;
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    char *text = NULL;
    size_t length = 0, lines = 0;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)"
                           " SELECT i FROM n",
                           -1, &stmt, NULL),
        SQLITE_OK);
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    assert_int_equal(ht_show_rows(stmt, HT_ROWS_TABLE, out, NULL), HT_OK);
    assert_int_equal(fclose(out), 0);
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 1236);
    free(text);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void test_error_in_the_middle(void **state) {
    (void)state;
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    struct ht_cause cause = {""};
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT abs(-9223372036854775807 - 1)", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(ht_show_rows(stmt, HT_ROWS_CSV, out, &cause), HT_DATABASE);
    assert_true(strstr(cause.text, "overflow") != NULL);
    fclose(out);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),           cmocka_unit_test(test_json),
        cmocka_unit_test(test_lines),         cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_streams), cmocka_unit_test(test_error_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
