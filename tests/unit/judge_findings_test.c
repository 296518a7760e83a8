/* What is said of a capture, from tables made by hand: which findings, in which order, and their words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/judge_rows.h"

/* A line of cache_line; the columns that must be there and do not matter are 0. */
static void line(int id, const char *verdict, const char *scope, unsigned transfers, const char *more) {
    char sql[2000];
    snprintf(sql, sizeof sql,
             "INSERT INTO cache_line SELECT 1, %d, 4096 * %d, 'private', 7, NULL, 'counters+0x8', NULL, "
             "NULL, 0, 0, 2000, 0, "
             "0, 0, %u, 0, 0, 0, 0, 0, 0, 0, 2, 3, 2, NULL, '%s', '%s', 0.5, 'for a reason', NULL, NULL, "
             "NULL, NULL, NULL, "
             "NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL",
             id, id, transfers, verdict, scope);
    run(sql);
    if (more[0] != '\0') {
        snprintf(sql, sizeof sql, "UPDATE cache_line SET %s WHERE line_id = %d", more, id);
        run(sql);
    }
}

static void test_nothing(void **state) {
    (void)state;
    capture("memory sampling", 0, 1000);
    line(1, "no finding", "unknown", 0, "");
    judge();
    expect(1, NULL, NULL);
}

static void test_lines(void **state) {
    (void)state;
    capture("memory sampling", 0, 1000);
    line(1, "cannot tell", "cross-socket", 1234, "");
    line(2, "false sharing", "cross-socket", 500, "");
    line(3, "true sharing", "within node", 400, "object = NULL");
    line(4, "mixed", "cross-node", 300, "");
    line(5, "remote placement", "cross-node", 0, "remote_memory = 50");
    judge();
    /* what is proven comes first, by rank; then what is not; then placement */
    expect(1, "line",
           "False sharing across sockets on line 0x2000 (counters+0x8): unnamed code writes what unnamed "
           "code has to fetch; "
           "500 of 2,000 samples were transfers.");
    expect(2, "line",
           "True sharing within one node on line 0x3000 (no known object): unnamed code writes what unnamed "
           "code has to "
           "fetch; 400 of 2,000 samples were transfers.");
    expect(3, "line",
           "Mixed true and false sharing across nodes on line 0x4000 (counters+0x8): unnamed code writes "
           "what unnamed code "
           "has to fetch; 300 of 2,000 samples were transfers.");
    expect(4, "line",
           "Cannot tell how line 0x1000 (counters+0x8) is shared across sockets, though 1,234 of its 2,000 "
           "samples were "
           "transfers: for a reason.");
    expect(5, "line",
           "Line 0x5000 (counters+0x8) lies on another node than those who read it: for a reason.");
    expect(6, NULL, NULL);
}

/* What nothing can be told of is said first where it is what the capture is about. */
static void test_unproven_first(void **state) {
    (void)state;
    capture("memory sampling", 0, 1000);
    line(1, "cannot tell", "unknown", 2001, "");
    line(2, "cannot tell", "unknown", 1900, "");
    line(3, "true sharing", "within node", 500, "");
    judge();
    expect(1, "line",
           "Cannot tell how line 0x1000 (counters+0x8) is shared at an unknown distance, though 2,001 of its "
           "2,000 samples were transfers: for a reason.");
    expect(
        2, "line",
        "True sharing within one node on line 0x3000 (counters+0x8): unnamed code writes what unnamed code "
        "has to fetch; 500 of 2,000 samples were transfers.");
    expect(3, NULL, NULL);
}

static void test_one_transfer(void **state) {
    (void)state;
    capture("memory sampling", 0, 1000);
    line(1, "cannot tell", "within node", 1, "");
    judge();
    expect(
        1, "line",
        "Cannot tell how line 0x1000 (counters+0x8) is shared within one node, though 1 of its 2,000 samples "
        "was a transfer: for a reason.");
}

static void test_five_lines_at_most(void **state) {
    (void)state;
    capture("memory sampling", 0, 1000);
    for (int i = 1; i < 9; i++)
        line(i, "true sharing", "within node", (unsigned)(1000 - i), "");
    judge();
    expect(5, "line",
           "True sharing within one node on line 0x5000 (counters+0x8): unnamed code writes what unnamed "
           "code has to fetch; "
           "995 of 2,000 samples were transfers.");
    expect(6, NULL, NULL);
}

static void test_level(void **state) {
    (void)state;
    capture("software", 0, 0);
    judge();
    expect(1, "level",
           "Cannot tell which cache lines are fought over: this capture has level software (a reason). "
           "Nothing else "
           "stands out.");
}

/* Only sources that were recorded are counted up: their zero means none. */
static void test_level_with_sources(void **state) {
    (void)state;
    capture("software", 0, 0);
    run("INSERT INTO event SELECT 1, 1, 'sched:sched_migrate_task', 'tracepoint', 2, 0, 0, 0, 1, 0, 0, 3, 3, "
        "0, 1, 0, 0;"
        "INSERT INTO event SELECT 1, 2, 'page-faults', 'page fault', 1, 2, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0;"
        "INSERT INTO migration VALUES (1, 5, 7, 'x', 0, 1, 0, 0, 7), (1, 6, 7, 'x', 1, 2, 0, 1, 7), (1, 7, "
        "7, 'x', 2, 1, 1, 0, 7)");
    judge();
    expect(
        1, "level",
        "Cannot tell which cache lines are fought over: this capture has level software (a reason). Nothing "
        "else stands out. It saw task migrations: 3 (2 between nodes); page faults: 0.");
}

static void test_loss(void **state) {
    (void)state;
    capture("memory sampling", 10, 990); /* one in a hundred is not worth a word */
    judge();
    expect(1, NULL, NULL);
    run("UPDATE capture SET lost_samples = 1000, mem_samples = 3000");
    judge();
    expect(1, "loss",
           "At least 1,000 samples were lost, 25.0 % of what was due: counts are lower bounds and shares may "
           "be skewed.");
    run("DELETE FROM finding; UPDATE capture SET lost_exact = 1");
    judge();
    expect(
        1, "loss",
        "1,000 samples were lost, 25.0 % of what was due: counts are lower bounds and shares may be skewed.");
}

/* What was due is what all events were to deliver, tracepoints too. */
static void test_loss_of_tracepoints(void **state) {
    (void)state;
    capture("memory sampling", 20, 1000);
    run("INSERT INTO event SELECT 1, 1, 'sched:sched_migrate_task', 'tracepoint', 2, 0, 0, 0, 1, 0, 0, "
        "100000, NULL, 20, 1,"
        " NULL, NULL");
    judge();
    expect(1, NULL, NULL);
}

static void test_migrations(void **state) {
    (void)state;
    capture("memory sampling", 0, 1000);
    for (int i = 0; i < 9; i++)
        run("INSERT INTO migration VALUES (1, 5, 11, 'mover', 0, 1, 0, 1, NULL)");
    run("INSERT INTO migration VALUES (1, 5, 12, 'inside', 0, 2, 0, 0, NULL)"); /* stays on its node */
    judge();
    expect(1, NULL, NULL);
    for (int i = 0; i < 3; i++)
        run("INSERT INTO migration VALUES (1, 5, 13, 'other', 1, 0, 1, 0, NULL)");
    judge();
    /* 12 in two seconds */
    expect(1, "migration",
           "The scheduler moved tasks between nodes 12 times (6.0 a second), mover (tid 11) most often: 9 "
           "times.");
    run("DELETE FROM finding; DELETE FROM migration");
    run("INSERT INTO page_migration VALUES (1, 5, 0, 1, 1500, 2, 0, 'numa_misplaced'), (1, 6, 0, 1, 500, 0, "
        "0, "
        "'numa_misplaced'), (1, 7, 0, 1, 0, 9, 0, 'compaction')");
    judge();
    expect(1, "page migration", "The kernel moved 2,000 pages (2 could not be), reason numa_misplaced.");
    expect(2, NULL, NULL);
}

static void test_remote_memory(void **state) {
    (void)state;
    capture("memory sampling", 0, 1000);
    run("INSERT INTO cpu VALUES (1, 0, 0, 0, 0, 0, 0, 1), (1, 1, 1, 1, 0, 1, 1, 1)");
    run("INSERT INTO bucket VALUES (1, 0, 'remote_memory', 1, NULL, 60), (1, 1, 'remote_memory', 1, NULL, "
        "60), (1, 0, "
        "'local_memory', 1, NULL, 80), (1, 0, 'remote_memory', 0, NULL, 99)");
    judge();
    expect(1, "placement",
           "CPUs of node 1 had to fetch from another node's memory: 60 % of their sampled loads that reached "
           "memory "
           "went there (120 of 200 samples).");
    expect(2, NULL, NULL);
}

static void test_conditions(void **state) {
    (void)state;
    capture("memory sampling", 0, 1000);
    run("INSERT INTO condition (capture_id, phase, name, value) VALUES (1, 'start', 'kernel.numa_balancing', "
        "'0'), (1, "
        "'end', 'kernel.numa_balancing', '1'), (1, 'start', 'load.avg', '1'), (1, 'end', 'load.avg', '2'), "
        "(1, 'start', "
        "'same', 'x'), (1, 'end', 'same', 'x')");
    judge();
    expect(1, "condition changed",
           "A condition changed during the window: kernel.numa_balancing was \"0\" and became \"1\".");
    expect(2, NULL, NULL);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_unproven_first),
        TEST(test_loss_of_tracepoints),
        TEST(test_one_transfer),
        TEST(test_nothing),
        TEST(test_lines),
        TEST(test_five_lines_at_most),
        TEST(test_level),
        TEST(test_loss),
        TEST(test_level_with_sources),
        TEST(test_migrations),
        TEST(test_remote_memory),
        TEST(test_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
