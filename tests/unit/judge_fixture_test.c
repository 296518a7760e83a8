/* What is said of the fixture's software-level captures (tests/report/software.sql), and that the fixture
 * holds it: the report's tests show what the judge would say. Run in the root of the source tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/judge/findings.h"
#include "analyze/load/db.h"

static sqlite3 *db;

static void run(const char *sql) {
    struct ht_cause cause = {{0}};
    if (ht_db_run(db, sql, &cause) != HT_OK)
        fail_msg("%s", cause.text);
}

static void run_file(const char *path) {
    FILE *file = fopen(path, "r");
    size_t size = 0;
    char *text = NULL;
    if (file == NULL)
        fail_msg("%s cannot be opened: run in the root of the source tree", path);
    if (getdelim(&text, &size, '\0', file) < 0)
        fail_msg("%s is empty", path);
    fclose(file);
    run(text);
    free(text);
}

static int setup(void **state) {
    (void)state;
    if (ht_db_open(NULL, HT_DB_NEW, &db, NULL) != HT_OK)
        return -1;
    run_file("tests/report/fixture.sql");
    run_file("tests/report/software.sql");
    run("CREATE TEMP TABLE written AS SELECT * FROM finding;"
        "CREATE TEMP TABLE written_evidence AS SELECT * FROM finding_evidence;"
        "DELETE FROM finding WHERE capture_id > 1; DELETE FROM finding_evidence WHERE capture_id > 1");
    return 0;
}

static int teardown(void **state) {
    (void)state;
    ht_db_close(db);
    return 0;
}

/* Rows of the select, printed; 0 is wanted. */
static int differences(const char *sql) {
    sqlite3_stmt *select;
    int rows = 0;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK);
    for (; sqlite3_step(select) == SQLITE_ROW; rows++)
        print_message("%s\n", (const char *)sqlite3_column_text(select, 0));
    sqlite3_finalize(select);
    return rows;
}

static void test_fixture(void **state) {
    (void)state;
    struct ht_cause cause = {{0}};
    for (int capture = 2; capture <= 3; capture++)
        if (ht_judge_findings(db, capture, &cause) != HT_OK)
            fail_msg("%s", cause.text);
            /* as INSERT rows, to be taken over where they are right */
#define FINDING(table)                                                                                       \
    "SELECT '(' || capture_id || ', ' || finding_id || ', ' || quote(kind) || ', ' || quote(verdict) || ', " \
    "' || "                                                                                                  \
    "quote(scope) || ', ' || round(confidence, 6) || ', ' || quote(sentence) || ', ' || quote(advice) || "   \
    "', NULL),' FROM " table " WHERE capture_id > 1"
#define EVIDENCE(table)                                                                                      \
    "SELECT '(' || capture_id || ', ' || finding_id || ', ' || position || ', ' || quote(name) || ', ' || "  \
    "quote(value) || '),' FROM " table " WHERE capture_id > 1"
    int wrong = differences(FINDING("finding") " EXCEPT " FINDING("written")) +
                differences(FINDING("written") " EXCEPT " FINDING("finding")) +
                differences(EVIDENCE("finding_evidence") " EXCEPT " EVIDENCE("written_evidence")) +
                differences(EVIDENCE("written_evidence") " EXCEPT " EVIDENCE("finding_evidence"));
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_fixture, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
