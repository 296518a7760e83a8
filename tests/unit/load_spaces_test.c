/* Address spaces over time, case by case as perf 6.1 resolves them: a newer mapping cuts older ones and
 * leaves their rests, a fork copies, an exec clears nothing, the kernel is one for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/names/address_space.h"

#define KERNEL 1u
#define USER   2u

static struct ht_spaces *spaces;
static struct ht_table mmap_table, task_table;

static int setup(void **state) {
    (void)state;
    ht_table_init(&mmap_table, HT_CHUNK_MMAP);
    ht_table_init(&task_table, HT_CHUNK_TASK);
    return ht_spaces_new(&spaces);
}

static int teardown(void **state) {
    (void)state;
    ht_spaces_free(spaces);
    ht_table_free(&mmap_table);
    ht_table_free(&task_table);
    return 0;
}

static void map(int64_t pid, uint64_t start, uint64_t length, uint64_t pgoff, const char *file) {
    uint32_t row;
    assert_int_equal(ht_table_add(&mmap_table, &row), HT_OK);
    mmap_table.number[HT_MMAP_SOURCE][row] = HT_MMAP_SOURCE_MMAP2;
    mmap_table.number[HT_MMAP_CPUMODE][row] = pid < 0 ? KERNEL : USER;
    mmap_table.number[HT_MMAP_PID][row] = (uint64_t)pid;
    mmap_table.number[HT_MMAP_TID][row] = (uint64_t)pid;
    mmap_table.number[HT_MMAP_START][row] = start;
    mmap_table.number[HT_MMAP_LENGTH][row] = length;
    mmap_table.number[HT_MMAP_PGOFF][row] = pgoff;
    assert_int_equal(ht_table_set_text(&mmap_table, HT_MMAP_FILE, file), HT_OK);
    assert_int_equal(ht_spaces_mmap(spaces, &mmap_table, row), HT_OK);
}

static void task_of_thread(enum ht_task_kind kind, int64_t pid, int64_t tid, int64_t ppid) {
    uint32_t row;
    assert_int_equal(ht_table_add(&task_table, &row), HT_OK);
    task_table.number[HT_TASK_KIND][row] = kind;
    task_table.number[HT_TASK_PID][row] = (uint64_t)pid;
    task_table.number[HT_TASK_TID][row] = (uint64_t)tid;
    task_table.number[HT_TASK_PPID][row] = task_table.number[HT_TASK_PTID][row] = (uint64_t)ppid;
    assert_int_equal(ht_spaces_task(spaces, &task_table, row), HT_OK);
}

static void task(enum ht_task_kind kind, int64_t pid, int64_t ppid) {
    task_of_thread(kind, pid, pid, ppid);
}

/* file NULL: nothing is mapped there. */
static void expect_thread(unsigned mode, int64_t pid, int64_t tid, uint64_t address, const char *file) {
    const struct ht_mapping *found = ht_spaces_find(spaces, mode, pid, tid, address);
    if (file == NULL) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_string_equal(found->file, file);
}

static void expect(unsigned mode, int64_t pid, uint64_t address, const char *file) {
    expect_thread(mode, pid, pid, address, file);
}

static void test_bounds(void **state) {
    (void)state;
    map(7, 0x1000, 0x1000, 0, "/a");
    expect(USER, 7, 0xfff, NULL);
    expect(USER, 7, 0x1000, "/a");
    expect(USER, 7, 0x1fff, "/a");
    expect(USER, 7, 0x2000, NULL);
    expect(USER, 8, 0x1000, NULL);
    expect(KERNEL, 7, 0x1000, NULL); /* the mode decides, not the address */
    for (unsigned mode = 0; mode < 8; mode++)
        if (mode != KERNEL && mode != USER)
            expect(mode, 7, 0x1000, NULL);
}

static void test_rests(void **state) {
    (void)state;
    map(7, 0x10000, 0x10000, 0x5000, "/old");
    map(7, 0x14000, 0x2000, 0, "/new");
    expect(USER, 7, 0x13fff, "/old");
    expect(USER, 7, 0x14000, "/new");
    expect(USER, 7, 0x15fff, "/new");
    expect(USER, 7, 0x16000, "/old");
    expect(USER, 7, 0x1ffff, "/old");
    /* both rests are the same recorded mapping: a file offset follows from its own start */
    const struct ht_mapping *before = ht_spaces_find(spaces, USER, 7, 7, 0x10000);
    const struct ht_mapping *behind = ht_spaces_find(spaces, USER, 7, 7, 0x1f000);
    assert_ptr_equal(before, behind);
    assert_int_equal(0x1f000 - behind->start + behind->pgoff, 0x14000);
}

static void test_overlaps(void **state) {
    (void)state;
    map(7, 0x10000, 0x4000, 0, "/a");
    map(7, 0x18000, 0x4000, 0, "/b");
    map(7, 0x20000, 0x4000, 0, "/c");
    map(7, 0x12000, 0x10000, 0, "/over"); /* the end of a, all of b, the start of c */
    expect(USER, 7, 0x11fff, "/a");
    expect(USER, 7, 0x12000, "/over");
    expect(USER, 7, 0x19000, "/over");
    expect(USER, 7, 0x21fff, "/over");
    expect(USER, 7, 0x22000, "/c");
    expect(USER, 7, 0x24000, NULL);
    map(7, 0x12000, 0x10000, 0, "/again"); /* exactly the same */
    expect(USER, 7, 0x12000, "/again");
    expect(USER, 7, 0x21fff, "/again");
    map(7, 0x11000, 0x12000, 0, "/wider");
    expect(USER, 7, 0x10fff, "/a");
    expect(USER, 7, 0x12000, "/wider");
    expect(USER, 7, 0x22fff, "/wider");
    expect(USER, 7, 0x23000, "/c");
}

static void test_edges(void **state) {
    (void)state;
    map(7, 0x5000, 0, 0, "/empty");
    expect(USER, 7, 0x5000, NULL);
    map(7, UINT64_MAX - 0xfff, 0x10000, 0, "/wraps"); /* ends at the end of the address space */
    expect(USER, 7, UINT64_MAX - 1, "/wraps");
    expect(USER, 7, 0, NULL);
    map(7, 0, 0x1000, 0, "/null");
    expect(USER, 7, 0, "/null");
    map(7, 0, UINT64_MAX, 0, "/all");
    expect(USER, 7, 0, "/all");
    expect(USER, 7, UINT64_MAX - 1, "/all");
}

static void test_fork(void **state) {
    (void)state;
    map(7, 0x1000, 0x3000, 0, "/parent");
    task(HT_TASK_KIND_FORK, 8, 7);
    expect(USER, 8, 0x2000, "/parent");
    map(8, 0x2000, 0x1000, 0, "/child");
    expect(USER, 8, 0x1000, "/parent");
    expect(USER, 8, 0x2000, "/child");
    expect(USER, 8, 0x3000, "/parent");
    expect(USER, 7, 0x2000, "/parent"); /* the parent's stay */
    map(7, 0x1000, 0x1000, 0, "/later");
    expect(USER, 7, 0x1000, "/later");
    expect(USER, 8, 0x1000, "/parent"); /* and what it maps later is its own */
    task(HT_TASK_KIND_FORK, 9, 8);
    expect(USER, 9, 0x2000, "/child");
    /* the same number again: what the dead process had is gone */
    map(20, 0x1000, 0x1000, 0, "/other");
    task(HT_TASK_KIND_FORK, 9, 20);
    expect(USER, 9, 0x1000, "/other");
    expect(USER, 9, 0x2000, NULL);
    /* a parent that nobody has heard of */
    task(HT_TASK_KIND_FORK, 9, 4711);
    expect(USER, 9, 0x1000, NULL);
}

static void test_what_changes_nothing(void **state) {
    (void)state;
    map(7, 0x1000, 0x3000, 0, "/a");
    task_of_thread(HT_TASK_KIND_FORK, 7, 70, 7); /* a thread */
    task(HT_TASK_KIND_EXEC, 7, -1);
    task(HT_TASK_KIND_COMM, 7, -1);
    task(HT_TASK_KIND_EXIT, 7, 1);
    task(HT_TASK_KIND_SNAPSHOT, 7, 1);
    expect(USER, 7, 0x1000, "/a");
    task(HT_TASK_KIND_SNAPSHOT, 8, 7); /* existed before: nothing is inherited */
    expect(USER, 8, 0x1000, NULL);
}

static void test_kernel(void **state) {
    (void)state;
    const uint64_t text = 0xffffffff81000000u;
    map(-1, text, 0x1000000, text, "[kernel.kallsyms]_text");
    expect(KERNEL, 7, text + 5, "[kernel.kallsyms]_text");
    expect(KERNEL, 0, text + 5, "[kernel.kallsyms]_text");
    expect(KERNEL, -1, text + 0x1000000, NULL);
    expect(USER, 7, text + 5, NULL);
    expect(USER, -1, text + 5, NULL); /* pid -1 is a thread without mappings, not the kernel */
}

/* perf knows a thread by its tid alone (c2c notes, section 2). */
static void test_threads(void **state) {
    (void)state;
    map(7, 0x1000, 0x1000, 0, "/seven");
    task_of_thread(HT_TASK_KIND_FORK, 7, 71, 7);
    map(7, 0x3000, 0x1000, 0, "/later"); /* threads share what any of them maps */
    expect_thread(USER, 7, 71, 0x1000, "/seven");
    expect_thread(USER, 7, 71, 0x3000, "/later");
    expect_thread(USER, 7, 72, 0x1000, "/seven"); /* never told, found by its process */
    expect_thread(USER, 8, 71, 0x1000,
                  "/seven"); /* the pid of a sample is not believed where the tid is known */
    assert_int_equal(ht_spaces_pid(spaces, 8, 71), 7);
    assert_int_equal(ht_spaces_pid(spaces, 8, 88), 8);
    /* the number of the process is used again: its old threads keep the old space until they are made anew */
    map(20, 0x1000, 0x1000, 0, "/twenty");
    task(HT_TASK_KIND_FORK, 7, 20);
    expect_thread(USER, 7, 7, 0x1000, "/twenty");
    expect_thread(USER, 7, 71, 0x1000, "/seven");
    task_of_thread(HT_TASK_KIND_FORK, 7, 71, 7);
    expect_thread(USER, 7, 71, 0x1000, "/twenty");
}

/* Many processes and mappings: ids count up, pointers stay. */
static void test_many(void **state) {
    (void)state;
    map(1, 0x1000, 0x1000, 0, "/first");
    const struct ht_mapping *first = ht_spaces_mapping(spaces, 0);
    for (int64_t pid = 2; pid < 3000; pid++) {
        map(pid, 0x1000, 0x1000, 0, "/x");
        if (pid % 3 == 0)
            task(HT_TASK_KIND_FORK, pid + 100000, pid);
    }
    assert_int_equal(ht_spaces_count(spaces), 2999);
    assert_ptr_equal(ht_spaces_mapping(spaces, 0), first);
    assert_string_equal(first->file, "/first");
    assert_null(ht_spaces_mapping(spaces, 2999));
    for (int64_t pid = 2; pid < 3000; pid++) {
        assert_int_equal(ht_spaces_find(spaces, USER, pid, pid, 0x1fff)->pid, pid);
        if (pid % 3 == 0)
            assert_int_equal(ht_spaces_find(spaces, USER, pid + 100000, pid + 100000, 0x1fff)->pid, pid);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_bounds), TEST(test_rests),   TEST(test_overlaps),
        TEST(test_edges),  TEST(test_fork),    TEST(test_what_changes_nothing),
        TEST(test_kernel), TEST(test_threads), TEST(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
