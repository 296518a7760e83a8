/* Findings that need no PMU, from rows made by hand: thresholds, words, what a gap takes away, and that a
 * machine with one node hears nothing of nodes. The window of these captures is two seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/judge_rows.h"

#define LEVEL "Cannot tell which cache lines are fought over: this capture has level software (a reason)."

static void nodes(int count) {
    char sql[300];
    for (int i = 0; i < count; i++) {
        snprintf(sql, sizeof sql,
                 "INSERT INTO node VALUES (1, %d, 1000000, '%d-%d', %d);"
                 "INSERT INTO cpu VALUES (1, %d, %d, %d, 0, 0, %d, 1), (1, %d, %d, %d, 0, 1, %d, 1)",
                 i, 2 * i, 2 * i + 1, i, 2 * i, i, i, i, 2 * i + 1, i, i, i);
        run(sql);
    }
}

/* A software event or tracepoint that was on all the time. */
static void event(int id, const char *name, const char *kind, unsigned samples) {
    char sql[300];
    snprintf(sql, sizeof sql,
             "INSERT INTO event VALUES (1, %d, '%s', '%s', 2, 0, 0, 0, 1, 0, 0, %u, NULL, 0, 1, NULL, NULL)",
             id, name, kind, samples);
    run(sql);
}

static void off_after(int id, int64_t ns) {
    char sql[200];
    snprintf(sql, sizeof sql, "INSERT INTO loss VALUES (1, %lld, 'gap', NULL, %d, %lld)",
             (long long)(1000000000 + ns), id, (long long)(2000000000 - ns));
    run(sql);
}

static double confidence(int n) {
    sqlite3_stmt *select;
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT confidence FROM finding WHERE finding_id = ?1", -1, &select, NULL),
        SQLITE_OK);
    sqlite3_bind_int(select, 1, n);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    double answer = sqlite3_column_double(select, 0);
    sqlite3_finalize(select);
    return answer;
}

static void expect_evidence(int n, const char *name, const char *value) {
    sqlite3_stmt *select;
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT value FROM finding_evidence WHERE finding_id = ?1 AND name = ?2", -1,
                           &select, NULL),
        SQLITE_OK);
    sqlite3_bind_int(select, 1, n);
    sqlite3_bind_text(select, 2, name, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(select, 0), value);
    sqlite3_finalize(select);
}

static void forget(void) {
    run("DELETE FROM finding; DELETE FROM finding_evidence");
}

/* Twelve moves, six in each direction, in the first half second. */
static void migrations(void) {
    for (int i = 0; i < 6; i++)
        run("INSERT INTO migration VALUES (1, 1100000000, 11, 'mover', 0, 2, 0, 1, NULL), (1, 1200000000, "
            "11, 'mover', 2, 0, 1, 0, "
            "NULL)");
}

static void test_gap(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(2);
    event(1, "sched:sched_migrate_task", "tracepoint", 12);
    migrations();
    judge();
    expect(1, "migration",
           "The scheduler moved tasks between nodes 12 times (6.0 a second), mover (tid 11) most often: 12 "
           "times.");
    assert_true(confidence(1) == 1);
    expect_evidence(1, "recorded", "the whole window of 2.00 s, none lost");
    forget();
    off_after(1, 500000000);
    judge();
    expect(1, "migration",
           "The scheduler moved tasks between nodes 12 times in the first 0.5 s (24 a second), mover (tid "
           "11) most often: "
           "12 times.");
    assert_true(confidence(1) > 0.24 && confidence(1) < 0.26);
    expect_evidence(1, "recorded",
                    "the first 500 ms of 2.00 s, then switched off to stay inside the budget; none lost");
    expect(2, "level", LEVEL " It saw task migrations: 12 (12 between nodes) in the first 0.5 s.");
}

/* Everything that would speak of nodes, on a machine that has one. */
static void test_one_node(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(1);
    migrations();
    run("INSERT INTO device VALUES (1, 'eth0', 'net', 1, '24', '0-1');"
        "INSERT INTO node_stat VALUES (1, 1000000000, NULL, 'vmstat.numa_hint_faults', 0),"
        " (1, 3000000000, NULL, 'vmstat.numa_hint_faults', 1000000),"
        " (1, 1000000000, 0, 'numastat.numa_foreign', 0), (1, 3000000000, 0, 'numastat.numa_foreign', "
        "1000000),"
        " (1, 1000000000, 0, 'numastat.numa_hit', 0), (1, 3000000000, 0, 'numastat.numa_hit', 1);"
        "INSERT INTO numa_map VALUES (1, 1, 1000000000, 0, 7, 0, 'heap', 'default', NULL, 4096, 1, 1, "
        "100000);"
        "INSERT INTO numa_map_node VALUES (1, 1, 1, 100000);"
        "INSERT INTO thread VALUES (1, 7, 7, 'x', NULL, NULL, 0, 0);"
        "INSERT INTO residence VALUES (1, 7, 0, 2000000000, 2000, 'cpu clock')");
    judge();
    expect(1, "level", LEVEL " Nothing else stands out.");
    expect(2, NULL, NULL);
    run("INSERT INTO node VALUES (1, 1, 1, '', NULL)");
    forget();
    judge();
    expect(5, "level", LEVEL);
}

static void place(const char *pages_on_1, const char *ns_on_1) {
    char sql[900];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO process VALUES (1, 7, 1, 'db', NULL, NULL, 1, 0, NULL, NULL);"
        "INSERT INTO thread VALUES (1, 7, 7, 'db', NULL, NULL, 0, 0);"
        "INSERT INTO numa_map VALUES (1, 1, 1000000000, 0, 7, 0, 'heap', 'default', NULL, 4096, 1, 1, 1);"
        "INSERT INTO numa_map_node VALUES (1, 1, 0, 2048), (1, 1, 1, %s);"
        "INSERT INTO residence VALUES (1, 7, 0, 1000000000, 1000, 'switches'), (1, 7, 1, %s, 9, 'switches')",
        pages_on_1, ns_on_1);
    run(sql);
}

static void test_placement(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(2);
    place("8192", "250000000");
    judge();
    expect(1, "placement",
           "db (process 7) has 80 % of its memory on node 1, where it spent 20 % of its CPU time; it ran "
           "most on node 0 (80 %).");
    expect_evidence(1, "memory there", "32.0 MiB of 40.0 MiB, by the last numa_maps; policy default");
    expect_evidence(1, "CPU time", "1.25 s, from context switches (exact)");
    /* 0.8 x 0.8 + 0.2 x 0.2 */
    expect_evidence(1, "remote, if it uses all its pages alike",
                    "68 % of its accesses to memory; which pages it does use this level cannot tell");
    assert_true(confidence(1) > 0.98 && confidence(1) < 1);
}

/* Memory that lies where the process runs, or is spread, or is little, is no finding. */
static void test_placement_fine(void **state) {
    (void)state;
    static const char *const rows[][2] = {{"8192", "3000000000"}, {"2048", "0"}, {"1500", "0"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (i > 0) {
            teardown(NULL);
            assert_int_equal(setup(NULL), 0);
        }
        capture("software", 0, 0);
        nodes(2);
        place(rows[i][0], rows[i][1]);
        judge();
        expect(1, "level", LEVEL " Nothing else stands out.");
    }
}

static void stall(const char *kind, int64_t at_ns, int64_t took_ns) {
    char sql[400];
    snprintf(sql, sizeof sql,
             "INSERT INTO reclaim VALUES (1, %lld, '%s begin', 0, NULL, 7, 0, NULL), (1, %lld, '%s end', 0, "
             "NULL, 7, 0, 30)",
             (long long)(1000000000 + at_ns), kind, (long long)(1000000000 + at_ns + took_ns), kind);
    run(sql);
}

static void test_stalls(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(1);
    run("INSERT INTO thread VALUES (1, 7, 7, 'db', NULL, NULL, 0, 0);"
        "INSERT INTO process VALUES (1, 7, 1, 'db', NULL, NULL, 1, 0, NULL, NULL)");
    event(1, "vmscan:mm_vmscan_direct_reclaim_begin", "tracepoint", 2);
    stall("direct", 0, 9000000); /* 9 ms, 0.45 % of the window: every busy machine has that */
    judge();
    expect(1, "level", LEVEL " Nothing else stands out. It saw stalls to free memory: 1.");
    forget();
    stall("direct", 100000000, 12000000);
    judge();
    expect(1, "memory pressure",
           "Memory was short: 2 times a task had to free pages itself before it got any (direct reclaim), 21 "
           "ms in all, the "
           "longest 12 ms; db (process 7) waited most: 2 times, 21 ms.");
    expect_evidence(1, "pages that they freed", "60");
    forget();
    run("DELETE FROM reclaim");
    stall("cgroup", 0, 40000000);
    judge();
    expect(1, "memory pressure",
           "A control group was at a memory limit, or was asked to shrink: 1 time a task of it had to free "
           "pages itself before it "
           "got any, 40 ms in "
           "all, the longest 40 ms; db (process 7) waited most: 1 time, 40 ms.");
}

static void test_kswapd(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(2);
    run("INSERT INTO reclaim VALUES (1, 1500000000, 'kswapd wake', 0, 0, NULL, 0, NULL), (1, 1600000000, "
        "'kswapd sleep', 0, 0, "
        "NULL, NULL, NULL);"
        "INSERT INTO node_stat VALUES (1, 1000000000, 0, 'meminfo.MemTotal', 10737418240), (1, 1000000000, "
        "0, "
        "'meminfo.MemFree', 0), (1, 1000000000, 1, 'meminfo.MemTotal', 10737418240), (1, 1000000000, 1, "
        "'meminfo.MemFree', "
        "2147483648), (1, 3000000000, 1, 'meminfo.MemFree', 1610612736)");
    event(1, "vmscan:mm_vmscan_kswapd_wake", "tracepoint", 1);
    judge();
    expect(1, "memory pressure",
           "Memory is short on node 0 alone: kswapd worked 100 ms there, while node 1 always had at least "
           "1.5 GiB of its 10.0 "
           "GiB free.");
    forget();
    run("UPDATE node_stat SET value = 1000 WHERE node = 1 AND name = 'meminfo.MemFree' AND time_ns = "
        "3000000000");
    judge(); /* short there, too */
    expect(1, "level", LEVEL " Nothing else stands out.");
}

static void test_major_faults(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(2);
    event(1, "major-faults", "major fault", 19);
    judge();
    expect(1, "level", LEVEL " Nothing else stands out. It saw major page faults: 19.");
    forget();
    run("UPDATE event SET samples = 1200, lost = 300, lost_exact = 0; INSERT INTO thread VALUES (1, 8, 7, "
        "'db', NULL, NULL, 0, 0);"
        "INSERT INTO process VALUES (1, 7, 1, 'db', NULL, NULL, 1, 0, NULL, NULL); INSERT INTO major_fault "
        "VALUES (1, 8, 1, 1000, "
        "1, 2)");
    judge();
    expect(1, "major faults",
           "Tasks waited for a device to bring memory in 1,200 times (600 a second; major page faults); db "
           "(process 7) most: "
           "1,000.");
    expect_evidence(1, "recorded", "the whole window of 2.00 s, at least 300 lost");
    assert_true(confidence(1) > 0.79 && confidence(1) < 0.81);
}

/* /proc/stat and PSI come from another machine's file: anything may stand there. */
static void test_steal(void **state) {
    (void)state;
    static const char *const broken[] = {"",
                                         "1 2 3",
                                         "a b c d e f g h i j",
                                         "0 0 0 0 0 0 0 0 0 0",
                                         "9 9 9 9 9 9 9 9 9],[",
                                         "-9223372036854775808 0 0 0 0 0 0 9223372036854775807 0 0",
                                         "99999999999999999999 0 0 0 0 0 0 5 0 0"};
    capture("software", 0, 0);
    run("INSERT INTO condition (capture_id, phase, name, value) VALUES (1, 'start', 'load.stat.cpu', '0 0 0 "
        "0 0 0 0 0 0 0'),"
        " (1, 'end', 'load.stat.cpu', '100 0 50 30 10 0 0 10 0 0')");
    judge();
    expect(1, "stolen time",
           "The hypervisor withheld 5.0 % of the CPU time of this machine (steal): whatever was ready to run "
           "had to wait.");
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        char sql[300];
        snprintf(sql, sizeof sql, "UPDATE condition SET value = '%s' WHERE phase = 'end'", broken[i]);
        forget();
        run(sql);
        judge();
        expect(1, "level", LEVEL " Nothing else stands out.");
    }
}

static void test_busy(void **state) {
    (void)state;
    capture("software", 0, 0);
    run("INSERT INTO condition (capture_id, phase, name, value) VALUES (1, 'start', 'load.stat.cpu', '0 0 0 "
        "0 0 0 0 0 0 0'),"
        " (1, 'end', 'load.stat.cpu', '300 0 90 10 0 0 0 0 0 0'), (1, 'start', 'load.pressure.cpu', 'some "
        "avg10=0.00 total=5'),"
        " (1, 'end', 'load.pressure.cpu', 'some avg10=9.00 total=1200005')");
    judge();
    expect(1, "CPU pressure",
           "The CPUs were full: 98 % of their time was used, 22 % by the kernel; a task was ready and had no "
           "CPU for 60 % of "
           "the time.");
    /* 1.5 s of the two CPUs' 4 s are the target's. */
    forget();
    run("INSERT INTO condition (capture_id, phase, name, value) VALUES (1, 'capture', 'cpus_online', '2');"
        "INSERT INTO thread (capture_id, tid, pid, mem_samples, cpu_samples) VALUES (1, 10, 10, 0, 0), (1, "
        "20, "
        "20, 0, 0);"
        "INSERT INTO process (capture_id, pid, comm, is_target, is_recorder) VALUES (1, 10, 'work', 1, 0), "
        "(1, "
        "20, 'other', 0, 0);"
        "INSERT INTO residence VALUES (1, 10, 0, 1500000000, 15, 'cpu clock'), (1, 20, 0, 200000000, 2, 'cpu "
        "clock')");
    judge();
    expect(1, "CPU pressure",
           "The CPUs were full: 98 % of their time was used (38 % by the target itself, 60 % by others), 22 "
           "% by "
           "the kernel; a task was ready and had no CPU for 60 % of the time.");
    expect_evidence(1, "most CPU time", "work (process 10): 75 % of one CPU, of 2 processes seen on a CPU");
    forget();
    run("UPDATE condition SET value = 'some avg10=9.00 total=900005' WHERE name = 'load.pressure.cpu' AND "
        "phase = 'end'");
    judge();
    expect(1, "level", LEVEL " Nothing else stands out.");
}

/* The CPUs were recorded, so the faults are all processes'; the named function stands beside what has no
 * name. */
static void test_faults(void **state) {
    (void)state;
    capture("software", 0, 0);
    event(1, "page-faults", "page fault", 50000);
    run("INSERT INTO symbol VALUES (1, 1, 1, 0, 1, 'code', 'grow', 'grow');"
        "INSERT INTO code_bytes (capture_id, code_id, offset, code_address, symbol_id) VALUES (1, 1, 0, 16, "
        "1), "
        "(1, 2, 0, 32, NULL);"
        "INSERT INTO code_profile VALUES (1, 1, 0, 0, 0, 0, 0, 10000), (1, 2, 0, 0, 0, 0, 0, 40000)");
    judge();
    expect(1, "page faults", "Page faults were frequent: 25,000 a second (50,000 in 2.00 s).");
    expect_evidence(1, "named function with most", "grow (20 % of 50,000 samples)");
    forget();
    run("INSERT INTO condition (capture_id, phase, name, value) VALUES (1, 'capture', 'mode', 'cpu-wide'), "
        "(1, "
        "'capture', 'target_kind', 'pid')");
    off_after(1, 1200000000);
    judge();
    expect(1, "page faults",
           "Page faults were frequent on the whole machine, not only of the target: 41,667 a second (50,000 "
           "in the "
           "first 1.2 s).");
    forget();
    run("UPDATE condition SET value = 'per-task' WHERE name = 'mode'; DELETE FROM loss");
    judge();
    expect(1, "page faults", "Page faults were frequent: 25,000 a second (50,000 in 2.00 s).");
}

static void counters(const char *rows) {
    char sql[1200];
    snprintf(sql, sizeof sql,
             "WITH g(node, name, n) AS (VALUES %s) INSERT INTO node_stat SELECT 1, 1000000000, node, name, 7 "
             "FROM g UNION ALL "
             "SELECT 1, 3000000000, node, name, 7 + n FROM g",
             rows);
    run(sql);
}

static void test_counters(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(2);
    run("INSERT INTO condition (capture_id, phase, name, value) VALUES (1, 'capture', 'page_bytes', '4096')");
    counters("(NULL, 'vmstat.oom_kill', 2), (NULL, 'vmstat.balloon_inflate', 512), (NULL, "
             "'vmstat.numa_hint_faults', 4000), (NULL, "
             "'vmstat.numa_hint_faults_local', 1000), (NULL, 'vmstat.numa_pages_migrated', 512), (0, "
             "'numastat.numa_foreign', "
             "3000), (0, 'numastat.numa_hit', 7000), (1, 'numastat.numa_miss', 3000), (1, "
             "'numastat.numa_foreign', 0), (1, "
             "'numastat.numa_hit', 5)");
    judge();
    expect(1, "memory pressure",
           "The kernel killed 2 processes for lack of memory in the window (oom_kill).");
    expect(2, "memory pressure",
           "The hypervisor took 2.0 MiB of memory away from this machine in the window (balloon).");
    expect(3, "allocation",
           "Node 0 could not give 3,000 pages (11.7 MiB) that were wanted there, 30 % of what it was asked "
           "for: other nodes gave "
           "them (numa_foreign).");
    expect_evidence(3, "pages given instead (numa_miss)", "node 1 gave 3000");
    expect(4, "NUMA balancing",
           "Automatic NUMA balancing is busy: 2,000 hint faults a second (25 % of them on pages of the node "
           "they came from), 256 "
           "pages moved a second (1.0 MiB).");
    expect(5, "level", LEVEL);
    expect(6, NULL, NULL);
}

/* 100 pages, moved to node 0 and then to `second`. */
static void bounce(const char *second) {
    char sql[600];
    snprintf(
        sql, sizeof sql,
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99) INSERT INTO page_move "
        "SELECT 1, 1100000000, 7, 7, i * 4096, 1, i * 4096, 0 FROM n UNION ALL "
        "SELECT 1, 1200000000, 7, 7, i * 4096, 1, 1000000 + i * 4096, %s FROM n",
        second);
    run(sql);
}

static void test_bounce(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(2);
    event(1, "migrate:remove_migration_pte", "tracepoint", 200);
    bounce("0"); /* within a node: compaction does that */
    judge();
    expect(1, "level", LEVEL " Nothing else stands out.");
    forget();
    run("DELETE FROM page_move");
    bounce("NULL"); /* not known: nothing is claimed */
    judge();
    expect(1, "level", LEVEL " Nothing else stands out.");
    forget();
    run("DELETE FROM page_move; INSERT INTO page_migration VALUES (1, 1100000000, 0, 7, 200, 0, 0, "
        "'numa_misplaced');"
        "INSERT INTO process VALUES (1, 7, 1, 'db', NULL, NULL, 1, 0, NULL, NULL)");
    bounce("1");
    judge();
    expect(1, "page migration",
           "100 pages were moved to one node and then to another, up to 2 times: back and forth by NUMA "
           "balancing; db (process "
           "7) moved most: 100.");
}

static void test_devices(void **state) {
    (void)state;
    capture("software", 0, 0);
    nodes(2);
    run("INSERT INTO device VALUES (1, 'eth0', 'net', 1, '24-27', '0-1'), (1, 'eth1', 'net', 1, '28', "
        "'1-2'), (1, 'vda', "
        "'block', NULL, '40', '0')");
    judge();
    expect(1, "level", LEVEL " Nothing else stands out.");
    expect(2, "device",
           "The interrupts of 1 of 2 devices with a known node are taken on other nodes only: eth0 (node 1, "
           "interrupts on node "
           "0).");
    expect(3, NULL, NULL);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_gap),     TEST(test_one_node), TEST(test_placement), TEST(test_placement_fine),
        TEST(test_stalls),  TEST(test_faults),   TEST(test_kswapd),    TEST(test_major_faults),
        TEST(test_steal),   TEST(test_busy),     TEST(test_counters),  TEST(test_bounce),
        TEST(test_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
