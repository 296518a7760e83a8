/* Records to batches to a capture and back: what ht_reader returns is what the records said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/collect/batch.h"
#include "tests/unit/record_batch.h"

static void test_samples(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    const uint64_t user[] = {ID_FAULTS, 0x401000, both(7, 8), 1000, 0x7f0000001000, 1};
    const uint64_t kernel[] = {ID_FAULTS, 0xffffffff81000010, both(7, 9), 1200, 0x7f0000002000, 1};
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, user, 6);
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL, kernel, 6);
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, user, 6);
    assert_int_equal(f->batch.samples[1], 3);
    assert_int_equal(f->batch.hits.count, 2);
    assert_int_equal(f->asked, 1);
    assert_int_equal(f->processes[0], 7);
    read_back(f, HT_CHUNK_CPU_SAMPLE, &t);
    assert_int_equal(t.rows, 3);
    assert_int_equal(t.number[HT_CPU_SAMPLE_TIME][1], 1200);
    assert_int_equal(t.number[HT_CPU_SAMPLE_EVENT][1], 1);
    assert_int_equal(t.number[HT_CPU_SAMPLE_CPU][1], 1);
    assert_int_equal(t.number[HT_CPU_SAMPLE_PID][1], 7);
    assert_int_equal(t.number[HT_CPU_SAMPLE_TID][1], 9);
    assert_int_equal(t.number[HT_CPU_SAMPLE_IP][1], 0xffffffff81000010);
    assert_int_equal(t.number[HT_CPU_SAMPLE_ADDRESS][1], 0x7f0000002000);
    assert_int_equal(t.number[HT_CPU_SAMPLE_PERIOD][1], 1);
    assert_int_equal(t.number[HT_CPU_SAMPLE_CPUMODE][1], PERF_RECORD_MISC_KERNEL);
    ht_table_free(&t);
}

static void test_tracepoint_payload(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    /* u32 size 12, 12 bytes */
    const uint64_t sample[] = {ID_MIGRATE, 1, both(3, 4), 50, 0, 1, both(12, 0x01020304), 0x05060708090a0b0c};
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL, sample, 8);
    read_back(f, HT_CHUNK_TRACEPOINT, &t);
    assert_int_equal(t.rows, 1);
    struct ht_bytes payload = ht_table_bytes(&t, HT_TRACEPOINT_PAYLOAD, 0);
    assert_int_equal(payload.length, 12);
    assert_memory_equal(payload.data, (const char *)sample + 6 * 8 + 4, 12);
    assert_int_equal(t.number[HT_TRACEPOINT_TID][0], 4);
    ht_table_free(&t);
}

static void test_mmap2(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    uint64_t word[16] = {both(20, 21), 0x400000, 0x2000, 0x1000, both(8, 1), 4242, 5, both(5, 2)};
    memcpy(&word[8], "/bin/busy\0\0\0\0\0\0", 16);
    const uint64_t trailer[] = {both(20, 21), 300, 1, ID_SIDEBAND};
    memcpy(&word[10], trailer, sizeof trailer);
    feed(f, PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER, word, 14);
    ht_spaces_sort(&f->batch.spaces);
    const struct ht_mapping *m = ht_spaces_find(&f->batch.spaces, 20, 0x401fff);
    assert_non_null(m);
    assert_int_equal(m->inode, 4242);
    assert_null(ht_spaces_find(&f->batch.spaces, 20, 0x402000));
    read_back(f, HT_CHUNK_MMAP, &t);
    assert_int_equal(t.number[HT_MMAP_SOURCE][0], HT_MMAP_SOURCE_MMAP2);
    assert_int_equal(t.number[HT_MMAP_TIME][0], 300);
    assert_int_equal(t.number[HT_MMAP_MAJOR][0], 8);
    assert_int_equal(t.number[HT_MMAP_MINOR][0], 1);
    assert_int_equal(t.number[HT_MMAP_PROT][0], 5);
    assert_int_equal(t.number[HT_MMAP_FLAGS][0], 2);
    assert_int_equal(t.number[HT_MMAP_DATA][0], 0);
    struct ht_bytes file = ht_table_bytes(&t, HT_MMAP_FILE, 0);
    assert_int_equal(file.length, 9);
    assert_memory_equal(file.data, "/bin/busy", 9);
    ht_table_free(&t);
}

static void test_tasks(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    uint64_t comm[] = {both(5, 6), 0, 0, both(5, 6), 10, 0, ID_SIDEBAND};
    memcpy(&comm[1], "worker\0\0", 8);
    const uint64_t fork[] = {both(31, 30), both(33, 32), 20, both(30, 32), 20, 0, ID_SIDEBAND};
    feed(f, PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC, comm, 7);
    feed(f, PERF_RECORD_FORK, 0, fork, 7);
    feed(f, PERF_RECORD_EXIT, 0, fork, 7);
    assert_int_equal(f->processes[0], 30); /* the parent's mappings are the child's */
    read_back(f, HT_CHUNK_TASK, &t);
    assert_int_equal(t.rows, 3);
    assert_int_equal(t.number[HT_TASK_KIND][0], HT_TASK_KIND_EXEC);
    assert_int_equal(t.number[HT_TASK_KIND][1], HT_TASK_KIND_FORK);
    assert_int_equal(t.number[HT_TASK_PID][1], 31);
    assert_int_equal(t.number[HT_TASK_PPID][1], 30);
    assert_int_equal(t.number[HT_TASK_TID][1], 33);
    assert_int_equal(t.number[HT_TASK_PTID][1], 32);
    assert_int_equal(t.number[HT_TASK_KIND][2], HT_TASK_KIND_EXIT);
    struct ht_bytes name = ht_table_bytes(&t, HT_TASK_COMM, 0);
    assert_memory_equal(name.data, "worker", name.length);
    ht_table_free(&t);
}

static void test_losses(void **state) {
    struct fixture *f = *state;
    struct ht_table t = {0};
    const uint64_t lost[] = {ID_FAULTS, 17, both(1, 1), 40, 0, ID_FAULTS};
    const uint64_t dropped[] = {3, both(1, 1), 50, 0, ID_FAULTS};
    const uint64_t throttle[] = {60, ID_FAULTS, 0, both(1, 1), 60, 0, ID_FAULTS};
    feed(f, PERF_RECORD_LOST, 0, lost, 6);
    feed(f, PERF_RECORD_LOST_SAMPLES, 0, dropped, 5);
    feed(f, PERF_RECORD_THROTTLE, 0, throttle, 7);
    read_back(f, HT_CHUNK_LOSS, &t);
    assert_int_equal(t.rows, 3);
    assert_int_equal(t.number[HT_LOSS_KIND][0], HT_LOSS_KIND_RING);
    assert_int_equal(t.number[HT_LOSS_COUNT][0], 17);
    assert_int_equal((int64_t)t.number[HT_LOSS_EVENT][0], -1);
    assert_int_equal(t.number[HT_LOSS_KIND][1], HT_LOSS_KIND_SAMPLES);
    assert_int_equal(t.number[HT_LOSS_COUNT][1], 3);
    assert_int_equal(t.number[HT_LOSS_EVENT][1], 1);
    assert_int_equal(t.number[HT_LOSS_KIND][2], HT_LOSS_KIND_THROTTLE);
    ht_table_free(&t);
}

static void test_nonsense_is_counted_and_passed_over(void **state) {
    struct fixture *f = *state;
    const uint64_t unknown[] = {999, 0, 0, 0, 0}, shortened[] = {ID_FAULTS, 1},
                   short_side[] = {0, both(1, 1), 5, 0, ID_SIDEBAND};
    feed(f, PERF_RECORD_SAMPLE, 0, unknown, 5);
    assert_int_equal(f->batch.unknown, 1);
    feed(f, PERF_RECORD_SAMPLE, 0, shortened, 2);
    assert_int_equal(f->batch.malformed, 1);
    feed(f, PERF_RECORD_MMAP2, 0, short_side, 5);
    feed(f, PERF_RECORD_FORK, 0, short_side, 5);
    feed(f, PERF_RECORD_LOST, 0, short_side, 5);
    assert_int_equal(f->batch.malformed, 4);
    feed(f, PERF_RECORD_AUX, 0, short_side, 5);
    assert_int_equal(f->batch.ignored, 1);
    assert_int_equal(f->batch.samples[1], 0);
}

/* Which of the two it was, its length says. */
static void test_a_major_fault_with_another_sessions_identifier_is_one(void **state) {
    struct fixture *f = *state;
    const uint64_t foreign[] = {999, 0x401000, both(7, 8), 1000, 0x1000, 555, 0};
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, foreign, 7);
    assert_int_equal(f->batch.foreign, 1);
    assert_int_equal(f->batch.samples[3], 1);
    assert_int_equal(f->batch.samples[1], 0);
}

/* The kernel's mix-up where two sessions sample page faults. */
static void test_a_page_fault_with_another_sessions_identifier_is_ours(void **state) {
    struct fixture *f = *state;
    const uint64_t foreign[] = {999, 0x401000, both(7, 8), 1000, 0x1000, 0},
                   other_cpu[] = {999, 0x401000, both(7, 8), 1000, 0x1000, 5};
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, foreign, 6);
    assert_int_equal(f->batch.foreign, 1);
    assert_int_equal(f->batch.samples[1], 1);
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, other_cpu, 6);
    assert_int_equal(f->batch.unknown, 1);
}

/* Each CPU has events of its own, in per-task mode several of a kind. */
static void test_a_foreign_page_fault_is_one_of_its_cpu(void **state) {
    struct fixture *f = *state;
    const uint64_t word[] = {999, 0x401000, both(7, 8), 1000, 0x1000, 1};
    struct record r = {{PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, sizeof r.header + sizeof word}, {0}};
    struct ht_batch_sink sink = f->batch.sink;
    memcpy(r.word, word, sizeof word);
    assert_int_equal(ht_batch_add(&f->batch, &r.header, 1), HT_OK); /* a CPU without an event */
    assert_int_equal(ht_batch_add(&f->batch, &r.header, -1), HT_OK);
    assert_int_equal(f->batch.unknown, 2);
    for (uint64_t id = 200; id < 202; id++)
        assert_int_equal(ht_events_add(&f->opened, -1, 1, 1, id), HT_OK);
    assert_int_equal(ht_events_index(&f->opened), HT_OK);
    ht_batch_free(&f->batch);
    assert_int_equal(ht_batch_init(&f->batch, &f->opened, &sink), HT_OK);
    assert_int_equal(ht_batch_add(&f->batch, &r.header, 1), HT_OK);
    assert_int_equal(f->batch.foreign, 1);
    assert_int_equal(f->batch.samples[6], 1);
    assert_int_equal(f->batch.records[1], 1);
}

static void test_rows_before_a_closed_round_are_late(void **state) {
    struct fixture *f = *state;
    const uint64_t sample[] = {ID_FAULTS, 0x401000, both(7, 8), 1000, 0x1000, 1};
    f->batch.bound = 1001;
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, sample, 6);
    f->batch.bound = 1000;
    feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, sample, 6);
    assert_int_equal(f->batch.late, 1);
}

static void test_a_full_batch_is_handed_over(void **state) {
    struct fixture *f = *state;
    uint64_t sample[] = {ID_FAULTS, 0x401000, both(7, 8), 0, 0x1000, 1};
    for (uint64_t i = 0; i < HT_BATCH_ROWS + 10; i++) {
        sample[3] = i;
        feed(f, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, sample, 6);
    }
    assert_int_equal(f->batch.cpu_sample.rows, 10);
    assert_int_equal(f->batch.samples[1], HT_BATCH_ROWS + 10);
}

static void test_children_have_their_parents_mappings(void **state) {
    (void)state;
    struct ht_spaces s = {0};
    struct ht_mapping old = {.time = 1, .start = 0x1000, .length = 0x1000, .inode = 1, .pid = 50};
    struct ht_mapping new = {.time = 9, .start = 0x1800, .length = 0x1000, .inode = 2, .pid = 50};
    ht_spaces_add(&s, &old, "/old", 4);
    ht_spaces_add(&s, &new, "/new", 4);
    ht_spaces_fork(&s, 51, 50, 5);
    ht_spaces_fork(&s, 52, 51, 6);
    ht_spaces_sort(&s);
    assert_string_equal(ht_spaces_file(&s, ht_spaces_find(&s, 50, 0x1900)), "/new");
    assert_string_equal(ht_spaces_file(&s, ht_spaces_find(&s, 52, 0x1100)), "/old");
    assert_null(ht_spaces_find(&s, 53, 0x1100));
    ht_spaces_free(&s);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_samples),
        TEST(test_tracepoint_payload),
        TEST(test_mmap2),
        TEST(test_tasks),
        TEST(test_losses),
        TEST(test_nonsense_is_counted_and_passed_over),
        TEST(test_a_page_fault_with_another_sessions_identifier_is_ours),
        TEST(test_a_foreign_page_fault_is_one_of_its_cpu),
        TEST(test_a_major_fault_with_another_sessions_identifier_is_one),
        TEST(test_rows_before_a_closed_round_are_late),
        TEST(test_a_full_batch_is_handed_over),
        cmocka_unit_test(test_children_have_their_parents_mappings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
