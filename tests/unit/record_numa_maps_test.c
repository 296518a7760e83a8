/* Lines of numa_maps, as kernels write them, against rows worked out by hand; whose are read; tasks and
 * mappings of /proc. */
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
    struct ht_largest largest;
    tree_put(&tree, "/proc/30/task/31/stat", "31 (a ) (b) S 7 1 1 0\n");
    tree_put(&tree, "/proc/self/task/1/stat", "1 (no) S 7\n");
    ht_table_init(&t, HT_CHUNK_TASK);
    ht_limits_init(&limits);
    assert_int_equal(ht_tasks_snapshot(tree.root, 4, &t, &largest, &limits, NULL), HT_OK);
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

/* A machine may have 1,024 nodes; what no machine has is counted. */
static void test_many_nodes(void **state) {
    char text[32768];
    struct ht_numa_map_line *p = malloc(sizeof *p);
    size_t at = (size_t)snprintf(text, sizeof text, "7f12a000 default anon=1");
    (void)state;
    for (unsigned node = 0; node < 1030; node++)
        at += (size_t)snprintf(text + at, sizeof text - at, " N%u=%u", node, node + 1);
    snprintf(text + at, sizeof text - at, " kernelpagesize_kB=4");
    assert_true(ht_numa_map_parse(text, p));
    assert_int_equal(p->nodes, 1024);
    assert_int_equal(p->node[1023].node, 1023);
    assert_int_equal(p->node[1023].pages, 1024);
    assert_int_equal(p->cut, 6);
    assert_int_equal(p->page_bytes, 4096);
    free(p);
}

static void put_stat(const struct tree *tree, int pid, unsigned rss, unsigned start) {
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", pid, pid);
    snprintf(text, sizeof text,
             "%d (p) S 7 %d 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 %u 123456 %u 18446744073709551615 1\n",
             pid, pid, start, rss);
    tree_put(tree, path, text);
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    tree_put(tree, path, text);
}

static void test_largest_processes(void **state) {
    static const unsigned rss[] = {5, 900, 0, 17, 900, 3, 44, 1, 2, 1000, 6, 0};
    static const int expected[] = {109, 101, 104, 106, 103, 110, 100, 105};
    struct tree tree;
    struct ht_table t;
    struct ht_limits limits;
    struct ht_largest largest;
    (void)state;
    tree_make(&tree);
    for (unsigned i = 0; i < sizeof rss / sizeof rss[0]; i++)
        put_stat(&tree, 100 + (int)i, rss[i], 1000 + i);
    put_stat(&tree, getpid(), 99999, 1); /* not us */
    /* a thread has its process's memory: it counts once */
    tree_put(&tree, "/proc/109/task/500/stat", "500 (t) S 7 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 1 1 1000\n");
    ht_table_init(&t, HT_CHUNK_TASK);
    ht_limits_init(&limits);
    assert_int_equal(ht_tasks_snapshot(tree.root, 4, &t, &largest, &limits, NULL), HT_OK);
    assert_int_equal(largest.of, 10);
    assert_int_equal(largest.count, 8);
    for (unsigned i = 0; i < largest.count; i++) {
        int pid = largest.process[i].pid;
        /* which of two equals comes first is up to the order of the directory */
        assert_true(pid == expected[i] || (rss[pid - 100] == rss[expected[i] - 100]));
        assert_int_equal(largest.process[i].rss_pages, rss[pid - 100]);
        assert_int_equal(largest.process[i].start_ticks, 900 + pid);
    }
    ht_table_free(&t);
    ht_limits_free(&limits);
    tree_remove(&tree);
}

static void test_queue_gives_each_process_once(void **state) {
    struct ht_pid_queue queue;
    int32_t pid;
    (void)state;
    assert_int_equal(ht_pid_queue_init(&queue, NULL), HT_OK);
    for (int round = 0; round < 2; round++)
        for (int i = 1; i <= 20000; i++)
            ht_pid_queue_add(&queue, i);
    ht_pid_queue_add(&queue, 0);
    ht_pid_queue_add(&queue, -1);
    ht_pid_queue_add(&queue, INT32_MAX);
    for (int i = 1; i <= 20000; i++) {
        assert_true(ht_pid_queue_take(&queue, &pid));
        assert_int_equal(pid, i);
    }
    assert_false(ht_pid_queue_take(&queue, &pid));
    ht_pid_queue_add(&queue, 5); /* taken before: not again */
    assert_false(ht_pid_queue_take(&queue, &pid));
    ht_pid_queue_free(&queue);
}

struct snapshots {
    struct tree tree;
    struct ht_limits limits;
    struct ht_writer *writer;
    struct ht_encoder *encoder;
    struct ht_numa_maps maps;
};

static int start_snapshots(void **state) {
    struct snapshots *s = calloc(1, sizeof *s);
    char path[128];
    *state = s;
    tree_make(&s->tree);
    ht_limits_init(&s->limits);
    snprintf(path, sizeof path, "%s/out.hitm", s->tree.root);
    assert_int_equal(ht_writer_open(path, 0, 0, &s->writer, NULL), HT_OK);
    s->encoder = ht_encoder_new(1);
    ht_numa_maps_init(&s->maps, s->tree.root, 0, NULL, 0, &s->limits);
    return 0;
}

static int end_snapshots(void **state) {
    struct snapshots *s = *state;
    ht_numa_maps_free(&s->maps);
    ht_writer_abandon(s->writer);
    ht_encoder_free(s->encoder);
    ht_limits_free(&s->limits);
    tree_remove(&s->tree);
    free(s);
    return 0;
}

static void put_maps(const struct snapshots *s, int pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/numa_maps", pid);
    tree_put(&s->tree, path, "7f12a000 default heap anon=2 dirty=2 N0=2 kernelpagesize_kB=4\n");
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    tree_put(&s->tree, path, "7f12a000-7f12c000 rw-p 00000000 00:00 0 \n");
}

static void tick(struct snapshots *s, uint64_t now_ns) {
    assert_int_equal(ht_numa_maps_tick(&s->maps, now_ns, s->writer, s->encoder, NULL), HT_OK);
}

/* One that is gone, one whose number another process has now, one that stays. */
static void test_processes_that_end_are_no_failure(void **state) {
    struct snapshots *s = *state;
    for (int pid = 50; pid <= 52; pid++) {
        put_stat(&s->tree, pid, 10, 1000);
        put_maps(s, pid);
        ht_numa_maps_add_unnamed(&s->maps, pid, 1000);
    }
    ht_numa_maps_add(&s->maps, 60); /* never was */
    tick(s, 1);
    assert_int_equal(s->maps.snapshots, 3);
    put_stat(&s->tree, 51, 10, 2000);
    char path[128];
    snprintf(path, sizeof path, "%s/proc/50/stat", s->tree.root);
    assert_int_equal(unlink(path), 0);
    tick(s, 60000000000ull);
    assert_int_equal(s->maps.snapshots, 4);
    assert_int_equal(ht_numa_maps_end(&s->maps, 60000000001ull, s->writer, s->encoder, NULL), HT_OK);
    assert_int_equal(s->maps.snapshots, 5);
    assert_int_equal(s->limits.table.rows, 0);
}

static void test_large_processes_are_left_alone(void **state) {
    struct snapshots *s = *state;
    char why[256];
    for (int pid = 50; pid < 53; pid++) {
        put_stat(&s->tree, pid, 3000000000u / 4096 * (pid == 51 ? 40 : 20), 1000); /* 120 and 60 GB */
        put_maps(s, pid);
        ht_numa_maps_add(&s->maps, pid);
    }
    put_stat(&s->tree, 53, 10, 1000);
    put_maps(s, 53);
    ht_numa_maps_add(&s->maps, 53);
    tick(s, 1);
    assert_int_equal(ht_numa_maps_end(&s->maps, 60000000001ull, s->writer, s->encoder, NULL), HT_OK);
    assert_int_equal(s->maps.snapshots, 2);
    /* One sentence, however many processes it is about. */
    ht_numa_maps_say(&s->maps);
    assert_int_equal(s->limits.table.rows, 1);
    assert_int_equal(s->limits.table.number[HT_LIMIT_COUNT][0], 3);
    ht_table_copy_text(&s->limits.table, HT_LIMIT_WHY, 0, why, sizeof why);
    assert_string_equal(why,
                        "3 of 4 processes not read: with more than 32 GiB resident that could stall them "
                        "(the largest: process 51, 111.8 GiB)");
}

/* Nobody asked for it: it is left alone sooner, and the way to have it is said. */
static void test_large_processes_nobody_named(void **state) {
    struct snapshots *s = *state;
    char text[256];
    put_stat(&s->tree, 50, 12000000000u / 4096, 1000); /* 11.2 GiB */
    put_maps(s, 50);
    ht_numa_maps_add_unnamed(&s->maps, 50, 1000);
    tick(s, 1);
    assert_int_equal(s->maps.snapshots, 0);
    ht_numa_maps_say(&s->maps);
    ht_table_copy_text(&s->limits.table, HT_LIMIT_WHY, 0, text, sizeof text);
    assert_string_equal(text,
                        "1 of 1 processes not read: with more than 8 GiB resident that could stall them "
                        "(the largest: process 50, 11.2 GiB)");
    ht_table_copy_text(&s->limits.table, HT_LIMIT_MEND, 0, text, sizeof text);
    assert_string_equal(text, "hitm-record -p PID reads a larger one");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_other_lines_are_refused),
        cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_task_names_with_parentheses),
        cmocka_unit_test(test_many_nodes),
        cmocka_unit_test(test_largest_processes),
        cmocka_unit_test(test_queue_gives_each_process_once),
        cmocka_unit_test_setup_teardown(test_processes_that_end_are_no_failure, start_snapshots,
                                        end_snapshots),
        cmocka_unit_test_setup_teardown(test_large_processes_are_left_alone, start_snapshots, end_snapshots),
        cmocka_unit_test_setup_teardown(test_large_processes_nobody_named, start_snapshots, end_snapshots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
