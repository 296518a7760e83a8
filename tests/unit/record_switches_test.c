/* Context switches: records to rows, whose are left out where a recording has targets, and the set of
 * processes behind that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "record/collect/batch.h"
#include "tests/unit/record_batch.h"

#define OUT     PERF_RECORD_MISC_SWITCH_OUT
#define PREEMPT PERF_RECORD_MISC_SWITCH_OUT_PREEMPT

/* A task leaves CPU 0 (OUT) or comes to it (0). */
static void feed_switch(struct fixture *f, uint16_t misc, int32_t pid, int32_t tid, int32_t other_pid,
                        int32_t other_tid, uint64_t time) {
    const uint64_t record[] = {both((uint32_t)other_pid, (uint32_t)other_tid),
                               both((uint32_t)pid, (uint32_t)tid), time, 0, ID_SWITCH};
    feed(f, PERF_RECORD_SWITCH_CPU_WIDE, misc, record, 5);
}

static void feed_task(struct fixture *f, uint32_t type, int32_t pid, int32_t parent) {
    const uint64_t record[] = {both((uint32_t)pid, (uint32_t)parent),
                               both((uint32_t)pid, (uint32_t)parent),
                               1,
                               both((uint32_t)parent, (uint32_t)parent),
                               1,
                               0,
                               ID_SIDEBAND};
    feed(f, type, 0, record, 7);
}

static void assert_row(const struct ht_table *t, uint32_t row, const int64_t wanted[8]) {
    for (unsigned column = 0; column < HT_SWITCH_COLUMN_COUNT; column++)
        assert_int_equal(ht_table_i64(t, column, row), wanted[column]);
}

static void test_rows(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    const uint64_t per_task[] = {both(7, 8), 400, 0, ID_SWITCH};
    feed_switch(f, 0, 7, 8, 0, 0, 100);
    feed_switch(f, OUT, 7, 8, 9, 10, 200);
    feed_switch(f, OUT | PREEMPT, 9, 10, 7, 8, 300);
    feed(f, PERF_RECORD_SWITCH, OUT, per_task, 4); /* tells nothing of the other one */
    assert_int_equal(f->batch.samples[4], 4);
    assert_int_equal(f->batch.filtered, 0);
    read_back(f, HT_CHUNK_SWITCH, &t);
    assert_int_equal(t.rows, 4);
    assert_row(&t, 0, (const int64_t[]){100, 0, 7, 8, 0, 0, 0, 0});
    assert_row(&t, 1, (const int64_t[]){200, 0, 7, 8, 1, 0, 9, 10});
    assert_row(&t, 2, (const int64_t[]){300, 0, 9, 10, 1, 1, 7, 8});
    assert_row(&t, 3, (const int64_t[]){400, 0, 7, 8, 1, 0, -1, -1});
    ht_table_free(&t);
}

static void test_nonsense_is_counted(void **state) {
    struct fixture *f = *state;
    const uint64_t no_other[] = {both(7, 8), 400, 0, ID_SWITCH}, cut[] = {ID_SWITCH},
                   no_such_cpu[] = {both(1, 1), both(7, 8), 400, 1 << 20, ID_SWITCH};
    feed(f, PERF_RECORD_SWITCH_CPU_WIDE, 0, no_other, 4);
    feed(f, PERF_RECORD_SWITCH, 0, cut, 1);
    feed(f, PERF_RECORD_SWITCH_CPU_WIDE, 0, no_such_cpu, 5);
    assert_int_equal(f->batch.malformed, 3);
    assert_int_equal(f->batch.samples[4], 0);
}

/* The kernel has no number any more for a thread that is reaped; who it was follows from the order. */
static void test_the_dead_have_their_names(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    const uint64_t lost[] = {ID_SWITCH, 17, both(1, 1), 350, 0, ID_SWITCH};
    feed_switch(f, 0, 7, 8, 1, 1, 100);
    feed_switch(f, OUT, -1, -1, 9, 9, 200);
    feed_switch(f, 0, 9, 9, 7, -1, 201);
    feed(f, PERF_RECORD_LOST, 0, lost, 6);
    feed_switch(f, OUT, -1, -1, 9, 9, 400); /* something is missing in between */
    read_back(f, HT_CHUNK_SWITCH, &t);
    assert_row(&t, 1, (const int64_t[]){200, 0, 7, 8, 1, 0, 9, 9});
    assert_row(&t, 2, (const int64_t[]){201, 0, 9, 9, 0, 0, 7, 8});
    assert_row(&t, 3, (const int64_t[]){400, 0, -1, -1, 1, 0, 9, 9});
    ht_table_free(&t);
}

static void test_others_are_left_out(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    f->batch.others = ht_pid_set_new();
    assert_non_null(f->batch.others);
    ht_pid_set_add(f->batch.others, 20);
    feed_switch(f, 0, 20, 21, 0, 0, 100);
    feed_switch(f, OUT, 20, 21, 0, 0, 110);
    feed_switch(f, 0, 0, 0, 20, 21, 110); /* idle */
    feed_switch(f, OUT, 0, 0, 30, 30, 120);
    assert_int_equal(f->batch.filtered, 4);
    feed_switch(f, 0, 30, 30, 20, 21, 120); /* nobody knows 30 yet: it may be a child of a target */
    feed_task(f, PERF_RECORD_FORK, 31, 20);
    feed_task(f, PERF_RECORD_FORK, 32, 30);
    feed_switch(f, 0, 31, 31, 20, 21, 130);
    feed_switch(f, 0, 32, 32, 20, 21, 140);
    assert_int_equal(f->batch.filtered, 5);
    assert_int_equal(f->batch.samples[4], 2);
    read_back(f, HT_CHUNK_SWITCH, &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(t.number[HT_SWITCH_PID][0], 30);
    assert_int_equal(t.number[HT_SWITCH_PID][1], 32);
    ht_table_free(&t);
    ht_pid_set_free(f->batch.others);
}

/* Its number is free then, but what is left of its stay is still another's. */
static void test_the_end_of_another(void **state) {
    struct fixture *f = *state;
    f->batch.others = ht_pid_set_new();
    assert_non_null(f->batch.others);
    ht_pid_set_add(f->batch.others, 20);
    feed_switch(f, 0, 20, 20, 0, 0, 100);
    feed_task(f, PERF_RECORD_EXIT, 20, 1);
    feed_switch(f, OUT, -1, -1, 5, 5, 110);
    assert_int_equal(f->batch.filtered, 2);
    feed_switch(f, 0, 20, 20, 5, 5, 120); /* the number of a new process whose birth is not read yet */
    assert_int_equal(f->batch.filtered, 2);
    assert_int_equal(f->batch.samples[4], 1);
    ht_pid_set_free(f->batch.others);
}

static void test_late_rows_and_full_batches(void **state) {
    struct fixture *f = *state;
    f->batch.bound = 50;
    for (unsigned i = 0; i < HT_BATCH_ROWS + 10; i++)
        feed_switch(f, i % 2 ? OUT : 0, 7, 8, 9, 9, i);
    assert_int_equal(f->batch.late, 50);
    assert_int_equal(f->batch.switches.rows, 10);
    assert_int_equal(f->written[HT_CHUNK_SWITCH], 1);
    assert_int_equal(ht_batch_flush(&f->batch), HT_OK);
    assert_int_equal(f->written[HT_CHUNK_SWITCH], 2);
    assert_int_equal(f->batch.switches.rows, 0);
}

/* ---- the set ---- */

static void test_pid_set(void **state) {
    static const int32_t outside[] = {-1, INT32_MIN, HT_PIDS_MAX, INT32_MAX};
    struct ht_pid_set *set = ht_pid_set_new();
    (void)state;
    assert_non_null(set);
    assert_true(ht_pid_set_has(set, 0));
    assert_false(ht_pid_set_has(set, 63));
    ht_pid_set_add(set, 63);
    ht_pid_set_add(set, 64);
    ht_pid_set_add(set, HT_PIDS_MAX - 1);
    assert_true(ht_pid_set_has(set, 63) && ht_pid_set_has(set, 64) && ht_pid_set_has(set, HT_PIDS_MAX - 1));
    assert_false(ht_pid_set_has(set, 65));
    ht_pid_set_remove(set, 63);
    assert_false(ht_pid_set_has(set, 63));
    assert_true(ht_pid_set_has(set, 64));
    ht_pid_set_fork(set, 100, 64);
    assert_true(ht_pid_set_has(set, 100));
    ht_pid_set_fork(set, 100, 65); /* the number again, for a child of somebody else */
    assert_false(ht_pid_set_has(set, 100));
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        ht_pid_set_add(set, outside[i]);
        ht_pid_set_remove(set, outside[i]);
        assert_false(ht_pid_set_has(set, outside[i]));
    }
    assert_false(ht_pid_set_has(set, getpid()));
    ht_pid_set_add_all(set);
    assert_true(ht_pid_set_has(set, getpid()));
    ht_pid_set_free(set);
    ht_pid_set_free(NULL);
}

struct writer {
    struct ht_pid_set *set;
    int32_t first;
};

/* Every other pid of one word: none of the other thread's may be undone. */
static void *write_pids(void *argument) {
    const struct writer *w = argument;
    for (int round = 0; round < 2000; round++)
        for (int32_t pid = w->first; pid < 64 * 4; pid += 2) {
            ht_pid_set_remove(w->set, pid);
            ht_pid_set_add(w->set, pid);
        }
    return NULL;
}

static void test_pid_set_between_threads(void **state) {
    struct writer even = {ht_pid_set_new(), 0}, odd = {even.set, 1};
    pthread_t thread;
    (void)state;
    assert_non_null(even.set);
    assert_int_equal(pthread_create(&thread, NULL, write_pids, &odd), 0);
    write_pids(&even);
    pthread_join(thread, NULL);
    for (int32_t pid = 0; pid < 64 * 4; pid++)
        assert_true(ht_pid_set_has(even.set, pid));
    ht_pid_set_free(even.set);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_rows),
        TEST(test_nonsense_is_counted),
        TEST(test_the_dead_have_their_names),
        TEST(test_others_are_left_out),
        TEST(test_the_end_of_another),
        TEST(test_late_rows_and_full_batches),
        cmocka_unit_test(test_pid_set),
        cmocka_unit_test(test_pid_set_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
