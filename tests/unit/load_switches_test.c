/* CPU time from context switches: rows made by hand, times computed by hand; and when cpu-clock samples are
 * taken instead. */
#include "load_maker.h"

#include "analyze/load/switches.h"

enum { IN, OUT, PREEMPT };

struct row {
    uint64_t time;
    int64_t cpu, tid;
    int what;
    int64_t other;
};

#define START  1000
#define WINDOW 10000 /* ns */

static struct ht_threads threads;
static struct ht_switches switches;

static uint32_t thread_of(int64_t tid) {
    uint32_t thread;
    if (tid <= 0)
        return tid == 0 ? HT_SWITCH_IDLE : HT_SWITCH_EXITED;
    assert_int_equal(ht_threads_find(&threads, tid, tid, &thread), HT_OK);
    return thread;
}

static void feed(const struct row *row, size_t count) {
    memset(&threads, 0, sizeof threads);
    switches = (struct ht_switches){.start_ns = START, .end_ns = START + WINDOW};
    for (size_t i = 0; i < count; i++) {
        uint32_t thread = thread_of(row[i].tid);
        struct ht_switch_row s = {.time_ns = row[i].time,
                                  .cpu = row[i].cpu,
                                  .node = (int)(row[i].cpu / 2),
                                  .thread = thread,
                                  .tid = row[i].tid,
                                  .other_tid = row[i].other,
                                  .out = row[i].what != IN,
                                  .preempt = row[i].what == PREEMPT};
        assert_int_equal(ht_switches_add(&switches, &s, 0), HT_OK);
    }
    assert_int_equal(ht_switches_finish(&switches, &threads), HT_OK);
}

static void done(void) {
    ht_switches_free(&switches);
    ht_threads_free(&threads);
}

/* CPU time on a node; -1: the thread is not exact. */
static int64_t time_on(int64_t tid, int node) {
    uint32_t thread = thread_of(tid);
    int64_t sum = 0;
    if (!ht_switches_exact(&switches, thread))
        return -1;
    for (uint32_t i = 0; i < switches.residence.count; i++)
        if (switches.residence.row[i].thread == thread && switches.residence.row[i].node == node)
            sum += (int64_t)switches.residence.row[i].cpu_ns;
    return sum;
}

#define FEED(...)                                                                                            \
    feed((const struct row[]){__VA_ARGS__}, sizeof((struct row[]){__VA_ARGS__}) / sizeof(struct row))

/* On CPU 0 of node 0 and CPU 2 of node 1, with idle in between. */
static void test_stays(void **state) {
    (void)state;
    FEED({2000, 0, 0, OUT, -1}, {2001, 0, 7, IN, -1}, {2101, 0, 7, OUT, -1}, {2102, 0, 0, IN, -1},
         {3000, 2, 7, IN, -1}, {3400, 2, 7, PREEMPT, -1}, {3402, 2, 8, IN, -1}, {3502, 2, 8, OUT, -1});
    assert_int_equal(time_on(7, 0), 100);
    assert_int_equal(time_on(7, 1), 400);
    assert_int_equal(time_on(8, 1), 100);
    const struct ht_switch_sum *sum = &switches.sum[thread_of(7)];
    assert_int_equal(sum->switches, 2);
    assert_int_equal(sum->preempted, 1);
    assert_int_equal(sum->stays, 2);
    assert_int_equal(sum->stay_ns, 500);
    assert_int_equal(sum->longest_stay_ns, 400);
    done();
}

/* 7 ran before the window, 8 is on its CPU when it ends; rows outside of the window are cut. */
static void test_edges(void **state) {
    (void)state;
    FEED({1500, 0, 7, OUT, -1}, {10500, 0, 8, IN, -1}, {900, 1, 9, IN, -1}, {1100, 1, 9, OUT, -1},
         {10900, 1, 9, IN, -1}, {11500, 1, 9, OUT, -1}, {500, 2, 6, IN, -1}, {600, 2, 6, OUT, -1});
    assert_int_equal(time_on(7, 0), 500);
    assert_int_equal(switches.sum[thread_of(7)].stays, 0);
    assert_int_equal(time_on(8, 0), 500);
    assert_int_equal(time_on(9, 0), 100 + 100);
    assert_int_equal(time_on(6, 1), 0);
    done();
}

/* The switch itself belongs to who comes, where the one that went told who that is. */
static void test_cost_of_switch(void **state) {
    (void)state;
    FEED({2000, 0, 7, IN, -1}, {2100, 0, 7, OUT, 8}, {2104, 0, 8, IN, 7}, {2200, 0, 8, OUT, 9},
         {2205, 0, 7, IN, 8}, {2300, 0, 7, OUT, 0}, {2301, 0, 0, IN, 7}, {2400, 0, 0, OUT, 8},
         {2410, 0, 8, IN, 0}, {2420, 0, 8, OUT, -1});
    assert_int_equal(time_on(7, 0), 100 + 95); /* 9 was to come, not 7 */
    assert_int_equal(time_on(8, 0), 100 + 20);
    done();
}

/* The last switch of an exiting thread has no tid any more. */
static void test_exit(void **state) {
    (void)state;
    FEED({2000, 0, 7, IN, -1}, {2100, 0, -1, OUT, -1}, {2200, 0, 8, IN, -1}, {2300, 0, 8, OUT, -1},
         {2400, 0, -1, OUT, -1});
    assert_int_equal(time_on(7, 0), 100);
    assert_int_equal(time_on(8, 0), 100);
    done();
    /* still on the CPU, but known to have ended */
    memset(&threads, 0, sizeof threads);
    switches = (struct ht_switches){.start_ns = START, .end_ns = START + WINDOW};
    struct ht_switch_row s = {.time_ns = 2000, .tid = 7, .other_tid = -1, .thread = thread_of(7)};
    assert_int_equal(ht_switches_add(&switches, &s, 0), HT_OK);
    threads.thread[s.thread].exit_ns = 2500;
    assert_int_equal(ht_switches_finish(&switches, &threads), HT_OK);
    assert_int_equal(time_on(7, 0), 500);
    done();
}

/* A thread that was made in the window has not run since its start. */
static void test_born(void **state) {
    (void)state;
    memset(&threads, 0, sizeof threads);
    switches = (struct ht_switches){.start_ns = START, .end_ns = START + WINDOW};
    struct ht_switch_row s = {.time_ns = 2000, .tid = 7, .other_tid = -1, .thread = thread_of(7), .out = 1};
    assert_int_equal(ht_switches_add(&switches, &s, 1900), HT_OK);
    assert_int_equal(ht_switches_finish(&switches, &threads), HT_OK);
    assert_int_equal(time_on(7, 0), 100);
    done();
}

/* What contradicts itself is not exact; others are. */
static void test_contradictions(void **state) {
    (void)state;
    FEED({2000, 0, 7, IN, -1}, {2100, 0, 8, IN, -1}, {2200, 0, 8, OUT, -1}, {2300, 0, 9, OUT, -1},
         {2400, 0, 6, IN, -1}, {2500, 0, 5, OUT, -1}, {2600, 0, 4, IN, -1}, {2700, 0, 0, OUT, -1});
    assert_int_equal(time_on(7, 0), -1); /* never left */
    assert_int_equal(time_on(8, 0), 100);
    assert_int_equal(time_on(9, 0), -1); /* left, but never came */
    assert_int_equal(time_on(6, 0), -1); /* another left in its place */
    assert_int_equal(time_on(5, 0), -1);
    assert_int_equal(time_on(4, 0), -1);
    done();
    /* in two places at once: more than the window */
    FEED({1000, 0, 7, IN, -1}, {10000, 0, 7, OUT, -1}, {1000, 1, 7, IN, -1}, {10000, 1, 7, OUT, -1});
    assert_int_equal(time_on(7, 0), -1);
    done();
}

/* Out of order, a CPU that is not told: nothing is exact. */
static void test_loss(void **state) {
    (void)state;
    FEED({2000, 0, 7, IN, -1}, {2100, 0, 7, OUT, -1}, {3000, 1, 8, IN, -1}, {2999, 1, 8, OUT, -1});
    assert_int_equal(time_on(7, 0), -1);
    done();
    FEED({2000, 0, 7, IN, -1}, {2100, 0, 7, OUT, -1}, {2000, -1, 8, IN, -1});
    assert_int_equal(time_on(7, 0), -1);
    done();
    FEED({2000, 0, 7, IN, -1}, {2100, 0, 7, OUT, -1}, {2000, 1 << 20, 8, IN, -1});
    assert_int_equal(time_on(7, 0), -1);
    assert_int_equal(time_on(99, 0), -1);
    done();
}

/* ---- in a capture ---- */

enum { SWITCH_EVENT = 1, CLOCK_EVENT = 0 };

static void put_switch(struct making *m, uint64_t time, uint64_t cpu, uint64_t tid, int what) {
    ADD(m, time, cpu, tid == 8 ? 7 : tid, tid, what != IN, what == PREEMPT, (uint64_t)-1, (uint64_t)-1);
}

/* Threads 7 and 8 of process 7, by switches and by samples; thread 9 by samples alone, thread 0 is idle.
 * loss: kind of a loss, -1 none; of an event, -1 not told. */
static void make_capture(const char *path, int loss, int64_t of_event, uint64_t not_told) {
    struct making m;
    begin(&m, path);
    maker_meta(&m.table, "window_start_ns", "1000");
    maker_meta(&m.table, "window_end_ns", "11000");
    next(&m, HT_CHUNK_CPU);
    ADD(&m, 0, 0, 0, 0, 0, 0, 1, 64);
    ADD(&m, 1, 1, 1, 0, 1, 1, 1, 64);
    next(&m, HT_CHUNK_EVENT);
    static const uint64_t kinds[] = {HT_EVENT_KIND_CPU_CLOCK, HT_EVENT_KIND_SWITCH, HT_EVENT_KIND_PAGE_FAULT};
    for (unsigned i = 0; i < 3; i++) {
        uint32_t row = ADD(&m, i);
        m.table.number[HT_EVENT_KIND][row] = kinds[i];
        m.table.number[HT_EVENT_TYPE][row] = 1;
    }
    next(&m, HT_CHUNK_SWITCH);
    put_switch(&m, 2000, 0, 7, IN);
    put_switch(&m, 5000, 0, 7, PREEMPT);
    put_switch(&m, 5500, 0, 0, IN);
    put_switch(&m, 6000, 1, 7, IN);
    put_switch(&m, 7000, 1, 7, OUT);
    put_switch(&m, 8000, 1, 8, IN);
    next(&m, HT_CHUNK_CPU_SAMPLE);
    ADD(&m, 3000, CLOCK_EVENT, 0, 7, 7, 0x401000, 0, 1000, 2);
    ADD(&m, 3100, CLOCK_EVENT, 0, 9, 9, 0x401000, 0, 6000, 2);
    ADD(&m, 3200, CLOCK_EVENT, 1, 9, 9, 0x401000, 0, 6000, 2);
    ADD(&m, 3300, CLOCK_EVENT, 0, 0, 0, 0x401000, 0, 6000, 1);
    if (loss >= 0) {
        next(&m, HT_CHUNK_LOSS);
        ADD(&m, 4000, (uint64_t)loss, 0, (uint64_t)of_event, 1);
    }
    next(&m, HT_CHUNK_COUNTER);
    ADD(&m, 11000, 0, CLOCK_EVENT, 4, 1, 1, 1, 1);
    ADD(&m, 11000, 0, SWITCH_EVENT, 6, 1, 1, not_told, 1);
    end(&m);
}

#define RESIDENCE                                                                                            \
    "SELECT group_concat(tid || ' ' || node || ' ' || cpu_ns || ' ' || samples || ' ' || source, '; ') "     \
    "FROM "                                                                                                  \
    "(SELECT * FROM residence ORDER BY tid, node)"

#define BY_SWITCHES "7 0 3000 1 switches; 7 1 1000 1 switches; 8 1 3000 1 switches; "
/* 12000 ns of samples are more than the window of 10000. */
#define NINE       "9 0 5000 1 cpu clock; 9 1 5000 1 cpu clock"
#define BY_SAMPLES "7 0 1000 1 cpu clock; "

static void check(int loss, int64_t of_event, const char *wanted) {
    char capture[64];
    maker_temporary(capture);
    make_capture(capture, loss, of_event, 0);
    sqlite3 *db = load_new(capture, NULL);
    expect(db, RESIDENCE, wanted);
    ht_db_close(db);
    unlink(capture);
}

static void test_source(void **state) {
    (void)state;
    check(-1, 0, BY_SWITCHES NINE);
    check(HT_LOSS_KIND_THROTTLE, -1, BY_SWITCHES NINE);
    check(HT_LOSS_KIND_SAMPLES, CLOCK_EVENT, BY_SWITCHES NINE);
    check(HT_LOSS_KIND_GAP, 2, BY_SWITCHES NINE);
    check(HT_LOSS_KIND_RECORDER, 2, BY_SWITCHES NINE);
    check(HT_LOSS_KIND_RING, -1, BY_SAMPLES NINE);
    check(HT_LOSS_KIND_RING, 2, BY_SAMPLES NINE); /* a ring is one for all events */
    check(HT_LOSS_KIND_RECORDER, -1, BY_SAMPLES NINE);
    check(HT_LOSS_KIND_SAMPLES, SWITCH_EVENT, BY_SAMPLES NINE);
    check(HT_LOSS_KIND_GAP, SWITCH_EVENT, BY_SAMPLES NINE);
    check(HT_LOSS_KIND_GAP, -1, BY_SAMPLES NINE);
}

/* A ring that stayed full to the end tells of no loss, and a file that was cut lacks what came last. */
static void test_silent_loss(void **state) {
    (void)state;
    char capture[64];
    maker_temporary(capture);
    make_capture(capture, -1, 0, 3);
    sqlite3 *db = load_new(capture, NULL);
    expect(db, RESIDENCE, BY_SAMPLES NINE);
    expect(db, "SELECT count(*) || ' ' || count(stays) || ' ' || sum(switches) FROM thread_switch", "2 0 2");
    ht_db_close(db);
    make_capture(capture, -1, 0, 0);
    struct maker_file whole = maker_read(capture);
    maker_write(capture, whole.data, whole.length - 30);
    db = load_new(capture, NULL);
    expect(db, RESIDENCE, BY_SAMPLES NINE);
    ht_db_close(db);
    free(whole.data);
    unlink(capture);
}

static void test_tables(void **state) {
    (void)state;
    char capture[64];
    maker_temporary(capture);
    make_capture(capture, -1, 0, 0);
    sqlite3 *db = load_new(capture, NULL);
    expect(db, "SELECT group_concat(time_ns || ' ' || tid || ' ' || out || preempt) FROM switch",
           "2000 7 00,5000 7 11,5500 0 00,6000 7 00,7000 7 10,8000 8 00");
    expect(db,
           "SELECT group_concat(tid || ' ' || switches || ' ' || preempted || ' ' || stays || ' ' || stay_ns "
           "|| ' ' || "
           "coalesce(longest_stay_ns, '-'), '; ') FROM thread_switch",
           "7 2 1 2 4000 3000; 8 0 0 0 0 -");
    expect(db, "SELECT group_concat(from_node || ' ' || value) FROM bucket WHERE metric = 'switches'",
           "0 1,1 1");
    expect(db, "SELECT group_concat(samples) FROM event", "4,6,0");
    ht_db_close(db);
    /* a report keeps sums alone */
    struct ht_ingest_options options = {.keep_rows = 0};
    struct ht_cause cause;
    int64_t id;
    assert_int_equal(ht_db_open(NULL, HT_DB_NEW, &db, &cause), HT_OK);
    assert_int_equal(ht_ingest(db, capture, &options, &id, &cause), HT_OK);
    expect(db, "SELECT (SELECT count(*) FROM switch) || ' ' || (SELECT count(*) FROM thread_switch)", "0 2");
    expect(db, RESIDENCE, BY_SWITCHES NINE);
    ht_db_close(db);
    unlink(capture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stays),  cmocka_unit_test(test_edges),  cmocka_unit_test(test_cost_of_switch),
        cmocka_unit_test(test_exit),   cmocka_unit_test(test_born),   cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_loss),   cmocka_unit_test(test_source), cmocka_unit_test(test_silent_loss),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
