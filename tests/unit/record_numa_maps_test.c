/* Lines of numa_maps, as kernels write them, against rows worked out by hand; and /proc/PID/maps rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/collect/numa_maps.h"
#include "record/collect/tasks.h"
#include "tests/unit/record_tree.h"

static void check_text(const char *text, size_t length, const char *expected) {
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
}

static const struct {
    int line;
    const char *text;
    uint64_t start;
    const char *policy, *file;
    unsigned kind;
    uint64_t page_bytes, anon, dirty, mapped;
    unsigned nodes, node[2];
    uint64_t pages[2];
} cases[] = {
    {__LINE__,
     "558b6ad23000 default file=/usr/bin/cat mapped=2 N0=2 kernelpagesize_kB=4",
     0x558b6ad23000,
     "default",
     "/usr/bin/cat",
     HT_NUMA_MAP_KIND_FILE,
     4096,
     0,
     0,
     2,
     1,
     {0},
     {2}},
    {__LINE__,
     "7f12a000 bind:0-1 heap anon=700 dirty=650 active=0 N0=300 N1=400 kernelpagesize_kB=4",
     0x7f12a000,
     "bind:0-1",
     "",
     HT_NUMA_MAP_KIND_HEAP,
     4096,
     700,
     650,
     0,
     2,
     {0, 1},
     {300, 400}},
    {__LINE__,
     "7ffd0000 prefer:1 stack anon=5 dirty=5 N10=5 kernelpagesize_kB=4",
     0x7ffd0000,
     "prefer:1",
     "",
     HT_NUMA_MAP_KIND_STACK,
     4096,
     5,
     5,
     0,
     1,
     {10},
     {5}},
    {__LINE__,
     "7f0000000000 interleave:0,1 file=/mnt/huge/x huge dirty=3 N0=1 N1=2 kernelpagesize_kB=2048",
     0x7f0000000000,
     "interleave:0,1",
     "/mnt/huge/x",
     HT_NUMA_MAP_KIND_HUGE,
     2097152,
     0,
     3,
     0,
     2,
     {0, 1},
     {1, 2}},
    {__LINE__,
     "7f33 default anon=1 dirty=1 N0=1 kernelpagesize_kB=64\n",
     0x7f33,
     "default",
     "",
     HT_NUMA_MAP_KIND_ANON,
     65536,
     1,
     1,
     0,
     1,
     {0},
     {1}},
    {__LINE__, "ffff default", 0xffff, "default", "", HT_NUMA_MAP_KIND_OTHER, 0, 0, 0, 0, 0, {0}, {0}},
    {__LINE__,
     "7f44 default file=/a\\040b anon=2 Nx=3 N=4 N0 newword=7 kernelpagesize_kB=4",
     0x7f44,
     "default",
     "/a\\040b",
     HT_NUMA_MAP_KIND_FILE,
     4096,
     2,
     0,
     0,
     0,
     {0},
     {0}},
};

static void test_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ht_numa_map_line p;
        print_message("row of line %d\n", cases[i].line);
        assert_true(ht_numa_map_parse(cases[i].text, &p));
        assert_int_equal(p.start, cases[i].start);
        check_text(p.policy, p.policy_length, cases[i].policy);
        check_text(p.file, p.file_length, cases[i].file);
        assert_int_equal(p.kind, cases[i].kind);
        assert_int_equal(p.page_bytes, cases[i].page_bytes);
        assert_int_equal(p.anon, cases[i].anon);
        assert_int_equal(p.dirty, cases[i].dirty);
        assert_int_equal(p.mapped, cases[i].mapped);
        assert_int_equal(p.nodes, cases[i].nodes);
        for (unsigned n = 0; n < p.nodes; n++) {
            assert_int_equal(p.node[n].node, cases[i].node[n]);
            assert_int_equal(p.node[n].pages, cases[i].pages[n]);
        }
    }
}

static void test_other_lines_are_refused(void **state) {
    static const char *const lines[] = {"", "zzzz default", "7f00", "7f00 ", "7f00\tdefault"};
    struct ht_numa_map_line p;
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_false(ht_numa_map_parse(lines[i], &p));
}

static void test_mappings(void **state) {
    struct tree tree;
    struct ht_table t;
    struct ht_spaces spaces = {0};
    uint64_t denied = 0;
    (void)state;
    tree_make(&tree);
    tree_put(&tree, "/proc/9/maps",
             "00400000-00452000 r-xp 00001000 08:02 173521                             /usr/bin/a b\n"
             "7f00-8000 rw-s 00000000 00:00 0 \n"
             "nonsense\n");
    ht_table_init(&t, HT_CHUNK_MMAP);
    assert_int_equal(ht_tasks_mappings(tree.root, 9, 5, &t, &spaces, &denied), HT_OK);
    assert_int_equal(ht_tasks_mappings(tree.root, 10, 5, &t, &spaces, &denied), HT_OK); /* gone */
    assert_int_equal(t.rows, 2);
    assert_int_equal(t.number[HT_MMAP_SOURCE][0], HT_MMAP_SOURCE_PROC);
    assert_int_equal(t.number[HT_MMAP_START][0], 0x400000);
    assert_int_equal(t.number[HT_MMAP_LENGTH][0], 0x52000);
    assert_int_equal(t.number[HT_MMAP_PGOFF][0], 0x1000);
    assert_int_equal(t.number[HT_MMAP_MAJOR][0], 8);
    assert_int_equal(t.number[HT_MMAP_MINOR][0], 2);
    assert_int_equal(t.number[HT_MMAP_INODE][0], 173521);
    assert_int_equal(t.number[HT_MMAP_PROT][0], 5);
    assert_int_equal(t.number[HT_MMAP_FLAGS][0], 2); /* MAP_PRIVATE */
    assert_int_equal(t.number[HT_MMAP_DATA][0], 0);
    struct ht_bytes file = ht_table_bytes(&t, HT_MMAP_FILE, 0);
    check_text(file.data, file.length, "/usr/bin/a b");
    file = ht_table_bytes(&t, HT_MMAP_FILE, 1);
    check_text(file.data, file.length, "//anon");
    assert_int_equal(t.number[HT_MMAP_FLAGS][1], 1);
    assert_int_equal(spaces.mappings, 1); /* code only */
    ht_spaces_free(&spaces);
    ht_table_free(&t);
    tree_remove(&tree);
}

static void test_task_names_with_parentheses(void **state) {
    struct tree tree;
    struct ht_table t;
    struct ht_limits limits;
    (void)state;
    tree_make(&tree);
    tree_put(&tree, "/proc/30/task/31/stat", "31 (a ) (b) S 7 1 1 0\n");
    tree_put(&tree, "/proc/self/task/1/stat", "1 (no) S 7\n");
    ht_table_init(&t, HT_CHUNK_TASK);
    ht_limits_init(&limits);
    assert_int_equal(ht_tasks_snapshot(tree.root, 4, &t, &limits, NULL), HT_OK);
    assert_int_equal(t.rows, 1);
    assert_int_equal(t.number[HT_TASK_KIND][0], HT_TASK_KIND_SNAPSHOT);
    assert_int_equal(t.number[HT_TASK_PID][0], 30);
    assert_int_equal(t.number[HT_TASK_TID][0], 31);
    assert_int_equal(t.number[HT_TASK_PPID][0], 7);
    struct ht_bytes comm = ht_table_bytes(&t, HT_TASK_COMM, 0);
    check_text(comm.data, comm.length, "a ) (b");
    ht_table_free(&t);
    ht_limits_free(&limits);
    tree_remove(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_other_lines_are_refused),
        cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_task_names_with_parentheses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
